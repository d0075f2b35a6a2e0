import type { RedraftError } from "../core/errors.ts";
import type { CallOptions, EditEvent } from "../core/redraft.ts";
import type { EditRequest, EditResult } from "../core/request.ts";
import { splitLines } from "../text/lines.ts";
import { hasWords } from "../text/words.ts";
import { type Attempt, attempt, type RunEdit } from "./attempt.ts";
import { cellError, cellResult } from "./cell-result.ts";
import { cellName, type Notebook, type NotebookCell, readNotebook } from "./cells.ts";

/** An edit that was made in the notebook. */
export interface Made {
  readonly result: EditResult;
  readonly events: readonly EditEvent[];
}

export interface FittingCells {
  /** The cells in which the edit is placed best; several = which one is meant is not said. */
  readonly best: readonly (Made & { readonly cell: NotebookCell })[];
  /** Cells in which it has several places. */
  readonly ambiguous: readonly { readonly cell: NotebookCell; readonly error: unknown }[];
}

/** Tries the edit in the source of every cell. */
export async function cellsThatFit(
  run: RunEdit,
  request: EditRequest,
  notebook: Notebook,
  call: CallOptions,
): Promise<FittingCells> {
  const made: (Made & { readonly cell: NotebookCell; readonly rank: number })[] = [];
  const ambiguous: { cell: NotebookCell; error: unknown }[] = [];
  for (const cell of notebook.cells) {
    if (cell.text.trim() === "") continue;
    const tried = await attempt(run, { ...request, source: cell.text }, call);
    if (tried.error?.code === "ambiguous" && mayQuote(tried, request, cell)) {
      ambiguous.push({ cell, error: cellError(notebook, cell, tried.error as RedraftError) });
    }
    if (!tried.result || !quotesLines(tried.result, cell)) continue;
    const result = cellResult(request, notebook, cell, tried.result);
    // A literal placement is surer than one that needed tolerance, and an edit that is done already is the least sure.
    const rank = tried.result.changed ? (tried.result.notes.length === 0 ? 2 : 1) : 0;
    made.push({ cell, rank, result, events: withResult(tried.events, result) });
  }
  const top = Math.max(...made.map(({ rank }) => rank));
  return { best: made.filter(({ rank }) => rank === top), ambiguous };
}

/** Whether the cell contains something of the edit: any text is a whole file, and fits every cell. */
function quotesLines({ proof, format, action }: EditResult, cell: NotebookCell): boolean {
  if (!proof || format.name === "whole" || action !== "update") return false;
  const lines = splitLines(cell.text);
  return proof.edit.some(
    (fate) =>
      (fate.fate === "matched" || fate.fate === "dropped-source") &&
      hasWords(lines[fate.source]?.text ?? ""),
  );
}

/** Whether an edit that has several places in a cell quotes it: a sketch can also be put anywhere for want of a place. */
function mayQuote({ events }: Attempt, { edit }: EditRequest, cell: NotebookCell): boolean {
  const read = events.find((event) => event.type === "edit-read");
  if (read?.format !== "lazy") return true;
  const known = new Set(splitLines(cell.text).map(({ text }) => text.trim()));
  const isKnown = (line: string): boolean => hasWords(line) && known.has(line.trim());
  return splitLines(edit).some(({ text }) => isKnown(text));
}

/** Formats whose parts are placed each by itself. */
const inParts = ["search-replace", "unified-diff", "patch"];

/**
 * An edit whose parts belong to several cells: made in the sources of all of them, one below the other, between lines that
 * no edit has. Undefined where it does not fit.
 */
export async function acrossCells(
  run: RunEdit,
  request: EditRequest,
  notebook: Notebook,
  call: CallOptions,
): Promise<Made | undefined> {
  const { cells } = notebook;
  const divider = (index: number): string => `\u0001${index}\u0001`;
  const ends = cells.map(({ text }) => (text === "" || text.endsWith("\n") ? "" : "\n"));
  const source = cells.map(({ text }, i) => `${text}${ends[i]}${divider(i)}\n`).join("");
  const tried = await attempt(run, { ...request, source }, call);
  const text = tried.result?.text;
  if (!tried.result || !text || !inParts.includes(tried.result.format.name)) return undefined;
  let now = notebook;
  let from = 0;
  const changed: NotebookCell[] = [];
  let last = tried.result;
  for (const [i, cell] of cells.entries()) {
    const to = text.indexOf(`${divider(i)}\n`, from);
    if (to < 0) return undefined;
    const end = ends[i] !== "" && to > from && text[to - 1] === "\n" ? to - 1 : to;
    const own = text.slice(from, end);
    from = to + divider(i).length + 1;
    if (own === cell.text) continue;
    changed.push(cell);
    const { proof: _, ...result } = tried.result;
    last = cellResult({ ...request, source: now.json }, now, now.cells[i]!, {
      ...result,
      text: own,
    });
    now = readNotebook(last.text!)!;
  }
  if (from !== text.length || changed.length === 0) return undefined;
  const result: EditResult = {
    ...last,
    changed: true,
    routeReason: `${tried.result.routeReason}, in ${changed.map(cellName).join(" and ")}`,
    cells: changed.map(({ number, id }) => ({ number, ...(id === undefined ? {} : { id }) })),
  };
  return { result, events: withResult(tried.events, result) };
}

function withResult(events: readonly EditEvent[], result: EditResult): EditEvent[] {
  return events.map((event) => (event.type === "result" ? { type: "result", result } : event));
}

const mostNames = 8;

/** Cells by number, id and first line, for messages. */
export function cellNames(cells: readonly NotebookCell[]): string {
  const shown = cells.slice(0, mostNames).map((cell) => {
    const first = cell.text.split("\n").find((line) => line.trim() !== "") ?? "";
    return `${cellName(cell)}: ${JSON.stringify(first.trim().slice(0, 60))}`;
  });
  const more = cells.length - shown.length;
  return shown.join(", ") + (more > 0 ? `, and ${more} more` : "");
}
