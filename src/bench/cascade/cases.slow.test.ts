import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { openSandbox } from "../sandbox/sandbox.ts";
import { readWrittenCases } from "./cases.ts";
import { judgeCase } from "./judge.ts";

const folder = mkdtempSync(join(tmpdir(), "redraft-cases-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const opened = await openSandbox();
const sandbox = "missing" in opened ? undefined : opened;

function git(...words: string[]): string {
  const identity = ["-c", "user.name=a", "-c", "user.email=a@example.org"];
  const run = spawnSync("git", [...identity, ...words], { cwd: join(folder, "owner+name") });
  expect(run.status, String(run.stderr)).toBe(0);
  return String(run.stdout).trim();
}

function jsonLines(name: string, ...rows: object[]): string {
  const path = join(folder, name);
  writeFileSync(path, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
  return path;
}

describe("readWrittenCases", () => {
  it.skipIf(sandbox === undefined)(
    "reads both instructions of a task, and judges by its tests",
    async () => {
      const path = jsonLines("canitedit.jsonl", {
        full_name: "7_add",
        before: "def add(a, b):\n    return a",
        after: "def add(a, b):\n    return a + b",
        tests: "assert add(1, 2) == 3",
        instruction_descriptive: "return the sum of both",
        instruction_lazy: "fix it",
      });
      const cases = await readWrittenCases(path);
      expect(cases.map(({ id, instruction }) => [id, instruction])).toEqual([
        ["7_add/descriptive", "return the sum of both"],
        ["7_add/lazy", "fix it"],
      ]);
      const [one] = cases;
      expect(one!.files[0]!.path).toBe("add.py");
      const other = new Map([["add.py", "def add(a, b):\n    return b + a\n"]]);
      expect(await judgeCase(one!, other, sandbox)).toEqual({ ok: true, exact: false });
      expect(await judgeCase(one!, new Map(), sandbox)).toEqual({ ok: false, exact: false });
      expect(await judgeCase(one!, one!.after, sandbox)).toEqual({ ok: true, exact: true });
    },
  );

  it("reads the files of a commit from a clone", async () => {
    mkdirSync(join(folder, "owner+name"));
    git("init", "--quiet");
    const write = (a: string, b: string): string => {
      writeFileSync(join(folder, "owner+name", "a.js"), a);
      writeFileSync(join(folder, "owner+name", "b.js"), b);
      git("add", ".");
      git("commit", "--quiet", "-m", "one");
      return git("rev-parse", "HEAD");
    };
    write("old(1)\n", "old(2)\n");
    const commit = write("renamed(1)\n", "renamed(2)\n");
    const row = {
      id: "name-1",
      repository: "owner/name",
      commit,
      licence: "MIT",
      paths: ["a.js", "b.js"],
      instruction: "rename old to renamed",
      check: "exact",
    };
    const path = jsonLines("commits.jsonl", row);
    const [one] = await readWrittenCases(path, { mirror: folder });
    expect(one!.files).toEqual([
      { path: "a.js", text: "old(1)\n", exists: true },
      { path: "b.js", text: "old(2)\n", exists: true },
    ]);
    expect(await judgeCase(one!, one!.after)).toMatchObject({ ok: true });
    // One file of two is no edit.
    expect(await judgeCase(one!, new Map([["a.js", "renamed(1)\n"]]))).toMatchObject({ ok: false });
    await expect(readWrittenCases(path)).rejects.toThrow("--mirror");
    await expect(
      readWrittenCases(jsonLines("bad.jsonl", { ...row, paths: ["a.js"] }), { mirror: folder }),
    ).rejects.toMatchObject({ code: "usage" });
  });
});
