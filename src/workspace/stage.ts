import { RedraftError } from "../core/errors.ts";
import { type FileSystem, fileError } from "./disk.ts";
import { encodeText } from "./encoding.ts";
import { temporaryPath } from "./lock.ts";
import { keepMetadata, privateMode } from "./metadata.ts";
import type { FileChange, PathStep } from "./steps.ts";
import { hashOf } from "./text-file.ts";

/** A new text that is complete on the disk, next to its final path. */
export interface Staged {
  readonly temporary: string;
  readonly bytes: Buffer;
  readonly hash: string;
  /** The file itself: a rename or a link leaves it the same one. */
  readonly inode: Inode;
}

export interface Inode {
  readonly dev: number;
  readonly ino: number;
}

/** A file without any write permission is meant to stay, also for an owner who could replace it. */
export function requireWritable({ before }: FileChange): void {
  if (before.mode === undefined || (before.mode & 0o222) !== 0) return;
  throw new RedraftError("file-error", `cannot write ${before.path}: it is read-only.`, {
    details: { path: before.path },
  });
}

/** Writes the text of a step that has one, with the encoding, the permissions and the owner of the file it comes from. */
export async function stage(
  { change, path }: PathStep,
  text: string,
  fs: FileSystem,
): Promise<Staged> {
  const before = { ...change.before, ...change.form };
  const bytes = encodeText(text, before.encoding, before.bom);
  const temporary = temporaryPath(path);
  try {
    const handle = await fs.open(temporary, "wx", before.mode === undefined ? 0o666 : privateMode);
    try {
      await handle.writeFile(bytes);
      if (before.exists) await keepMetadata(before, handle, fs);
      // A file that comes back, or a new one in the place of one that moves, has no other whose attributes it could keep.
      else if (before.mode !== undefined) await handle.chmod(before.mode);
      await handle.sync();
      const { dev, ino } = await handle.stat();
      return { temporary, bytes, hash: hashOf(bytes), inode: { dev, ino } };
    } finally {
      await handle.close();
    }
  } catch (error) {
    await fs.unlink(temporary).catch(() => {});
    throw fileError("write", before.path, error);
  }
}
