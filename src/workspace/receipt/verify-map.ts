import type { TextLine } from "../../text/lines.ts";
import { meanings, trimmedLine } from "./edit-lines.ts";
import type { LineMap, ResultRun, Span } from "./format.ts";
import { isMerged, Stock } from "./merged-line.ts";

/** What the lines of a map are compared with, as far as it is there. */
export interface MapTexts {
  readonly before?: readonly TextLine[] | undefined;
  readonly after?: readonly TextLine[] | undefined;
  /** As `editTexts` numbers them. */
  readonly edit?: readonly string[] | undefined;
}

/** How many lines were compared, by what they are said to be. */
export interface LineCounts {
  kept: number;
  edit: number;
  merged: number;
  untraced: number;
}

type Complain = (problem: string) => void;

/** Source lines that are removed, and the lines that replace them: 0-based, ends not included. */
interface ReplacedRun {
  readonly source: Span;
  readonly result: Span;
}

/** Says what is wrong with a map of this many lines by itself, and gives what it says for each line of the result. */
export function readMap(
  map: LineMap,
  before: number,
  after: number,
  say: Complain,
): readonly ReplacedRun[] | undefined {
  if (!coversAll(map.result, after)) say(`the runs of the result are not lines 1 to ${after}`);
  else if (!coversAll(map.source, before))
    say(`the runs of the source are not lines 1 to ${before}`);
  else return gapsOf(map, before, after, say);
  return undefined;
}

function coversAll(runs: readonly { readonly lines: Span }[], count: number): boolean {
  let next = 1;
  for (const { lines } of runs) {
    if (lines[0] !== next || lines[1] < lines[0]) return false;
    next = lines[1] + 1;
  }
  return next === count + 1;
}

function gapsOf(
  map: LineMap,
  before: number,
  after: number,
  say: Complain,
): ReplacedRun[] | undefined {
  const kept = pairsOf(map);
  const claimed = map.source.flatMap((run) =>
    run.fate === "kept" ? each(run.lines, (line, offset) => [line, run.result + offset]) : [],
  );
  const isSame =
    kept.length === claimed.length &&
    kept.every(([line, result], at) => claimed[at]![0] === line && claimed[at]![1] === result);
  if (!isSame) {
    say("the runs of the result and of the source do not keep the same lines");
    return undefined;
  }
  const gaps: ReplacedRun[] = [];
  let [line, result] = [0, 0];
  for (const [nextLine, nextResult] of [...kept, [before + 1, after + 1] as const]) {
    if (nextLine <= line || nextResult <= result) {
      say(`source line ${nextLine} is kept out of order`);
      return undefined;
    }
    gaps.push({ source: [line, nextLine - 1], result: [result, nextResult - 1] });
    [line, result] = [nextLine, nextResult];
  }
  const fates = new Map(map.source.map((run) => [run.lines[0], run]));
  for (const { source, result } of gaps) {
    if (source[0] === source[1]) continue;
    const run = fates.get(source[0] + 1);
    const isWhole = run?.lines[1] === source[1];
    const fits =
      result[0] === result[1]
        ? run?.fate === "removed"
        : run?.fate === "replaced" &&
          run.result[0] === result[0] + 1 &&
          run.result[1] === result[1];
    if (!isWhole || !fits)
      say(`what is said of source lines ${source[0] + 1} to ${source[1]} does not fit the result`);
  }
  return gaps;
}

/** Kept lines according to the runs of the result: source and result line, from 1. */
function pairsOf(map: LineMap): (readonly [number, number])[] {
  return map.result.flatMap((run) =>
    run.from === "source" ? each(run.lines, (line, offset) => [run.source + offset, line]) : [],
  );
}

function each(
  lines: Span,
  pair: (line: number, offset: number) => readonly [number, number],
): (readonly [number, number])[] {
  return Array.from({ length: lines[1] - lines[0] + 1 }, (_, offset) =>
    pair(lines[0] + offset, offset),
  );
}

/** Compares the lines of the result with what they are said to be, as far as the texts are there. */
export function compareLines(
  map: LineMap,
  gaps: readonly ReplacedRun[],
  texts: MapTexts,
  counts: LineCounts,
  say: Complain,
): void {
  const { after, edit } = texts;
  const whole = edit && new Stock(edit.join("\n"));
  let gap = 0;
  for (const run of map.result) {
    for (let line = run.lines[0]; line <= run.lines[1]; line++) {
      while (gap < gaps.length - 1 && gaps[gap]!.result[1] < line) gap++;
      const offset = line - run.lines[0];
      if (run.from === "source") compareKept(run, line, offset, texts, counts, say);
      else if (run.from === "layout") {
        if (after && trimmedLine(after[line - 1]!.text) !== "") say(`line ${line} is not blank`);
      } else if (run.from === "edit" || (run.from === "model" && run.edit !== undefined)) {
        compareWithEdit(run.edit! + offset, line, texts, counts, say);
      } else if (run.from === "merged") {
        compareMerged(run, line, gaps[gap]!, { ...texts, whole }, counts, say);
      } else if (run.from !== "cell") counts.untraced++;
    }
  }
}

function compareKept(
  run: ResultRun & { readonly from: "source" },
  line: number,
  offset: number,
  { before, after }: MapTexts,
  counts: LineCounts,
  say: Complain,
): void {
  if (!before || !after) return;
  const source = run.source + offset;
  const [old, now] = [before[source - 1]!, after[line - 1]!];
  if (old.text !== now.text) say(`line ${line} is not source line ${source}`);
  else if ((old.end !== now.end) !== (run.ends === "changed"))
    say(
      `the end of line ${line} is ${old.end === now.end ? "" : "not "}that of source line ${source}`,
    );
  counts.kept++;
}

function compareWithEdit(
  number: number,
  line: number,
  { after, edit }: MapTexts,
  counts: LineCounts,
  say: Complain,
): void {
  if (!edit) return;
  const from = edit[number - 1];
  if (from === undefined)
    say(`line ${line} is said to be line ${number} of the edit, which has ${edit.length}`);
  else if (after && !meanings(from).includes(trimmedLine(after[line - 1]!.text)))
    say(`line ${line} is not line ${number} of the edit`);
  if (after) counts.edit++;
}

function compareMerged(
  run: ResultRun & { readonly from: "merged" },
  line: number,
  gap: ReplacedRun,
  { before, after, edit, whole }: MapTexts & { readonly whole: Stock | undefined },
  counts: LineCounts,
  say: Complain,
): void {
  const { source } = run;
  if (run.lines[0] !== run.lines[1]) say(`lines ${run.lines.join(" to ")} are merged as one`);
  const isInGap = source === undefined || (source[0] > gap.source[0] && source[1] <= gap.source[1]);
  if (!isInGap || (source && source[1] < source[0])) {
    say(`line ${line} is merged with source lines that it does not replace`);
    return;
  }
  if (edit && run.edit !== undefined && edit[run.edit - 1] === undefined) {
    say(`line ${line} is said to be of line ${run.edit} of the edit, which has ${edit.length}`);
    return;
  }
  if (!before || !after || !edit) return;
  const replaced = before.slice(gap.source[0], gap.source[1]).map(({ text }) => text);
  const fits = isMerged(after[line - 1]!.text, {
    edit: run.edit === undefined ? whole! : new Stock(edit[run.edit - 1]!),
    ...(source && { source: [before[source[0] - 1]!.text, before[source[1] - 1]!.text] as const }),
    replaced: new Stock(replaced.join("\n")),
  });
  if (!fits) say(`line ${line} is not made of the edit and the lines that it replaces`);
  counts.merged++;
}
