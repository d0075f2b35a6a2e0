import { nameLanguageOf } from "../../orchestrate/index/languages.ts";
import { codePartsOf, codeTokenChanges, importsApart } from "./code-parts.ts";
import type { CommitFile } from "./history.ts";

/** A file that an answer changes or moves. */
export interface MovedText {
  readonly path: string;
  readonly to?: string;
  readonly after: string;
}

/** Paths without what says nothing about the file that they lead to: its ending, or a slash behind a folder. */
const barePaths = (text: string): string =>
  text.replaceAll(/(["'`])\.{1,2}\/[\w@./-]*\1/gu, (path) =>
    path.replace(/(?:\.[cm]?jsx?|\/)(?=.$)/u, ""),
  );

/**
 * How an answer differs from a commit that moves files; undefined where code and imports are the same in every file, whatever the order
 * of the imports, and of their endings.
 */
export async function wrongMove(
  made: readonly MovedText[],
  commit: readonly CommitFile[],
): Promise<string | undefined> {
  const own = new Map(made.map((one) => [one.to ?? one.path, one]));
  for (const { path, movedFrom, before, after } of commit) {
    const answer = own.get(path);
    own.delete(path);
    if (movedFrom !== undefined && answer?.path !== movedFrom)
      return `${movedFrom} is not moved to ${path}`;
    if (!(await hasSameParts(path, answer?.after ?? before, after)))
      return `${path} is not as the commit has it`;
  }
  const [other] = [...own.values()].filter((one) => nameLanguageOf(one.path) !== undefined);
  return other && `${other.path} was changed, too`;
}

async function hasSameParts(path: string, made: string, wanted: string): Promise<boolean> {
  if (made === wanted) return true;
  const read = (text: string) => codePartsOf(path, barePaths(text));
  const [one, other] = [await read(made), await read(wanted)];
  if (!one || !other) return false;
  const { removed, added } = importsApart(one, other);
  return removed.length + added.length + codeTokenChanges(one, other).length === 0;
}
