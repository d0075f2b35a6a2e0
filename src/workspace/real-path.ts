import { basename, dirname, join } from "node:path";
import { codeOf, type FileSystem } from "./disk.ts";

/** Where a path leads, links resolved. */
export interface RealPath {
  readonly path: string;
  readonly exists: boolean;
}

/**
 * The real place of a path whose last parts may not exist yet: absolute, and the same before and after the missing
 * folders are made. Rejects with the system's error on loops and on links that lead nowhere, because writing would follow them.
 */
export async function realPathOf(
  path: string,
  fs: Pick<FileSystem, "lstat" | "realpath">,
): Promise<RealPath> {
  const missing: string[] = [];
  for (let current = path; ; current = dirname(current)) {
    try {
      const real = await fs.realpath(current);
      return { path: join(real, ...missing), exists: missing.length === 0 };
    } catch (error) {
      const code = codeOf(error);
      if (code !== "ENOENT" && code !== "ENOTDIR") throw error;
      const link = await fs.lstat(current).catch(() => undefined);
      if (link?.isSymbolicLink() === true || dirname(current) === current) throw error;
      missing.unshift(basename(current));
    }
  }
}
