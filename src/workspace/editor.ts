import { dirname } from "node:path";
import { applyAgain } from "../core/apply-again.ts";
import { RedraftError } from "../core/errors.ts";
import type { Redraft } from "../core/redraft.ts";
import type { EditRequest, EditResult, Route } from "../core/request.ts";
import { createTextStore, type TextStore, unknownBase } from "../core/text-store.ts";
import { confinedTo } from "./confined.ts";
import { unifiedDiff } from "./diff.ts";
import { fileNotes } from "./file-notes.ts";
import { splitPatch } from "./patches.ts";
import { type RootedPath, resolveInRoots } from "./roots.ts";
import { readTextFile, type TextFile } from "./text-file.ts";
import { type FileChange, type WriteOptions, writeChanges } from "./write.ts";

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
  /** Of the file as it stands after this edit; absent when it was deleted or nothing was written. */
  readonly hash?: string;
  readonly ms: number;
}

export interface ReadAnswer {
  readonly path: string;
  readonly text: string;
  readonly hash: string;
  readonly totalLines: number;
  readonly firstLine: number;
  readonly lastLine: number;
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
  /** Texts whose hashes were handed out; default: a store of this editor's own. */
  readonly texts?: TextStore;
}

/** How often an edit is made again on a file that changed while it was being made. */
const rereads = 2;

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
}

export function createFileEditor(options: FileEditorOptions): FileEditor {
  const { redraft, roots, uninterrupted, texts = createTextStore() } = options;

  /** The text that an edit was written for, by the hash that was handed out for it; undefined = the file as it is. */
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
    const before = await readTextFile(target.absolute, confinedTo(roots));
    const base = baseTextOf(baseHash, target.display, before);
    texts.add(before.text, before.hash);
    if (expectedHash !== undefined && before.hash !== expectedHash) {
      const now = before.exists ? `its hash is now ${before.hash}` : "it no longer exists";
      throw new RedraftError(
        "stale-file",
        `\`${target.display}\` is not the version with hash ${expectedHash}: ${now}. Read it again and write the edit for what it says now.`,
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
    };
  }

  async function run(request: EditRequest, call: EditorCall): Promise<EditResult> {
    const signal = call.signal ? { signal: call.signal } : {};
    let characters = 0;
    let told = 0;
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

  async function write(
    planned: readonly Planned[],
    dryRun: boolean,
    signal: AbortSignal | undefined,
  ): Promise<FileAnswer[]> {
    const changes = planned.filter(({ answer }) => answer.changed).map(({ change }) => change);
    const none = dryRun || changes.length === 0;
    const written = none
      ? []
      : await writeChanges(changes, {
          fs: confinedTo(roots),
          ...(signal && { signal }),
          ...(uninterrupted && { uninterrupted }),
        });
    return planned.map(({ answer, change }) => {
      const after = written[changes.indexOf(change)];
      const hash = answer.changed ? after?.hash : change.before.hash;
      if (change.text !== null && after?.hash !== undefined) texts.add(change.text, after.hash);
      return { ...answer, written: after !== undefined, ...(hash === undefined ? {} : { hash }) };
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

  /** Makes the plan again when the file changed under it; the callers' own hash expectation is final. */
  async function writeFresh(
    make: () => Promise<readonly Planned[]>,
    dryRun: boolean,
    signal: AbortSignal | undefined,
  ): Promise<FileAnswer[]> {
    for (let round = 0; ; round += 1) {
      const planned = await make();
      try {
        return await write(planned, dryRun, signal);
      } catch (error) {
        if (!RedraftError.is(error) || error.code !== "stale-file" || round === rereads)
          throw error;
        // Another process holds the lock: it was waited for already.
        if (error.details.lock !== undefined) throw error;
      }
    }
  }

  return {
    async edit(args, call = {}): Promise<FileAnswer> {
      const request = readEdit(args);
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
      if (typeof args.base === "string" && parts.length > 1) {
        throw new RedraftError(
          "usage",
          `The patch is about ${parts.length} files, and \`base\` is one hash. Give \`base\` as an object of paths and hashes.`,
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
      const target = await resolveInRoots(args.path, roots);
      if (!target.exists) throw missing(target.display);
      const { text, hash } = await readTextFile(target.absolute, confinedTo(roots));
      texts.add(text, hash);
      const lines = text.match(/[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+$/g) ?? [];
      const first = Math.max(1, args.first_line ?? 1);
      const last = Math.min(lines.length, args.last_line ?? lines.length);
      return {
        path: target.display,
        text: lines.slice(first - 1, last).join(""),
        hash,
        totalLines: lines.length,
        firstLine: first,
        lastLine: Math.max(last, first - 1),
      };
    },
  };
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
    `The edit is about other files as well (${others.slice(0, 5).join(", ")}). Nothing was changed. Send a patch over several files to \`apply_patch\`, or only the part for \`${path}\`.`,
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
        "`replace_all` belongs to `old_string`; `code_edit` has no use for it.",
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
