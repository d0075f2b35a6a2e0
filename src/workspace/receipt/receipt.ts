import { basename } from "node:path";
import type { EditResult } from "../../core/request.ts";
import { textHash } from "../../core/text-store.ts";
import { splitLines } from "../../text/lines.ts";
import { type Encoding, encodeText } from "../encoding.ts";
import { sha256 } from "../sha256.ts";
import { packageVersion } from "../version.ts";
import { editTexts } from "./edit-lines.ts";
import { type Receipt, type ReceiptCell, type ReceiptSide, sealed } from "./format.ts";
import { lineMap } from "./line-map.ts";
import { cellText } from "./notebook-cell.ts";

/** The file that an edit was made of; a `TextFile` fits. */
export interface EditedSource {
  readonly exists: boolean;
  readonly text: string;
  readonly encoding: Encoding;
  readonly bom: boolean;
}

export interface ReceiptInput {
  /** The edit as written: the `edit` of the request. Empty = there was only an instruction. */
  readonly edit: string;
  /** The file that the result was made of, or its text. */
  readonly before: EditedSource | string;
}

/**
 * The receipt of an edit: hashes of both sides, the origin of every line of the result, what became of every line of the source.
 * Throws `check-failed` where the text has no bytes in the file's encoding, as writing it does.
 */
export function receiptOf(result: EditResult, { edit, before }: ReceiptInput): Receipt {
  const file = typeof before === "string" ? textAlone(before, result) : before;
  const { text, route, confidence, proof, cells } = result;
  const lines = editTexts(edit);
  const author = cells !== undefined ? "cell" : route === "merge" ? "edit" : "model";
  return sealed({
    receipt: 1,
    tool: `redraft ${packageVersion()}`,
    path: wellFormed(result.path),
    ...(result.movedTo === undefined ? {} : { movedTo: wellFormed(result.movedTo) }),
    action: actionOf(result, file),
    before: file.exists ? sideOf(file.text, file) : null,
    after: text === null ? null : sideOf(text, file),
    ...(edit.trim() === "" ? {} : { edit: { sha256: textHash(edit), format: result.format.name } }),
    ...(result.base === undefined ? {} : { base: { sha256: result.base } }),
    route,
    why: wellFormed(result.routeReason),
    ...(route === "merge" ? {} : { model: receiptModel(result.model, confidence) }),
    checks: result.checks.map(({ name, ok }) => ({ name: wellFormed(name), ok })),
    lines: lineMap({
      before: splitLines(file.text),
      after: splitLines(text ?? ""),
      proof,
      edit: lines,
      editAt: result.editLines,
      author,
    }),
    ...(cells === undefined || text === null
      ? {}
      : { cells: cells.map((cell) => receiptCell(cell, file.text, text, lines, result)) }),
  });
}

/** A text that is in no file is hashed as UTF-8. */
const textAlone = (text: string, { action }: EditResult): EditedSource => ({
  exists: text !== "" || action !== "create",
  text,
  encoding: "utf-8",
  bom: false,
});

/** A file that exists is not created, even if the edit says so; one that does not exist is. */
function actionOf({ action, text }: EditResult, { exists }: EditedSource): Receipt["action"] {
  if (text === null) return "delete";
  if (!exists) return "create";
  return action === "create" ? "update" : action;
}

function sideOf(text: string, { encoding, bom }: EditedSource): ReceiptSide {
  const bytes = encodeText(text, encoding, bom);
  const lines = splitLines(text).length;
  return { sha256: sha256(bytes), bytes: bytes.length, lines, encoding, bom };
}

function receiptModel(
  name: string | undefined,
  confidence: number | undefined,
): NonNullable<Receipt["model"]> {
  const known = name === undefined || name === "" ? "unnamed" : name;
  return {
    // A model in a file is named by the file; its folder stays private.
    name: wellFormed(known.includes("://") ? known : basename(known)),
    ...(confidence === undefined
      ? {}
      : { confidence: Math.min(1, Math.max(0, Math.round(confidence * 1e4) / 1e4)) }),
  };
}

function receiptCell(
  cell: NonNullable<EditResult["cells"]>[number],
  before: string,
  after: string,
  edit: readonly string[],
  { route, editLines: editAt }: EditResult,
): ReceiptCell {
  const { number, id, proof } = cell;
  const old = splitLines(cellText(before, number) ?? "");
  const now = splitLines(cellText(after, number) ?? "");
  const author = route === "merge" ? "edit" : "model";
  return {
    number,
    ...(id === undefined ? {} : { id: wellFormed(id) }),
    before: old.length,
    after: now.length,
    ...lineMap({ before: old, after: now, proof, edit, editAt, author }),
  };
}

/** JSON writes half a surrogate pair as an escape that other readers refuse. */
const wellFormed = (text: string): string => text.replace(/\p{Surrogate}/gu, "\ufffd");
