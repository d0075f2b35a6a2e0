import { realpath } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { git } from "./git.ts";

/**
 * The name of a file in a diff, so that `git apply` and `patch -p1` find it: as it is written where that is relative, else
 * relative to the current folder, or to the git repository that the file is in. A file that is in neither keeps its path, for
 * `patch -p1 -d /`.
 */
export async function shownPath(file: string): Promise<string> {
  if (!isAbsolute(file)) return file;
  const folder = await realpath(dirname(file)).catch(() => dirname(resolve(file)));
  const real = join(folder, basename(file));
  const here = below(await realpath(process.cwd()), real);
  if (here !== undefined) return here;
  const top = await git(["rev-parse", "--show-toplevel"], folder);
  const inTop = top.ok ? below(resolve(top.bytes.toString("utf8").trim()), real) : undefined;
  return inTop ?? file;
}

/** The path below a folder, with slashes; undefined where it is not below it. */
function below(folder: string, path: string): string | undefined {
  const way = relative(folder, path);
  if (way === "" || way === ".." || way.startsWith(`..${sep}`) || isAbsolute(way)) return undefined;
  return way.split(sep).join("/");
}
