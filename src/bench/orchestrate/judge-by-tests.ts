import { mkdtemp, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RedraftError } from "../../core/errors.ts";
import { runTool } from "../../diagnostics/run-tool.ts";
import type { CandidateFile } from "../../orchestrate/speculator.ts";
import { runGit } from "../data/git.ts";
import { readTree, writtenFunctions } from "./written-functions.ts";

/** How the tests of a repository are run, at commits of some time. */
export interface TestSetup {
  readonly repository: string;
  /** Dates of commits: the first day, and the first day that is not meant any more. */
  readonly since?: string;
  readonly until?: string;
  /** Commands of a shell in the folder of the commit; `$CHANGED` is the path of the edited file. */
  readonly setup?: string;
  readonly test: string;
  /** A regular expression that finds the name of each test that passes in the output; its first group is the name. */
  readonly passed: string;
}

/** What the tests of a repository say of an edit. */
export interface TestJudgement {
  readonly verdict: "right" | "wrong" | "not run";
  readonly why?: string;
}

/** A commit of a clone, before which an edit makes a function. */
interface TestedEdit {
  readonly clone: string;
  readonly repository: string;
  readonly commit: string;
  readonly file: CandidateFile;
  /** The new function. */
  readonly name: string;
}

/** A command that takes longer is stopped. */
const longestCommand = 600_000;

/** @throws `usage` for a file that has no list of setups */
export async function readTestSetups(path: string): Promise<TestSetup[]> {
  const refuse = (why: string): never => {
    throw new RedraftError("usage", `--tests ${path}: ${why}.`);
  };
  const text = await readFile(path, "utf8").catch((error: Error) => refuse(error.message));
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch (error) {
    refuse((error as Error).message);
  }
  const isSetup = (one: Partial<TestSetup>): boolean =>
    [one.repository, one.test, one.passed].every((word) => typeof word === "string");
  if (!Array.isArray(list) || !list.every(isSetup))
    refuse('write a list of { "repository", "test", "passed" }');
  return list as TestSetup[];
}

/**
 * Runs the tests of the commit before, with the edit, and with the edit and an error that is planted in the new function. Right: what
 * passed before still passes, and some of it fails because of the planted error, so that tests do run the moved statements.
 */
export async function judgeByTests(
  edit: TestedEdit,
  setups: readonly TestSetup[],
): Promise<TestJudgement> {
  const { clone, repository, commit, file, name } = edit;
  const parent = `${commit}^`;
  const day = (await runGit(clone, ["log", "-1", "--format=%cs", parent])).toString("utf8").trim();
  const setup = setups.find(
    (one) =>
      one.repository === repository &&
      (one.since ?? "") <= day &&
      (one.until === undefined || day < one.until),
  );
  if (!setup) return { verdict: "not run", why: `no tests of ${repository} of ${day}` };
  const planted = await withPlantedError(file.path, file.after, name);
  if (planted === undefined) return { verdict: "not run", why: `${name} is not found` };
  const folder = await mkdtemp(join(tmpdir(), "redraft-tests-"));
  try {
    await exportCommit(clone, parent, folder);
    return await judgeIn(folder, setup, file, planted);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function judgeIn(
  folder: string,
  setup: TestSetup,
  { path, before, after }: CandidateFile,
  planted: string,
): Promise<TestJudgement> {
  const run = async (
    command: string,
  ): Promise<{ readonly output: string; readonly ok: boolean }> => {
    const whole = `export CHANGED=${shellWord(path)}\n${command}`;
    const signal = AbortSignal.timeout(longestCommand);
    const { stdout, stderr, code, failed } = await runTool(whole, signal, folder);
    return { output: `${stdout}\n${stderr}`, ok: code === 0 && failed === undefined };
  };
  let second = 0;
  const passing = async (text: string): Promise<ReadonlySet<string>> => {
    await writeFile(join(folder, path), text);
    // Caches of builds and of Python compare times in seconds.
    second += 2;
    const time = Date.now() / 1000 + second;
    await utimes(join(folder, path), time, time);
    const { output } = await run(setup.test);
    const found = output.matchAll(new RegExp(setup.passed, "gmu"));
    return new Set([...found].map(([, test]) => test ?? ""));
  };
  if (setup.setup !== undefined) {
    const { ok, output } = await run(setup.setup);
    if (!ok) return { verdict: "not run", why: `the setup fails: ${finalLine(output)}` };
  }
  const first = await passing(before);
  if (first.size === 0) return { verdict: "not run", why: "no test passes before the edit" };
  const failing = missingIn(first, await passing(planted));
  if (failing.length === 0)
    return { verdict: "not run", why: `none of ${first.size} tests runs the new function` };
  const broken = missingIn(first, await passing(after));
  if (broken.length === 0)
    return { verdict: "right", why: `${first.size} tests, ${failing.length} of the function` };
  // A test that does not always pass says nothing.
  const [again, twice] = [await passing(before), await passing(after)];
  const real = broken.filter((one) => again.has(one) && !twice.has(one));
  return real.length === 0
    ? { verdict: "right", why: `${first.size} tests, ${failing.length} of the function` }
    : { verdict: "wrong", why: `${real.length} tests fail: ${real[0]}` };
}

const missingIn = (all: ReadonlySet<string>, some: ReadonlySet<string>): string[] =>
  [...all].filter((one) => !some.has(one));

const shellWord = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;

const finalLine = (text: string): string => text.trim().split("\n").at(-1)?.slice(0, 200) ?? "";

async function exportCommit(clone: string, commit: string, folder: string): Promise<void> {
  const archive = join(folder, "archive.tar");
  await runGit(clone, ["archive", "--format=tar", `--output=${archive}`, commit]);
  const { code, stderr } = await runTool(
    "tar -xf archive.tar && rm archive.tar",
    undefined,
    folder,
  );
  if (code !== 0) throw new RedraftError("engine-failed", `tar: ${finalLine(stderr)}`);
}

/** The text with a new function that fails at once; undefined: the function is not there, or twice. */
export async function withPlantedError(
  path: string,
  text: string,
  name: string,
): Promise<string | undefined> {
  const found = await readTree(path, text, (root, language) => {
    const own = writtenFunctions(root, language).filter((one) => one.name === name);
    const at = own.length === 1 ? own[0]!.bodyAt?.start : undefined;
    return at === undefined ? undefined : { at, language };
  });
  if (!found) return undefined;
  const { at, language } = found;
  if (language === "python") {
    const margin = text.slice(text.lastIndexOf("\n", at - 1) + 1, at);
    return `${text.slice(0, at)}raise SystemError("planted")\n${margin}${text.slice(at)}`;
  }
  const error = language === "go" ? 'panic("planted")' : 'throw new Error("planted");';
  // In Go a line is needed: what follows may stay as it is.
  return `${text.slice(0, at + 1)}\n${error}\n${text.slice(at + 1)}`;
}
