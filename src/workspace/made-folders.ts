import { dirname } from "node:path";
import { codeOf, type FileSystem, fileError } from "./disk.ts";

/** The folders that were made for files to come; they go again when the files do not come. */
export interface Folders {
  readonly made: readonly string[];
  /** Makes the folder of a file, with those above it. */
  make(path: string): Promise<void>;
  /** Removes what was made, where nothing else is in it. */
  unmake(): Promise<void>;
}

export function trackFolders(fs: FileSystem): Folders {
  const made: string[] = [];

  async function makeFolder(folder: string): Promise<void> {
    // A root is there, and its own folder may not be looked into.
    if (await isReachable(folder, fs)) return;
    try {
      await fs.mkdir(folder);
      made.push(folder);
    } catch (error) {
      const code = codeOf(error);
      // Another process made it, so it is not ours to remove; a file of that name fails later, when something is put below it.
      if (code === "EEXIST") return;
      if (code !== "ENOENT" || dirname(folder) === folder) throw error;
      await makeFolder(dirname(folder));
      await makeFolder(folder);
    }
  }

  return {
    made,
    async make(path) {
      try {
        await makeFolder(dirname(path));
      } catch (error) {
        throw fileError("write", path, error);
      }
    },
    async unmake() {
      for (const folder of made.toSorted((a, b) => b.length - a.length)) {
        await fs.rmdir(folder).catch(() => {});
      }
    },
  };
}

function isReachable(folder: string, fs: FileSystem): Promise<boolean> {
  return fs.stat(folder).then(
    () => true,
    () => false,
  );
}
