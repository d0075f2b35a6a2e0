import { RedraftError } from "../../core/errors.ts";

/**
 * The one path of the first list with any that is called so: whole, or by its last parts.
 *
 * @throws `no-match` or `ambiguous` where it is not exactly one
 */
export function fileCalled(name: string, lists: readonly (readonly string[])[]): string {
  const wanted = name.replace(/^(?:\.\/)+/u, "");
  for (const paths of lists) {
    const all = paths.filter((path) => path === wanted || path.endsWith(`/${wanted}`));
    const [path] = all;
    if (path === undefined) continue;
    if (all.length === 1) return path;
    throw new RedraftError("ambiguous", `several files are called ${name}. Nothing was written.`, {
      details: { files: all },
    });
  }
  throw new RedraftError("no-match", `no file is called ${name}. Nothing was written.`);
}
