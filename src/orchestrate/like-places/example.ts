import { applyPatch, parsePatch, reversePatch } from "diff";
import { RedraftError } from "../../core/errors.ts";
import type { NameView } from "../names/resolve-name.ts";

/** One file of an edit that was made. */
export interface ExampleFile {
  /** Relative to the root, with `/`. */
  readonly path: string;
  readonly before: string;
  readonly after: string;
}

/**
 * The files of a unified diff that was already applied, with their texts before and after.
 *
 * @throws `unreadable-edit` for what is no diff, `no-match` where the files do not have what the diff writes
 */
export async function editOfPatch(view: NameView, patch: string): Promise<ExampleFile[]> {
  const found: ExampleFile[] = [];
  let parsed: ReturnType<typeof parsePatch>;
  try {
    parsed = parsePatch(patch).filter(({ hunks }) => hunks.length > 0);
  } catch (error) {
    throw new RedraftError(
      "unreadable-edit",
      `the edit is no unified diff: ${(error as Error).message}. Nothing was written.`,
    );
  }
  if (parsed.length === 0) {
    throw new RedraftError(
      "unreadable-edit",
      "the edit has no hunks. Send a unified diff of an edit that was made. Nothing was written.",
    );
  }
  for (const one of parsed) {
    const path = pathOf(one.newFileName) ?? pathOf(one.oldFileName);
    if (path === undefined || pathOf(one.oldFileName) === undefined) continue;
    const after = await view.text(path);
    if (after === undefined) {
      throw new RedraftError(
        "no-match",
        `${path}, which the edit changes, is no file of the folder. Nothing was written.`,
      );
    }
    const before = applyPatch(after, reversePatch(one));
    if (before === false) {
      throw new RedraftError(
        "no-match",
        `${path} does not have the text that the edit writes. Apply the edit first, then repeat it. Nothing was written.`,
        { details: { path } },
      );
    }
    found.push({ path, before, after });
  }
  return found;
}

/** The path behind `a/` or `b/`; undefined for /dev/null. */
function pathOf(name: string | undefined): string | undefined {
  if (name === undefined || name === "/dev/null") return undefined;
  return name.replace(/^[ab]\//u, "").replace(/\t.*$/u, "");
}
