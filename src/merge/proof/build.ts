import { spend } from "../../text/budget.ts";
import { indentOf } from "../../text/indent.ts";
import type { TextLine } from "../../text/lines.ts";
import { hasWords } from "../../text/words.ts";
import {
  canShift,
  explainedPairs,
  explains,
  type IndentPair,
  isSame,
  type Reindent,
  reindented,
  reindentOf,
  sameIndent,
} from "../align/indent.ts";
import type { Kind } from "../align/match.ts";
import type { Placement } from "../align/placements.ts";
import type { Prepared } from "../align/prepare.ts";
import type { Problem } from "../align/recurrence.ts";
import { type BlockTrace, settleGaps, traceBlock } from "../align/trace.ts";
import { atFileEdge, type EdgeInsert } from "../readings/edge-inserts.ts";
import type { Meaning } from "../readings/meaning.ts";
import type { Block, BlockLine, Shape } from "../shape.ts";
import { type Carry, carryBlock } from "../words/hunk.ts";
import { type Indenter, indenterOf, sketchIndenter } from "./new-indent.ts";
import { ResultWriter, type WrittenText } from "./writer.ts";

export interface Built extends WrittenText {
  /** Why this text may be meant instead of the best one. Undefined for the best one itself. */
  readonly reading?: Meaning;
  /** Blocks that change nothing. */
  readonly idle: readonly boolean[];
  readonly placement: Placement;
  /** The number of runs of new lines that may be put on either side of lines that the edit left out. */
  readonly open: number;
  /** A removed line that the file has in another typography, at the very place that the edit changes. */
  readonly touched: { readonly token: BlockLine; readonly source: number } | undefined;
}

/** What is known about the lines: enough to trace a block, or its trace. */
export interface Layout extends Pick<Prepared, "matches" | "reindents"> {
  readonly insertions?: Prepared["insertions"];
  readonly blanksAbove?: Prepared["blanksAbove"];
  readonly problem?: Problem;
  readonly traces?: readonly BlockTrace[];
}

export interface BuildOptions {
  readonly finalNewline?: boolean | undefined;
  /** Which open gap is filled from its far side. */
  readonly gap?: number;
  /** New lines that are put at the file's edge instead. */
  readonly edge?: EdgeInsert;
  /** Which of a block's possible insertions is taken. */
  readonly insertion?: { readonly block: number; readonly choice: number };
  /** New lines are written to the blank: the edit is the whole file. */
  readonly asWritten?: boolean;
}

