import type { Edit, LineRole, LinesSegment, RemovalSegment } from "../core/edit.ts";
import { isFilled } from "../text/words.ts";

/** One line of the edit, as the merge counts them. */
export interface BlockLine {
  readonly text: string;
  readonly role: LineRole;
  /** 0-based number over all lines segments of the edit; the proof speaks of it. */
  readonly editLine: number;
  /** 1-based line in the caller's text, 0 where there is none. */
  readonly at: number;
}

export const isFilledLine = ({ text }: BlockLine): boolean => isFilled(text);

/** Lines with nothing elided between them: they are placed together. */
export interface Block {
  readonly tokens: readonly BlockLine[];
  /** `removals[i]` = the comment before token i that says that something is removed here; one more at the end. */
  readonly removals: readonly (RemovalSegment | undefined)[];
  readonly nearLine?: number;
  readonly atLine?: number;
  readonly anchor?: "start" | "end";
  readonly under?: readonly string[];
  /** The marker behind these lines, as written. */
  readonly marker?: string;
  /** Whether a blank line sets these lines off from the marker before, behind them. */
  readonly blankBefore?: boolean;
  readonly blankBehind?: boolean;
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
  /** Edit lines that are layout: blank, beside a marker. They are in no block. */
  readonly layout: readonly number[];
}

interface OpenBlock {
  tokens: BlockLine[];
  removals: (RemovalSegment | undefined)[];
  segment?: LinesSegment;
  /** Whether an elision is right before, right behind these lines. */
  afterElision: boolean;
  beforeElision: boolean;
  marker?: string;
  blankBefore?: boolean;
  blankBehind?: boolean;
}

export function shapeOf(edit: Edit): Shape {
  const blocks: OpenBlock[] = [];
  let open: OpenBlock | undefined;
  let editLine = 0;
  let elidedStart = false;
  let elidedEnd = false;
  for (const segment of edit.segments) {
    if (segment.kind === "elision") {
      if (open === undefined && blocks.length === 0) elidedStart = true;
      if (open) {
        open.beforeElision = true;
        open.marker = segment.text;
      }
      open = undefined;
      elidedEnd = true;
      continue;
    }
    if (open === undefined || edit.extent === "parts") {
      open = { tokens: [], removals: [undefined], afterElision: elidedEnd, beforeElision: false };
      blocks.push(open);
    }
    elidedEnd = false;
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
  const layout =
    edit.extent === "file" ? blocks.flatMap((block, k) => takeLayout(block, k === 0)) : [];
  return {
    extent: edit.extent,
    whole: edit.extent === "file" && edit.format === "whole",
    blocks: blocks.filter((block) => !isEmptyBlock(block)).map(finished),
    elidedStart,
    elidedEnd,
    editLines: editLine,
    layout,
  };
}

/**
 * Takes the blank lines that touch a marker, and those before the sketch's first line, out of a block: writers put them
 * there to set it off, so they say nothing about the file. Returns their edit lines.
 */
function takeLayout(block: OpenBlock, isFirst: boolean): number[] {
  const { tokens, removals } = block;
  const taken: number[] = [];
  const isLayout = (token: BlockLine | undefined): boolean => token?.text.trim() === "";
  while ((block.afterElision || isFirst) && isLayout(tokens[0]) && removals[0] === undefined) {
    block.blankBefore = true;
    taken.push(tokens.shift()!.editLine);
    removals.shift();
  }
  while (block.beforeElision && isLayout(tokens.at(-1)) && removals.at(-1) === undefined) {
    block.blankBehind = true;
    taken.push(tokens.pop()!.editLine);
    removals.pop();
  }
  return taken;
}

const isEmptyBlock = ({ tokens, removals, afterElision }: OpenBlock): boolean =>
  tokens.length === 0 && afterElision && removals.every((removal) => removal === undefined);

function finished(draft: OpenBlock): Block {
  const { nearLine, atLine, anchor, under } = draft.segment ?? {};
  return {
    tokens: draft.tokens,
    removals: draft.removals,
    ...(nearLine !== undefined && { nearLine }),
    ...(atLine !== undefined && { atLine }),
    ...(anchor !== undefined && { anchor }),
    ...(under !== undefined && { under }),
    ...(draft.marker !== undefined && { marker: draft.marker }),
    ...(draft.blankBefore && { blankBefore: true }),
    ...(draft.blankBehind && { blankBehind: true }),
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
