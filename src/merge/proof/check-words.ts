import type { LineRole } from "../../core/edit.ts";
import type { EditFate, Proof } from "../../core/merge.ts";
import { indentOf } from "../../text/indent.ts";
import type { TextLine } from "../../text/lines.ts";
import { hasWords } from "../../text/words.ts";

interface ComparedLine {
  readonly text: string;
  readonly role: LineRole;
  readonly segment: number;
}

const ideograph = String.raw`[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]`;
const besideIdeographs = new RegExp(`(?<=${ideograph})\\s+|\\s+(?=${ideograph})`, "gu");
const references: Readonly<Record<string, string>> = {
  "&amp;": "&",
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&apos;": "'",
  "&nbsp;": " ",
};

/** A line with its typography made plain. `resolve`: character references are read as their characters. */
function plainText(line: string, resolve: boolean): string {
  const resolved = resolve
    ? line.replace(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|[a-z]+);/giu, (all, hex, decimal) => {
        if (hex === undefined && decimal === undefined) return references[all] ?? all;
        const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
        return code > 0 && code < 0x110000 ? String.fromCodePoint(code) : all;
      })
    : line;
  return resolved
    .normalize("NFC")
    .replace(/[\u00AD\u200B-\u200D\u2060\uFEFF]/gu, "")
    .replace(/[\u2018-\u201B\u2032\u2039\u203A\u00B4\u02BC]/gu, "'")
    .replace(/[\u201C-\u201F\u2033\u00AB\u00BB]/gu, '"')
    .replace(/[\u2010-\u2015\u2212]/gu, "-")
    .replace(/…/gu, "...")
    .replace(/[！-／：-＠［-｀｛-～]/gu, (sign) => String.fromCharCode(sign.charCodeAt(0) - 0xfee0))
    .replace(besideIdeographs, "");
}

/** Words, numbers and signs, parted by one blank each. */
const spelled = (plain: string): string =>
  (plain.match(/[\p{L}\p{N}\p{M}_]+|\S/gu) ?? []).join(" ");

/** Whether two lines are equal in every word, number and sign. */
function saysTheSame(edit: string, source: string): boolean {
  const words = spelled(plainText(edit, false));
  return words === spelled(plainText(source, false)) || words === spelled(plainText(source, true));
}

/**
 * Checks the new lines that replace removed lines of another typography: each says what the edit says, has no character
 * that neither side has, and repeats the source to the letter as far as the edit repeats the removed lines from either
 * end.
 */
export function checkMerged(
  before: readonly TextLine[],
  after: readonly TextLine[],
  lines: readonly ComparedLine[],
  proof: Proof,
  say: (problem: string) => void,
): void {
  for (const [r, origin] of proof.result.entries()) {
    if (origin.from !== "merged") continue;
    const line = lines[origin.edit];
    if (!line || !before[origin.source]) {
      say(`result line ${r} is merged from nothing`);
      continue;
    }
    const related = proof.edit.flatMap((fate, e) =>
      lines[e]?.segment === line.segment && "source" in fate ? [fate.source] : [],
    );
    if (!related.includes(origin.source)) say(`result line ${r} is merged from a line elsewhere`);
    const text = after[r]!.text;
    if (!saysTheSame(line.text, text)) say(`result line ${r} does not say what the edit says`);
    const known = new Set(line.text + related.map((s) => before[s]?.text).join(""));
    const indent = indentOf(text).length;
    if ([...text.slice(indent)].some((char) => !known.has(char)))
      say(`result line ${r} has characters of its own`);
  }
  for (const { drops, adds } of changeRuns(lines))
    checkEnds(before, after, lines, drops, adds, proof, say);
}

interface ChangeRun {
  readonly drops: number[];
  readonly adds: number[];
}

function changeRuns(lines: readonly ComparedLine[]): ChangeRun[] {
  const found: ChangeRun[] = [];
  for (const [e, { role, segment }] of lines.entries()) {
    if (role !== "drop" && role !== "add") continue;
    const above = lines[e - 1];
    const joins = above?.segment === segment && (above.role === "drop" || above.role === "add");
    if (!joins) found.push({ drops: [], adds: [] });
    found.at(-1)![role === "drop" ? "drops" : "adds"].push(e);
  }
  return found;
}

