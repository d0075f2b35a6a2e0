import type { EditInput } from "./format.ts";

/** A line that has the form of a block's opening, dividing or closing line. */
export interface Marker {
  readonly kind: "start" | "divider" | "end";
  readonly index: number;
  readonly length: number;
  /** The file itself holds this line: it may be text. */
  readonly known: boolean;
}

// Five marks and more count with any label. Three and four also occur in diffs, rules and comments, so there
// only the bare word counts.
const start = /^\s{0,8}(<{5,20})\s*(?:SEARCH|ORIGINAL|FIND|OLD|BEFORE|CURRENT|HEAD)\b[^<=]{0,80}$/i;
const dashedStart =
  /^\s{0,8}(-{5,20})\s*(?:SEARCH|ORIGINAL|FIND|OLD|BEFORE|CURRENT)(?:\s*[>:])?\s*$/;
const shortStart = /^\s{0,8}(<{3,4}|-{3,4})\s*SEARCH(?:\s*[>:])?\s*$/;
const dividerMarker = /^\s{0,8}(={5,20})\s*$/;
const endMarker =
  /^\s{0,8}(>{5,20}|\+{5,20})\s*(?:REPLACE|REPLACEMENT|UPDATED?|NEW|AFTER|MODIFIED)\b[^<=]{0,80}$/i;
const shortEnd = /^\s{0,8}(>{3,4}|\+{3,4})\s*REPLACE\s*$/;
const conflictStart = /^\s{0,8}<{5,20}\s*(?:HEAD|CURRENT)\b/i;
const conflictEnd = /^\s{0,8}(>{7})(?:\s+\S.{0,80})?$/;
const shortDivider = /^\s{0,8}(={3,4})\s*$/;

/** Lines that look like an opening line, and are none: marks of two kinds, or too few. */
const nearStart = /^\s{0,8}(?=\S*[<-]{2})[<>-]{2,20}\s*SEARCH(?:\s*[>:])?\s*$/;
const nearEnd = /^\s{0,8}[-+<>]{3,20}\s*REPLACE\s*$/;

/** The marks of a line that opens a search block, or undefined if it opens none. */
export function openingMarks(line: string): string | undefined {
  return (start.exec(line) ?? dashedStart.exec(line) ?? shortStart.exec(line))?.[1];
}

/** Whether a line closes a search block and says so by its word. */
export function isEnd(line: string): boolean {
  return endMarker.test(line) || shortEnd.test(line);
}

export function isDivider(line: string): boolean {
  return dividerMarker.test(line);
}

/** Whether a line looks like the opening line of a block, and is none that can be relied on. */
export function isNearStart(line: string): boolean {
  return nearStart.test(line) && openingMarks(line) === undefined;
}

/** Whether a line has a form that only blocks have. A divider alone may underline a heading. */
export function isSyntax(line: string): boolean {
  return openingMarks(line) !== undefined || isEnd(line) || isNearStart(line) || nearEnd.test(line);
}

/** All lines of the edit that may be markers, in order. */
export function markersOf(input: EditInput): Marker[] {
  const { lines } = input;
  // Blocks that open as a conflict does close as one: with the name of a branch.
  const asConflict = lines.some((line) => conflictStart.test(line) && !input.inSource(line));
  const short = lines.some((line) => shortStart.test(line) && !input.inSource(line));
  const markers: Marker[] = [];
  lines.forEach((line, index) => {
    const add = (kind: Marker["kind"], marks: string | undefined): void => {
      if (marks !== undefined)
        markers.push({ kind, index, length: marks.length, known: input.inSource(line) });
    };
    add("start", openingMarks(line));
    add("divider", (dividerMarker.exec(line) ?? (short ? shortDivider.exec(line) : null))?.[1]);
    const closing = endMarker.exec(line) ?? shortEnd.exec(line);
    add("end", (closing ?? (asConflict ? conflictEnd.exec(line) : null))?.[1]);
  });
  return markers;
}
