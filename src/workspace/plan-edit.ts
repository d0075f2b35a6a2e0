import { RedraftError } from "../core/errors.ts";
import type { Redraft } from "../core/redraft.ts";
import type { EditRequest, EditResult } from "../core/request.ts";
import { type TextStore, unknownBase } from "../core/text-store.ts";
import { applyAgain } from "./apply-again.ts";
import { unifiedDiff } from "./diff.ts";
import type { EditorCall, FileAnswer } from "./editor-types.ts";
import { fileNotes } from "./file-notes.ts";
import type { Receipt } from "./receipt/format.ts";
import { receiptOf } from "./receipt/receipt.ts";
import { noSuchFile, readWorkable } from "./rooted-file.ts";
import { type RootedPath, resolveInRoots } from "./roots.ts";
import type { FileChange } from "./steps.ts";
import type { TextFile } from "./text-file.ts";

/** What a call knows about versions of its files. */
export interface Versions {
  readonly expectedHash?: string | undefined;
  readonly baseHash?: string | undefined;
  /** True: a file that exists is left as it is, because the caller names no version of it. */
  readonly mustBeNew?: boolean;
  /** The texts of the files as this call read them before, by absolute path. */
  readonly seen: Map<string, string>;
}

/** An edit that is made and not yet written. */
export interface PlannedEdit {
  readonly answer: Omit<FileAnswer, "written" | "hash">;
  readonly change: FileChange;
  readonly receipt: () => Receipt;
}

export interface Planning {
  readonly redraft: Redraft;
  readonly roots: readonly string[];
  readonly texts: TextStore;
}

/** Makes an edit of a file as it is now, and writes nothing. */
export async function planEdit(
  planning: Planning,
  target: RootedPath,
  request: Omit<EditRequest, "path" | "source" | "base">,
  call: EditorCall,
  { expectedHash, baseHash, mustBeNew = false, seen }: Versions,
): Promise<PlannedEdit> {
  const { redraft, roots, texts } = planning;
  const before = await readWorkable(target, roots);
  const base = baseTextOf(baseHash, target.display, before, texts);
  texts.add(before.text, before.hash);
  if (expectedHash !== undefined && before.hash !== expectedHash) {
    const now = before.exists ? `its hash is now ${before.hash}` : "it no longer exists";
    throw new RedraftError(
      "stale-file",
      `\`${target.display}\` is not the version with hash ${expectedHash}: ${now}. Read it again and write the edit for its current text.`,
      { details: { path: target.display, hash: before.exists ? before.hash : null } },
    );
  }
  if (mustBeNew && before.exists && before.text !== request.edit)
    throw fileExists(target.display, before);
  // The file keeps the byte order mark that it has; the text's own would be a second one.
  const edit = before.bom ? request.edit.replace(/^\uFEFF/, "") : request.edit;
  const whole = { ...request, edit, path: target.display, source: before.text };
  const first = seen.get(target.absolute);
  seen.set(target.absolute, before.text);
  const engine = { apply: (one: EditRequest) => runEdit(redraft, one, call) };
  const made =
    base === undefined && first !== undefined
      ? applyAgain(engine, whole, first)
      : runEdit(redraft, { ...whole, ...(base === undefined ? {} : { base }) }, call);
  const result = await made.catch((error: unknown) => {
    throw ofVersion(error, target.display, before);
  });
  if (!before.exists && result.action !== "create") throw noSuchFile(target.display);
  const others = result.named?.others ?? [];
  if (others.length > 0) throw aboutOthers(target.display, others);
  const moved =
    result.action === "move" && result.movedTo !== undefined
      ? await resolveInRoots(result.movedTo, roots)
      : undefined;
  const diff = unifiedDiff(
    before.exists ? { path: target.display, text: before.text } : null,
    result.text === null ? null : { path: moved?.display ?? target.display, text: result.text },
    result.proof,
  );
  return {
    answer: {
      path: target.display,
      ...(moved ? { movedTo: moved.display } : {}),
      action: result.action,
      changed: result.changed,
      route: result.route,
      routeReason: result.routeReason,
      format: result.format.name,
      notes: [...result.notes, ...fileNotes(before, result)],
      diff,
      ...countChanges(diff),
      ms: result.ms,
    },
    change: { before, text: result.text, ...(moved ? { moveTo: moved.absolute } : {}) },
    receipt: () => receiptOf(result, { edit: request.edit, before }),
  };
}

function fileExists(path: string, { hash }: TextFile): RedraftError {
  return new RedraftError(
    "stale-file",
    `\`${path}\` exists, and nothing was written. To change a part of it, use \`edit_file\`. To replace all of it, read it and send the hash of the version that you replace as \`expected_hash\`; it is now ${hash}.`,
    { details: { path, hash } },
  );
}

/** An ambiguous edit with the version of the file that its candidates are made of. */
function ofVersion(error: unknown, path: string, { hash }: TextFile): unknown {
  if (!RedraftError.is(error) || error.code !== "ambiguous") return error;
  const { message, retryable, details } = error;
  return new RedraftError("ambiguous", message, {
    cause: error,
    retryable,
    details: { ...details, path, hash },
  });
}

/** The text that an edit was written for, by the hash that was returned for it. Undefined means the current file. */
function baseTextOf(
  hash: string | undefined,
  path: string,
  now: TextFile,
  texts: TextStore,
): string | undefined {
  if (hash === undefined || hash === now.hash) return undefined;
  const text = texts.find(hash);
  if (text === undefined) throw unknownBase(`\`${path}\``, hash);
  return text;
}

async function runEdit(
  redraft: Redraft,
  request: EditRequest,
  call: EditorCall,
): Promise<EditResult> {
  const signal = call.signal ? { signal: call.signal } : {};
  let characters = 0;
  let reported = 0;
  // The receipt is made of the proof.
  for await (const event of redraft.events(request, signal)) {
    if (event.type === "result") return event.result;
    if (event.type === "edit-read") call.onProgress?.(`read the edit as ${event.format}`);
    if (event.type === "route-taken") call.onProgress?.(`${event.route}: ${event.why}`);
    if (event.type === "text-delta") {
      characters += event.text.length;
      if (characters - reported < 1000) continue;
      reported = characters;
      call.onProgress?.(`the model wrote ${characters} characters`);
    }
  }
  throw new RedraftError(
    "engine-failed",
    "The engine ended without a result. Send the edit again.",
    {
      retryable: true,
    },
  );
}

function aboutOthers(path: string, others: readonly string[]): RedraftError {
  return new RedraftError(
    "usage",
    `The edit also changes other files (${others.slice(0, 5).join(", ")}). Nothing was changed. Send a patch to several files with \`apply_patch\`, or only the part for \`${path}\`.`,
    { details: { path, others } },
  );
}

/** How many lines a unified diff adds and removes. */
export function countChanges(diff: string): { added: number; removed: number } {
  let added = 0;
  let removed = 0;
  let inHunk = false;
  for (const line of diff.split("\n")) {
    if (line.startsWith("@@")) inHunk = true;
    else if (inHunk && line.startsWith("+")) added += 1;
    else if (inHunk && line.startsWith("-")) removed += 1;
  }
  return { added, removed };
}