/** The beginning of the first line and the end of the last, where old and new have them in common: the source's. */
function checkEnds(
  before: readonly TextLine[],
  after: readonly TextLine[],
  lines: readonly ComparedLine[],
  drops: readonly number[],
  adds: readonly number[],
  proof: Proof,
  say: (problem: string) => void,
): void {
  const isRespelled = (e: number): boolean => {
    const fate = proof.edit[e]!;
    return fate.fate === "dropped-source" && fate.tier === "typography";
  };
  if (adds.length === 0 || !drops.some(isRespelled)) return;
  const [first, last] = [0, -1].map((at) => {
    const [drop, add] = [drops.at(at)!, adds.at(at)!];
    const [dropped, placed] = [proof.edit[drop]!, proof.edit[add]!];
    if (!("source" in dropped) || placed.fate !== "placed") return undefined;
    const [source, result] = [before[dropped.source]?.text, after[placed.result]?.text];
    if (source === undefined || result === undefined) return undefined;
    return { old: lines[drop]!.text, added: lines[add]!.text, source, result, add };
  });
  if (!first || !last) return;
  const head = commonHead(first.old.trim(), first.added.trim());
  const tail = reversedRun(
    commonHead(reversedRun(last.old.trim()), reversedRun(last.added.trim())),
  );
  const shared = drops.length === 1 || adds.length === 1;
  const overlap =
    shared &&
    head.length + tail.length > Math.min(first.old.trim().length, first.added.trim().length);
  const lost = (add: number): void => say(`edit line ${add} loses typography of the source`);
  const starts = stretch(first.source.trim(), head, false);
  if (starts === undefined || !first.result.trim().startsWith(starts)) lost(first.add);
  if (overlap) return;
  const ends = stretch(last.source.trim(), tail, true);
  if (ends === undefined || !last.result.trim().endsWith(ends)) lost(last.add);
}

const reversedRun = (text: string): string => [...text].reverse().join("");

/** What two texts begin with alike, in whole stretches without blanks; nothing where that has no words. */
function commonHead(one: string, other: string): string {
  let length = 0;
  while (length < one.length && length < other.length && one[length] === other[length]) length++;
  const isEnd = (text: string): boolean => length === text.length || /\s/u.test(text[length]!);
  while (length > 0 && !(isEnd(one) && isEnd(other) && !/\s/u.test(one[length - 1]!))) length--;
  const head = one.slice(0, length);
  return hasWords(head) ? head : "";
}

/** The beginning, or the end, of a source line that says a text. */
function stretch(source: string, text: string, fromEnd: boolean): string | undefined {
  if (text === "") return "";
  const size = (part: string, resolve: boolean): number =>
    plainText(part, resolve).replace(/\s/gu, "").length;
  const wanted = size(text, false);
  for (const resolve of [false, true]) {
    const units = source.match(/&(?:#?\w+);|\P{M}\p{M}*|\p{M}/gu) ?? [];
    if (fromEnd) units.reverse();
    let said = 0;
    let length = 0;
    for (const unit of units) {
      if (said >= wanted) break;
      said += size(unit, resolve);
      length += unit.length;
    }
    const part = fromEnd ? source.slice(source.length - length) : source.slice(0, length);
    if (saysTheSame(text, part)) return part;
  }
  return undefined;
}

/** Whether an edit line may pass for a source line by a tier; each tier in its loosest reading. */
export function fits(
  edit: string,
  source: string,
  { fate, tier }: Exclude<EditFate, { fate: "placed" | "layout" }>,
): boolean {
  if (edit === source) return tier === "exact";
  if (tier === "exact") return false;
  if (edit.trimEnd() === source.trimEnd()) return tier === "trailing" || tier === "indent";
  if (tier === "trailing") return false;
  if (edit.trim() === source.trim()) return tier === "indent";
  if (tier === "indent") return false;
  if (fate === "dropped-source") return tier === "typography" && saysTheSame(edit, source);
  const plain = (line: string): string =>
    line
      .normalize("NFC")
      .replace(/[\s\u00A0\u200B\u2060\uFEFF]/gu, "")
      .replace(/[\u2018-\u201B\u2032`´]/gu, "'")
      .replace(/[\u201C-\u201F\u2033«»]/gu, '"')
      .replace(/[\u2010-\u2015\u2212]/gu, "-")
      .replace(/…/gu, "...");
  const a = plain(edit);
  const b = plain(source);
  if (a === b || saysTheSame(edit, source)) return tier === "typography" || tier === "misquoted";
  if (tier === "typography") return false;
  if (a.endsWith("...") && b.startsWith(a.slice(0, -3))) return true;
  return mostlyEqual(a, b);
}

/** At most a third differs, measured between the common beginning and the common end. */
function mostlyEqual(a: string, b: string): boolean {
  const least = Math.min(a.length, b.length);
  let head = 0;
  while (head < least && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < least - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++;
  const restA = a.slice(head, a.length - tail);
  const restB = b.slice(head, b.length - tail);
  const limit = Math.max(1, Math.max(a.length, b.length) / 3);
  if (Math.max(restA.length, restB.length) <= limit) return true;
  if (restA.length * restB.length > 4_000_000) return false;
  let row = Array.from({ length: restB.length + 1 }, (_, j) => j);
  for (let i = 1; i <= restA.length; i++) {
    const next = [i];
    for (let j = 1; j <= restB.length; j++) {
      const change = row[j - 1]! + (restA[i - 1] === restB[j - 1] ? 0 : 1);
      next.push(Math.min(change, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[restB.length]! <= limit;
}
