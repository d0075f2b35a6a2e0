import { RedraftError } from "../core/errors.ts";
import type { EditRequest } from "../core/request.ts";
import { createTextStore } from "../core/text-store.ts";
import { confinedTo } from "./confined.ts";
import { editFromArguments } from "./edit-arguments.ts";
import type {
  EditorCall,
  FileAnswer,
  FileEditor,
  FileEditorOptions,
  ReadAnswer,
  WriteFileArguments,
} from "./editor-types.ts";
import { excerpts } from "./excerpt.ts";
import { type FilePatch, splitPatch } from "./patches.ts";
import { type PlannedEdit, type Planning, planEdit } from "./plan-edit.ts";
import { noSuchFile, readWorkable } from "./rooted-file.ts";
import { type RootedPath, resolveInRoots } from "./roots.ts";
import type { WriteOptions } from "./write-options.ts";
import { writePlanned } from "./write-planned.ts";

export type {
  EditFileArguments,
  EditorCall,
  Excerpt,
  FileAnswer,
  FileEditor,
  FileEditorOptions,
  PatchArguments,
  ReadAnswer,
  ReadFileArguments,
  TextReplacement,
  WriteFileArguments,
} from "./editor-types.ts";

type OneEdit = Omit<EditRequest, "path" | "source" | "base">;
type OneFileArguments = Pick<WriteFileArguments, "expected_hash" | "base" | "dry_run">;

export function createFileEditor(options: FileEditorOptions): FileEditor {
  const { redraft, roots, uninterrupted, journal, texts = createTextStore() } = options;
  const planning: Planning = { redraft, roots, texts };

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

  function write(
    make: () => Promise<readonly PlannedEdit[]>,
    dryRun: boolean | undefined,
    { signal }: EditorCall,
  ): Promise<FileAnswer[]> {
    const how = {
      fs: confinedTo(roots),
      ...(signal && { signal }),
      ...(uninterrupted && { uninterrupted }),
      ...(journal && { journal, note: { kind: "edit", by: options.by ?? "redraft" } }),
    } satisfies WriteOptions;
    return writePlanned(make, dryRun === true, how, texts);
  }

  async function targetOf(path: string): Promise<RootedPath> {
    await journal?.recover();
    return resolveInRoots(path, roots);
  }

  function writeOne(
    target: RootedPath,
    request: OneEdit,
    args: OneFileArguments,
    mustBeNew: boolean,
    call: EditorCall,
  ): Promise<FileAnswer> {
    const versions = {
      expectedHash: args.expected_hash,
      baseHash: args.base,
      mustBeNew,
      seen: new Map<string, string>(),
    };
    return locked([target.absolute], async () => {
      const make = async () => [await planEdit(planning, target, request, call, versions)];
      return (await write(make, args.dry_run, call))[0]!;
    });
  }

  return {
    async edit(args, call = {}): Promise<FileAnswer> {
      const request = editFromArguments(args);
      const target = await targetOf(args.path);
      if (!target.exists && request.pair) throw noSuchFile(target.display);
      return writeOne(target, request.request, args, false, call);
    },

    async write(args, call = {}): Promise<FileAnswer> {
      const target = await targetOf(args.path);
      if (target.exists && args.content === "") throw emptyReplacement(target.display);
      const mustBeNew = args.expected_hash === undefined && args.base === undefined;
      return writeOne(target, wholeFile(target.display, args.content), args, mustBeNew, call);
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
        if (!target.exists && part.action !== "create") throw noSuchFile(target.display);
        targets.push(target);
      }
      return locked(
        targets.map(({ absolute }) => absolute),
        () =>
          write(
            () => planPatch(planning, parts, targets, { baseOf, seen, call }),
            args.dry_run,
            call,
          ),
      );
    },

    async read(args): Promise<ReadAnswer> {
      await journal?.recover();
      const target = await resolveInRoots(args.path, roots);
      if (!target.exists) throw noSuchFile(target.display);
      const { text, hash } = await readWorkable(target, roots);
      texts.add(text, hash);
      return { path: target.display, hash, ...excerpts(text, args) };
    },
  };
}

/** The edit that makes a text the whole file. No text at all is no edit, so an empty file is a patch that adds one. */
function wholeFile(path: string, content: string): OneEdit {
  if (content !== "") return { edit: content, format: "whole" };
  return { edit: `*** Begin Patch\n*** Add File: ${path}\n*** End Patch\n`, format: "patch" };
}

/** Nothing to keep is more often a mistake than a wish. */
function emptyReplacement(path: string): RedraftError {
  return new RedraftError(
    "unreadable-edit",
    `\`content\` is empty, and \`${path}\` exists. Nothing was written. Send the whole text of the file, or delete it with \`apply_patch\` and \`*** Delete File: ${path}\`.`,
    { details: { path } },
  );
}

interface PatchCall {
  readonly baseOf: (path: string) => string | undefined;
  readonly seen: Map<string, string>;
  readonly call: EditorCall;
}

/** Makes the part of every file, as the files are now. */
async function planPatch(
  planning: Planning,
  parts: readonly FilePatch[],
  targets: readonly RootedPath[],
  { baseOf, seen, call }: PatchCall,
): Promise<readonly PlannedEdit[]> {
  const planned: PlannedEdit[] = [];
  for (const [index, part] of parts.entries()) {
    const target = targets[index]!;
    call.onProgress?.(`${target.display} (${index + 1} of ${parts.length})`);
    const edit = { edit: part.text, format: part.format };
    const versions = { baseHash: baseOf(part.path), seen };
    try {
      planned.push(await planEdit(planning, target, edit, call, versions));
    } catch (error) {
      throw parts.length === 1 ? error : inFile(error, target.display, parts.length);
    }
  }
  return planned;
}

function inFile(error: unknown, path: string, files: number): unknown {
  if (!RedraftError.is(error)) return error;
  return new RedraftError(
    error.code,
    `In \`${path}\`: ${error.message} None of the ${files} files of the patch was changed.`,
    { cause: error, retryable: error.retryable, details: { ...error.details, path } },
  );
}
