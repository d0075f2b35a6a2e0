import { RedraftError } from "../core/errors.ts";
import type { EditRequest, EditResult } from "../core/request.ts";
import { cellName, type Notebook, type NotebookCell } from "./cells.ts";
import { withCellText } from "./splice.ts";

/** Turns the result of an edit of a cell's source into a result of the notebook. */
export function cellResult(
  request: EditRequest,
  notebook: Notebook,
  cell: NotebookCell,
  result: EditResult,
): EditResult {
  if (result.text === null || result.action === "move") {
    throw new RedraftError(
      "unreadable-edit",
      `The edit ${result.text === null ? "deletes" : "moves"} a file, but ${cellName(cell)} of ${request.path} is not a file. Edit the cell's source.`,
    );
  }
  const text = withCellText(notebook, cell, endedAsOthers(notebook, cell, result.text));
  if (text === undefined) {
    throw new RedraftError(
      "check-failed",
      `The source of ${cellName(cell)} could not be written without changing something else in ${request.path}. Edit the JSON of the file instead.`,
    );
  }
  const { proof, ...rest } = result;
  const { number, id } = cell;
  return {
    ...rest,
    text,
    changed: text !== request.source,
    action: "update",
    routeReason: `${result.routeReason}, in ${cellName(cell)}`,
    checks: [...result.checks, { name: "nothing but the cell's source changed", ok: true }],
    cells: [{ number, ...(id === undefined ? {} : { id }), ...(proof && { proof }) }],
  };
}

/** The new text of an empty cell ends like the texts of other cells: usually without a line end. */
function endedAsOthers({ cells }: Notebook, cell: NotebookCell, text: string): string {
  if (cell.text !== "" || !text.endsWith("\n")) return text;
  const others = cells.filter((one) => one.text !== "");
  const ended = others.filter((one) => one.text.endsWith("\n"));
  return ended.length * 2 > others.length ? text : text.replace(/\r?\n$/, "");
}

/** A refusal in a cell: its lines are the cell's, and its candidates become notebooks. */
export function cellError(notebook: Notebook, cell: NotebookCell, error: unknown): unknown {
  if (!RedraftError.is(error) || error.message.includes(cellName(cell))) return error;
  const { candidates, ...details } = error.details;
  const texts = (Array.isArray(candidates) ? candidates : []).flatMap((text) =>
    typeof text === "string" ? [withCellText(notebook, cell, text) ?? []].flat() : [],
  );
  return new RedraftError(error.code, `In ${cellName(cell)}: ${error.message}`, {
    cause: error,
    retryable: error.retryable,
    details: {
      ...details,
      cell: cell.number,
      ...(texts.length > 0 ? { candidates: texts } : {}),
    },
  });
}
