import { spend } from "../../text/budget.ts";
import { hasWords, isBlank } from "../../text/words.ts";
import type { BlockLine } from "../shape.ts";
import { costs, limits } from "./costs.ts";
import type { Match } from "./match.ts";

/** Per token: its matches, and what it costs on top as a new line. */
export interface EdgeBound {
  readonly matches: readonly (readonly Match[])[];
  readonly added: Int32Array;
}

/**
 * A sketch's block begins and ends with context that identifies its place. Lines at its edge that are consecutive in the
 * source are that context: matching them apart, or taking one of them for new, costs more. Blank lines at the edge
 * identify nothing by themselves: they belong to the line beside them.
 */
export function bindEdges(
  tokens: readonly BlockLine[],
  removals: readonly unknown[],
  matches: readonly (readonly Match[])[],
): EdgeBound {
  const bound = [...matches];
  const added = new Int32Array(tokens.length);
  bindBlanks(tokens, bound, 0, 1);
  bindBlanks(tokens, bound, tokens.length - 1, -1);
  const isCut = (i: number): boolean => removals[i] !== undefined;
  bindRun(tokens, matches, isCut, bound, added, 1);
  bindRun(tokens, matches, isCut, bound, added, -1);
  return { matches: bound, added };
}

function bindBlanks(
  tokens: readonly BlockLine[],
  bound: (readonly Match[])[],
  from: number,
  step: 1 | -1,
): void {
  let i = from;
  while (i >= 0 && i < tokens.length && isBlank(tokens[i]!.text)) i += step;
  for (let j = i - step; j !== from - step && i >= 0 && i < tokens.length; j -= step) {
    const inner = bound[j + step]!;
    if (inner.length === 0) return;
    const beside = new Set(inner.map((match) => match.source - step));
    bound[j] = bound[j]!.map((match) =>
      beside.has(match.source) ? match : costlier(match, costs.edgeBlank),
    );
  }
}

function bindRun(
  tokens: readonly BlockLine[],
  matches: readonly (readonly Match[])[],
  isCut: (before: number) => boolean,
  bound: (readonly Match[])[],
  added: Int32Array,
  step: 1 | -1,
): void {
  const first = step === 1 ? 0 : tokens.length - 1;
  const equals = (i: number): Set<number> => {
    spend(4 * (matches[i]?.length ?? 0));
    return new Set(matches[i]?.filter((match) => isEqual(match)).map((match) => match.source));
  };
  if (tokens.length === 0) return;
  let starts = equals(first);
  let length = starts.size === 0 ? 0 : 1;
  let filledLines = isBlank(tokens[first]!.text) ? 0 : length;
  while (length > 0 && length < tokens.length && filledLines < limits.edgeRunLines) {
    const i = first + step * length;
    if (isCut(step === 1 ? i : i + 1)) break;
    const here = equals(i);
    const still = new Set([...starts].filter((start) => here.has(start + step * length)));
    if (still.size === 0) break;
    starts = still;
    length++;
    if (!isBlank(tokens[i]!.text)) filledLines++;
  }
  const run = tokens.slice(step === 1 ? 0 : tokens.length - length).slice(0, length);
  const filled = run.filter((token) => !isBlank(token.text));
  if (filled.length < 2 || !filled.some((token) => hasWords(token.text))) return;
  const cost = starts.size === 1 ? costs.edgeRunSure : costs.edgeRun;
  let hasWordsSoFar = false;
  let behindOthers = false;
  for (let n = 0; n < length; n++) {
    const i = first + step * n;
    if (hasWords(tokens[i]!.text)) {
      added[i] = cost;
      if (!hasWordsSoFar && behindOthers && starts.size === 1) added[i]! += costs.edgeRunWords;
      hasWordsSoFar = true;
    } else if (!isBlank(tokens[i]!.text)) behindOthers = true;
    bound[i] = bound[i]!.map((match) =>
      starts.has(match.source - step * n) ? match : costlier(match, cost),
    );
  }
}

const isEqual = (match: Match): boolean =>
  match.kind === "exact" ||
  match.kind === "trailing" ||
  (match.kind === "indent" && match.cost <= costs.indent);

const costlier = (match: Match, by: number): Match => ({ ...match, cost: match.cost + by });
