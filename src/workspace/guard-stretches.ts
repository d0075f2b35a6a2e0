import type { Edit } from "../core/edit.ts";
import { Counts, type LineComparison, lineKey } from "./guard-lines.ts";

/** A line of an edit. */
export interface Shown {
  readonly key: string;
  readonly text: string;
}

/** Lines of an edit with nothing elided between them. */
export class Stretch {
  /** All lines, and those that are not blank. */
  readonly lines: readonly Shown[];
  readonly shown: readonly Shown[];
  /** Whether nothing is elided before the first, or behind the last line of the edit. */
  readonly first: boolean;
  readonly last: boolean;
  /** The marker behind the last line. */
  readonly marker: string | undefined;
  private places: Map<string, number[]> | undefined;
  private readonly hasCut: boolean;

  constructor(
    lines: readonly Shown[],
    edges: { readonly first: boolean; readonly last: boolean; readonly marker?: string },
  ) {
    this.lines = lines;
    this.shown = lines.filter(({ key }) => key !== "");
    this.first = edges.first;
    this.last = edges.last;
    this.marker = edges.marker;
    this.hasCut = this.shown.some(({ key }) => cutQuote.test(key));
  }

  /**
   * Where wanted lines end among those shown, from a place on: in their order, new lines between them, or as a run
   * one after the other. Returns undefined if some are missing.
   */
  endOf(wanted: readonly string[], from: number, isRun: boolean): number | undefined {
    const { shown } = this;
    if (wanted.length === 0) return from;
    if (!isRun) {
      let at: number | undefined = from;
      for (const key of wanted) {
        at = this.next(key, at);
        if (at === undefined) return undefined;
        at += 1;
      }
      return at;
    }
    for (
      let at = this.next(wanted[0]!, from);
      at !== undefined;
      at = this.next(wanted[0]!, at + 1)
    ) {
      if (wanted.every((key, n) => at! + n < shown.length && quotes(shown[at! + n]!.key, key)))
        return at + wanted.length;
    }
    return undefined;
  }

  /** The next place of a line. A whole file has many lines, and is asked about many of them. */
  private next(key: string, from: number): number | undefined {
    if (this.hasCut) {
      const found = this.shown.findIndex((one, at) => at >= from && quotes(one.key, key));
      return found === -1 ? undefined : found;
    }
    if (!this.places) {
      this.places = new Map();
      for (const [at, one] of this.shown.entries()) {
        const known = this.places.get(one.key);
        if (known) known.push(at);
        else this.places.set(one.key, [at]);
      }
    }
    const places = this.places.get(key) ?? [];
    let low = 0;
    let high = places.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (places[middle]! < from) low = middle + 1;
      else high = middle;
    }
    return places[low];
  }
}

const cutQuote = /^(.{6,}?)(?:\.{3}|\u2026)$/u;

/** Whether a line of an edit is this source line, or its beginning and `...`. */
export function quotes(key: string, source: string | undefined): boolean {
  if (key === source) return true;
  const beginning = cutQuote.exec(key)?.[1];
  return beginning !== undefined && (source?.startsWith(beginning) ?? false);
}

/** Whether the edit says of every line what becomes of it; a whole file only says what is there at last. */
export const isExplicit = (edit: Edit): boolean =>
  edit.extent === "parts" && edit.format !== "whole";

export function stretchesOf(edit: Edit, compared: LineComparison): Stretch[] {
  if (edit.format === "whole") {
    const lines = compared.result.map((text) => ({ key: lineKey(text), text }));
    return [new Stretch(lines, { first: true, last: true })];
  }
  const stretches: Stretch[] = [];
  let lines: Shown[] = [];
  let first = true;
  const close = (last: boolean, marker?: string): void => {
    const edges = { first, last, ...(marker === undefined ? {} : { marker }) };
    if (lines.length > 0) stretches.push(new Stretch(lines, edges));
    lines = [];
    first = false;
  };
  for (const segment of edit.segments) {
    if (segment.kind === "elision" && !compared.source.includes(segment.text)) {
      close(false, segment.text);
      continue;
    }
    if (edit.extent === "parts") close(false);
    const texts =
      segment.kind === "lines"
        ? segment.lines.filter(({ role }) => role !== "drop").map(({ text }) => text)
        : [segment.text];
    lines.push(...texts.map((text) => ({ key: lineKey(text), text })));
  }
  close(true);
  return stretches;
}

/** How often each line occurs in an edit, by its role. */
export function countedLines(edit: Edit, removed: boolean): Counts {
  const counts = new Counts();
  for (const segment of edit.segments) {
    if (segment.kind !== "lines") {
      if (!removed) counts.add(lineKey(segment.text));
      continue;
    }
    for (const { text, role } of segment.lines) {
      if (removed ? role === "drop" : role === "add" || role === "either")
        counts.add(lineKey(text));
    }
  }
  return counts;
}
