import type { FormatName } from "../core/edit.ts";
import { RedraftError } from "../core/errors.ts";
import type { Redraft } from "../core/redraft.ts";
import type { EditRequest, EditResult } from "../core/request.ts";
import { type TextHash, type TextStore, unknownBase } from "../core/text-store.ts";
import { applyAgain } from "./apply-again.ts";
import { commit } from "./commit.ts";
import { unifiedDiff } from "./diff.ts";
import { disk, type FileSystem } from "./disk.ts";
import { type FileView, type ViewedFile, viewFiles } from "./file-view.ts";
import { shownIn } from "./journal/state-home.ts";
import type { Receipt } from "./receipt/format.ts";
import { type EditedSource, receiptOf } from "./receipt/receipt.ts";
import { type RootedPath, resolveInRoots } from "./roots.ts";
import { type FileChange, pathsOf } from "./steps.ts";
import { readTextFile } from "./text-file.ts";
import { missingFile } from "./update.ts";
import { changed, type WriteOptions, type Written, withLocks } from "./write.ts";

/** One edit of a transaction. */
export interface EditRow {
  /** Relative to a root, or absolute. */
  readonly path: string;
  /** The edit as written, in any format; about this one file. */
  readonly edit: string;
  readonly format?: FormatName | "auto" | undefined;
  /** The text that the edit was written for, or its hash, where the file may have changed since. */
  readonly base?: string | TextHash | undefined;
  readonly cell?: string | number | undefined;
  readonly symbol?: string | undefined;
  readonly instruction?: string | undefined;
}

/** What became of one row. */
export interface RowAnswer {
  /** Relative to its root. */
  readonly path: string;
  readonly movedTo?: string;
  readonly action: EditResult["action"];
  readonly changed: boolean;
  readonly route: EditResult["route"];
  readonly routeReason: string;
  readonly format: FormatName;
  readonly notes: readonly string[];
  /** Of this edit alone, after the rows before it. */
  readonly diff: string;
  /** Likewise of this edit alone; where receipts were asked for and the edit was written. */
  readonly receipt?: Receipt;
}

export interface AppliedAll {
  /** In the order of the rows. */
  readonly edits: readonly RowAnswer[];
  /** What the rows come to on the disk, one for each file. */
  readonly files: readonly {
    readonly path: string;
    readonly hash?: string;
    readonly diff: string;
  }[];
  readonly written: boolean;
  /** The journal's entry, which an undo takes back. */
  readonly entry?: string;
}

export interface ApplyAllOptions extends WriteOptions {
  readonly redraft: Pick<Redraft, "apply">;
  /** Absolute folders; nothing outside is touched. */
  readonly roots: readonly string[];
  /** Texts that a row's `base` may name by hash; default: those that the engine knows. */
  readonly texts?: TextStore;
  readonly dryRun?: boolean;
  /** Whether every answer of a written row has its receipt. */
  readonly receipts?: boolean;
}

interface Planned {
  readonly edits: readonly RowAnswer[];
  readonly changes: readonly FileChange[];
}

/** How often the locks are taken again because an edit that was made again affects other paths. */
const mostRounds = 5;

/**
 * Makes edits of any formats and any files as one: all are written, or none. Rows about one file are made in turn, each of the text that
 * the one before left; files may be made, deleted, moved in a chain or swapped. Where a file changes meanwhile, the edits are made
 * again on what it says then, or all refused. With a journal, a kill at any moment leaves all or nothing.
 */
export async function applyAll(
  rows: readonly EditRow[],
  options: ApplyAllOptions,
): Promise<AppliedAll> {
  if (rows.length === 0) throw new RedraftError("usage", "there is no edit.");
  const { roots, dryRun = false, journal, fs = disk } = options;
  await journal?.recover();
  /** The text that each row was made of before: the base of an edit that is made again. */
  const seen = new Map<number, string>();
  for (let round = 0; ; round++) {
    const planned = await plan(rows, options, seen);
    if (dryRun || planned.changes.length === 0) return appliedAll(planned, [], roots);
    const paths = await pathsOf(planned.changes, fs);
    const done = await withLocks(paths, options, async (locks, folders) => {
      let last = planned;
      if (await isStale(last.changes, fs)) {
        last = await plan(rows, options, seen);
        const more = await pathsOf(last.changes, fs);
        if (more.some((path) => !paths.includes(path))) return undefined;
      }
      if (last.changes.length === 0) return appliedAll(last, [], roots);
      return appliedAll(last, await commit(last.changes, options, locks, folders), roots);
    });
    if (done !== undefined) return done;
    if (round === mostRounds) throw changed(rows[0]!.path);
  }
}

/** What edits come to, one change for each file; nothing is written. */
export async function planEdits(
  rows: readonly EditRow[],
  options: ApplyAllOptions,
): Promise<{ readonly edits: readonly RowAnswer[]; readonly changes: readonly FileChange[] }> {
  return plan(rows, { ...options, receipts: false }, new Map());
}

async function isStale(changes: readonly FileChange[], fs: FileSystem): Promise<boolean> {
  for (const { before } of changes) {
    const now = await readTextFile(before.realPath, fs);
    if (now.exists !== before.exists || now.hash !== before.hash) return true;
  }
  return false;
}

