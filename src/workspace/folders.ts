import { dirname } from "node:path";
import { type FileSystem, fileError } from "./disk.ts";

/** Folders that were made for a file. */
export interface MadeFolders {
  /** Removes those of them that are still empty: none stays behind a write that did not happen. */
  takeBack(): Promise<void>;
}

/** Makes the folder of a file, and those above it that are missing. */
export async function makeFolderOf(path: string, fs: FileSystem): Promise<MadeFolders> {
  const folder = dirname(path);
  const first = await fs.mkdir(folder, { recursive: true }).catch((error: unknown) => {
    throw fileError("write", path, error);
  });
  return {
    async takeBack() {
      if (first === undefined) return;
      for (let current = folder; ; current = dirname(current)) {
        const gone = await fs.rmdir(current).then(
          () => true,
          () => false,
        );
        if (!gone || current === first || dirname(current) === current) return;
      }
    },
  };
}
