import { exitCodeOf, RedraftError } from "../core/errors.ts";
import { throwIfStopped } from "../core/signal.ts";
import { commit } from "./commit.ts";
import { disk } from "./disk.ts";
import { pathsOf } from "./steps.ts";
import { readTextFile, type TextFile } from "./text-file.ts";
import { changed, type FileChange, type WriteOptions, withLocks } from "./write.ts";

/** What an edit made of a file's text. An `EditResult` of the engine fits. */
export interface TextEdit {
  /** null deletes the file. */
  readonly text: string | null;
  readonly action: "update" | "create" | "delete" | "move";
  readonly movedTo?: string;
}

export interface UpdateOptions extends WriteOptions {
  /** Makes the edit and checks that it could be written, and writes nothing. */
  readonly dryRun?: boolean;
  /** Refuse with `stale-file` instead of making the edit again when the file has changed meanwhile. */
  readonly remerge?: boolean;
}

export interface Updated<Result> {
  readonly result: Result;
  /** The file that the result was made from. */
  readonly before: TextFile;
  readonly written: boolean;
  readonly hash?: string;
}

/**
 * Reads a file, has the edit made, and writes the result, unless the file changed meanwhile: then the edit is
 * made again on the new text, or refused as `stale-file`: `edit` is given the file as it was `first` read as well, which is the base
 * of an edit that was written for it. Two processes that edit different places of one
 * file at once both succeed.
 */
export async function updateFile<Result extends TextEdit>(
  path: string,
  edit: (file: TextFile, first?: TextFile) => Promise<Result>,
  options: UpdateOptions = {},
): Promise<Updated<Result>> {
  const fs = options.fs ?? disk;
  await options.journal?.recover();
  const before = await readTextFile(path, fs);
  const result = await edit(before).catch((error: unknown) => {
    // An edit that finds nothing to change in a missing file is not what is wrong.
    if (RedraftError.is(error) && !before.exists && exitCodeOf(error.code) === 1)
      throw missingFile(path);
    throw error;
  });
  requireFile(before, result);
  if (options.dryRun || isUnchanged(before, result)) return { result, before, written: false };
  const paths = await pathsOf([changeOf(before, result)], fs);
  return withLocks(paths, options, async (locks, folders) => {
    const now = await readTextFile(path, fs);
    if (now.realPath !== before.realPath) throw changed(path);
    let last = result;
    if (now.exists !== before.exists || now.hash !== before.hash) {
      if (options.remerge === false) throw changed(path);
      last = await again(path, now, (file) => edit(file, before));
      if (isUnchanged(now, last)) return { result: last, before: now, written: false };
      // What the edit makes of the new text may be another kind of change, of another path.
      const more = await pathsOf([changeOf(now, last)], fs);
      if (more.some((one) => !paths.includes(one))) throw changed(path);
    }
    throwIfStopped(options.signal);
    const [written] = await commit([changeOf(now, last)], options, locks, folders);
    return { result: last, before: now, written: true, ...written };
  });
}

function changeOf(before: TextFile, { text, action, movedTo }: TextEdit): FileChange {
  const moveTo = action === "move" ? movedTo : undefined;
  return { before, text, ...(moveTo === undefined ? {} : { moveTo }) };
}

async function again<Result extends TextEdit>(
  path: string,
  now: TextFile,
  edit: (file: TextFile) => Promise<Result>,
): Promise<Result> {
  try {
    const result = await edit(now);
    requireFile(now, result);
    return result;
  } catch (error) {
    if (!RedraftError.is(error)) throw error;
    throw changed(path, error);
  }
}

function isUnchanged(file: TextFile, result: TextEdit): boolean {
  return file.exists && result.action !== "move" && result.text === file.text;
}

function requireFile(file: TextFile, result: TextEdit): void {
  if (file.exists || result.action === "create") return;
  throw missingFile(file.path);
}

export function missingFile(path: string): RedraftError {
  return new RedraftError(
    "file-error",
    `cannot read ${path}: it does not exist, and the edit does not create it. ` +
      "To create a file, send its text with --format whole, an *** Add File patch, or an empty search.",
    { details: { path, cause: "ENOENT" } },
  );
}
