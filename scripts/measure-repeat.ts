/**
 * How many like hunks of public commits are found from their first one: `node --import tsx scripts/measure-repeat.ts <bare repository>
 * [commits] [cases]`. A case is a commit with at least three hunks that remove and add the same tokens; the edit is the first of
 * them, made in the commit's parent.
 */
import { execFileSync, spawnSync } from "node:child_process";
import {
  type CommitHunk,
  hunksOfFile,
  tokensChanged,
} from "../src/bench/orchestrate/commit-hunks.ts";
import { RedraftError } from "../src/core/errors.ts";
import { nameLanguageOf } from "../src/orchestrate/index/languages.ts";
import { createRepositoryIndex } from "../src/orchestrate/index/repository-index.ts";
import { planRepeat } from "../src/orchestrate/like-places/repeat.ts";
import { nameViewOf } from "../src/orchestrate/names/view.ts";
import { parserFor } from "../src/workspace/syntax.ts";

const [repository = "", commits = "600", cases = "25"] = process.argv.slice(2);
const print = (line: string): void => void process.stdout.write(`${line}\n`);
const git = (...args: string[]): string =>
  execFileSync("git", ["-C", repository, ...args], { maxBuffer: 1 << 30, encoding: "utf8" });

function textsAt(commit: string, wanted: (path: string) => boolean): Map<string, string> {
  const rows = git("ls-tree", "-r", commit)
    .split("\n")
    .flatMap((row) => {
      const found = /^100\d+ blob (\w+)\t(.+)$/u.exec(row);
      return found && wanted(found[2]!) ? [[found[1]!, found[2]!] as const] : [];
    });
  const read = spawnSync("git", ["-C", repository, "cat-file", "--batch"], {
    input: rows.map(([hash]) => hash).join("\n"),
    maxBuffer: 1 << 30,
  }).stdout;
  const texts = new Map<string, string>();
  let at = 0;
  for (const [, path] of rows) {
    const end = read.indexOf(10, at);
    const size = Number(read.toString("utf8", at, end).split(" ")[2]);
    texts.set(path, read.toString("utf8", end + 1, end + 1 + size));
    at = end + 2 + size;
  }
  return texts;
}

const totals = { cases: 0, refused: 0, others: 0, exact: 0, partly: 0, extra: 0, listed: 0 };
const log = git("log", "--no-merges", "--format=%H", `-${commits}`).trim().split("\n");
for (const commit of log) {
  if (totals.cases >= Number(cases)) break;
  const changed = git(
    "diff-tree",
    "-r",
    "--no-renames",
    "--diff-filter=M",
    "--name-only",
    "--no-commit-id",
    commit,
  )
    .trim()
    .split("\n")
    .filter((path) => nameLanguageOf(path) !== undefined);
  if (changed.length === 0 || changed.length > 60) continue;
  const files = changed.map((path) => ({
    path,
    before: git("show", `${commit}^:${path}`),
    after: git("show", `${commit}:${path}`),
  }));
  const truth = files.flatMap(hunksOfFile);
  const groups = new Map<string, CommitHunk[]>();
  for (const hunk of truth) {
    const id = tokensChanged(hunk);
    if (id !== "") groups.set(id, [...(groups.get(id) ?? []), hunk]);
  }
  const group = [...groups.values()]
    .filter((one) => one.length >= 3)
    .sort((a, b) => b.length - a.length)[0];
  if (!group) continue;
  totals.cases += 1;
  const [first, ...others] = group;
  const { before } = files.find(({ path }) => path === first!.path)!;
  const lines = before.split("\n");
  lines.splice(first!.start, first!.end - first!.start, ...first!.added);
  const after = lines.join("\n");
  const texts = textsAt(
    `${commit}^`,
    (path) =>
      nameLanguageOf(path) !== undefined || /(?:tsconfig.*|package)\.json$|go\.mod$/u.test(path),
  );
  texts.set(first!.path, after);
  const index = createRepositoryIndex(
    {
      list: async () => [...texts.keys()].sort(),
      stamp: (path) => (texts.has(path) ? "1" : undefined),
      read: async (path) => ({ text: texts.get(path)!, hash: texts.get(path)! }),
    },
    parserFor,
  );
  await index.update();
  const shift = first!.added.length - (first!.end - first!.start);
  totals.others += others.length;
  const title =
    `${commit.slice(0, 9)} ${first!.removed[0]?.trim() ?? ""} -> ${first!.added[0]?.trim() ?? ""}`.slice(
      0,
      150,
    );
  try {
    const plan = await planRepeat(await nameViewOf(index, parserFor), {
      edit: [{ path: first!.path, before, after }],
    });
    totals.listed += plan.partial.length;
    const made = plan.files.flatMap(hunksOfFile);
    const count = { exact: 0, partly: 0, extra: 0 };
    const wrong: string[] = [];
    for (const hunk of made) {
      const moved = hunk.path === first!.path && hunk.start >= first!.end ? shift : 0;
      const start = hunk.start - moved;
      const end = hunk.end - moved;
      const like = truth.find(
        (one) => one.path === hunk.path && one.start <= end && start <= one.end,
      );
      const isPart = like && hunk.added.every((line) => like.added.includes(line));
      if (isPart) count.exact += Math.max(hunk.removed.length, hunk.added.length);
      else if (like) count.partly += Math.max(hunk.removed.length, hunk.added.length);
      else count.extra += Math.max(hunk.removed.length, hunk.added.length);
      if (!isPart)
        wrong.push(
          `    ${like ? "other" : "extra"} ${hunk.path}:${hunk.start + 1} - ${hunk.removed[0]?.trim()} + ${hunk.added[0]?.trim()}${like ? ` | ${like.added[0]?.trim()}` : ""}`,
        );
    }
    for (const key of ["exact", "partly", "extra"] as const) totals[key] += count[key];
    print(
      `${title}\n  ${others.length} others: ${JSON.stringify(count)} listed ${plan.partial.length}; ${plan.rules.map((rule) => `${rule.old.slice(0, 100)} => ${rule.new.slice(0, 100)}`).join(" || ")}`,
    );
    for (const line of wrong.slice(0, 6)) print(line.slice(0, 220));
  } catch (error) {
    if (!RedraftError.is(error)) print(`${title}\n  CRASH ${(error as Error).stack}`);
    else print(`${title}\n  ${others.length} others: refused: ${error.message.slice(0, 300)}`);
    totals.refused += 1;
  }
}
print(JSON.stringify({ repository: repository.split("/").at(-2), ...totals }));
