import type { TextLine } from "../../text/lines.ts";
import { hasWords } from "../../text/words.ts";
import { limits } from "../align/costs.ts";
import type { Built } from "../proof/build.ts";
import type { Block, BlockLine, Shape } from "../shape.ts";
import { isNearly } from "./stale.ts";

/** Lines of the file between two adjacent lines of an explicit edit, if they make its place doubtful. */
export type Omission =
  /** One of them resembles a line that the edit removes elsewhere. */
  | { readonly because: "instead"; readonly token: BlockLine; readonly source: number }
  /** They are more than the edit quotes beside them. */
  | {
      readonly because: "apart";
      readonly above: BlockLine;
      readonly below: BlockLine;
      readonly from: number;
      readonly to: number;
    };

interface OmittedPlace {
  readonly token: BlockLine;
  readonly source: number;
}

/**
 * Returns the first omission that makes an explicit edit doubtful, or undefined. An edit may leave out a line between two of
 * its own, but the lines on both sides must identify the place together: a removed line is not accepted far from its
 * neighbours, nor beside a line that is nearly the same.
 */
export function doubtfulOmission(
  source: readonly TextLine[],
  shape: Shape,
  built: Built,
): Omission | undefined {
  if (shape.extent !== "parts") return undefined;
  for (const block of shape.blocks) {
    const pieces = adjacentPieces(block, built);
    const removed = block.tokens.filter(({ role, text }) => role === "drop" && hasWords(text));
    for (let n = 1; n < pieces.length; n++) {
      const [one, other] = [pieces[n - 1]!, pieces[n]!];
      const from = one.at(-1)!.source + 1;
      const to = other[0]!.source;
      const omitted = source.slice(from, to).filter(({ text }) => hasWords(text)).length;
      if (omitted === 0) continue;
      const like = nearTwin(source, from, Math.min(to, from + limits.omittedLines), removed);
      if (like !== undefined) return { because: "instead", ...like };
      const quoted = Math.min(...[one, other].map(linesWithWords));
      if (omitted > quoted)
        return { because: "apart", above: one.at(-1)!.token, below: other[0]!.token, from, to };
    }
  }
  return undefined;
}

const linesWithWords = (piece: readonly OmittedPlace[]): number =>
  piece.filter(({ token }) => hasWords(token.text)).length;

/** The old lines of a block, cut where lines of the file are left out between two of them. */
function adjacentPieces({ tokens }: Block, built: Built): OmittedPlace[][] {
  const pieces: OmittedPlace[][] = [];
  for (const token of tokens) {
    const fate = built.proof.edit[token.editLine]!;
    if (!("source" in fate)) continue;
    const last = pieces.at(-1);
    if (last && last.at(-1)!.source + 1 === fate.source) last.push({ token, source: fate.source });
    else pieces.push([{ token, source: fate.source }]);
  }
  return pieces;
}

/** The first omitted line that may be a changed version of a removed line. */
function nearTwin(
  source: readonly TextLine[],
  from: number,
  to: number,
  removed: readonly BlockLine[],
): OmittedPlace | undefined {
  for (let line = from; line < to; line++) {
    const token = removed.find(({ text }) => isNearly(text, source[line]!.text));
    if (token) return { token, source: line };
  }
  return undefined;
}
