import type { EditLine } from "../core/edit.ts";
import { RedraftError } from "../core/errors.ts";
import { leadingSpace } from "../text/indent.ts";
import { isBlank } from "../text/words.ts";
import { withRewrittenKept } from "./line-roles.ts";

/** A line of a hunk as written, its sign still on it. */
export interface HunkLine {
  readonly text: string;
  /** 1-based line in the caller's text. */
  readonly at: number;
}

/** How many lines the header gives each side. */
export interface HunkCounts {
  readonly old: number;
  readonly new: number;
}

/** Whether a line of one of the hunks has no sign at all: then the writer leaves the blanks of context out. */
export const leavesBlanksOut = (
  hunks: readonly { readonly body: readonly HunkLine[] }[],
): boolean =>
  hunks.some(({ body }) => body.some(({ text }) => !isBlank(text) && !/^[-+ \\]/.test(text)));

/** What is known of a hunk besides its lines. */
export interface HunkHints {
  readonly counts?: HunkCounts | undefined;
  /** Whether other hunks of the edit leave the blanks of context out. */
  readonly bare?: boolean;
}

/** Readings of one hunk that are kept apart; more of them say no more. */
const readingLimit = 8;

/** Longer hunks are read line by line. */
const longestRead = 2000;

/** A line of a hunk by its sign; without one it is context whose leading blank was left out. */
export function signedLine({ text, at }: HunkLine): EditLine {
  if (text.startsWith("+")) return { text: text.slice(1), role: "add", at };
  if (text.startsWith("-")) return { text: text.slice(1), role: "drop", at };
  return { text: text.startsWith(" ") ? text.slice(1) : text, role: "keep", at };
}

/**
 * The lines of a hunk with their roles. Writers leave out the leading blank of context, and where such a line begins
 * with `-`, `+` or a blank of its own it looks signed. The file decides, for the hunk as a whole: the reading whose old
 * lines are consecutive lines of the file is meant. Blank context at the edges that the file lacks is dropped.
 */
export function hunkLines(
  body: readonly HunkLine[],
  source: readonly string[],
  hints: HunkHints = {},
): EditLine[] {
  const lines = withContext(body, source, hints);
  return withRewrittenKept(withoutStrayBlanks(lines, source));
}

function withContext(
  body: readonly HunkLine[],
  source: readonly string[],
  hints: HunkHints,
): EditLine[] {
  const { counts } = hints;
  const signed = body.map(signedLine);
  const { exact } = linesWithin(source);
  const bare = body.map(({ text, at }, i): EditLine | undefined => {
    if (isBlank(text) || text === signed[i]!.text || !exact.has(text)) return undefined;
    return { text, role: "keep", at };
  });
  if (bare.every((line) => line === undefined)) return signed;
  const readings = readingsInSource(signed, bare, source);
  if (readings.length === 0) return lineByLine(signed, bare, source);
  const chosen = choose(readings, body, signed, source, hints);
  const doubtful = chosen && chosen !== signed ? doubtIn(chosen, body, signed, source, counts) : -1;
  if (chosen && doubtful === -1) return [...chosen];
  const other = readings.find((reading) => !isSigned(reading, signed)) ?? readings[0]!;
  const at = doubtful === -1 ? firstChange(other, signed) : doubtful;
  throw inDoubt(body[at]!);
}

const isSigned = (reading: readonly EditLine[], signed: readonly EditLine[]): boolean =>
  reading.every((line, i) => line === signed[i]);

const firstChange = (reading: readonly EditLine[], signed: readonly EditLine[]): number =>
  Math.max(
    0,
    reading.findIndex((line, i) => line !== signed[i]),
  );

function inDoubt({ text, at }: HunkLine): RedraftError {
  const shown = JSON.stringify(text.slice(0, 80));
  return new RedraftError(
    "ambiguous",
    `Ambiguous: line ${at} of the edit (${shown}) may be context without its leading space, or a changed line. ` +
      "Begin every context line with one space, and every removed line with -.",
    { details: { line: at } },
  );
}

