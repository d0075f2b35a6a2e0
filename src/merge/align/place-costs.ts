import type { TextLine } from "../../text/lines.ts";
import type { Block } from "../shape.ts";
import { costs, infinity } from "./costs.ts";
import { lineDepths, scopeUnder } from "./scope.ts";

/** Costs of each position where only one is possible. */
export function onlyAt(positions: number, position: number): Int32Array {
  const array = new Int32Array(positions).fill(infinity);
  if (position >= 0 && position < positions) array[position] = 0;
  return array;
}

/** Certain places and hints of the caller's format, as costs of beginning or ending at each position. */
export function placeCosts(
  block: Block,
  source: readonly TextLine[],
): { startCost?: Int32Array; endCost?: Int32Array } {
  const positions = source.length + 1;
  const only = (position: number): Int32Array => onlyAt(positions, position);
  if (block.atLine !== undefined) return { startCost: only(block.atLine - 1) };
  if (block.anchor === "start") return { startCost: only(0) };
  if (block.anchor === "end") return { endCost: only(source.length) };
  let startCost: Int32Array | undefined;
  if (block.under !== undefined && block.under.length > 0) {
    startCost = underCosts(block.under, source);
  }
  if (block.nearLine !== undefined) {
    startCost ??= new Int32Array(positions);
    for (let p = 0; p < positions; p++) {
      if (p !== block.nearLine - 1)
        startCost[p] = Math.min(infinity, startCost[p]! + costs.offHint);
    }
  }
  return startCost ? { startCost } : {};
}

/**
 * The costs of a block whose format names a header above it: positions above every such header cost most; where the
 * headers open scopes, positions inside one of these cost less than those after them.
 */
function underCosts(under: readonly string[], source: readonly TextLine[]): Int32Array {
  const array = new Int32Array(source.length + 1);
  let from = 0;
  let places: number[] = [];
  for (const header of under) {
    places = linesLike(header.trim(), source, from);
    if (places.length === 0) return array;
    from = places[0]! + 1;
  }
  const { least } = lineDepths(source);
  const scopes = places.map((line) => scopeUnder(line, least));
  if (scopes.every((scope) => scope !== undefined)) {
    array.fill(costs.behindHeader, from);
    for (const { start, end } of scopes) array.fill(0, start, end + 1);
  }
  return array.fill(costs.aboveHeader, 0, Math.max(0, from - 1));
}

/** The lines that are the text, blanks around aside; or, where none is, those that hold it. */
function linesLike(text: string, source: readonly TextLine[], from: number): number[] {
  const lines = [...source.keys()].slice(from);
  const same = lines.filter((line) => source[line]!.text.trim() === text);
  return same.length > 0 ? same : lines.filter((line) => source[line]!.text.includes(text));
}
