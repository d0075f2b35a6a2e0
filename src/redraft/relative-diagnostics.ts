import { realpathSync } from "node:fs";
import { isAbsolute, relative, resolve, sep } from "node:path";
import type { Diagnostic } from "../core/diagnostic.ts";

/** Diagnostics with files relative to a root, with `/`; those of files outside are left out. */
export function relativeDiagnostics(
  diagnostics: readonly Diagnostic[],
  root: string,
): readonly Diagnostic[] {
  const known = new Map<string, string | undefined>();
  return diagnostics.flatMap((one) => {
    if (!known.has(one.file)) known.set(one.file, relativeFile(one.file, root));
    const file = known.get(one.file);
    return file === undefined ? [] : [{ ...one, file }];
  });
}

function relativeFile(file: string, root: string): string | undefined {
  const path = resolve(root, file);
  const way = relative(root, realOf(path)).split(sep).join("/");
  return way === ".." || way.startsWith("../") || isAbsolute(way) ? undefined : way;
}

function realOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
