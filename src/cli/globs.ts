import { existsSync } from "node:fs";
import picomatch from "picomatch";
import { RedraftError } from "../core/errors.ts";
import { repositoryFiles } from "../workspace/repository-files.ts";

/**
 * Files as a command line names them, each once: a pattern with `*`, `?`, `[` or `{` that is no file itself becomes the files of the
 * current folder that match and that git does not ignore. Throws `usage` for a pattern without any.
 */
export async function expandGlobs(names: readonly string[]): Promise<string[]> {
  let listed: readonly string[] | undefined;
  const found = new Set<string>();
  for (const name of names) {
    if (!/[*?[{]/.test(name) || existsSync(name)) {
      found.add(name);
      continue;
    }
    listed ??= await repositoryFiles(process.cwd()).list();
    const isMatch = picomatch(name.replace(/^\.\//, ""));
    const matches = listed.filter((path) => isMatch(path));
    if (matches.length === 0) {
      throw new RedraftError(
        "usage",
        `no file matches ${name}. Patterns are of the current folder, without files that git ignores.`,
        { details: { pattern: name } },
      );
    }
    for (const path of matches) found.add(path);
  }
  return [...found];
}