/** The result of a placement, with the proof: the fate of every line. */
export function build(
  source: readonly TextLine[],
  shape: Shape,
  prepared: Layout,
  placed: Placement,
  options: BuildOptions = {},
): Built {
  const { finalNewline, gap, edge, insertion, asWritten } = options;
  // The text is put together of runs of lines, and compared with the others.
  spend(shape.editLines + 8 * shape.blocks.length + source.length / 2);
  let placement = placed;
  let open = 0;
  const traces = placed.ranges.map((range, k) => {
    const trace =
      prepared.traces?.[k] ?? traceBlock(prepared.problem!, k, prepared.matches[k]!, range);
    if (prepared.traces) return trace;
    if (shape.extent === "file") return trace;
    const { tokens } = shape.blocks[k]!;
    const settled = settleGaps(trace, tokens, source, gap === undefined ? undefined : gap - open);
    open += settled.open;
    return settled;
  });
  if (edge) {
    const moved = atFileEdge(placed, traces[edge.block]!, edge, source.length);
    placement = moved.placement;
    traces[edge.block] = moved.trace;
  }
  const reindents = reindentsOf(source, shape, traces, prepared);
  const carries = shape.extent === "file" ? [] : carriesOf(source, shape, traces, prepared);
  const indenters = shape.blocks.map((block, k): Indenter => {
    const reindent = reindents[k]!;
    if (asWritten) return (text) => reindented(text, reindent);
    const indenter = shape.extent === "file" ? sketchIndenter : indenterOf;
    return indenter(source, block, traces[k]!, reindent);
  });
  const write = (
    literal: readonly boolean[],
  ): { writer: ResultWriter; idle: boolean[]; tolerant: boolean[] } => {
    const writer = new ResultWriter(source, shape.editLines);
    const order = placement.ranges.map((_, k) => k);
    order.sort((a, b) => placement.ranges[a]!.start - placement.ranges[b]!.start || a - b);
    const idle: boolean[] = [];
    const tolerant: boolean[] = [];
    const outside = shape.extent === "file" ? "elided" : "outside";
    for (const k of order) {
      const range = placement.ranges[k]!;
      writer.keepUntil(range.start, outside);
      const changes = writer.changes;
      const slips = writer.slips;
      const choice = insertion?.block === k ? insertion.choice : 0;
      const apart = prepared.insertions?.[k]?.[choice];
      if (apart) writer.blanks(apart.blanksBefore);
      else if (isCodeLine(source[range.start - 1]) && isCodeLine(source[range.start])) {
        writer.blanks(prepared.blanksAbove?.[k] ?? 0);
      }
      writeBlock(writer, source, shape, k, {
        trace: traces[k]!,
        matches: prepared,
        reindent: reindents[k]!,
        carry: carries[k],
        indent: indenters[k]!,
        end: range.end,
        literal: literal[k] ?? false,
      });
      if (apart) writer.blanks(apart.blanksAfter);
      idle[k] = writer.changes === changes;
      tolerant[k] = writer.slips > slips;
    }
    writer.keepUntil(source.length, outside);
    for (const editLine of shape.layout) writer.layout(editLine);
    return { writer, idle, tolerant };
  };
  let written = write([]);
  // A block is shown for a reason: if it changes only blanks, the blanks are the reason.
  const literal = written.idle.map(
    (idle, k) =>
      idle && written.tolerant[k]! && shape.blocks[k]!.tokens.some(({ text }) => hasWords(text)),
  );
  if (shape.extent === "file" && literal.includes(true)) {
    const { idle } = written;
    written = { ...write(literal), idle };
  }
  return {
    ...written.writer.finish(placement.cost, finalNewline),
    idle: written.idle,
    placement,
    open,
    touched: touchedLine(shape, traces, carries),
  };
}

function carriesOf(
  source: readonly TextLine[],
  shape: Shape,
  traces: readonly BlockTrace[],
  prepared: Layout,
): Carry[] {
  return shape.blocks.map(({ tokens }, k) => {
    const lines = traces[k]!.source;
    const isRespelled = (i: number): boolean =>
      lines[i]! >= 0 && fateKind(prepared, k, i, lines[i]!) === "typography";
    return carryBlock(source, tokens, lines, isRespelled);
  });
}

function touchedLine(
  shape: Shape,
  traces: readonly BlockTrace[],
  carries: readonly Carry[],
): Built["touched"] {
  for (const [k, carry] of carries.entries()) {
    if (carry.kind !== "touched") continue;
    const { token: i } = carry;
    return { token: shape.blocks[k]!.tokens[i]!, source: traces[k]!.source[i]! };
  }
  return undefined;
}

/**
 * How each block's new lines are re-indented: as estimated before the lines were placed, unless the block's own edges
 * turned out to be equal. In that case its changes of indentation are what the edit is about.
 */
