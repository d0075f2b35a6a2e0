import { RedraftError } from "../core/errors.ts";
import type { Encoding } from "./encoding.ts";
import { type FileChange, occupied } from "./steps.ts";
import { readTextFile, type TextFile } from "./text-file.ts";

/** A file as a row of edits has made it so far. */
export interface ViewedFile {
  readonly text: string;
  /** The file on the disk that it comes from; absent where it is new. */
  readonly origin?: TextFile;
  /** Of a new file: how it is to be written. */
  readonly form?: FileForm;
}

export interface FileForm {
  readonly encoding: Encoding;
  readonly bom: boolean;
  readonly mode?: number;
}

/**
 * The files of the disk with edits made to them that are not written yet: each edit is made of what the one before it left, and
 * the changes come out as one for each file, moves followed to their end. Paths are real and absolute.
 */
export interface FileView {
  /** The file as it is now, or undefined where none is. */
  get(path: string): Promise<ViewedFile | undefined>;
  /** The file as it was read from the disk. */
  onDisk(path: string): Promise<TextFile>;
  write(path: string, text: string): Promise<void>;
  /** Refused where a file is. */
  create(path: string, text: string, form?: FileForm): Promise<void>;
  remove(path: string): Promise<void>;
  /** Moves files all at once, so that two may swap their names; refused where one comes to a file that stays. */
  move(moves: readonly { from: string; to: string; text: string }[]): Promise<void>;
  changes(): FileChange[];
}

export function viewFiles(read: (path: string) => Promise<TextFile> = readTextFile): FileView {
  const disk = new Map<string, TextFile>();
  const files = new Map<string, ViewedFile | undefined>();

  async function onDisk(path: string): Promise<TextFile> {
    const known = disk.get(path);
    if (known !== undefined) return known;
    const file = await read(path);
    disk.set(path, file);
    return file;
  }

  async function get(path: string): Promise<ViewedFile | undefined> {
    if (files.has(path)) return files.get(path);
    const file = await onDisk(path);
    const viewed = file.exists ? { text: file.text, origin: file } : undefined;
    files.set(path, viewed);
    return viewed;
  }

  async function required(path: string): Promise<ViewedFile> {
    const file = await get(path);
    if (file !== undefined) return file;
    throw new RedraftError("file-error", `${path} does not exist.`, {
      details: { path, cause: "ENOENT" },
    });
  }

  return {
    get,
    onDisk,
    async write(path, text) {
      files.set(path, { ...(await required(path)), text });
    },
    async create(path, text, form) {
      if ((await get(path)) !== undefined) throw occupied(path);
      files.set(path, { text, ...(form ? { form } : {}) });
    },
    async remove(path) {
      await required(path);
      files.set(path, undefined);
    },
    async move(moves) {
      const moved = [];
      for (const { from, to, text } of moves) {
        moved.push({ to, file: { ...(await required(from)), text } });
      }
      for (const { from } of moves) files.set(from, undefined);
      for (const { to, file } of moved) {
        if ((await get(to)) !== undefined) throw occupied(to);
        files.set(to, file);
      }
    },
    changes() {
      const changes: FileChange[] = [];
      const placed = new Set<string>();
      for (const [path, file] of files) {
        if (file === undefined) continue;
        const here = disk.get(path)!;
        if (file.origin !== undefined) placed.add(file.origin.realPath);
        if (file.origin !== undefined && file.origin !== here) {
          changes.push({ before: file.origin, text: file.text, moveTo: path });
          continue;
        }
        if (here.exists) placed.add(here.realPath);
        if (here.exists && here.text === file.text) continue;
        const before = here.exists ? here : { ...here, ...file.form };
        changes.push({ before, text: file.text });
      }
      for (const [path, file] of files) {
        const here = disk.get(path)!;
        if (file === undefined && here.exists && !placed.has(here.realPath)) {
          changes.push({ before: here, text: null });
        }
      }
      return changes;
    },
  };
}
