import { nameLanguageOf } from "../../orchestrate/index/languages.ts";
import { readBlobs, runGit } from "../data/git.ts";

/** A file that a commit changed. */
export interface CommitFile {
  readonly path: string;
  readonly before: string;
  readonly after: string;
}

/** A commit by what it did to files of code. */
export interface CodeCommit {
  readonly commit: string;
  readonly files: readonly CommitFile[];
}

const pathSettings = /(?:^|\/)(?:(?:tsconfig|jsconfig)[\w.-]*\.json|package\.json|go\.mod)$/u;
/** Copies that a build makes, and code of others. */
const generated = /(?:^|\/)(?:dist|deno_dist|vendor|third_party|node_modules)\//u;
const isCodePath = (path: string): boolean =>
  nameLanguageOf(path) !== undefined && !generated.test(path);
/** Larger commits are no single edit. */
const mostChangedFiles = 40;

/** The newest commits of a clone that change files of code, and add or remove none; `most` commits are looked at. */
export async function* codeCommits(clone: string, most: number): AsyncGenerator<CodeCommit> {
  const log = await runGit(clone, ["log", "--no-merges", "--format=%H", `-${most}`, "HEAD"]);
  for (const commit of log.toString("utf8").trim().split("\n")) {
    const words = ["diff-tree", "-r", "--root", "--no-renames", "--name-status", "--no-commit-id"];
    const rows = (await runGit(clone, [...words, commit])).toString("utf8").trim().split("\n");
    const changed = rows
      .map((row) => row.split("\t") as [status: string, path: string])
      .filter(([, path]) => path !== undefined && isCodePath(path));
    if (changed.length === 0 || changed.length > mostChangedFiles) continue;
    if (changed.some(([status]) => status !== "M")) continue;
    const names = changed.flatMap(([, path]) => [
      { commit: `${commit}^`, path },
      { commit, path },
    ]);
    const texts = (await readBlobs(clone, names)).map((one) => one.toString("utf8"));
    const files = changed.map(([, path], at) => ({
      path,
      before: texts[2 * at]!,
      after: texts[2 * at + 1]!,
    }));
    yield { commit, files };
  }
}

/** Every file of code of a commit, and the files that say where imports lead. */
export async function codeFilesOf(clone: string, commit: string): Promise<Map<string, string>> {
  const list = await runGit(clone, ["ls-tree", "-r", "--name-only", commit]);
  const paths = list
    .toString("utf8")
    .trim()
    .split("\n")
    .filter((path) => isCodePath(path) || pathSettings.test(path));
  const texts = await readBlobs(
    clone,
    paths.map((path) => ({ commit, path })),
  );
  return new Map(paths.map((path, at) => [path, texts[at]!.toString("utf8")]));
}
