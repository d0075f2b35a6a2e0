import type { CarriedProof, Proof } from "../../core/merge.ts";
import { LineDiff } from "../../text/line-diff.ts";
import type { TextLine } from "../../text/lines.ts";
import { meanings, trimmedLine } from "./edit-lines.ts";
import type { LineMap, ResultRun, SourceRun, Span } from "./format.ts";
import { isMerged, Stock } from "./merged-line.ts";

export interface Mapped {
  readonly before: readonly TextLine[];
  readonly after: readonly TextLine[];
  readonly proof?: Proof | CarriedProof | undefined;
  /** Lines of the edit as receipts count them. */
  readonly edit: readonly string[];
  /** For every line of the proof's edit its line in the text as written, from 1; 0 = none. */
  readonly editAt?: readonly number[] | undefined;
  /** Whose the new lines are where there is no proof. */
  readonly author: "edit" | "model" | "cell";
}

/** Lines of both sides that no kept line divides: source lines that are removed, and the lines that replace them. */
interface MapGap {
  readonly source: readonly [start: number, end: number];
  readonly result: readonly [start: number, end: number];
  /** The source lines, joined by line feeds. */
  readonly replaced: Stock;
}

/** Characters of edits that are searched for one map, before what is left counts as not traced. */
const mostSearched = 200_000_000;

/**
 * Says of every line on both sides what it is. New lines are called what a reader of both texts and the edit can check: a line
 * of the edit, a line made of the edit and the source, and only then a line whose origin is not traced.
 */
export function lineMap(mapped: Mapped): LineMap {
  const { before, after } = mapped;
  const source = sourceOfLines(mapped);
  const namer = new Namer(mapped);
  const result: ResultRun[] = [];
  const fates: SourceRun[] = [];
  let line = 0;
  let old = 0;
  const gap = (end: number, oldEnd: number): void => {
    const lines: Span | undefined = old < oldEnd ? [old + 1, oldEnd] : undefined;
    if (lines !== undefined && line === end) fates.push({ fate: "removed", lines });
    else if (lines !== undefined) fates.push({ fate: "replaced", lines, result: [line + 1, end] });
    const replacedTexts = line < end ? before.slice(old, oldEnd).map(({ text }) => text) : [];
    const replaced = new Stock(replacedTexts.join("\n"));
    const stretch: MapGap = { source: [old, oldEnd], result: [line, end], replaced };
    for (; line < end; line++) push(result, namer.name(line, stretch));
    old = oldEnd;
  };
  for (let at = 0; at < after.length; at++) {
    const from = source[at]!;
    if (from < 0) continue;
    gap(at, from);
    const ends = before[from]!.end === after[at]!.end ? {} : ({ ends: "changed" } as const);
    push(result, { from: "source", lines: [at + 1, at + 1], source: from + 1, ...ends });
    pushFate(fates, from + 1, at + 1);
    line = at + 1;
    old = from + 1;
  }
  gap(after.length, before.length);
  return { result, source: fates };
}

/** For every line of the result the source line that it is, or -1: ascending, and equal in text. */
function sourceOfLines({ before, after, proof }: Mapped): Int32Array {
  const kept = new Int32Array(after.length).fill(-1);
  if (proof?.source.length === before.length && proof.result.length === after.length) {
    let last = -1;
    for (const [line, origin] of proof.result.entries()) {
      if (origin.from !== "source" || origin.source <= last) continue;
      if (before[origin.source]?.text !== after[line]!.text) continue;
      last = origin.source;
      kept[line] = last;
    }
    return kept;
  }
  const texts = (lines: readonly TextLine[]): string[] => lines.map(({ text }) => text);
  let old = 0;
  let line = 0;
  const keep = (until: number): void => {
    while (old < until) kept[line++] = old++;
  };
  for (const change of new LineDiff(texts(before), texts(after)).compare()) {
    keep(change.oldStart);
    old = change.oldEnd;
    line = change.newEnd;
  }
  keep(before.length);
  return kept;
}

class Namer {
  private readonly mapped: Mapped;
  private readonly numbers = new Map<string, number[]>();
  private readonly whole: Stock;
  private searched = 0;
  /** The edit's line that was named last, from 1: the next one is looked for behind it. */
  private last = 0;

  constructor(mapped: Mapped) {
    this.mapped = mapped;
    for (const [index, line] of mapped.edit.entries()) {
      for (const text of meanings(line)) {
        const known = this.numbers.get(text);
        if (known) known.push(index + 1);
        else this.numbers.set(text, [index + 1]);
      }
    }
    this.whole = new Stock(mapped.edit.join("\n"));
  }

