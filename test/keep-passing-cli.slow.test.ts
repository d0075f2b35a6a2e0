import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { redraftCommand } from "./support/cli.ts";
import { says, wireServer } from "./support/wire-server.ts";
import { twelveLines, workFolder } from "./support/work-folder.ts";

const work = workFolder();
const { put, read, run } = work;

const wanted = { a: { 2: "two", 6: "BAD", 11: "eleven" }, b: { 1: "one" } };
const rows = [
  { path: "a.txt", edit: twelveLines(wanted.a), format: "whole" },
  { path: "b.txt", edit: twelveLines(wanted.b), format: "whole" },
  { path: "new.txt", edit: "BAD\n", format: "whole" },
]
  .map((row) => JSON.stringify(row))
  .join("\n");
const check = "! grep -rn BAD .";

describe("redraft patch --keep-passing", () => {
  beforeEach(async () => {
    await put("a.txt", twelveLines());
    await put("b.txt", twelveLines());
  });

  it("writes what the check accepts, and prints the rest as a patch that completes the edit", async () => {
    const words = ["patch", "--jsonl", "--check", check, "--keep-passing"];
    const part = await run(words, { stdin: rows });
    expect(part.code).toBe(1);
    expect(part.stderr).toMatch(/^a\.txt:6: left out: the check exited with code 1: .*BAD$/mu);
    expect(part.stderr).toContain("new.txt:1: left out");
    expect(part.stderr).toContain("2 files written; redraft undo --id");
    expect(await read("a.txt")).toBe(twelveLines({ 2: "two", 11: "eleven" }));
    expect(await read("b.txt")).toBe(twelveLines(wanted.b));
    expect((await readdir(work.folder)).sort()).toEqual(["a.txt", "b.txt"]);

    // It is one change for undo, and the rest makes the whole of it.
    const rest = await run(["patch"], { stdin: part.stdout });
    expect(rest.code).toBe(0);
    expect(await read("a.txt")).toBe(twelveLines(wanted.a));
    expect(await read("new.txt")).toBe("BAD\n");
    expect((await run(["undo", "--last", "2"])).code).toBe(0);
    expect([await read("a.txt"), await read("b.txt")]).toEqual([twelveLines(), twelveLines()]);
  });

  it("answers with what is written and what is left out as JSON", async () => {
    const words = ["patch", "--jsonl", "--check", check, "--keep-passing", "--json"];
    const part = await run(words, { stdin: rows });
    expect(part.code).toBe(1);
    const answer = JSON.parse(part.stdout);
    expect(answer).toMatchObject({ written: true, error: null, runs: expect.any(Number) });
    expect(answer.files.map(({ path }: { path: string }) => path)).toEqual(["a.txt", "b.txt"]);
    expect(answer.files[0].diff).not.toContain("BAD");
    expect(answer.leftOut.hunks).toMatchObject([
      { path: "a.txt", line: 6 },
      { path: "new.txt", line: 1 },
    ]);
    expect(answer.leftOut.patch).toContain("+BAD");
    expect(answer.edits).toHaveLength(3);
  });

  it("changes nothing about an edit that passes, or of which no part passes", async () => {
    const words = ["patch", "--jsonl", "--keep-passing", "--json", "--check"];
    const none = await run([...words, "false"], { stdin: rows });
    expect(none.code).toBe(1);
    expect(JSON.parse(none.stdout)).toMatchObject({
      written: false,
      error: { code: "check-failed", message: expect.stringContaining("exited with code 1") },
    });
    expect(await read("a.txt")).toBe(twelveLines());
    const all = await run([...words, "true"], { stdin: rows });
    expect(all.code).toBe(0);
    expect(JSON.parse(all.stdout)).not.toHaveProperty("leftOut");
    expect(await read("a.txt")).toBe(twelveLines(wanted.a));
  });

  it("is right about a check that looks only at what is newer, as build tools do", async () => {
    // What was found in a file is kept, and looked for again only where the file is newer.
    const script = `
      const fs = require("node:fs");
      const file = "../built.json";
      const built = fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, "utf8")) : {};
      for (const name of ["a.txt", "b.txt"]) {
        const second = Math.floor(fs.statSync(name).mtimeMs / 1000);
        if (built[name] && built[name].second >= second) continue;
        built[name] = { second, isBad: fs.readFileSync(name, "utf8").includes("BAD") };
      }
      fs.writeFileSync(file, JSON.stringify(built));
      process.exit(Object.values(built).some(({ isBad }) => isBad) ? 1 : 0);`;
    await writeFile(join(work.top, "check.cjs"), script);
    const same = { 2: "LINE NUMBER 2", 6: "LINE BAD___ 6" };
    const edits = [
      { path: "a.txt", edit: twelveLines(same), format: "whole" },
      { path: "b.txt", edit: twelveLines({ 6: "LINE BAD___ 6" }), format: "whole" },
    ].map((row) => JSON.stringify(row));
    const words = ["patch", "--jsonl", "--keep-passing", "--json", "--check", "node ../check.cjs"];
    const part = await run(words, { stdin: edits.join("\n") });
    expect(await read("a.txt")).toBe(twelveLines({ 2: "LINE NUMBER 2" }));
    expect(await read("b.txt")).toBe(twelveLines());
    const { files } = JSON.parse(part.stdout);
    expect(files.map(({ path }: { path: string }) => path)).toEqual(["a.txt"]);
    expect((await run(["undo"])).code).toBe(0);
    expect(await read("a.txt")).toBe(twelveLines());
  });

  it("has every run find the edited files with a time of another second", async () => {
    const script =
      "const fs = require('node:fs'); for (const name of ['a.txt', 'b.txt']) " +
      "fs.appendFileSync('../' + name, Math.floor(fs.statSync(name).mtimeMs / 1000) + ' '); " +
      "process.exit(fs.readFileSync('a.txt', 'utf8').includes('BAD') ? 1 : 0)";
    const words = ["patch", "--jsonl", "--keep-passing", "--check", `node -e "${script}"`];
    const part = await run(words, { stdin: rows });
    expect(part.code).toBe(1);
    for (const name of ["a.txt", "b.txt"]) {
      const times = (await readFile(join(work.top, name), "utf8")).trim().split(" ");
      expect(times.length).toBeGreaterThan(3);
      expect(new Set(times).size).toBe(times.length);
    }
  });

  it("without --check is wrong usage", async () => {
    const answer = await run(["patch", "--jsonl", "--keep-passing"], { stdin: rows });
    expect(answer).toMatchObject({ code: 2, stderr: expect.stringContaining("needs a --check") });
  });

  it("is interrupted in a trial, and every file is as it was", async () => {
    const slow = "echo x >> ../runs; test $(wc -l < ../runs) -lt 2 || sleep 20; false";
    const { command, args } = redraftCommand([
      "patch",
      "--jsonl",
      "--check",
      slow,
      "--keep-passing",
    ]);
    const child = spawn(command, args, {
      cwd: work.folder,
      env: { ...process.env, REDRAFT_STATE_HOME: work.state },
    });
    child.stdin.end(rows);
    const runs = (): Promise<string> => readFile(join(work.top, "runs"), "utf8").catch(() => "");
    await expect.poll(runs, { timeout: 15_000 }).toBe("x\nx\n");
    child.kill("SIGINT");
    const [code] = await once(child, "close");
    expect(code).toBe(1);
    expect([await read("a.txt"), await read("b.txt")]).toEqual([twelveLines(), twelveLines()]);
    expect((await readdir(work.folder)).sort()).toEqual(["a.txt", "b.txt"]);
  }, 30_000);
});

