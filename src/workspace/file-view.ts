import { RedraftError } from "../core/errors.ts";
import { type FileChange, type FileForm, occupied } from "./steps.ts";
import { readTextFile, type TextFile } from "./text-file.ts";

/** A file as a row of edits has made it so far. */
export interface ViewedFile {
  readonly text: string;
  /** The file on the disk that it comes from; absent where it is new. */
  readonly origin?: TextFile;
  /** Of a new file: how it is to be written. */
  readonly form?: FileForm;
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
    changes: () => viewChanges(files, disk),
  };
}

type Files = ReadonlyMap<string, ViewedFile | undefined>;

function viewChanges(files: Files, disk: ReadonlyMap<string, TextFile>): FileChange[] {
  const changes: FileChange[] = [];
  const staying = new Set<string>();
  const rewritten = rewrittenPaths(files, disk);
  for (const [path, file] of files) {
    if (file === undefined) continue;
    const here = disk.get(path)!;
    const { text, origin, form } = file;
    if (origin !== undefined && origin !== here && !rewritten.has(path)) {
      staying.add(origin.realPath);
      changes.push({ before: origin, text, moveTo: path });
      continue;
    }
    staying.add(here.realPath);
    if (origin === here && here.text === text) continue;
    const isPlace = origin === undefined && isMoved(here, files);
    const as =
      origin === here
        ? undefined
        : (form ?? (origin ? formOf(origin) : isPlace ? usual : undefined));
    const from = origin === undefined || origin === here ? {} : { from: origin.realPath };
    changes.push({ before: here, text, ...from, ...(as ? { form: as } : {}) });
  }
  for (const path of files.keys()) {
    const here = disk.get(path)!;
    if (here.exists && !staying.has(here.realPath)) changes.push({ before: here, text: null });
  }
  return changes;
}

/**
 * The paths of moved files that are written as files of their own. A file cannot both move and get another text in its old place, so
 * where a new file comes to the place of one that moved, the move is a writing; and so on along a chain.
 */
function rewrittenPaths(files: Files, disk: ReadonlyMap<string, TextFile>): Set<string> {
  const goals = new Map<TextFile, string>();
  for (const [path, file] of files) {
    if (file?.origin !== undefined && file.origin !== disk.get(path)) goals.set(file.origin, path);
  }
  const rewritten = new Set<string>();
  for (const [path, file] of files) {
    if (file === undefined || file.origin !== undefined) continue;
    let goal = goals.get(disk.get(path)!);
    while (goal !== undefined && !rewritten.has(goal)) {
      rewritten.add(goal);
      goal = goals.get(disk.get(goal)!);
    }
  }
  return rewritten;
}

/** How a new file is written. */
const usual: FileForm = { encoding: "utf-8", bom: false };

function isMoved(file: TextFile, files: Files): boolean {
  return [...files.values()].some((one) => one?.origin === file);
}

function formOf({ encoding, bom, mode }: TextFile): FileForm {
  return { encoding, bom, ...(mode === undefined ? {} : { mode }) };
}
