import { execFile } from "node:child_process";
import { lstatSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { RepositoryFiles } from "../core/repository.ts";
import { confinedTo } from "./confined.ts";
import { readTextFile } from "./text-file.ts";

/** Larger files are data or generated. */
const largestSource = 1024 * 1024;
const mostListing = 64 * 1024 * 1024;
/**
 * A file that was changed less than this before it was looked at may change again within the same tick of the clock of its
 * file system.
 */
const tickMs = 50;

/** Folders of installed and built files, for folders that are not under git. */
const skippedFolders = new Set([
  "node_modules",
  "__pycache__",
  "venv",
  "vendor",
  "dist",
  "build",
  "target",
]);

/**
 * The files of a folder on the disk: those that git does not ignore, or, outside of git, those that are not in hidden
 * folders and folders of installed files. Links are not followed.
 */
export function repositoryFiles(root: string): RepositoryFiles {
  const fs = confinedTo([root]);
  let looks = 0;
  return {
    async list() {
      return ((await listedByGit(root)) ?? (await walked(root))).sort();
    },
    stamp(path) {
      const found = lstatSync(join(root, path), { bigint: true, throwIfNoEntry: false });
      if (!found?.isFile()) return undefined;
      const { dev, ino, size, mtimeNs, ctimeNs } = found;
      const age = Date.now() - Number(ctimeNs / 1_000_000n);
      const racy = age < tickMs ? ` ${++looks}` : "";
      return `${dev} ${ino} ${size} ${mtimeNs} ${ctimeNs}${racy}`;
    },
    async read(path) {
      const absolute = join(root, path);
      const size = lstatSync(absolute, { throwIfNoEntry: false })?.size ?? 0;
      if (size > largestSource) return undefined;
      const file = await readTextFile(absolute, fs).catch(() => undefined);
      return file?.exists ? { text: file.text, hash: file.hash } : undefined;
    },
  };
}

/** Undefined where the folder is in no repository, or there is no git. */
async function listedByGit(root: string): Promise<string[] | undefined> {
  // A repository's own configuration may name a program as its file system monitor.
  const args = ["-c", "core.fsmonitor=false", "ls-files", "-co", "--exclude-standard", "-z"];
  try {
    const { stdout } = await promisify(execFile)("git", args, {
      cwd: root,
      maxBuffer: mostListing,
    });
    return [...new Set(stdout.split("\0"))].filter((path) => path !== "");
  } catch {
    return undefined;
  }
}

async function walked(root: string): Promise<string[]> {
  const found: string[] = [];
  const visit = async (folder: string): Promise<void> => {
    const entries = await readdir(join(root, folder), { withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
      if (entry.isFile()) found.push(path);
      else if (
        entry.isDirectory() &&
        !entry.name.startsWith(".") &&
        !skippedFolders.has(entry.name)
      )
        await visit(path);
    }
  };
  await visit("");
  return found;
}
