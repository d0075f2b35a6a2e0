import { readdir } from "node:fs/promises";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { type CliAnswer, redraftCommand } from "./support/cli.ts";
import { workFolder } from "./support/work-folder.ts";

const work = workFolder();
const { put, read } = work;
const run = (words: readonly string[], stdin = ""): Promise<CliAnswer> =>
  work.run(words, { stdin });

const node = process.execPath;
const tsc = resolve("node_modules/typescript-native/bin/tsc");
const check = `"${node}" "${tsc}" --noEmit --strict --noUnusedLocals --pretty false --target es2022 --module esnext --types "" a.ts`;

describe("redraft fix", () => {
  it("keeps what the command confirms, leaves the rest, and is taken back by undo", async () => {
    const broken =
      'import { two, unused } from "./b";\nexport function f(count: number): number {\n  const waste = 1;\n  return cuont + two + nowhere;\n}\n';
    await put("a.ts", broken);
    await put("b.ts", "export const two = 2;\nexport const unused = 3;\n");
    const done = await run(["fix", "--run", check]);
    expect(await read("a.ts")).toBe(
      'import { two } from "./b";\nexport function f(count: number): number {\n  return count + two + nowhere;\n}\n',
    );
    expect(done.code).toBe(1);
    expect(done.stderr).toContain("a.ts:4: `cuont` -> `count`");
    expect(done.stderr).toContain("Cannot find name 'nowhere'.: left:");
    expect(done.stderr).toContain("3 messages fixed in 1 file, 1 left.");
    expect((await run(["undo"])).code).toBe(0);
    expect(await read("a.ts")).toBe(broken);
  }, 120_000);

  it("reads what a tool printed, shows a dry run, and makes what is certain", async () => {
    await put("a.py", "import os\nimport sys\ncount = sys.x\nprint(cuont)\n");
    const said = "a.py:1:1: 'os' imported but unused\na.py:4:7: undefined name 'cuont'\n";
    const dry = await run(["fix", "--from", "-", "--dry-run"], said);
    expect(dry).toMatchObject({ code: 1 });
    expect(dry.stdout).toContain("-import os");
    expect(dry.stderr).toContain("1 message fixed in 1 file, 1 left (dry run).");
    expect(await read("a.py")).toContain("import os");
    await put("said.txt", said);
    const inJson = await run(["fix", "--from", "said.txt", "--json"]);
    expect(JSON.parse(inJson.stdout)).toMatchObject({
      fixed: [{ path: "a.py", line: 1, fix: { rule: "unused import", confidence: 1 } }],
      left: [{ path: "a.py", others: [{ title: "`cuont` -> `count`" }] }],
      written: true,
      entry: expect.any(String),
    });
    const list = [{ file: "a.py", line: 3, column: 7, message: "undefined name 'cuont'" }];
    const likely = await run(["fix", "--from", "-", "--likely"], JSON.stringify(list));
    expect(likely).toMatchObject({ code: 0 });
    expect(await read("a.py")).toBe("import sys\ncount = sys.x\nprint(count)\n");
  });

  it("fixes only the files that are named", async () => {
    await put("a.py", "import os\nx = 1\n");
    await put("b.py", "import os\nx = 1\n");
    const said = "a.py:1:1: 'os' imported but unused\nb.py:1:1: 'os' imported but unused\n";
    expect((await run(["fix", "b.py", "--from", "-"], said)).code).toBe(0);
    expect([await read("a.py"), await read("b.py")]).toEqual(["import os\nx = 1\n", "x = 1\n"]);
  });

  it("says what is missing, and what a command does not do", async () => {
    await put("a.py", "import os\n");
    expect((await run(["fix"])).code).toBe(2);
    expect((await run(["fix", "--from", "-"], "all is well\n")).code).toBe(2);
    expect((await run(["fix", "none.py", "--from", "-"], "x")).code).toBe(3);
    const failing = await run(["fix", "--run", "exit 3", "--json"]);
    expect(JSON.parse(failing.stdout)).toMatchObject({
      written: false,
      error: { code: "check-failed" },
    });
    const nothing = await run(["fix", "--run", "true"]);
    expect(nothing).toMatchObject({ code: 0 });
    expect(nothing.stderr).toContain("nothing to fix");
  });

  it("puts everything back where it is interrupted while the command runs", async () => {
    const { spawn } = await import("node:child_process");
    await put("a.py", "import os\nprint(1)\n");
    // The first run answers, the second one waits for the interrupt.
    await put(
      "tool.cjs",
      "const fs = require('node:fs');\nif (fs.readFileSync('a.py', 'utf8').includes('import os')) console.log(\"a.py:1:1: 'os' imported but unused\");\nelse { fs.writeFileSync('waiting', ''); setTimeout(() => {}, 60000); }\n",
    );
    const { command, args } = redraftCommand(["fix", "--run", `"${node}" tool.cjs; true`]);
    const child = spawn(command, args, {
      cwd: work.folder,
      env: { ...process.env, REDRAFT_STATE_HOME: work.state },
      stdio: "ignore",
    });
    const ended = new Promise<number | null>((done) => child.on("close", done));
    for (let tries = 0; !(await readdir(work.folder)).includes("waiting") && tries < 600; tries++) {
      await new Promise((next) => setTimeout(next, 50));
    }
    expect(await read("a.py")).toBe("print(1)\n");
    child.kill("SIGINT");
    expect(await ended).not.toBe(0);
    expect(await read("a.py")).toBe("import os\nprint(1)\n");
    expect((await readdir(work.folder)).sort()).toEqual(["a.py", "tool.cjs", "waiting"]);
  }, 60_000);
});
