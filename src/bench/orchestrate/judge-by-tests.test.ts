import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  judgeByTests,
  readTestSetups,
  type TestJudgement,
  type TestSetup,
  withPlantedError,
} from "./judge-by-tests.ts";

const before = `export function total(list) {
  let sum = 0;
  for (const one of list) sum += one;
  return sum;
}
export function unused(list) {
  return list.length + 1;
}
`;
const made = (body: string): string => `export function total(list) {
  return sumOf(list);
}

function sumOf(list) {
  ${body}
}
export function unused(list) {
  return list.length + 1;
}
`;
const tests = `import { total } from "./a.mjs";
for (const [name, list, wanted] of [["none", [], 0], ["two", [1, 2], 3]]) {
  try {
    if (total(list) === wanted) console.log("ok " + name);
  } catch {}
}
console.log("ok always");
`;
const setup: TestSetup = {
  repository: "some",
  test: 'node tests.mjs "$CHANGED"',
  passed: String.raw`^ok (\S+)$`,
};

describe("an edit is judged by tests", () => {
  let clone = "";
  let commit = "";
  const git = (...words: string[]): string =>
    execFileSync("git", ["-C", clone, "-c", "user.name=a", "-c", "user.email=a@b", ...words], {
      encoding: "utf8",
    }).trim();
  beforeAll(() => {
    clone = mkdtempSync(join(tmpdir(), "judge-"));
    git("init", "-q");
    writeFileSync(join(clone, "a.mjs"), before);
    writeFileSync(join(clone, "tests.mjs"), tests);
    git("add", ".");
    git("commit", "-qm", "one");
    writeFileSync(join(clone, "a.mjs"), `${before}// more\n`);
    git("commit", "-qam", "two");
    commit = git("rev-parse", "HEAD");
  });
  afterAll(() => rmSync(clone, { recursive: true, force: true }));

  const judge = (
    after: string,
    { name = "sumOf", ...others }: Partial<TestSetup> & { name?: string } = {},
  ): Promise<TestJudgement> =>
    judgeByTests(
      { clone, repository: "some", commit, file: { path: "a.mjs", before, after }, name },
      [{ ...setup, ...others }],
    );
  const whole = "let sum = 0;\n  for (const one of list) sum += one;\n  return sum;";

  it("is right where all tests pass, and some fail with an error in the function", async () => {
    expect(await judge(made(whole))).toEqual({
      verdict: "right",
      why: "3 tests, 2 of the function",
    });
  });

  it("is wrong where a test fails", async () => {
    expect(await judge(made("return list.length;"))).toMatchObject({
      verdict: "wrong",
      why: "1 tests fail: two",
    });
  });

  it("is not run where no test runs the function, none passes, or there is none of the time", async () => {
    const elsewhere = before.replace(
      "  return list.length + 1;\n}",
      "  return more(list);\n}\n\nfunction more(list) {\n  return list.length + 1;\n}",
    );
    const answers = await Promise.all([
      judge(elsewhere, { name: "more" }),
      judge(made(whole), { test: "node none.mjs" }),
      judge(made(whole), { setup: "echo missing; exit 1" }),
      judge(made(whole), { until: "2001-01-01" }),
      judge(made(whole), { name: "nothing" }),
    ]);
    expect(answers.map(({ verdict }) => verdict)).toEqual(Array(5).fill("not run"));
    expect(answers.map(({ why }) => why)).toEqual([
      "none of 3 tests runs the new function",
      "no test passes before the edit",
      "the setup fails: missing",
      expect.stringContaining("no tests of some of 20"),
      "nothing is not found",
    ]);
  });

  it.each([
    [3, "right"],
    ["3|5", "wrong"],
    ["3|4|5", "right"],
  ])("says nothing of a test that fails now and then: in run %s", async (runs, verdict) => {
    const count = "n=$(($(cat n 2>/dev/null || echo 0) + 1)); echo $n > n";
    const test = `node tests.mjs; ${count}; case $n in ${runs}) ;; *) echo "ok sometimes" ;; esac`;
    expect((await judge(made(whole), { test })).verdict).toBe(verdict);
  });

  it("plants an error in each language", async () => {
    const python = "def a():\n    b = 1\n    return b\n";
    expect(await withPlantedError("a.py", python, "a")).toBe(
      'def a():\n    raise SystemError("planted")\n    b = 1\n    return b\n',
    );
    const go = "package a\n\nfunc b() int {\n\treturn 1\n}\n";
    expect(await withPlantedError("a.go", go, "b")).toContain('{\npanic("planted")\n\n\treturn 1');
  });

  it("reads a list of setups", async () => {
    const path = join(clone, "setups.json");
    writeFileSync(path, JSON.stringify([setup]));
    expect(await readTestSetups(path)).toEqual([setup]);
    writeFileSync(path, '[{ "repository": "some" }]');
    await expect(readTestSetups(path)).rejects.toThrow("write a list");
    await expect(readTestSetups(`${path}x`)).rejects.toThrow("ENOENT");
  });
});
