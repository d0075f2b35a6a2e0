import { dirname } from "node:path";
import { type FileSystem, fileError } from "./disk.ts";

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
  return {
    made,
    async make(path) {
      try {
        const first = await fs.mkdir(dirname(path), { recursive: true });
        if (first === undefined) return;
        for (let folder = dirname(path); ; folder = dirname(folder)) {
          made.push(folder);
          if (folder === first || dirname(folder) === folder) break;
        }
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
