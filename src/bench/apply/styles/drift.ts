import { diffArrays } from "diff";
import type { ApplyPair, ApplySketch } from "../cases.ts";
import { shuffled } from "./choose.ts";

/** Cases and the sketches that edit them. */
export interface DerivedSet<Pair extends ApplyPair = ApplyPair> {
  readonly cases: readonly Pair[];
  readonly sketches: readonly ApplySketch[];
}

/** Lines between the edit and the change that somebody else made, so that the two are independent. */
const distance = 12;
const shortestFile = 60;
const drifting = ["SR", "CX", "UD", "S1", "S2", "WF"];

/**
 * Files that somebody changed elsewhere meanwhile: a comment after one line, two lines added before another, a third removed, all far
 * from the edit. `before` and `after` have these changes, `base` is the file that the edit was written for. Styles: SRd, CXd, and so on.
 */
export function driftSet<Pair extends ApplyPair>(
  pairs: readonly Pair[],
  sketches: readonly ApplySketch[],
): DerivedSet<Pair> {
  const cases: Pair[] = [];
  const edits: ApplySketch[] = [];
  for (const pair of pairs) {
    const drifted = drift(pair);
    if (drifted === undefined) continue;
    const id = `${pair.id}~`;
    cases.push({ ...pair, id, base: pair.before, ...drifted });
    for (const style of drifting) {
      const one = sketches.find((sketch) => sketch.case === pair.id && sketch.style === style);
      if (one === undefined) continue;
      const { format } = one;
      const sketch = style === "WF" ? pair.after : one.sketch!;
      edits.push({
        id: `${id}#${style}d`,
        case: id,
        style: `${style}d`,
        format,
        sketch,
        noise: [],
      });
    }
  }
  return { cases, sketches: edits };
}

function drift(pair: ApplyPair): { before: string; after: string } | undefined {
  const before = pair.before.split("\n");
  if (before.length < shortestFile || pair.before.includes("\r")) return undefined;
  const after = pair.after.split("\n");
  const places = placesOf(before, after);
  const free = before.flatMap((line, i) =>
    i >= 2 && i < before.length - 2 && line.trim() !== "" && isFar(places, i) ? [i] : [],
  );
  if (free.length < 3) return undefined;
  const chosen = shuffled(free, pair.id).slice(0, 3);
  const comment = /^(?:python|yaml|toml)$/.test(pair.language ?? "") ? "#" : "//";
  return {
    before: withChanges(before, chosen, comment),
    after: withChanges(
      after,
      chosen.map((i) => places[i]!),
      comment,
    ),
  };
}

/** For each line before the edit its index after it, or undefined where the edit removes or borders on it. */
function placesOf(before: readonly string[], after: readonly string[]): (number | undefined)[] {
  const places: (number | undefined)[] = [];
  let at = 0;
  let touched = false;
  for (const { added, removed, value } of diffArrays([...before], [...after])) {
    if (added) {
      at += value.length;
      touched = true;
    } else if (removed) places.push(...value.map(() => undefined));
    else {
      places.push(...value.map((_, i) => (touched && i === 0 ? undefined : at + i)));
      at += value.length;
      touched = false;
    }
  }
  return places;
}

function isFar(places: readonly (number | undefined)[], line: number): boolean {
  const start = Math.max(0, line - distance);
  return !places.slice(start, line + distance + 1).includes(undefined);
}

/** Changes the three lines from the bottom up, so that the numbers hold. */
function withChanges(lines: readonly string[], chosen: readonly number[], comment: string): string {
  const text = [...lines];
  const [last, middle, first] = [...chosen].sort((a, b) => b - a) as [number, number, number];
  text[last] = `${text[last]}  ${comment} reviewed`;
  const indent = /^\s*/.exec(text[middle]!)![0];
  text.splice(middle, 0, `${indent}${comment} added: 1`, `${indent}${comment} added: 2`);
  text.splice(first, 1);
  return text.join("\n");
}
