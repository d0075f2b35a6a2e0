import { stat } from "node:fs/promises";
import { dirname } from "node:path";
import { RedraftError } from "../core/errors.ts";
import type { Redraft } from "../core/redraft.ts";
import type { EditRequest, EditResult, Route } from "../core/request.ts";
import { throwIfStopped } from "../core/signal.ts";
import { createTextStore, type TextStore, unknownBase } from "../core/text-store.ts";
import { applyAgain } from "./apply-again.ts";
import { commit } from "./commit.ts";
import { confinedTo } from "./confined.ts";
import { unifiedDiff } from "./diff.ts";
import { fileNotes } from "./file-notes.ts";
import type { Journal } from "./journal/types.ts";
import { splitPatch } from "./patches.ts";
import type { Receipt } from "./receipt/format.ts";
import { receiptOf } from "./receipt/receipt.ts";
import { type RootedPath, resolveInRoots } from "./roots.ts";
import { pathsOf } from "./steps.ts";
import { readTextFile, type TextFile } from "./text-file.ts";
import {
  changed,
  type FileChange,
  type WriteOptions,
  type Written,
  withLocks,
  writeChanges,
} from "./write.ts";

/** One edit of one file, as a model asks for it: a sketch, or an exact string and its replacement. */
export interface EditFileArguments {
  readonly path: string;
  readonly instructions?: string | undefined;
  readonly code_edit?: string | undefined;
  readonly old_string?: string | undefined;
  readonly new_string?: string | undefined;
  readonly replace_all?: boolean | undefined;
  readonly expected_hash?: string | undefined;
  /** Hash of the version that the edit was written for; the edit is carried over where the file changed since. */
  readonly base?: string | undefined;
  /** The cell of a notebook that the edit was written for: its id, or its number from 1. */
  readonly cell?: string | number | undefined;
  readonly dry_run?: boolean | undefined;
}

/** A patch over one or several files; `base` as in `EditFileArguments`, for several files by path. */
export interface PatchArguments {
  readonly patch: string;
  readonly base?: string | Readonly<Record<string, string>> | undefined;
  readonly dry_run?: boolean | undefined;
}

/** What became of one file. */
export interface FileAnswer {
  readonly path: string;
  readonly movedTo?: string;
  readonly action: EditResult["action"];
  readonly changed: boolean;
  readonly written: boolean;
  readonly route: Route;
  readonly routeReason: string;
  readonly format: string;
  readonly notes: readonly string[];
  readonly diff: string;
  readonly added: number;
  readonly removed: number;
  /** Of the file after this edit; absent if it was deleted or nothing was written. */
  readonly hash?: string;
  /** Of a written edit. */
  readonly receipt?: Receipt;
  readonly ms: number;
}

export interface ReadAnswer {
  readonly path: string;
  readonly text: string;
  readonly hash: string;
  readonly totalLines: number;
  readonly firstLine: number;
  readonly lastLine: number;
  /** Where the rest begins, if the answer does not hold all that was asked for. */
  readonly nextLine?: number;
  /** True: the last line shown is longer than an answer, and cut. */
  readonly cut?: boolean;
}

export interface EditorCall {
  readonly signal?: AbortSignal | undefined;
  /** What is being done, in words, for those who show progress. */
  readonly onProgress?: ((message: string) => void) | undefined;
}

/** Edits files by path, inside roots: what the MCP server and the AI SDK tool share. */
export interface FileEditor {
  edit(args: EditFileArguments, call?: EditorCall): Promise<FileAnswer>;
  patch(args: PatchArguments, call?: EditorCall): Promise<readonly FileAnswer[]>;
  read(args: {
    readonly path: string;
    readonly first_line?: number | undefined;
    readonly last_line?: number | undefined;
  }): Promise<ReadAnswer>;
}

export interface FileEditorOptions {
  readonly redraft: Redraft;
  /** Absolute folders, asked anew for every call. */
  readonly roots: readonly string[];
  /** See `WriteOptions`. */
  readonly uninterrupted?: WriteOptions["uninterrupted"];
  /** Writes edits ahead and keeps them for undo; default: none. */
  readonly journal?: Journal;
  /** What the journal says made the edits. */
  readonly by?: string;
  /** Texts whose hashes were handed out; default: a store of this editor's own. */
  readonly texts?: TextStore;
}

/** How often an edit is made on a file without holding its lock; after that the lock is taken first, and nobody can come between. */
const optimisticRounds = 2;

