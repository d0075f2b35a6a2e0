import type { Edit, EditLine, LinesSegment, Segment } from "../core/edit.ts";
import type { LineRange } from "../core/merge.ts";
import { hasWords } from "../text/words.ts";

/** What one part says at a source position: new lines before the line, and the line itself. */
interface Said {
  readonly added: readonly EditLine[];
  readonly line?: EditLine;
}

const isLines = (segment: Segment): segment is LinesSegment => segment.kind === "lines";

/**
 * Joins parts that share lines of the source. This is safe where all of them keep the shared lines and no two of them put
 * new lines at one position. `ranges`: the lines that each part matches exactly. Returns undefined if two parts disagree
 * about a line, or if no parts overlap.
 */
export function joinedWhereShared(edit: Edit, ranges: readonly LineRange[]): Edit | undefined {
  const parts = edit.segments.filter(isLines);
  const order = [...parts.keys()].sort(
    (a, b) => ranges[a]!.start - ranges[b]!.start || ranges[a]!.end - ranges[b]!.end || a - b,
  );
  const segments: LinesSegment[] = [];
  for (let i = 0; i < order.length; ) {
    const group = [order[i]!];
    const { start } = ranges[group[0]!]!;
    let { end } = ranges[group[0]!]!;
    for (i++; i < order.length && ranges[order[i]!]!.start < end; i++) {
      group.push(order[i]!);
      end = Math.max(end, ranges[order[i]!]!.end);
    }
    if (group.length === 1) {
      segments.push(parts[group[0]!]!);
      continue;
    }
    const said = group.map((k) => saidBy(parts[k]!, ranges[k]!.start));
    const lines = joinedSegments(said, start, end);
    if (lines === undefined) return undefined;
    segments.push({ kind: "lines", lines, atLine: start + 1 });
  }
  return segments.length === parts.length ? undefined : { ...edit, segments };
}

function saidBy(part: LinesSegment, start: number): Map<number, Said> {
  const said = new Map<number, Said>();
  let position = start;
  let added: EditLine[] = [];
  for (const line of part.lines) {
    if (line.role === "add") {
      added.push(line);
      continue;
    }
    said.set(position++, { added, line });
    added = [];
  }
  said.set(position, { added });
  return said;
}

function joinedSegments(
  said: readonly ReadonlyMap<number, Said>[],
  start: number,
  end: number,
): EditLine[] | undefined {
  const lines: EditLine[] = [];
  for (let position = start; position <= end; position++) {
    const here = said.map((part) => part.get(position)).filter((one) => one !== undefined);
    const added = here.filter((one) => one.added.length > 0);
    const claims = here.flatMap(({ line }) => line ?? []);
    if (added.length > 1) return undefined;
    if (claims.length > 1 && claims.some(({ role }) => role !== "keep")) return undefined;
    lines.push(...(added[0]?.added ?? []), ...claims.slice(0, 1));
  }
  return lines;
}

/**
 * The same for parts that do not match exactly: the last lines of one and the first lines of the next have the same
 * text, and both keep it, so they may be the same lines. Returns undefined if no two parts are like this.
 */
export function joinedBySharedText(edit: Edit): Edit | undefined {
  const segments: Segment[] = [];
  let changed = false;
  for (const segment of edit.segments) {
    const before = segments.at(-1);
    const count = before && isLines(before) && isLines(segment) ? sharedLines(before, segment) : 0;
    if (count === 0) {
      segments.push(segment);
      continue;
    }
    const [above, below] = [before as LinesSegment, segment as LinesSegment];
    segments[segments.length - 1] = {
      ...above,
      lines: [...above.lines, ...below.lines.slice(count)],
      ...(below.anchor === "end" && { anchor: "end" }),
    };
    changed = true;
  }
  return changed ? { ...edit, segments } : undefined;
}

/** The largest number of lines that end one part and begin the next, kept by both, one of them with words. */
function sharedLines(above: LinesSegment, below: LinesSegment): number {
  if (above.atLine !== undefined || below.atLine !== undefined || above.anchor === "end") return 0;
  for (let count = Math.min(above.lines.length, below.lines.length); count > 0; count--) {
    const [last, first] = [above.lines.slice(-count), below.lines.slice(0, count)];
    const same = first.every(
      ({ text, role }, i) => role === "keep" && last[i]!.role === "keep" && last[i]!.text === text,
    );
    if (same && first.some(({ text }) => hasWords(text))) return count;
  }
  return 0;
}
