import type { Random } from "../../../test/merge/generate.ts";
import { freshLine } from "./files.ts";
import { type Change, type FileText, oneOf, placesOf } from "./text.ts";

/** Some changes of a file, at most four: lines that come, go, or become others. */
export function changesOf(file: FileText, random: Random): Change[] {
  const { lines } = file;
  const changes: Change[] = [];
  let from = 0;
  for (let left = 1 + random(random(2) === 0 ? 1 : 4); left > 0; left--) {
    const room = lines.length - from;
    if (room < 0) break;
    const start = from + random(Math.max(1, Math.floor(room / left)));
    const kind = random(4);
    const end = kind === 0 ? start : Math.min(lines.length, start + 1 + random(4));
    const fresh = freshFor(file, start, end, kind, random);
    if (fresh.join("\n") === lines.slice(start, end).join("\n")) continue;
    if (start === end && fresh.length === 0) continue;
    changes.push({ start, end, fresh });
    from = end + 1 + random(6);
  }
  return changes;
}

function freshFor(
  { lines }: FileText,
  start: number,
  end: number,
  kind: number,
  random: Random,
): string[] {
  if (kind === 1) return [];
  const near = lines[start] ?? lines[start - 1] ?? "";
  const indent = /^[ \t]*/.exec(near)![0];
  if (kind === 2)
    return lines.slice(start, end).map((line) => (random(3) === 0 ? line : altered(line, random)));
  const fresh: string[] = [];
  for (let i = 1 + random(4); i > 0; i--) {
    const again = random(5) === 0 && lines.length > 0;
    fresh.push(again ? oneOf(lines, random) : freshLine(random, indent, random(6) === 0));
  }
  return fresh;
}

/** The line with a letter or digit of one of its words changed; with a word added where it has none. */
export function altered(line: string, random: Random): string {
  const places = [...line.matchAll(/[A-Za-z0-9]/g)].map(({ index }) => index);
  if (places.length === 0) return `${line}x${random(100)}`;
  const at = oneOf(places, random);
  const old = line[at]!;
  const letters = /\d/.test(old) ? "0123456789" : "abcdefghijkmnopqrstuvwxyz";
  let fresh = oneOf([...letters], random);
  if (fresh === old) fresh = letters[(letters.indexOf(old) + 1) % letters.length]!;
  return line.slice(0, at) + fresh + line.slice(at + 1);
}

/**
 * Whether the new lines stand in the file already, or repeat a line beside them: then the change may be made already, or
 * take the place of that line.
 */
export function repeats({ lines }: FileText, quoted: readonly Quoted[]): boolean {
  return quoted.some((one) => {
    const size = one.above.length + one.old.length + one.below.length;
    const near = lines.slice(Math.max(0, one.start - 3), one.start + size + 3);
    const again = one.fresh.some((line) => /[\p{L}\p{N}]/u.test(line) && near.includes(line));
    return again || placesOf(newOf(one), lines).length > 0;
  });
}

/** A change with lines of context around it: `old` becomes `fresh`, and stands from `start` on. */
export interface Quoted {
  readonly start: number;
  readonly above: readonly string[];
  readonly old: readonly string[];
  readonly fresh: readonly string[];
  readonly below: readonly string[];
}

export const oldOf = ({ above, old, below }: Quoted): string[] => [...above, ...old, ...below];
export const newOf = ({ above, fresh, below }: Quoted): string[] => [...above, ...fresh, ...below];

/**
 * Each change with context, so much of it that its old lines stand once in the file and one of them has words.
 * Undefined = there is not so much room.
 */
export function quotedOnce(
  { lines }: FileText,
  changes: readonly Change[],
  random: Random,
): Quoted[] | undefined {
  const quoted: Quoted[] = [];
  let from = 0;
  for (const [index, change] of changes.entries()) {
    const to = changes[index + 1]?.start ?? lines.length;
    let up = Math.min(random(4), change.start - from);
    let down = Math.min(random(4), to - change.end);
    let one = quote(lines, change, up, down);
    while (!tells(one, lines)) {
      const more = up + down;
      if (change.start - up > from) up++;
      if (change.end + down < to && random(2) === 0) down++;
      else if (up + down === more && change.end + down < to) down++;
      if (up + down === more || up + down > 40) return undefined;
      one = quote(lines, change, up, down);
    }
    quoted.push(one);
    from = change.end + down;
  }
  return quoted;
}

function tells(quoted: Quoted, lines: readonly string[]): boolean {
  const old = oldOf(quoted);
  return old.some((line) => /[\p{L}\p{N}]/u.test(line)) && placesOf(old, lines).length === 1;
}

export function quote(
  lines: readonly string[],
  { start, end, fresh }: Change,
  up: number,
  down: number,
): Quoted {
  return {
    start: start - up,
    above: lines.slice(start - up, start),
    old: lines.slice(start, end),
    fresh,
    below: lines.slice(end, end + down),
  };
}
