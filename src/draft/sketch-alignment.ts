import type { Token } from "../core/target.ts";
import { longestRising } from "../text/rising.ts";
import { nextLine } from "./lines.ts";
import { newlineClass, type TokenSpelling } from "./spelling.ts";

/** A line of a text in tokens: [start, end), the newline included. */
export interface TokenLine {
  readonly start: number;
  readonly end: number;
  /** Without the blanks around it. */
  readonly text: string;
  /** Whether it is a marker such as `# ... existing code ...`. */
  readonly elision: boolean;
}

export function tokenLines(tokens: readonly Token[], spelling: TokenSpelling): TokenLine[] {
  const isNewline = (token: Token): boolean => spelling.classOf(token) === newlineClass;
  const lines: TokenLine[] = [];
  for (let start = 0; start < tokens.length; ) {
    const end = nextLine(tokens, start, isNewline);
    const text = tokens.slice(start, end).map(spelling.textOf).join("").trim();
    const elision = /^\W{1,4}\s*(\.\.\.|…)|^(\.\.\.|…)|\.\.\.\s*existing/.test(text);
    lines.push({ start, end, text, elision });
    start = end;
  }
  return lines;
}

/**
 * Where the sketch says that the source does not go on: per source token the next one at which something is inserted,
 * replaced or dropped (its own index = right here; past the end = nothing known). Undefined where no line of the sketch is the
 * source's. Lines that occur once in both are aligned, in the longest run that is in order, and their equal neighbours
 * with them.
 */
export function changesBySketch(
  source: readonly TokenLine[],
  sketch: readonly TokenLine[],
): Int32Array | undefined {
  const length = source.at(-1)?.end ?? 0;
  const aligned = alignSketch(source, sketch);
  if (!aligned.some((line) => line >= 0)) return undefined;
  const next = new Int32Array(length + 1).fill(length + 1);
  const change = (line: number): void => {
    const at = source[line]?.start ?? length;
    next[at] = at;
  };
  sketch.forEach(({ elision }, i) => {
    const after = sketch[i + 1];
    if (elision || after === undefined || after.elision) return;
    if (aligned[i]! >= 0) {
      if (aligned[i + 1] !== aligned[i]! + 1) change(aligned[i]! + 1);
    } else if (aligned[i + 1]! >= 0 && (sketch[i - 1]?.elision ?? true)) {
      change(aligned[i + 1]!);
    }
  });
  for (let at = length - 1; at >= 0; at--) if (next[at] !== at) next[at] = next[at + 1]!;
  return next;
}

/** Per sketch line the source line it repeats; -1 = none. */
function alignSketch(source: readonly TokenLine[], sketch: readonly TokenLine[]): Int32Array {
  const once = onlyOnce(source);
  const onceInSketch = onlyOnce(sketch);
  const pairs: { readonly line: number; readonly to: number }[] = [];
  sketch.forEach(({ text, elision }, line) => {
    const to = once.get(text);
    if (to !== undefined && !elision && onceInSketch.has(text)) pairs.push({ line, to });
  });
  const aligned = new Int32Array(sketch.length).fill(-1);
  for (const index of longestRising(pairs.map(({ to }) => to))) {
    const { line, to } = pairs[index]!;
    aligned[line] = to;
  }
  const same = (line: number, to: number): boolean =>
    aligned[line] === -1 && sketch[line]?.text === source[to]?.text;
  for (let line = 1; line < sketch.length; line++) {
    const to = aligned[line - 1]!;
    if (to >= 0 && same(line, to + 1)) aligned[line] = to + 1;
  }
  for (let line = sketch.length - 2; line >= 0; line--) {
    const to = aligned[line + 1]!;
    if (to > 0 && same(line, to - 1)) aligned[line] = to - 1;
  }
  return aligned;
}

function onlyOnce(lines: readonly TokenLine[]): Map<string, number> {
  const places = new Map<string, number>();
  const repeated = new Set<string>();
  lines.forEach(({ text }, i) => {
    if (places.has(text)) repeated.add(text);
    places.set(text, i);
  });
  for (const text of repeated) places.delete(text);
  places.delete("");
  return places;
}
