import type { TextLine } from "../../text/lines.ts";
import { hasWords, isBlank } from "../../text/words.ts";
import type { BlockLine, Shape } from "../shape.ts";
import { costs, infinity, limits } from "./costs.ts";
import type { Match } from "./match.ts";
import { declaredName } from "./names.ts";

/**
 * What an edit line costs as a new one. `allKnown`: every line of the block is in the source, so the block most likely
 * only removes lines.
 */
export function addedCost(
  token: BlockLine,
  matches: readonly Match[],
  explicit: boolean,
  allKnown: boolean,
): number {
  if (token.role === "add") return 0;
  if (explicit) return infinity;
  const count = matches.reduce((sum, match) => sum + (match.kind === "resembles" ? 0 : 1), 0);
  if (isBlank(token.text)) return costs.addedBlank;
  if (matches.some((match) => match.kind === "misquoted")) return costs.addedAbbreviated;
  if (count === 0) return costs.added;
  if (!hasWords(token.text)) return costs.addedWeak;
  const factor = allKnown ? costs.addedThoughAllKnown : 1;
  if (count === 1) return factor * costs.addedThoughUnique;
  if (count <= limits.rarePlaces) return factor * costs.addedThoughRare;
  return (
    factor * (count <= limits.commonPlaces ? costs.addedThoughCommon : costs.addedThoughFrequent)
  );
}

/** On top for a block's first or last line that is not blank: it is there to identify the place, so it should match. */
export function edgeCost(token: BlockLine, matches: readonly Match[]): number {
  const count = matches.reduce((sum, match) => sum + (match.cost === 0 ? 1 : 0), 0);
  if (count === 0 || !hasWords(token.text)) return 0;
  return count === 1 ? costs.addedEdgeUnique : costs.addedEdge;
}

/** What a new line costs on top at the edge of its block, with nothing known beside it. */
export function looseCost(token: BlockLine, matches: readonly Match[]): number {
  if (token.role === "add") return 0;
  if (isBlank(token.text)) return costs.looseBlank;
  if (matches.length === 0) return costs.loose;
  if (!hasWords(token.text)) return costs.looseWeak;
  const count = matches.reduce((sum, match) => sum + (match.kind === "resembles" ? 0 : 1), 0);
  // A line that the file has many times shows no place: a decorator before a function may well be new.
  return count > limits.rarePlaces ? costs.addedEdge : costs.looseThoughKnown;
}

/** Names that the source and the edit declare once each: an edit line that does so changes the source's line. */
export class DeclaredNames {
  private readonly inSource = new Map<string, number[]>();
  private readonly inEdit = new Map<string, number>();

  constructor(source: readonly TextLine[], shape: Shape) {
    for (const block of shape.blocks) {
      for (const token of block.tokens) {
        const name = declaredName(token.text);
        if (name !== undefined) this.inEdit.set(name, (this.inEdit.get(name) ?? 0) + 1);
      }
    }
    for (const [line, { text }] of source.entries()) {
      const name = declaredName(text);
      if (name === undefined || !this.inEdit.has(name)) continue;
      const lines = this.inSource.get(name);
      if (lines) lines.push(line);
      else this.inSource.set(name, [line]);
    }
  }

  /** The source line that declares what this edit line declares anew. */
  line(token: BlockLine, found: readonly Match[]): number | undefined {
    const name = declaredName(token.text);
    if (name === undefined || this.inEdit.get(name) !== 1) return undefined;
    if (found.some((match) => match.kind !== "resembles")) return undefined;
    const lines = this.inSource.get(name);
    return lines?.length === 1 ? lines[0] : undefined;
  }
}
