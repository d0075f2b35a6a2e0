/**
 * Makes and checks bench-data/multi-file.jsonl: commits of public repositories that touch two to five source files, each with an
 * instruction. The file holds no text of the repositories; `redraft bench cascade` reads that from clones.
 *
 *   node --import tsx scripts/make-multi-file-set.ts --mirror <folder> --repository expressjs/express --extensions .js
 *     prints commits that are small enough as JSON lines: files, sizes, message, diff. Whoever adds one writes the
 *     instruction from the message and the diff, so that it says what the change is, and chooses the check.
 *   node --import tsx scripts/make-multi-file-set.ts --mirror <folder>
 *     checks the set: every commit is there, its own files pass the check, and the files before it do not.
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { caseOfCommit, commitCase } from "../src/bench/cascade/cases.ts";
import { judgeCase } from "../src/bench/cascade/judge.ts";
import { openRepository } from "../src/bench/data/git.ts";

/** Of one candidate: files, characters of all files before, changed lines. */
const limits = { files: [2, 5], characters: 14_000, lines: [3, 26] } as const;

const { values } = parseArgs({
  options: {
    mirror: { type: "string" },
    repository: { type: "string" },
    extensions: { type: "string" },
  },
});
const { mirror, repository, extensions = "" } = values;
if (mirror === undefined) throw new Error("needs --mirror, a folder with clones");
if (repository === undefined) await checkSet(mirror);
else await printCandidates(repository, extensions.split(","), mirror);

async function checkSet(mirror: string): Promise<void> {
  const set = new URL("../bench-data/multi-file.jsonl", import.meta.url);
  const lines = readFileSync(set, "utf8").trimEnd().split("\n");
  const sizes: number[] = [];
  let wrong = 0;
  for (const line of lines) {
    const one = await caseOfCommit("multi-file", commitCase.parse(JSON.parse(line)), mirror);
    const before = new Map(one.files.map(({ path, text }) => [path, text]));
    const reference = await judgeCase(one, one.after);
    const untouched = await judgeCase(one, before);
    sizes.push(one.files.reduce((sum, { text }) => sum + text.split("\n").length, 0));
    if (reference.ok && reference.exact && !untouched.ok) continue;
    wrong += 1;
    process.stderr.write(`${one.id}: reference ${reference.ok}, untouched ${untouched.ok}\n`);
  }
  sizes.sort((a, b) => a - b);
  process.stdout.write(
    `${lines.length} cases, ${wrong} wrong; lines of all files: median ${sizes[sizes.length >> 1]}, most ${sizes.at(-1)}, ${sizes.filter((size) => size >= 200).length} with 200 and more\n`,
  );
  if (wrong > 0) process.exitCode = 1;
}

async function printCandidates(
  name: string,
  extensions: readonly string[],
  mirror: string,
): Promise<void> {
  const folder = await openRepository(name, { mirror, from: "", clones: "" });
  const git = (...words: string[]): string =>
    spawnSync("git", words, { cwd: folder, encoding: "utf8", maxBuffer: 1 << 28 }).stdout;
  const log = git("log", "--no-merges", "--numstat", "--no-renames", "--format=@%H%x09%s");
  for (const block of `\n${log}`.split("\n@").slice(1)) {
    const [head = "", ...rest] = block.split("\n");
    const [commit = "", subject = ""] = head.split("\t");
    const files = rest.filter((line) => line !== "").map((line) => line.split("\t"));
    const paths = files.map((fields) => fields[2] ?? "");
    const changed = files.reduce((sum, [added, gone]) => sum + Number(added) + Number(gone), 0);
    if (files.length < limits.files[0] || files.length > limits.files[1]) continue;
    if (!(changed >= limits.lines[0] && changed <= limits.lines[1])) continue;
    if (!paths.every((path) => extensions.some((ending) => path.endsWith(ending)))) continue;
    const sizes = paths.map((path) => Number(git("cat-file", "-s", `${commit}^:${path}`)));
    const characters = sizes.reduce((sum, size) => sum + size, 0);
    // A file that is new has no size before.
    if (sizes.some((size) => !(size > 0)) || characters > limits.characters) continue;
    const message = git("log", "-1", "--format=%B", commit).trim();
    const diff = git("show", "-U0", "--format=", "--no-renames", commit);
    const row = { repository: name, commit, subject, paths, characters, message, diff };
    process.stdout.write(`${JSON.stringify(row)}\n`);
  }
}
