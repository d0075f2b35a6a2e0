import type { RedraftError } from "../core/errors.ts";
import type { CarriedProof, Proof, ResultOrigin, SourceFate } from "../core/merge.ts";
import type { EditResult } from "../core/request.ts";
import { fileNotes } from "../workspace/file-notes.ts";
import type { Updated } from "../workspace/update.ts";

/** What `--json` prints: the result, the proof in runs of lines, the patch, and what was written. */
export function resultJson(updated: Updated<EditResult>, patch: string): Record<string, unknown> {
  const { proof, cells, ...result } = updated.result;
  return {
    ...result,
    notes: [...result.notes, ...fileNotes(updated.before, updated.result)],
    ...(cells === undefined
      ? {}
      : {
          cells: cells.map(({ proof: own, ...cell }) => ({
            ...cell,
            ...(own === undefined ? {} : { proof: proofRuns(own) }),
          })),
        }),
    written: updated.written,
    ...(updated.hash === undefined ? {} : { hash: updated.hash }),
    encoding: updated.before.encoding,
    patch,
    ...(proof === undefined ? {} : { proof: proofRuns(proof) }),
    error: null,
  };
}

/** The same for a text that is in no file. */
export function errorlessJson(
  { proof, cells: _, ...result }: EditResult,
  patch: string,
): Record<string, unknown> {
  return { ...result, patch, ...(proof && { proof: proofRuns(proof) }), error: null };
}

export function errorJson(path: string, error: RedraftError): Record<string, unknown> {
  const { code, message, retryable, details } = error;
  return { path, text: null, written: false, error: { code, message, retryable, details } };
}

interface LineRun {
  readonly from: number;
  to: number;
}

/** The proof with neighbouring lines of one fate joined; 0-based lines, `to` not included. */
export function proofRuns(proof: Proof | CarriedProof): Record<string, unknown> {
  return {
    source: runs(proof.source, fateKey, (one, line) =>
      one.fate === "kept"
        ? { fate: one.fate, because: one.because, shift: one.result - line }
        : { ...one },
    ),
    result: runs(proof.result, originKey, (one, line) => {
      if (one.from === "source") return { origin: "source", shift: one.source - line };
      if (one.from === "layout") return { origin: "layout" };
      if (one.from === "edit") return { origin: "edit", line: one.edit };
      return { origin: "merged", line: one.edit, source: one.source };
    }),
    edit: proof.edit,
    cost: proof.cost,
    // No other text is possible: JSON has no Infinity.
    runnerUp: Number.isFinite(proof.runnerUp) ? proof.runnerUp : null,
    ...("base" in proof ? { base: proofRuns(proof.base) } : {}),
  };
}

function runs<Item>(
  items: readonly Item[],
  key: (item: Item, index: number) => string,
  describe: (item: Item, index: number) => Record<string, unknown>,
): LineRun[] {
  const result: LineRun[] = [];
  let last: string | undefined;
  items.forEach((item, index) => {
    const own = key(item, index);
    if (own === last) result.at(-1)!.to = index + 1;
    else result.push({ from: index, to: index + 1, ...describe(item, index) });
    last = own;
  });
  return result;
}

function fateKey(fate: SourceFate, line: number): string {
  return fate.fate === "kept"
    ? `kept ${fate.because} ${fate.result - line}`
    : `${fate.fate} ${fate.because}`;
}

function originKey(origin: ResultOrigin, line: number): string {
  if (origin.from === "source") return `source ${origin.source - line}`;
  if (origin.from === "merged") return `merged ${line}`;
  return origin.from === "edit" ? `edit ${origin.edit - line}` : "layout";
}
