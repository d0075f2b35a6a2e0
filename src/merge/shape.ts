import type { Edit, LineRole, LinesSegment, RemovalSegment } from "../core/edit.ts";

/** One line of the edit, as the merge counts them. */
export interface Token {
  readonly text: string;
  readonly role: LineRole;
  /** 0-based number over all lines segments of the edit; the proof speaks of it. */
  readonly editLine: number;
  /** 1-based line in the caller's text, 0 where there is none. */
  readonly at: number;
}

/** Lines with nothing elided between them: they are placed together. */
export interface Block {
  readonly tokens: readonly Token[];
  /** `removals[i]` = the comment before token i that says something goes here; one more at the end. */
  readonly removals: readonly (RemovalSegment | undefined)[];
  readonly nearLine?: number;
  readonly atLine?: number;
  readonly anchor?: "start" | "end";
  readonly under?: readonly string[];
}

/** An edit in the form that is placed. */
export interface Shape {
  readonly extent: "file" | "parts";
  /** The text is the whole file as it will be: nothing is elided and nothing tolerated. */
  readonly whole: boolean;
  readonly blocks: readonly Block[];
  /** Whether the edit begins, ends with an elision. */
  readonly elidedStart: boolean;
  readonly elidedEnd: boolean;
  readonly editLines: number;
}

interface Draft {
  tokens: Token[];
  removals: (RemovalSegment | undefined)[];
  segment?: LinesSegment;
}

export function shapeOf(edit: Edit): Shape {
  const blocks: Draft[] = [];
  let open: Draft | undefined;
  let editLine = 0;
  let elidedStart = false;
  let elidedEnd = false;
  for (const segment of edit.segments) {
    if (segment.kind === "elision") {
      if (open === undefined && blocks.length === 0) elidedStart = true;
      open = undefined;
      elidedEnd = true;
      continue;
    }
    elidedEnd = false;
    if (open === undefined || edit.extent === "parts") {
      open = { tokens: [], removals: [undefined] };
      blocks.push(open);
    }
    if (segment.kind === "removal") {
      open.removals[open.tokens.length] = segment;
      continue;
    }
    open.segment = segment;
    for (const line of segment.lines) {
      open.tokens.push({ text: line.text, role: line.role, editLine: editLine++, at: line.at });
      open.removals.push(undefined);
    }
  }
  return {
    extent: edit.extent,
    whole: edit.extent === "file" && edit.format === "whole",
    blocks: blocks.map(finished),
    elidedStart,
    elidedEnd,
    editLines: editLine,
  };
}

function finished(draft: Draft): Block {
  const { nearLine, atLine, anchor, under } = draft.segment ?? {};
  return {
    tokens: draft.tokens,
    removals: draft.removals,
    ...(nearLine !== undefined && { nearLine }),
    ...(atLine !== undefined && { atLine }),
    ...(anchor !== undefined && { anchor }),
    ...(under !== undefined && { under }),
  };
}

/** Whether a sketch is one stretch of lines without a marker, and less than half as long as the file. */
export function isFragment(shape: Shape, lines: number): boolean {
  const { blocks, elidedStart, elidedEnd } = shape;
  return (
    shape.extent === "file" &&
    !(shape.whole || elidedStart || elidedEnd) &&
    blocks.length === 1 &&
    2 * blocks[0]!.tokens.length < lines
  );
}
