import { nameLanguageOf } from "../../orchestrate/index/languages.ts";
import { readBlobs, runGit } from "../data/git.ts";

/** A file that a commit changed. */
export interface CommitFile {
  readonly path: string;
  readonly before: string;
  readonly after: string;
  /** The path that it had before, where the commit moves it. */
  readonly movedFrom?: string;
}

/** A commit by what it did to files of code. */
export interface CodeCommit {
  readonly commit: string;
  /** The first line of its message. */
  readonly subject: string;
  readonly files: readonly CommitFile[];
}

const pathSettings = /(?:^|\/)(?:(?:tsconfig|jsconfig)[\w.-]*\.json|package\.json|go\.mod)$/u;
/** Copies that a build makes, and code of others. */
const generated = /(?:^|\/)(?:dist|deno_dist|vendor|third_party|node_modules)\//u;
const isCodePath = (path: string): boolean =>
  nameLanguageOf(path) !== undefined && !generated.test(path);
/** Larger commits are no single edit. */
const mostChangedFiles = 40;

/** How much of a file stays where it counts as moved, in per cent. */
const leastStaying = 60;

export interface HistoryOptions {
  /** Whether commits that move files count, too. */
  readonly moves?: boolean;
  /** These commits alone. */
  readonly only?: readonly string[] | undefined;
}

/** The newest commits of a clone that change files of code, and add or remove none; `most` commits are looked at. */
export async function* codeCommits(
  clone: string,
  most: number,
  { moves = false, only }: HistoryOptions = {},
): AsyncGenerator<CodeCommit> {
  const words = ["-c", "core.quotePath=false", "log", "--no-merges"];
  const log = await runGit(clone, [
    ...words,
    moves ? `--find-renames=${leastStaying}%` : "--no-renames",
    "--name-status",
    "--format=@%H%x09%s",
    ...(only ? ["--no-walk=unsorted", ...only] : [`-${most}`, "HEAD"]),
  ]);
  const commits = log
    .toString("utf8")
    .split(/^@/mu)
    .flatMap((block) => changedOnly(block) ?? []);
  for (let from = 0; from < commits.length; from += commitsAtOnce) {
    const portion = commits.slice(from, from + commitsAtOnce);
    const names = portion.flatMap(({ commit, paths }) =>
      paths.flatMap(({ from, path }) => [
        { commit: `${commit}^`, path: from },
        { commit, path },
      ]),
    );
    const texts = (await readBlobs(clone, names)).map((one) => one.toString("utf8"));
    for (const { commit, subject, paths } of portion) {
      const own = texts.splice(0, 2 * paths.length);
      const files = paths.map(({ from, path }, at) => ({
        path,
        before: own[2 * at]!,
        after: own[2 * at + 1]!,
        ...(from !== path && { movedFrom: from }),
      }));
      yield { commit, subject, files };
    }
  }
}

/** A process for each commit would take most of the time. */
const commitsAtOnce = 25;

interface ChangedPath {
  readonly from: string;
  readonly path: string;
}

/** A commit of the log and its files of code; undefined where it adds or removes one, or has too many or none. */
function changedOnly(
  block: string,
): (Omit<CodeCommit, "files"> & { readonly paths: readonly ChangedPath[] }) | undefined {
  const [head = "", ...rows] = block.trim().split("\n");
  const [commit = "", subject = ""] = head.split("\t");
  const changed = rows
    .map((row) => row.split("\t"))
    .flatMap(([status = "", from, path = from]) => (from && path ? [{ status, from, path }] : []))
    .filter(({ from, path }) => isCodePath(path) || isCodePath(from));
  if (changed.length === 0 || changed.length > mostChangedFiles) return undefined;
  const isKept = changed.every(
    ({ status, from, path }) => /^[MR]/u.test(status) && isCodePath(from) && isCodePath(path),
  );
  return isKept ? { commit, subject, paths: changed } : undefined;
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
