import type { TextLine } from "../../text/lines.ts";
import { hasWords } from "../../text/words.ts";
import type { Match } from "../align/match.ts";
import type { Built } from "../proof/build.ts";
import type { Block, BlockLine, Shape } from "../shape.ts";
import { isNearly } from "./stale.ts";

/** A context line that the file has in other words, and that must not be taken for the file's. */
export interface Misread {
  readonly token: BlockLine;
  readonly source: number;
  /**
   * `place`: nothing else identifies the place of its part, or the rest of the part also matches beside a similar line.
   * `escapes`: its signs are escaped, and new lines have such escapes too.
   */
  readonly because: "place" | "escapes";
}

/** The first line of context of an explicit edit that was misquoted in a way that makes the result doubtful. */
export function misreadContext(
  source: readonly TextLine[],
  shape: Shape,
  matches: readonly (readonly (readonly Match[])[])[],
  built: Built,
): Misread | undefined {
  if (shape.extent !== "parts") return undefined;
  const added = shape.blocks.flatMap(({ tokens }) => tokens.filter(({ role }) => role === "add"));
  for (const [k, block] of shape.blocks.entries()) {
    const old = block.tokens.flatMap((token, i): DoubtfulLine[] => {
      const fate = built.proof.edit[token.editLine]!;
      return "source" in fate ? [{ token, i, source: fate.source, tier: fate.tier }] : [];
    });
    const misquoted = old.filter(({ tier }) => tier === "misquoted");
    for (const { token, source: line } of misquoted) {
      if (isEscaped(token.text, source[line]!.text, added))
        return { token, source: line, because: "escapes" };
    }
    const first = misquoted[0];
    if (!first || block.atLine !== undefined || block.anchor !== undefined) continue;
    const firm = old.filter(({ tier }) => tier !== "misquoted");
    const elsewhere = (by: number): boolean =>
      misquoted.every(({ token, source: line }) =>
        isNearly(token.text, source[line + by]?.text ?? ""),
      );
    const isPlaced = firm.some(({ token }) => hasWords(token.text));
    if (!isPlaced || shiftsOf(block, firm, matches[k]!).some(elsewhere))
      return { token: first.token, source: first.source, because: "place" };
  }
  return undefined;
}

interface DoubtfulLine {
  readonly token: BlockLine;
  readonly i: number;
  readonly source: number;
  readonly tier: string;
}

/** The offsets at which the lines that were not misquoted occur again, in the same order and at the same distances. */
function shiftsOf(
  block: Block,
  firm: readonly DoubtfulLine[],
  matches: readonly (readonly Match[])[],
): number[] {
  if (block.nearLine !== undefined && firm.some(({ i, source }) => isHinted(block, i, source)))
    return [];
  const places = firm.map(
    ({ i, source }) =>
      new Set(
        matches[i]!.filter(({ kind }) => kind !== "misquoted").map(
          (match) => match.source - source,
        ),
      ),
  );
  const [rarest, ...others] = places.toSorted((a, b) => a.size - b.size);
  return [...rarest!].filter((by) => by !== 0 && others.every((shifts) => shifts.has(by)));
}

function isHinted(block: Block, i: number, source: number): boolean {
  const above = block.tokens.slice(0, i).filter(({ role }) => role !== "add").length;
  return source - above === block.nearLine! - 1;
}

const escapeSigns = [/\\/gu, /&(?:amp|lt|gt|quot|apos|#\d+|#x[\da-f]+);/giu];

/** Whether a line has escapes that the file does not have, in an edit whose new lines have such escapes as well. */
function isEscaped(edit: string, source: string, added: readonly BlockLine[]): boolean {
  const count = (text: string, sign: RegExp): number => text.match(sign)?.length ?? 0;
  return escapeSigns.some(
    (sign) =>
      count(edit, sign) > count(source, sign) && added.some(({ text }) => count(text, sign) > 0),
  );
}
