import type { Proof } from "../core/merge.ts";
import { splitLines } from "../text/lines.ts";

/** New lines at the edge of a change that repeat the lines of the file next to them. */
export interface Echo {
  /** 0-based lines of the result, `end` not included. */
  readonly start: number;
  readonly end: number;
  /** 0-based line of the source that the first of them repeats. */
  readonly source: number;
  /** 0-based number of its line in the edit. */
  readonly editLine: number;
}

/**
 * New text that ends with the line that is already below it, or begins with the one above: a writer that
 * closes the scope which the file closes. Lines without anything but blanks are no echo.
 */
export function echoesOf(text: string, proof: Proof): Echo[] {
  const lines = splitLines(text);
  const echoes: Echo[] = [];
  const isNew = (line: number): boolean => proof.result[line]?.from === "edit";
  const isSame = (line: number, beside: number): boolean => {
    const words = lines[line]!.text.trim();
    return !isNew(beside) && words !== "" && lines[beside]?.text.trim() === words;
  };
  for (let start = 0; start < lines.length; start++) {
    if (!isNew(start)) continue;
    let end = start;
    while (isNew(end)) end++;
    for (const [from, step] of [
      [end, -1],
      [start, 1],
    ] as const) {
      // `size` lines at the edge, compared with as many next to it.
      for (let size = Math.min(end - start, most); size > 0; size--) {
        const first = step === -1 ? end - size : start;
        const beside = step === -1 ? from : start - size;
        if (beside < 0 || beside + size > lines.length) continue;
        const all = Array.from({ length: size }, (_, n) => n);
        if (!all.every((n) => isSame(first + n, beside + n))) continue;
        const origin = proof.result[beside]!;
        const own = proof.result[first]!;
        if (origin.from !== "source" || own.from !== "edit") continue;
        const { source } = origin;
        echoes.push({ start: first, end: first + size, source, editLine: own.edit });
        break;
      }
    }
    start = end;
  }
  return echoes;
}

const most = 8;

/** A text without some of its lines. */
export function withoutLines(text: string, echoes: readonly Echo[]): string {
  const stretches = echoes.toSorted((a, b) => a.start - b.start);
  const lines = splitLines(text);
  let next = 0;
  let kept = "";
  for (const [at, line] of lines.entries()) {
    while (next < stretches.length && at >= stretches[next]!.end) next++;
    const stretch = stretches[next];
    if (stretch === undefined || at < stretch.start) kept += line.text + line.end;
  }
  return kept;
}