/** All readings that change something and whose old lines are consecutive lines of the file. */
function readingsInSource(
  signed: readonly EditLine[],
  bare: readonly (EditLine | undefined)[],
  source: readonly string[],
): EditLine[][] {
  const found = new Map<string, EditLine[]>();
  if (signed.length > longestRead) return [];
  const dead = new Set<number>();
  const width = source.length + 1;
  const reading: EditLine[] = [];
  const follow = (i: number, place: number, old: boolean, changes: boolean): boolean => {
    if (i === signed.length) {
      if (!old || !changes) return false;
      found.set(reading.map((line, n) => Number(line !== signed[n])).join(""), [...reading]);
      return true;
    }
    const key = ((i * width + place) * 2 + Number(old)) * 2 + Number(changes);
    if (dead.has(key) || found.size >= readingLimit) return false;
    let lives = false;
    for (const line of [signed[i]!, bare[i]]) {
      if (line === undefined) continue;
      const isOld = line.role !== "add";
      if (isOld && source[place] !== line.text) continue;
      reading.push(line);
      const hasOldText = old || (isOld && !isBlank(line.text));
      const follows = follow(
        i + 1,
        place + Number(isOld),
        hasOldText,
        changes || line.role !== "keep",
      );
      lives = follows || lives;
      reading.pop();
    }
    if (!lives) dead.add(key);
    return lives;
  };
  for (const place of beginnings(signed, bare, source)) follow(0, place, false, false);
  return [...found.values()];
}

/** Where the first old line of a reading may be. */
function beginnings(
  signed: readonly EditLine[],
  bare: readonly (EditLine | undefined)[],
  source: readonly string[],
): Set<number> {
  const { places } = linesWithin(source);
  const found = new Set<number>();
  for (const [i, line] of signed.entries()) {
    for (const first of [line, bare[i]]) {
      if (first === undefined || first.role === "add") continue;
      for (const place of places.get(first.text.trim()) ?? []) found.add(place);
    }
    if (line.role !== "add") break;
  }
  return found;
}

/** The one reading that is meant (`signed` itself if it is that one), or undefined if more than one may be. */
function choose(
  readings: readonly EditLine[][],
  body: readonly HunkLine[],
  signed: readonly EditLine[],
  source: readonly string[],
  { counts, bare }: HunkHints,
): readonly EditLine[] | undefined {
  const byCounts = readings.filter((reading) => counts && agrees(reading, counts));
  const left = byCounts.length > 0 ? byCounts : readings;
  const plain = left.find((reading) => isSigned(reading, signed));
  // Context at another depth of the file: the signs are right, and its other place is none of this hunk.
  const others = left.filter((reading) => reading.some((line, i) => line.role !== signed[i]!.role));
  if (plain && others.length === 0) return signed;
  if (plain && left.length === 1) return signed;
  // If the signs make no sense, or blanks are certainly missing, every line that the file has there is context.
  const lost = bare || signed.some(({ text }, i) => !isBlank(text) && text === body[i]!.text);
  const only = fullest(left);
  if (only === undefined) return undefined;
  if (plain && !lost && !isStrange(only, signed, source)) return undefined;
  // An old line that is as it should be by its sign: then the hunk is not indented otherwise as a whole.
  const fixed = only.some(
    (line, i) => line === signed[i] && line.role !== "add" && !isBlank(line.text),
  );
  return others.length === 0 && !fixed && !lost && isShifted(signed, source) ? signed : only;
}

const knownIndents = (source: readonly string[]): Set<string> =>
  new Set(source.filter((line) => !isBlank(line)).map(leadingSpace));

/** Whether all lines that a reading keeps against their sign would be new ones at a depth the file does not know: `+ x`. */
function isStrange(
  reading: readonly EditLine[],
  signed: readonly EditLine[],
  source: readonly string[],
): boolean {
  const depths = knownIndents(source);
  return signed.every(
    ({ role, text }, i) =>
      role === reading[i]!.role || (role === "add" && !depths.has(leadingSpace(text))),
  );
}

/** The reading that keeps every line that another one keeps, or undefined if there is none. */
function fullest(readings: readonly EditLine[][]): EditLine[] | undefined {
  const keeps = (line: EditLine | undefined): boolean => line?.role === "keep";
  return readings.find((full) =>
    readings.every((other) =>
      other.every((line, i) => keeps(full[i]) || line.role === full[i]!.role),
    ),
  );
}

/**
 * Whether a hunk whose readings differ only in blanks is indented one blank less than the file as a whole: its new
 * lines then have depths that the file does not have, and one blank more makes them right.
 */
function isShifted(signed: readonly EditLine[], source: readonly string[]): boolean {
  const depths = knownIndents(source);
  const added = signed.filter((line) => line.role === "add" && !isBlank(line.text));
  const all = (more: string): boolean =>
    added.every((line) => depths.has(more + leadingSpace(line.text)));
  return !all("") || all(" ");
}

