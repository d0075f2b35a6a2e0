import type { Edit } from "../../core/edit.ts";
import type { Candidate } from "../../core/merge.ts";
import { joinLines, splitLines, type TextLine } from "../../text/lines.ts";
import type { Region } from "./region.ts";

/** The whole text with the region's lines as given; everything around it as all candidates have it. */
export function withRegion(
  candidate: Candidate,
  range: { readonly start: number; readonly end: number },
  lines: readonly string[],
): string {
  const all = splitLines(candidate.text);
  const newline = commonEnd(all);
  const inner: TextLine[] = lines.map((text) => ({ text, end: newline }));
  const last = all.at(-1);
  // A file without a final newline stays so.
  if (range.end === all.length && last?.end === "" && inner.length > 0) {
    inner[inner.length - 1] = { text: inner.at(-1)!.text, end: "" };
  }
  return joinLines([...all.slice(0, range.start), ...inner, ...all.slice(range.end)]);
}

function commonEnd(lines: readonly TextLine[]): string {
  const counts = new Map<string, number>();
  for (const { end } of lines) if (end !== "") counts.set(end, (counts.get(end) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? "\n";
}

/**
 * Returns what is wrong with a written region, or undefined, regardless of the model's confidence. No marker may be left,
 * every line must be in the source or in the edit, and it must contain all lines of the edit, in order.
 */
export function wrongInRegion(
  region: Region,
  edit: Edit,
  lines: readonly string[],
): string | undefined {
  const markers = new Set(
    edit.segments.flatMap((segment) => (segment.kind === "lines" ? [] : [segment.text.trim()])),
  );
  const known = new Set([...region.original, ...region.sketch].map((line) => line.trim()));
  const left = lines.find((line) => markers.has(line.trim()) && !inSource(region, line));
  if (left !== undefined) return `a marker is left: ${left.trim()}`;
  const foreign = lines.find((line) => !known.has(line.trim()));
  if (foreign !== undefined) {
    return `a line is neither in the source nor in the edit: ${foreign.trim()}`;
  }
  let at = 0;
  for (const line of region.sketch) {
    const wanted = line.trim();
    if (wanted === "" || markers.has(wanted)) continue;
    while (at < lines.length && lines[at]!.trim() !== wanted) at++;
    if (at++ >= lines.length) return `a line of the edit is missing or out of order: ${wanted}`;
  }
  return undefined;
}

function inSource(region: Region, line: string): boolean {
  return region.original.some((source) => source.trim() === line.trim());
}
