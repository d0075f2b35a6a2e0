/** Files, edits of them, and the sketches a careful writer would send: for properties and the soak. */

/** A random source: numbers in [0, n). */
export type Random = (below: number) => number;

/** The mulberry32 generator: the same seed gives the same run. */
export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4_294_967_296) * below);
  };
}

export interface Generated {
  readonly before: readonly string[];
  readonly after: readonly string[];
  /** What was changed: lines [start, end) of `before` became `fresh`. Ascending, apart from each other. */
  readonly hunks: readonly Hunk[];
}

export interface Hunk {
  readonly start: number;
  readonly end: number;
  readonly fresh: readonly string[];
}

const verbs = ["load", "store", "parse", "print", "merge", "split", "count", "close"];
const nouns = ["user", "order", "page", "token", "value", "entry", "batch", "route"];

/**
 * A file of small functions and a few changes in it. With `twins` some functions stand twice, so that
 * lines, and whole stretches, are not unique; without, every line but blank ones is.
 */
export function generate(random: Random, twins: boolean): Generated {
  let serial = 0;
  const pick = (words: readonly string[]): string => words[random(words.length)]!;
  const name = (): string => `${pick(verbs)}_${pick(nouns)}_${serial++}`;
  const close = (deep: string): string => (twins ? `${deep}}` : `${deep}} // ${name()}`);
  const body = (deep: string): string[] => {
    const lines: string[] = [];
    for (let i = 1 + random(5); i > 0; i--) {
      const kind = random(5);
      if (kind === 0) {
        lines.push(`${deep}if (${name()}) {`, `${deep}  return ${name()};`, close(deep));
      } else if (kind === 1) lines.push("");
      else lines.push(`${deep}const ${name()} = ${name()}(${random(100)});`);
    }
    return lines;
  };
  const functionOf = (): string[] => [`function ${name()}() {`, ...body("  "), close(""), ""];
  const before: string[] = [];
  const functions: string[][] = [];
  for (let i = 2 + random(8); i > 0; i--) {
    const again = twins && functions.length > 0 && random(3) === 0;
    const lines = again ? functions[random(functions.length)]! : functionOf();
    functions.push(lines);
    before.push(...lines);
  }
  const hunks: Hunk[] = [];
  let from = 0;
  for (let i = 1 + random(3); i > 0; i--) {
    const start = from + random(Math.max(1, Math.floor((before.length - from) / i)));
    if (start >= before.length) break;
    const kind = random(3);
    const end = kind === 0 ? start : Math.min(before.length, start + 1 + random(3));
    const fresh = kind === 1 ? [] : random(2) === 0 ? body("  ") : functionOf();
    // At the file's edges a sketch without a marker may as well have lost it.
    if (start < 3 || end > before.length - 3) continue;
    if (fresh.length > 0 && fresh.join("\n") === before.slice(start, end).join("\n")) continue;
    hunks.push({ start, end, fresh });
    from = end + 6;
  }
  const after: string[] = [];
  let at = 0;
  for (const hunk of hunks) {
    after.push(...before.slice(at, hunk.start), ...hunk.fresh);
    at = hunk.end;
  }
  after.push(...before.slice(at));
  return { before, after, hunks };
}

/** So many lines with words above `from`, and the blank ones between; not beyond `limit`. */
function above(lines: readonly string[], from: number, context: number, limit: number): number {
  let start = from;
  for (let words = 0; start > limit && words < context; start--) {
    if (/\w/.test(lines[start - 1]!)) words++;
  }
  return start;
}

function below(lines: readonly string[], from: number, context: number, limit: number): number {
  let end = from;
  for (let words = 0; end < limit && words < context; end++) if (/\w/.test(lines[end]!)) words++;
  return end;
}

/** Each hunk with so many lines of words around it, a marker wherever something is left out. */
export function sketchOf(
  edit: Generated,
  context: number,
  marker = "// ... existing code ...",
): string {
  const { before, hunks } = edit;
  const lines: string[] = [];
  let shown = 0;
  for (const [index, hunk] of hunks.entries()) {
    const from = above(before, hunk.start, context, shown);
    if (from - shown > 1) lines.push(marker);
    else lines.push(...before.slice(shown, from));
    lines.push(...before.slice(from, hunk.start), ...hunk.fresh);
    const next = hunks[index + 1]?.start ?? before.length;
    shown = below(before, hunk.end, context, next);
    lines.push(...before.slice(hunk.end, shown));
  }
  if (shown < before.length) lines.push(marker);
  return `${lines.join("\n")}\n`;
}

/** The same as search/replace blocks. */
export function blocksOf(edit: Generated, context: number): string {
  const { before, hunks } = edit;
  let text = "";
  let shown = 0;
  for (const [index, hunk] of hunks.entries()) {
    const from = above(before, hunk.start, context, shown);
    const next = hunks[index + 1]?.start ?? before.length;
    shown = below(before, hunk.end, context, next);
    const head = before.slice(from, hunk.start);
    const tail = before.slice(hunk.end, shown);
    const old = [...head, ...before.slice(hunk.start, hunk.end), ...tail];
    const fresh = [...head, ...hunk.fresh, ...tail];
    text += `<<<<<<< SEARCH\n${old.map(line).join("")}=======\n${fresh.map(line).join("")}>>>>>>> REPLACE\n`;
  }
  return text;
}

const line = (text: string): string => `${text}\n`;

export const textOf = (lines: readonly string[]): string => lines.map(line).join("");
