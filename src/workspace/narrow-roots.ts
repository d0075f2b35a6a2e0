import { realpath } from "node:fs/promises";
import { isInside } from "./inside.ts";

/**
 * The folders that a client asks for, where they are inside the given ones, and given ones that are inside what it asks for: a client may narrow
 * what the command line opened, never widen it. Links are resolved first; folders that do not exist are left out.
 */
export async function narrowRoots(
  given: readonly string[],
  asked: readonly string[],
): Promise<string[]> {
  const [outer, inner] = await Promise.all([realFolders(given), realFolders(asked)]);
  const narrowed = inner.filter((folder) => outer.some((root) => isInside(folder, root)));
  const wider = outer.filter((root) => inner.some((folder) => isInside(root, folder)));
  return [...new Set([...narrowed, ...wider])];
}

async function realFolders(folders: readonly string[]): Promise<string[]> {
  const real = await Promise.all(folders.map((folder) => realpath(folder).catch(() => undefined)));
  return real.filter((folder) => folder !== undefined);
}