  name(line: number, gap: MapGap): ResultRun {
    const { after, proof, author } = this.mapped;
    const lines: Span = [line + 1, line + 1];
    const text = after[line]!.text;
    if (author === "cell") return { from: "cell", lines };
    const origin = proof?.result.length === after.length ? proof.result[line] : undefined;
    if (origin?.from === "layout" && trimmedLine(text) === "") return { from: "layout", lines };
    const named = origin !== undefined && "edit" in origin ? origin.edit : undefined;
    const at = named === undefined ? undefined : this.mapped.editAt?.[named];
    const edit = origin?.from === "merged" ? undefined : this.lineOfEdit(trimmedLine(text), at);
    if (edit !== undefined) this.last = edit;
    if (author === "model") return { from: "model", lines, ...(edit !== undefined && { edit }) };
    if (edit !== undefined) return { from: "edit", lines, edit };
    return this.merged(line, gap, at) ?? { from: "other", lines };
  }

  /** The line of the edit that a line is: the one that the proof names, else the next equal one. */
  private lineOfEdit(text: string, at: number | undefined): number | undefined {
    const numbers = this.numbers.get(text);
    if (numbers === undefined || numbers.length === 0) return undefined;
    if (at !== undefined && at > 0 && isIn(numbers, at)) return at;
    return numbers[firstAbove(numbers, this.last)] ?? numbers[0]!;
  }

  private merged(line: number, gap: MapGap, at: number | undefined): ResultRun | undefined {
    const { before, after, proof, edit } = this.mapped;
    const { source, result, replaced } = gap;
    if (this.searched > mostSearched) return undefined;
    const text = after[line]!.text;
    const origin = proof?.result[line];
    const pairs: [number, number][] = [];
    const isInGap = (one: number): boolean => one >= source[0] && one < source[1];
    if (origin?.from === "merged" && isInGap(origin.source))
      pairs.push([origin.source, origin.source]);
    if (source[1] > source[0]) {
      const first = Math.min(source[0] + line - result[0], source[1] - 1);
      const last = Math.max(source[0], source[1] - (result[1] - line));
      pairs.push([first, first], [Math.min(first, last), Math.max(first, last)], [last, last]);
    }
    const named = at === undefined || at === 0 ? undefined : edit[at - 1];
    const own = named === undefined ? undefined : new Stock(named);
    const lines: Span = [line + 1, line + 1];
    for (const material of own === undefined ? [this.whole] : [own, this.whole]) {
      const from = material === own ? { edit: at! } : {};
      this.searched += material.text.length * (1 + pairs.length);
      for (const [first, last] of pairs) {
        const ends = [before[first]!.text, before[last]!.text] as const;
        if (isMerged(text, { edit: material, source: ends, replaced }))
          return { from: "merged", lines, source: [first + 1, last + 1], ...from };
      }
      if (pairs.length === 0 && isMerged(text, { edit: material, replaced }))
        return { from: "merged", lines, ...from };
    }
    return undefined;
  }
}

/** Adds a run of one line, or makes the last one longer by it. */
function push(runs: ResultRun[], run: ResultRun): void {
  const last = runs.at(-1);
  if (last !== undefined && follows(last, run))
    runs[runs.length - 1] = { ...last, lines: [last.lines[0], run.lines[1]] };
  else runs.push(run);
}

function follows(last: ResultRun, run: ResultRun): boolean {
  const length = last.lines[1] - last.lines[0] + 1;
  if (last.from === "source" && run.from === "source")
    return last.source + length === run.source && last.ends === run.ends;
  if (
    (last.from === "edit" && run.from === "edit") ||
    (last.from === "model" && run.from === "model")
  )
    return last.edit === undefined ? run.edit === undefined : last.edit + length === run.edit;
  return last.from === run.from && last.from !== "merged";
}

function pushFate(fates: SourceRun[], source: number, result: number): void {
  const last = fates.at(-1);
  const length = last === undefined ? 0 : last.lines[1] - last.lines[0] + 1;
  if (last?.fate === "kept" && last.lines[1] + 1 === source && last.result + length === result)
    fates[fates.length - 1] = { ...last, lines: [last.lines[0], source] };
  else fates.push({ fate: "kept", lines: [source, source], result });
}

const isIn = (numbers: readonly number[], wanted: number): boolean =>
  numbers[firstAbove(numbers, wanted - 1)] === wanted;

/** The index of the first number above a limit in an ascending list. */
function firstAbove(numbers: readonly number[], limit: number): number {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (numbers[middle]! > limit) high = middle;
    else low = middle + 1;
  }
  return low;
}
