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
 * lines, and whole stretches, are not unique; without, every line with words is.
 */
export function generate(random: Random, twins: boolean): Generated {
  let serial = 0;
  const pick = (words: readonly string[]): string => words[random(words.length)]!;
  const name = (): string => `${pick(verbs)}_${pick(nouns)}_${serial++}`;
  const body = (deep: string): string[] => {
    const lines: string[] = [];
    for (let i = 1 + random(5); i > 0; i--) {
      const kind = random(5);
      if (kind === 0) {
        lines.push(`${deep}if (${name()}) {`, `${deep}  return ${name()};`, `${deep}}`);
      } else if (kind === 1) lines.push("");
      else lines.push(`${deep}const ${name()} = ${name()}(${random(100)});`);
    }
    return lines;
  };
  const functionOf = (): string[] => [`function ${name()}() {`, ...body("  "), "}", ""];
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
    if (fresh.length > 0 && fresh.join("\n") === before.slice(start, end).join("\n")) continue;
    hunks.push({ start, end, fresh });
    from = end + 1;
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

/** Each hunk with so many lines around it, a marker wherever something is left out. */
export function sketchOf(edit: Generated, context: number, marker = "// ... existing code ..."): string {
  const { before, hunks } = edit;
  const lines: string[] = [];
  let shown = 0;
  for (const hunk of hunks) {
    const from = Math.max(shown, hunk.start - context);
    // A gap of one line is shown: a marker would be no shorter.
    if (from - shown > 1 || (shown === 0 && from > 0)) lines.push(marker);
    else lines.push(...before.slice(shown, from));
    lines.push(...before.slice(from, hunk.start), ...hunk.fresh);
    const next = hunks[hunks.indexOf(hunk) + 1];
    shown = Math.min(before.length, hunk.end + context, next ? next.start : before.length);
    lines.push(...before.slice(hunk.end, shown));
  }
  if (shown < before.length) lines.push(marker);
  return `${lines.join("\n")}\n`;
}

/** The same as search/replace blocks. */
export function blocksOf(edit: Generated, context: number): string {
  const { before, hunks } = edit;
  let text = "";
  for (const [index, hunk] of hunks.entries()) {
    const above = Math.max(index > 0 ? hunks[index - 1]!.end : 0, hunk.start - context);
    const next = hunks[index + 1]?.start ?? before.length;
    const below = Math.min(next, hunk.end + context);
    const head = before.slice(above, hunk.start);
    const tail = before.slice(hunk.end, below);
    const old = [...head, ...before.slice(hunk.start, hunk.end), ...tail];
    const fresh = [...head, ...hunk.fresh, ...tail];
    text += `<<<<<<< SEARCH\n${old.map(line).join("")}=======\n${fresh.map(line).join("")}>>>>>>> REPLACE\n`;
  }
  return text;
}

const line = (text: string): string => `${text}\n`;

export const textOf = (lines: readonly string[]): string => lines.map(line).join("");
