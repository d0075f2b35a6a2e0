import { basename, dirname } from "node:path";
import { RedraftError } from "../core/errors.ts";
import { disk } from "../workspace/disk.ts";
import { decodeText } from "../workspace/encoding.ts";
import { readTextFile } from "../workspace/text-file.ts";
import { git } from "./git.ts";

/**
 * The text that `--base` names: that of a file, or of `path` as it is in a git revision. What is both is neither: `./main` and
 * `refs/heads/main` say which.
 */
export async function baseText(base: string, path: string): Promise<string> {
  const isPath = /^\.{0,2}[\\/]/.test(base);
  const isFile = await disk.stat(base).then(
    (found) => found.isFile(),
    () => false,
  );
  if (isFile && isPath) return (await readTextFile(base)).text;
  const inGit = isPath ? "it is not a file" : await fromGit(base, path);
  if (!isFile && typeof inGit === "object") return inGit.text;
  if (isFile && typeof inGit === "object") {
    throw new RedraftError(
      "usage",
      `--base ${base} is both a file and a git revision. Write ./${base} for the file, or the full name of the revision.`,
    );
  }
  if (isFile) return (await readTextFile(base)).text;
  throw new RedraftError(
    "file-error",
    `--base ${base} is neither a file nor a git revision that has ${path}: ${inGit as string}.`,
    { details: { base, path } },
  );
}

/** The file in a revision, or why there is none. */
async function fromGit(revision: string, path: string): Promise<{ text: string } | string> {
  if (revision.startsWith("-")) return "a revision does not begin with -";
  const found = await git(["show", `${revision}:./${basename(path)}`], dirname(path));
  if (!found.ok) return `git says ${JSON.stringify(found.said)}`;
  return { text: decodeText(found.bytes, `${path} in ${revision}`).text };
}
