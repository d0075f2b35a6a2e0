import { realpath, stat } from "node:fs/promises";
import { RedraftError } from "../core/errors.ts";
import type { EditResult } from "../core/request.ts";

/** `apply` edits one file: an edit that names others as well, or that another file is meant by, is refused whole. */
export async function requireOneFile(file: string, { named }: EditResult): Promise<void> {
  if (named === undefined) return;
  const { path, others } = named;
  if (others.length > 0) {
    const shown = others.slice(0, 5).map((other) => `\`${other}\``);
    const more = others.length > 5 ? ` and ${others.length - 5} more` : "";
    throw new RedraftError(
      "usage",
      `the edit also changes other files: ${shown.join(", ")}${more}. Nothing was changed. ` +
        `Apply all of them with \`redraft patch\`, or send only the part for ${file}.`,
      { details: { path: file, others } },
    );
  }
  if (path === undefined || !(await isAnother(path, file))) return;
  throw new RedraftError(
    "usage",
    `the edit is for \`${path}\`, not for ${file}. Nothing was changed. ` +
      `Apply it with \`redraft patch\`, or correct the path in the edit.`,
    { details: { path: file, named: path } },
  );
}

/** The engine's refusal of an edit that is not for this file, with the command that applies it where it belongs. */
export function withPatchCommand(error: unknown): unknown {
  if (!RedraftError.is(error) || error.details.named === undefined) return error;
  const hint = "`redraft patch` applies an edit to the files that it names.";
  const { code, message, details, retryable } = error;
  return new RedraftError(code, `${message} ${hint}`, { cause: error, details, retryable });
}

/** The engine compares names from their ends, as edits name files from folders it does not know; here there is one. */
async function isAnother(named: string, file: string): Promise<boolean> {
  const isFile = await stat(named).then(
    (found) => found.isFile(),
    () => false,
  );
  if (!isFile) return false;
  const [one, other] = await Promise.all([realpath(named), realpath(file).catch(() => undefined)]);
  return one !== other;
}