function reindentsOf(
  source: readonly TextLine[],
  shape: Shape,
  traces: readonly BlockTrace[],
  prepared: Layout,
): Reindent[] {
  return shape.blocks.map((block, k) => {
    const fitted = fittedReindent(block, k);
    if (shape.extent === "parts") return fitted;
    return canShift(
      block.tokens.map(({ text }) => text),
      fitted,
    )
      ? fitted
      : sameIndent;
  });

  function fittedReindent(block: Block, k: number): Reindent {
    const pairs: IndentPair[] = [];
    const weak: IndentPair[] = [];
    for (const [i, token] of block.tokens.entries()) {
      const line = traces[k]!.source[i]!;
      if (line < 0 || token.text.trim() === "") continue;
      if (fateKind(prepared, k, i, line) === "resembles") continue;
      const pair: IndentPair = [indentOf(token.text), indentOf(source[line]!.text)];
      // Braces fit at many depths: in an explicit edit they count only if nothing else does.
      (shape.extent === "file" || hasWords(token.text) ? pairs : weak).push(pair);
    }
    if (pairs.length === 0) pairs.push(...weak);
    const known = prepared.reindents[k];
    if (pairs.every(([a, b]) => a === b && a !== ""))
      return pairs.length > 0 ? sameIndent : (known ?? sameIndent);
    const edges = [pairs[0], pairs.at(-1)];
    const shifts = known !== undefined && (known.add !== "" || known.cut !== "");
    const anchored = edges.some(
      (pair) => pair && pair[0] === pair[1] && (shifts || pair[0] !== ""),
    );
    if (shape.extent === "file" && anchored && block.tokens.length > 1) return sameIndent;
    if (known !== undefined && explainedPairs(pairs, known) === pairs.length) return known;
    return pairs.every(([a, b]) => a === b) ? (known ?? sameIndent) : reindentOf(pairs);
  }
}

/** Whether there is a line that has something in it and opens no scope. */
const isCodeLine = (line: TextLine | undefined): boolean =>
  line !== undefined && line.text.trim() !== "" && !/[([{:]\s*$/.test(line.text);

function fateKind(prepared: Layout, k: number, i: number, line: number): Kind {
  const matches = prepared.matches[k]![i]!;
  let low = 0;
  let high = matches.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (matches[middle]!.source < line) low = middle + 1;
    else high = middle;
  }
  return matches[low]!.kind;
}

interface BlockContext {
  readonly trace: BlockTrace;
  readonly matches: Layout;
  readonly reindent: Reindent;
  readonly carry: Carry | undefined;
  readonly indent: Indenter;
  readonly end: number;
  readonly literal: boolean;
}

function writeBlock(
  writer: ResultWriter,
  source: readonly TextLine[],
  shape: Shape,
  k: number,
  context: BlockContext,
): void {
  const block: Block = shape.blocks[k]!;
  const { trace, reindent, indent } = context;
  if (!isSame(reindent)) writer.note("indentation of the edit fitted to the file");
  const pass = (until: number, replaced: boolean, removal: boolean): void => {
    if (shape.extent === "parts") writer.keepUntil(until, "outside");
    else writer.removeUntil(until, removal ? "announced" : replaced ? "replaced" : "adjacent");
  };
  let afterNew = false;
  for (const [i, token] of block.tokens.entries()) {
    const line = trace.source[i]!;
    const removal = block.removals[i] !== undefined;
    if (line < 0) {
      if (shape.extent === "parts") pass(trace.position[i]!, false, false);
      afterNew = true;
      const text = context.indent(token.text, i);
      const own = context.carry?.kind === "lines" ? context.carry.lines[i] : undefined;
      if (own === undefined) writer.place(token.editLine, text);
      else writer.place(token.editLine, indentOf(text) + own.text, own.source);
      continue;
    }
    pass(line, afterNew, removal);
    afterNew = false;
    const kind = fateKind(context.matches, k, i, line);
    if (kind === "resembles") {
      writer.removeUntil(line + 1, "replaced");
      writer.place(token.editLine, indent(token.text, i));
      afterNew = true;
    } else if (token.role === "drop") {
      writer.drop(line, token.editLine, kind);
    } else if (
      token.role === "keep" ||
      staysAsItIs(kind, token.text, source[line]!.text, context)
    ) {
      writer.match(line, token.editLine, kind);
    } else {
      writer.removeUntil(line + 1, "replaced");
      writer.place(token.editLine, indent(token.text, i));
    }
  }
  pass(context.end, afterNew, block.removals[block.tokens.length] !== undefined);
}

/** Whether an inexact match of a sketch is the writer's slip, so that the file's own characters stay. */
function staysAsItIs(kind: Kind, edit: string, source: string, context: BlockContext): boolean {
  if (kind === "exact") return true;
  if (context.literal && kind !== "indent") return kind === "misquoted";
  if (kind === "indent") return explains(context.reindent, edit, source);
  return true;
}