/** Larger files are not read: one takes seconds, and hundreds of MB of memory. */
const largestFile = 32 * 1024 * 1024;

/** What `read` answers at most, where no fewer lines were asked for. */
const mostLines = 2000;
const mostCharacters = 128 * 1024;

/** What a call knows about versions of its files. */
interface Versions {
  readonly expectedHash?: string | undefined;
  readonly baseHash?: string | undefined;
  /** The texts of the files as this call read them before, by absolute path. */
  readonly seen: Map<string, string>;
}

interface Planned {
  readonly answer: Omit<FileAnswer, "written" | "hash">;
  readonly change: FileChange;
  readonly receipt: () => Receipt;
}

export function createFileEditor(options: FileEditorOptions): FileEditor {
  const { redraft, roots, uninterrupted, journal, texts = createTextStore() } = options;

  /** The text that an edit was written for, by the hash that was returned for it. Undefined means the current file. */
  function baseTextOf(hash: string | undefined, path: string, now: TextFile): string | undefined {
    if (hash === undefined || hash === now.hash) return undefined;
    const text = texts.find(hash);
    if (text === undefined) throw unknownBase(`\`${path}\``, hash);
    return text;
  }

  async function plan(
    target: RootedPath,
    request: Omit<EditRequest, "path" | "source" | "base">,
    call: EditorCall,
    { expectedHash, baseHash, seen }: Versions,
  ): Promise<Planned> {
    const before = await readWorkable(target, roots);
    const base = baseTextOf(baseHash, target.display, before);
    texts.add(before.text, before.hash);
    if (expectedHash !== undefined && before.hash !== expectedHash) {
      const now = before.exists ? `its hash is now ${before.hash}` : "it no longer exists";
      throw new RedraftError(
        "stale-file",
        `\`${target.display}\` is not the version with hash ${expectedHash}: ${now}. Read it again and write the edit for its current text.`,
        { details: { path: target.display, hash: before.exists ? before.hash : null } },
      );
    }
    // The file keeps the byte order mark that it has; the text's own would be a second one.
    const edit = before.bom ? request.edit.replace(/^\uFEFF/, "") : request.edit;
    const whole = { ...request, edit, path: target.display, source: before.text };
    const first = seen.get(target.absolute);
    seen.set(target.absolute, before.text);
    const engine = { apply: (one: EditRequest) => run(one, call) };
    const result =
      base === undefined && first !== undefined
        ? await applyAgain(engine, whole, first)
        : await run({ ...whole, ...(base === undefined ? {} : { base }) }, call);
    if (!before.exists && result.action !== "create") throw missing(target.display);
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

  async function run(request: EditRequest, call: EditorCall): Promise<EditResult> {
    const signal = call.signal ? { signal: call.signal } : {};
    let characters = 0;
    let told = 0;
    // The receipt is made of the proof.
    for await (const event of redraft.events(request, signal)) {
      if (event.type === "result") return event.result;
      if (event.type === "edit-read") call.onProgress?.(`read the edit as ${event.format}`);
      if (event.type === "route-taken") call.onProgress?.(`${event.route}: ${event.why}`);
      if (event.type === "text-delta") {
        characters += event.text.length;
        if (characters - told < 1000) continue;
        told = characters;
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

  const changesOf = (planned: readonly Planned[]): FileChange[] =>
    planned.filter(({ answer }) => answer.changed).map(({ change }) => change);

  function answersOf(
    planned: readonly Planned[],
    changes: readonly FileChange[],
    written: readonly Written[],
  ): FileAnswer[] {
    return planned.map(({ answer, change, receipt }) => {
      const after = written[changes.indexOf(change)];
      const hash = answer.changed ? after?.hash : change.before.hash;
      if (change.text !== null && after?.hash !== undefined) texts.add(change.text, after.hash);
      return {
        ...answer,
        written: after !== undefined,
        ...(hash === undefined ? {} : { hash }),
        ...(after === undefined ? {} : { receipt: receipt() }),
      };
    });
  }

  const locks = new Map<string, Promise<unknown>>();
  /** One edit of a file at a time: two calls in flight must not make each other stale. */
  async function locked<T>(paths: readonly string[], work: () => Promise<T>): Promise<T> {
    const before = Promise.allSettled(paths.map((path) => locks.get(path)));
    const mine = before.then(work);
    for (const path of paths) locks.set(path, mine);
    try {
      return await mine;
    } finally {
      for (const path of paths) if (locks.get(path) === mine) locks.delete(path);
    }
  }

  /**
   * Makes the plan again when the file changed under it; the callers' own hash expectation is final. Whoever meets others again
   * and again plans under the lock of the files: then it waits its turn, as `updateFile` does.
   */
  async function writeFresh(
    make: () => Promise<readonly Planned[]>,
    dryRun: boolean,
    signal: AbortSignal | undefined,
  ): Promise<FileAnswer[]> {
    const fs = confinedTo(roots);
    const how: WriteOptions = {
      fs,
      ...(signal && { signal }),
      ...(uninterrupted && { uninterrupted }),
      ...(journal && { journal, note: { kind: "edit", by: options.by ?? "redraft" } }),
    };
    let planned = await make();
    for (let round = 1; ; round += 1) {
      const changes = changesOf(planned);
      if (dryRun || changes.length === 0) return answersOf(planned, changes, []);
      try {
        return answersOf(planned, changes, await writeChanges(changes, how));
      } catch (error) {
        if (!RedraftError.is(error) || error.code !== "stale-file") throw error;
        // Another process holds the lock: it was waited for already.
        if (error.details.lock !== undefined) throw error;
      }
      if (round === optimisticRounds) break;
      planned = await make();
    }
    const paths = await pathsOf(changesOf(planned), fs);
    return withLocks(paths, how, async (held, folders) => {
      const last = await make();
      const changes = changesOf(last);
      if ((await pathsOf(changes, fs)).some((path) => !paths.includes(path))) {
        throw changed(last[0]!.change.before.path);
      }
      throwIfStopped(signal);
      const written = changes.length === 0 ? [] : await commit(changes, how, held, folders);
      return answersOf(last, changes, written);
    });
  }

  return {
    async edit(args, call = {}): Promise<FileAnswer> {
      const request = readEdit(args);
      await journal?.recover();
      const target = await resolveInRoots(args.path, roots);
      if (!target.exists && request.pair) throw missing(target.display);
      const seen = new Map<string, string>();
      return locked([target.absolute], async () => {
        const make = async (): Promise<readonly Planned[]> => [
          await plan(target, request.request, call, {
            expectedHash: args.expected_hash,
            baseHash: args.base,
            seen,
          }),
        ];
        return (await writeFresh(make, args.dry_run === true, call.signal))[0]!;
      });
    },

    async patch(args, call = {}): Promise<readonly FileAnswer[]> {
      const parts = splitPatch(args.patch);
      await journal?.recover();
      if (typeof args.base === "string" && parts.length > 1) {
        throw new RedraftError(
          "usage",
          `The patch changes ${parts.length} files, but \`base\` is one hash. Give \`base\` as an object of paths and hashes.`,
        );
      }
      const seen = new Map<string, string>();
      const baseOf = (path: string): string | undefined =>
        typeof args.base === "object" ? args.base[path] : args.base;
      const targets: RootedPath[] = [];
      for (const part of parts) {
        const target = await resolveInRoots(part.path, roots);
        if (part.moveTo !== undefined) await resolveInRoots(part.moveTo, roots);
        if (targets.some(({ absolute }) => absolute === target.absolute)) {
          throw new RedraftError(
            "unreadable-edit",
            `\`${target.display}\` appears twice in the patch. Put all its hunks under one header.`,
          );
        }
        if (!target.exists && part.action !== "create") throw missing(target.display);
        targets.push(target);
      }
      return locked(
        targets.map(({ absolute }) => absolute),
        () =>
          writeFresh(
            async () => {
              const planned: Planned[] = [];
              for (const [index, part] of parts.entries()) {
                const target = targets[index]!;
                call.onProgress?.(`${target.display} (${index + 1} of ${parts.length})`);
                try {
                  const edit = { edit: part.text, format: part.format };
                  planned.push(
                    await plan(target, edit, call, { baseHash: baseOf(part.path), seen }),
                  );
                } catch (error) {
                  throw parts.length === 1 ? error : inFile(error, target.display, parts.length);
                }
              }
              return planned;
            },
            args.dry_run === true,
            call.signal,
          ),
      );
    },

    async read(args): Promise<ReadAnswer> {
      await journal?.recover();
      const target = await resolveInRoots(args.path, roots);
      if (!target.exists) throw missing(target.display);
      const { text, hash } = await readWorkable(target, roots);
      texts.add(text, hash);
      return { path: target.display, hash, ...excerpt(text, args.first_line, args.last_line) };
    },
  };
}

async function readWorkable(
  { absolute, display }: RootedPath,
  roots: readonly string[],
): Promise<TextFile> {
  const size = await stat(absolute).then(
    (found) => found.size,
    () => 0,
  );
  if (size > largestFile) {
    const mib = (bytes: number): number => Math.round(bytes / 1024 / 1024);
    throw new RedraftError(
      "file-error",
      `\`${display}\` has ${mib(size)} MiB; files up to ${mib(largestFile)} MiB are read and edited here. Use \`redraft apply\` on the command line, or a tool for large data.`,
      { details: { path: display } },
    );
  }
  return readTextFile(absolute, confinedTo(roots));
}

/** The lines that were asked for, as many as one answer holds; a first line that is too long alone is cut. */
function excerpt(
  text: string,
  firstLine: number | undefined,
  lastLine: number | undefined,
): Omit<ReadAnswer, "path" | "hash"> {
  const first = Math.max(1, firstLine ?? 1);
  const wanted = Math.min(lastLine ?? Number.POSITIVE_INFINITY, first + mostLines - 1);
  let [start, end, last] = [text.length, text.length, first - 1];
  let total = 0;
  for (const [from, to] of lineRanges(text)) {
    total += 1;
    if (total === first && total <= wanted) {
      [start, last] = [from, first];
      end = Math.min(to, from + mostCharacters);
    } else if (total === last + 1 && total <= wanted && to - start <= mostCharacters) {
      [end, last] = [to, total];
    }
  }
  const shown = start < end ? text.slice(start, end) : "";
  const cut = shown.length === mostCharacters && !/[\r\n]$/.test(shown);
  const asked = Math.min(lastLine ?? total, total);
  return {
    text: shown,
    totalLines: total,
    firstLine: first,
    lastLine: last,
    ...(last < asked ? { nextLine: last + 1 } : {}),
    ...(cut ? { cut: true } : {}),
  };
}

/** Where each line begins, and where it ends with its line end. */
function* lineRanges(text: string): Generator<readonly [number, number]> {
  const ends = /\r\n|\n|\r/g;
  let from = 0;
  for (let end = ends.exec(text); end !== null; end = ends.exec(text)) {
    yield [from, ends.lastIndex];
    from = ends.lastIndex;
  }
  if (from < text.length) yield [from, text.length];
}

function missing(path: string): RedraftError {
  return new RedraftError(
    "file-error",
    `\`${path}\` does not exist. Check the path (folder \`${dirname(path)}\`), or send the whole text of a new file as \`code_edit\`.`,
    { details: { path } },
  );
}

function aboutOthers(path: string, others: readonly string[]): RedraftError {
  return new RedraftError(
    "usage",
    `The edit also changes other files (${others.slice(0, 5).join(", ")}). Nothing was changed. Send a patch to several files with \`apply_patch\`, or only the part for \`${path}\`.`,
    { details: { path, others } },
  );
}

function inFile(error: unknown, path: string, files: number): unknown {
  if (!RedraftError.is(error)) return error;
  return new RedraftError(
    error.code,
    `In \`${path}\`: ${error.message} None of the ${files} files of the patch was changed.`,
    { cause: error, retryable: error.retryable, details: { ...error.details, path } },
  );
}

/** The edit in a form that the engine reads, or a refusal that says which arguments belong together. */
function readEdit(args: EditFileArguments): {
  request: Omit<EditRequest, "path" | "source">;
  pair: boolean;
} {
  const instruction = {
    ...(args.instructions === undefined ? {} : { instruction: args.instructions }),
    ...(args.cell === undefined ? {} : { cell: args.cell }),
  };
  const pair = args.old_string !== undefined || args.new_string !== undefined;
  if (pair && args.code_edit !== undefined) {
    throw new RedraftError(
      "usage",
      "Send either `code_edit` or `old_string` with `new_string`, not both: they are two forms of one edit.",
    );
  }
  if (args.code_edit !== undefined) {
    if (args.replace_all !== undefined) {
      throw new RedraftError(
        "usage",
        "`replace_all` works only with `old_string`. Leave it out with `code_edit`.",
      );
    }
    return { request: { edit: args.code_edit, ...instruction }, pair: false };
  }
  if (args.old_string === undefined || args.new_string === undefined) {
    throw new RedraftError(
      "usage",
      "Send `code_edit` (a sketch of the changed lines), or both `old_string` and `new_string`.",
    );
  }
  const edit = JSON.stringify({
    old_string: args.old_string,
    new_string: args.new_string,
    ...(args.replace_all ? { replace_all: true } : {}),
  });
  return { request: { edit, format: "search-replace", ...instruction }, pair: true };
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