function agrees(lines: readonly EditLine[], counts: HunkCounts): boolean {
  const old = lines.filter((line) => line.role !== "add").length;
  const newCount = lines.filter((line) => line.role !== "drop").length;
  return old === counts.old && newCount === counts.new;
}

/**
 * The line that makes a reading against the signs uncertain, or -1. The header may count by the signs, the file may have
 * the signed lines with another indentation, or similar context may have its leading blank.
 */
function doubtIn(
  chosen: readonly EditLine[],
  body: readonly HunkLine[],
  signed: readonly EditLine[],
  source: readonly string[],
  counts: HunkCounts | undefined,
): number {
  const turned = [...chosen.keys()].filter((i) => chosen[i]!.role !== signed[i]!.role);
  if (turned.length === 0) return -1;
  if (counts && agrees(signed, counts) && !agrees(chosen, counts)) return turned[0]!;
  if (turned.some((i) => signed[i]!.role === "drop") && isInSource(signed, source))
    return turned[0]!;
  const replaced = turned.find((i) => {
    const sign = body[i]!.text[0]!;
    const showsBlank = body.some(({ text }, n) => n !== i && text.startsWith(` ${sign}`));
    return sign === "-" && showsBlank && chosen[i + 1]?.role === "add";
  });
  if (replaced !== undefined && !(counts && agrees(chosen, counts))) return replaced;
  return -1;
}

/** If the file has no reading as a whole: a line that the file has as written, and not without its sign, is context. */
function lineByLine(
  signed: readonly EditLine[],
  bare: readonly (EditLine | undefined)[],
  source: readonly string[],
): EditLine[] {
  const { places } = linesWithin(source);
  const lines = signed.map((line, i) =>
    line.role === "drop" && bare[i] && !places.has(line.text.trim()) ? bare[i] : line,
  );
  return lines.some((line) => line.role !== "keep") ? lines : [...signed];
}

/** Whether the old lines are consecutive lines of the file, ignoring blanks around each. */
function isInSource(lines: readonly EditLine[], source: readonly string[]): boolean {
  const old = lines.filter((line) => line.role !== "add").map((line) => line.text.trim());
  if (old.length === 0) return false;
  const { places } = linesWithin(source);
  const count = (text: string): number => places.get(text)?.length ?? 0;
  let rarest = 0;
  for (const [i, text] of old.entries()) if (count(text) < count(old[rarest]!)) rarest = i;
  return (places.get(old[rarest]!) ?? []).some((place) => {
    const start = place - rarest;
    return old.every((text, i) => source[start + i]?.trim() === text);
  });
}

interface KnownLines {
  readonly exact: ReadonlySet<string>;
  /** The indices of each line, trimmed. */
  readonly places: ReadonlyMap<string, readonly number[]>;
}

/** A diff of many hunks asks for the same file each time. */
const knownLines = new WeakMap<readonly string[], KnownLines>();

function linesWithin(source: readonly string[]): KnownLines {
  const known = knownLines.get(source);
  if (known) return known;
  const places = new Map<string, number[]>();
  for (const [line, text] of source.entries()) {
    const found = places.get(text.trim());
    if (found) found.push(line);
    else places.set(text.trim(), [line]);
  }
  const made = { exact: new Set(source), places };
  knownLines.set(source, made);
  return made;
}

/** Removes blank context at the edges: the least that makes the rest match the file, or nothing if that does not help. */
export function withoutStrayBlanks(
  lines: readonly EditLine[],
  source: readonly string[],
): EditLine[] {
  const isStray = (line: EditLine | undefined): boolean =>
    line !== undefined && line.role === "keep" && isBlank(line.text);
  const whole = [...lines];
  if (!isStray(lines[0]) && !isStray(lines.at(-1))) return whole;
  if (isInSource(lines, source)) return whole;
  const leading = lines.findIndex((line) => !isStray(line));
  if (leading === -1) return whole;
  const trailing = lines.length - 1 - lines.findLastIndex((line) => !isStray(line));
  for (let count = 1; count <= leading + trailing; count++) {
    for (let head = Math.max(0, count - trailing); head <= Math.min(leading, count); head++) {
      const rest = lines.slice(head, lines.length - (count - head));
      const hasOldText = rest.some((line) => line.role !== "add" && !isBlank(line.text));
      if (hasOldText && isInSource(rest, source)) return rest;
    }
  }
  return whole;
}
