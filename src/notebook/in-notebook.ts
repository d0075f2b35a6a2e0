import { RedraftError } from "../core/errors.ts";
import type { CallOptions, EditEvent } from "../core/redraft.ts";
import type { EditRequest, EditResult } from "../core/request.ts";
import { type Attempt, attempt, type RunEdit } from "./attempt.ts";
import { cellError, cellResult } from "./cell-result.ts";
import {
  cellName,
  isNotebookPath,
  jsonProblem,
  type Notebook,
  type NotebookCell,
  readNotebook,
} from "./cells.ts";
import { acrossCells, cellNames, cellsThatFit } from "./find-cell.ts";

/**
 * Edits of notebooks: `run` makes an edit that was written for a cell's source in that source, and the result is put into the
 * file. An edit of the file's JSON is made as in any file, if the result is JSON. Other files go straight to `run`.
 */
export function inNotebook(
  run: RunEdit,
): (request: EditRequest, call: CallOptions) => AsyncGenerator<EditEvent> {
  return async function* (given, call) {
    const { cell, ...request } = given;
    const isNotebook = isNotebookPath(request.path);
    const notebook = isNotebook ? readNotebook(request.source) : undefined;
    if (cell !== undefined) {
      if (!notebook) throw noNotebook(request, isNotebook);
      yield* inCell(request, notebook, cellNamed(request.path, notebook, cell), call);
    } else if (notebook && request.edit.trim() !== "") yield* found(request, notebook, call);
    else yield* run(request, call);
  };

  async function* inCell(
    request: EditRequest,
    notebook: Notebook,
    cell: NotebookCell,
    call: CallOptions,
  ): AsyncGenerator<EditEvent> {
    try {
      for await (const event of run({ ...request, source: cell.text }, call)) {
        if (event.type !== "result") yield event;
        else yield { type: "result", result: cellResult(request, notebook, cell, event.result) };
      }
    } catch (error) {
      throw cellError(notebook, cell, error);
    }
  }

  /** Finds out what the edit was written for: the JSON of the file, or the source of a cell. */
  async function* found(
    request: EditRequest,
    notebook: Notebook,
    call: CallOptions,
  ): AsyncGenerator<EditEvent> {
    const raw = await attempt(run, request, call);
    if (raw.result && raw.result.text === null) return yield* raw.events;
    const cells = await cellsThatFit(run, request, notebook, call);
    const [first, ...others] = [...cells.best, ...cells.ambiguous].map(({ cell }) => cell);
    if (first && others.length > 0) throw several(request.path, [first, ...others]);
    const one = cells.best[0] ?? (await acrossCells(run, request, notebook, call));
    const isRaw = raw.result !== undefined && isNotebookText(raw.result);
    if (one && isRaw && one.result.text !== raw.result!.text) {
      const surer = surerOf(raw.result!, one.result);
      if (surer === undefined) throw twoReadings(request.path, one.result);
      if (surer === raw.result) return yield* raw.events;
    }
    if (one) return yield* one.events;
    if (isRaw) return yield* raw.events;
    if (raw.result) throw notJson(request.path, raw.result);
    const [open] = cells.ambiguous;
    if (open) throw open.error;
    yield* rawWithModel(request, notebook, raw, call);
  }

  /** What nothing places is for the model, if there is one; its answer must be a notebook. */
  async function* rawWithModel(
    request: EditRequest,
    notebook: Notebook,
    raw: Attempt,
    call: CallOptions,
  ): AsyncGenerator<EditEvent> {
    try {
      for await (const event of run(request, call)) {
        if (event.type === "result" && !isNotebookText(event.result))
          throw notJson(request.path, event.result);
        yield event;
      }
    } catch (error) {
      if (error !== raw.error && !RedraftError.is(error)) throw error;
      throw errorInNotebook(error, notebook);
    }
  }
}

function isNotebookText({ text }: EditResult): boolean {
  return text !== null && readNotebook(text) !== undefined;
}

/** Of two readings that give different texts the one that changes something, else the one that is literal. */
function surerOf(raw: EditResult, cell: EditResult): EditResult | undefined {
  if (raw.changed !== cell.changed) return raw.changed ? raw : cell;
  const literal = [raw, cell].filter(({ notes }) => notes.length === 0);
  return literal.length === 1 ? literal[0] : undefined;
}

/** A cell by its id, else by its number from 1. */
function cellNamed(path: string, { cells }: Notebook, name: string | number): NotebookCell {
  const byId = cells.filter(({ id }) => id !== undefined && id === String(name));
  if (byId.length === 1) return byId[0]!;
  const number = /^\s*\d+\s*$/.test(String(name)) ? Number(name) : undefined;
  const byNumber = cells.find((cell) => cell.number === number);
  if (byNumber && byId.length === 0) return byNumber;
  const what = byId.length > 1 ? `${byId.length} cells with the id` : "no cell";
  throw new RedraftError(
    "no-match",
    `${path} has ${what} ${JSON.stringify(name)}. It has ${cells.length} cells: ${cellNames(cells)}. Name one by its id or its number.`,
    { details: { path, cell: name } },
  );
}

function noNotebook({ path, source }: EditRequest, isNotebook: boolean): RedraftError {
  if (!isNotebook) {
    return new RedraftError("usage", `A cell is named, but ${path} is not a notebook (.ipynb).`, {
      details: { path },
    });
  }
  const problem = jsonProblem(source) ?? "it has no list of cells";
  return new RedraftError("no-match", `${path} cannot be read as a notebook: ${problem}.`, {
    details: { path },
  });
}

function several(path: string, cells: readonly NotebookCell[]): RedraftError {
  return new RedraftError(
    "ambiguous",
    `Ambiguous: the edit fits ${cells.length} cells of ${path}: ${cellNames(cells)}. Name the cell, or quote a line that only one of them has.`,
    { details: { path, cells: cells.map(({ number, id }) => ({ number, id })) } },
  );
}

function twoReadings(path: string, { cells }: EditResult): RedraftError {
  return new RedraftError(
    "ambiguous",
    `Ambiguous: the edit can be read as a change of the source of ${cellName(cells![0]!)} and as one of the JSON of ${path}, with different results. ` +
      "Name the cell, or quote the whole JSON lines.",
    { details: { path, cells } },
  );
}

function notJson(path: string, { text, format }: EditResult): RedraftError {
  const problem = jsonProblem(text ?? "") ?? "it has no list of cells";
  const cure =
    format.name === "whole"
      ? "To replace the source of one cell, name the cell."
      : 'Write quotes, backslashes and line ends inside the strings as \\", \\\\ and \\n, or write the edit for the source of a cell.';
  return new RedraftError(
    "check-failed",
    `With this edit ${path} would no longer be a notebook: ${problem}. ${cure}`,
    { details: { path } },
  );
}

function errorInNotebook(error: unknown, { cells }: Notebook): unknown {
  if (!RedraftError.is(error)) return error;
  const { message, retryable, details } = error;
  if (error.code === "check-failed") {
    const cure = "If the edit is for the source of one cell, name the cell.";
    return new RedraftError(error.code, `${message} ${cure}`, { cause: error, retryable, details });
  }
  if (error.code === "unreadable-edit" && details.format === undefined) {
    const cure = "If it is the new source of one cell, name the cell.";
    return new RedraftError(error.code, `${message} ${cure}`, { cause: error, retryable, details });
  }
  if (error.code !== "no-match") return error;
  return new RedraftError(
    "no-match",
    `${message} (Looked for in the JSON of the file and in the source of each of its ${cells.length} cells.)`,
    { cause: error, retryable, details },
  );
}
