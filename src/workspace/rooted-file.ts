import { stat } from "node:fs/promises";
import { dirname } from "node:path";
import { RedraftError } from "../core/errors.ts";
import { confinedTo } from "./confined.ts";
import type { RootedPath } from "./roots.ts";
import { readTextFile, type TextFile } from "./text-file.ts";

/** Larger files are not read: one takes seconds, and hundreds of MB of memory. */
const largestFile = 32 * 1024 * 1024;

/** Reads a file inside the roots; refuses one that is too large to edit here. */
export async function readWorkable(
  { absolute, display }: RootedPath,
  roots: readonly string[],
): Promise<TextFile> {
  const size = await stat(absolute).then(
    (found) => found.size,
    () => 0,
  );
  if (size > largestFile) {
    const mib = (bytes: number): number => Math.round(bytes / 1024 / 1024);
    throw new RedraftError(
      "file-error",
      `\`${display}\` has ${mib(size)} MiB; files up to ${mib(largestFile)} MiB are read and edited here. Use \`redraft apply\` on the command line, or a tool for large data.`,
      { details: { path: display } },
    );
  }
  return readTextFile(absolute, confinedTo(roots));
}

export function noSuchFile(path: string): RedraftError {
  return new RedraftError(
    "file-error",
    `\`${path}\` does not exist. Check the path (folder \`${dirname(path)}\`), or create it: send its whole text (\`write_file\`, \`code_edit\`, or \`*** Add File:\` in a patch).`,
    { details: { path } },
  );
}