async function plan(
  rows: readonly EditRow[],
  options: ApplyAllOptions,
  seen: Map<number, string>,
): Promise<Planned> {
  const view = viewFiles((path) => readTextFile(path, options.fs ?? disk));
  const edits: RowAnswer[] = [];
  for (const [index, row] of rows.entries()) {
    try {
      options.signal?.throwIfAborted();
      edits.push(await applyRow(row, index, view, options, seen));
    } catch (error) {
      throw inRow(error, row, index, rows.length);
    }
  }
  return { edits, changes: view.changes() };
}

async function applyRow(
  row: EditRow,
  index: number,
  view: FileView,
  { roots, redraft, signal, texts, receipts = false, dryRun = false }: ApplyAllOptions,
  seen: Map<number, string>,
): Promise<RowAnswer> {
  const target = await resolveInRoots(row.path, roots);
  const current = await view.get(target.absolute);
  const source = current?.text ?? "";
  const request: EditRequest = {
    path: target.display,
    source,
    edit: row.edit,
    ...(row.format === undefined ? {} : { format: row.format }),
    ...(row.cell === undefined ? {} : { cell: row.cell }),
    ...(row.symbol === undefined ? {} : { symbol: row.symbol }),
    ...(row.instruction === undefined ? {} : { instruction: row.instruction }),
    ...(await baseForRow(row, target, view, texts)),
  };
  const call = signal === undefined ? {} : { signal };
  const first = seen.get(index);
  seen.set(index, source);
  const again = first !== undefined && first !== source && request.base === undefined;
  const result = again
    ? await applyAgain(redraft, request, first, call)
    : await redraft.apply(request, call);
  // Any text could be a whole new file: a mistyped path must not make one.
  const isGuess = result.format.name === "whole" && (row.format ?? "auto") === "auto";
  if (current === undefined && (result.action !== "create" || isGuess)) throw missingFile(row.path);
  const goal = await put(result, target, view, roots);
  const diff = unifiedDiff(
    current === undefined ? null : { path: target.display, text: source },
    result.text === null ? null : { path: goal?.display ?? target.display, text: result.text },
    result.proof,
  );
  return {
    path: target.display,
    ...(goal === undefined ? {} : { movedTo: goal.display }),
    action: result.action,
    changed: result.changed,
    route: result.route,
    routeReason: result.routeReason,
    format: result.format.name,
    notes: result.notes,
    diff,
    ...(receipts && !dryRun
      ? { receipt: receiptOf(result, { edit: row.edit, before: editedSource(current) }) }
      : {}),
  };
}

/** A file that an earlier row made is written as UTF-8, or as the one that it comes from. */
function editedSource(file: ViewedFile | undefined): EditedSource {
  const { encoding = "utf-8", bom = false } = file?.form ?? file?.origin ?? {};
  return { exists: file !== undefined, text: file?.text ?? "", encoding, bom };
}

/** A hash that names the file as it is asks for nothing to be carried over. */
async function baseForRow(
  { base }: EditRow,
  target: RootedPath,
  view: FileView,
  texts: TextStore | undefined,
): Promise<Pick<EditRequest, "base">> {
  if (base === undefined) return {};
  if (typeof base === "string") return { base };
  const wanted = base.hash.replace(/^sha256:/i, "").toLowerCase();
  const { hash, text } = await view.onDisk(target.absolute);
  const isDisk = hash !== "" && (hash.startsWith(wanted) || wanted.startsWith(hash));
  if (isDisk) return { base: text };
  const known = texts?.find(base.hash);
  if (texts !== undefined && known === undefined) throw unknownBase(target.display, base.hash);
  return { base: known ?? base };
}

/** Puts a result into the view; answers where a file moved to. */
async function put(
  result: EditResult,
  target: RootedPath,
  view: FileView,
  roots: readonly string[],
): Promise<RootedPath | undefined> {
  const { absolute } = target;
  if (result.text === null) {
    await view.remove(absolute);
    return undefined;
  }
  if (result.action === "move" && result.movedTo !== undefined) {
    const goal = await resolveInRoots(result.movedTo, roots);
    await view.move([{ from: absolute, to: goal.absolute, text: result.text }]);
    return goal;
  }
  if ((await view.get(absolute)) === undefined) await view.create(absolute, result.text);
  else await view.write(absolute, result.text);
  return undefined;
}

function inRow(error: unknown, row: EditRow, index: number, rows: number): unknown {
  if (!RedraftError.is(error) || rows === 1) return error;
  const said = error.message.replace(/Nothing was (?:changed|written)\.$/, "").trimEnd();
  return new RedraftError(
    error.code,
    `In ${row.path} (edit ${index + 1} of ${rows}): ${said} None of the edits was made.`,
    {
      cause: error,
      retryable: error.retryable,
      details: { ...error.details, path: row.path, edit: index + 1 },
    },
  );
}

/** The answer for edits whose changes are written; `written` has one for each of them. */
export function appliedAll(
  { edits, changes }: Planned,
  written: readonly Written[],
  roots: readonly string[],
): AppliedAll {
  const entry = written[0]?.entry;
  const files = changes.map(({ before, text, moveTo }, index) => {
    const path = shownIn(roots, before.realPath);
    const goal = moveTo === undefined ? path : shownIn(roots, moveTo);
    const hash = written[index]?.hash;
    const diff = unifiedDiff(
      before.exists ? { path, text: before.text } : null,
      text === null ? null : { path: goal, text },
    );
    return { path: text === null ? path : goal, diff, ...(hash === undefined ? {} : { hash }) };
  });
  return { edits, files, written: written.length > 0, ...(entry === undefined ? {} : { entry }) };
}