describe("redraft edit --keep-passing", () => {
  const source = "def first():\n    return 1\n\n\ndef second():\n    return 2\n";
  const answer = (text: string): string => `<updated_file path="a.py">\n${text}</updated_file>`;
  const both = source.replace("return 1", "return 10").replace("return 2", "return 20");
  const words = ["edit", "a.py", "go on", "--via", "rewrite", "--check", "! grep -n 20 a.py"];

  it("writes a part of what the model wrote, after the last attempt", async () => {
    await put("a.py", source);
    const server = await wireServer(says(answer(both)), says(answer(both)));
    const { code, stdout } = await run(
      [...words, "--keep-passing", "--attempts", "2", "--json", "--model", server.url],
      { env: { REDRAFT_API_KEY: "k1", REDRAFT_MODEL_NAME: "big" } },
    );
    await server.close();
    expect(server.seen).toHaveLength(2);
    expect(code).toBe(1);
    expect(await read("a.py")).toBe(source.replace("return 1", "return 10"));
    const json = JSON.parse(stdout);
    expect(json).toMatchObject({ written: true, leftOut: { hunks: [{ path: "a.py", line: 6 }] } });
    expect(json.files[0]).not.toHaveProperty("receipt");
    expect(json.files[0].patch).not.toContain("20");
    expect(json.files[0].text).toBe(await read("a.py"));
  });

  it("writes an edit of a specialist as a whole, or not at all", async () => {
    await put("a.py", `${source}\n\nprint(first())\n`);
    const rename = ["edit", "a.py", "rename first to begin", "--via", "orchestrate"];
    const { code, stderr } = await run([...rename, "--check", "false", "--keep-passing"]);
    expect(code).toBe(1);
    expect(stderr).toContain("as a whole, or not at all");
    expect(await read("a.py")).toBe(`${source}\n\nprint(first())\n`);
  });
});
