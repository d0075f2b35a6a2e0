import type { Edit, EditLine } from "../../core/edit.ts";
import type { EditFate, Proved } from "../../core/merge.ts";
import { isDistinctive } from "../../merge/align/distinctive.ts";
import { isFilled } from "../../text/words.ts";
import type { SettledPart } from "./final-hunks.ts";
import { fullLines } from "./final-hunks.ts";

interface PlacedLine {
  readonly line: EditLine;
  readonly fate: EditFate;
}

/**
 * What the beginning of an edit, up to the end of a part, settles: the result up to the last line that it quotes. Undefined
 * where what follows might place it elsewhere, which is unless
 *
 * - the merge needed no tolerance: every quoted line is the file's to the letter;
 * - every part begins and ends with a quoted line, and quotes one with words that the file has once;
 * - no comment says that something is removed, since the lines after it say how much;
 * - everything behind the last quoted line stays.
 */
export function settledBy(
  source: readonly string[],
  edit: Edit,
  { text, proof, notes }: Proved,
): SettledPart | undefined {
  if (notes.length > 0 || edit.segments.some((segment) => segment.kind === "removal"))
    return undefined;
  const isOnce = countsOnce(source);
  let number = 0;
  let last: EditFate | undefined;
  for (const segment of edit.segments) {
    if (segment.kind !== "lines") continue;
    const placed = segment.lines.map((line): PlacedLine => ({ line, fate: proof.edit[number++]! }));
    const filled = placed.filter(({ line }) => isFilled(line.text));
    if (filled.length === 0) continue;
    const quoted = filled.filter(({ fate }) => "tier" in fate);
    const [first, end] = [filled[0]!, filled.at(-1)!];
    const isExact = quoted.every(({ fate }) => "tier" in fate && fate.tier === "exact");
    const isAnchored = quoted.some(({ line }) => isDistinctive(line.text) && isOnce(line.text));
    const hasEdges = "tier" in first.fate && end.fate.fate === "matched";
    if (!isExact || !isAnchored || !hasEdges) return undefined;
    last = end.fate;
  }
  if (last?.fate !== "matched") return undefined;
  const kept = proof.source[last.source]!;
  if (kept.fate !== "kept") return undefined;
  return settledAt(source, text, last.source + 1, kept.result + 1);
}

/** The first lines of a result, provided that the source's lines behind them stay as they are. */
export function settledAt(
  source: readonly string[],
  text: string,
  lines: number,
  resultLines: number,
): SettledPart | undefined {
  const begin = fullLines(text).slice(0, resultLines).join("");
  const rest = source.slice(lines).join("");
  return begin + rest === text ? { lines, text: begin } : undefined;
}

/** Whether a text is that of exactly one line, blanks around it aside. */
function countsOnce(source: readonly string[]): (text: string) => boolean {
  const counts = new Map<string, number>();
  for (const line of source) {
    const key = line.trim();
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return (text) => counts.get(text.trim()) === 1;
}
