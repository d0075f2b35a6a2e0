import { dirname } from "node:path";
import { codeOf, type FileSystem, fileError } from "./disk.ts";

/** Folders that were made for a file. */
export interface MadeFolders {
  /** Removes those of them that are still empty: none stays behind a write that did not happen. */
  takeBack(): Promise<void>;
}

/** Makes the folder of a file, and those above it that are missing: all of them, or none. */
export async function makeFolderOf(path: string, fs: FileSystem): Promise<MadeFolders> {
  const made: string[] = [];
  const takeBack = async (): Promise<void> => {
    for (const folder of made.splice(0).reverse()) {
      const gone = await fs.rmdir(folder).then(
        () => true,
        () => false,
      );
      if (!gone) return;
    }
  };
  try {
    for (const folder of await missingAbove(path, fs)) {
      await fs.mkdir(folder).then(
        () => made.push(folder),
        (error: unknown) => {
          // Somebody else made it meanwhile, so it is not ours to remove.
          if (codeOf(error) !== "EEXIST") throw error;
        },
      );
    }
  } catch (error) {
    await takeBack();
    throw fileError("write", path, error);
  }
  return { takeBack };
}

/** The folders of a path that do not exist, the outermost first. */
async function missingAbove(path: string, fs: FileSystem): Promise<string[]> {
  const missing: string[] = [];
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    try {
      await fs.stat(folder);
      return missing;
    } catch (error) {
      if (codeOf(error) !== "ENOENT" || dirname(folder) === folder) throw error;
    }
    missing.unshift(folder);
  }
}
