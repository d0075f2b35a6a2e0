import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { redraft, redraftProcess } from "./support/cli.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "redraft-cli-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const block = (search: string, replace: string): string =>
  `<<<<<<< SEARCH\n${search}\n=======\n${replace}\n>>>>>>> REPLACE\n`;

function file(name: string, text = "one\ntwo\nthree\n"): string {
  writeFileSync(join(folder, name), text);
  return name;
}
const text = (name: string): string => readFileSync(join(folder, name), "utf8");

describe("redraft apply", { concurrent: true }, () => {
  it("writes the file and says so in one line on stderr", async () => {
    const name = file("a.txt");
    writeFileSync(join(folder, "a.edit"), block("two", "TWO"));
    const answer = await redraftProcess(["apply", name, "--edit", "a.edit"], { cwd: folder });
    expect(answer).toMatchObject({ code: 0, stdout: "" });
    expect(answer.stderr).toMatch(
      /^a\.txt: 1 line added, 1 removed \(merge: placed exactly, unique; [\d.]+ ms\)\n$/,
    );
    expect(text(name)).toBe("one\nTWO\nthree\n");
  });

  it("prints a diff that can be applied, and writes nothing, with --dry-run", async () => {
    const name = file("b.txt");
    const answer = await redraft(["apply", name, "--dry-run"], {
      cwd: folder,
      stdin: block("two", "TWO"),
    });
    expect(answer).toMatchObject({
      code: 0,
      stdout: "--- a/b.txt\n+++ b/b.txt\n@@ -1,3 +1,3 @@\n one\n-two\n+TWO\n three\n",
    });
    expect(answer.stderr).toContain("not written");
    expect(text(name)).toBe("one\ntwo\nthree\n");
    const again = await redraft(["apply", name, "--edit", "-"], {
      cwd: folder,
      stdin: answer.stdout,
    });
    expect(again.code).toBe(0);
    expect(text(name)).toBe("one\nTWO\nthree\n");
  });

  it("carries an edit over from a file or a git revision with --base", async () => {
    const before = "one\ntwo\nthree\nfour\nfive\n";
    const name = file("moved.txt", before.replace("one", "ONE"));
    file("moved.base", before);
    const whole = before.replace("five", "FIVE");
    const args = ["apply", name, "--format", "whole", "--base"];
    const done = await redraft([...args, "moved.base"], { cwd: folder, stdin: whole });
    expect(done).toMatchObject({ code: 0 });
    expect(done.stderr).toContain("carried over to the current file");
    expect(text(name)).toBe(whole.replace("one", "ONE"));

    const git = (...words: string[]) =>
      execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@b.c", ...words], {
        cwd: folder,
      });
    git("init", "--quiet");
    git("add", name);
    git("commit", "--quiet", "-m", "first");
    file(name, `zero\n${text(name)}`);
    const fresh = "ONE\ntwo\nthree\n4\nFIVE\n";
    const fromGit = await redraft([...args, "HEAD"], { cwd: folder, stdin: fresh });
    expect(fromGit).toMatchObject({ code: 0 });
    expect(text(name)).toBe(`zero\n${fresh}`);

    const clash = await redraft([...args, "HEAD"], {
      cwd: folder,
      stdin: fresh.replace("4", "IV"),
    });
    expect(clash.code).toBe(3);
    expect(clash.stderr).toContain('line 4 of the base ("four") is now line 5 of the file ("4")');
    const unknown = await redraft([...args, "nothing-like-it"], { cwd: folder, stdin: fresh });
    expect(unknown.code).toBe(3);
    expect(unknown.stderr).toContain("neither a file nor a git revision that has moved.txt");
    file("HEAD");
    const both = await redraft([...args, "HEAD"], { cwd: folder, stdin: fresh });
    expect(both.code).toBe(2);
    expect(both.stderr).toContain("Write ./HEAD for the file");
    rmSync(join(folder, "HEAD"));
    writeFileSync(join(folder, "binary"), Buffer.from([0, 1, 2, 0]));
    const binary = await redraft([...args, "./binary"], { cwd: folder, stdin: fresh });
    expect(binary).toMatchObject({ code: 3, stdout: "" });
    expect(binary.stderr).toContain("binary");
  });

  it("prints the whole result with --json, refusals too", async () => {
    const name = file("c.txt", "same\nx\nsame\n");
    const done = await redraft(["apply", name, "--json"], { cwd: folder, stdin: block("x", "y") });
    expect(JSON.parse(done.stdout)).toMatchObject({
      path: name,
      text: "same\ny\nsame\n",
      written: true,
      route: "merge",
      format: { name: "search-replace", why: "line 1 opens a search block: <<<<<<< SEARCH" },
      patch: expect.stringContaining("+y"),
      checks: expect.arrayContaining([{ name: "no marker left behind", ok: true }]),
      proof: {
        source: [{ fate: "kept" }, { fate: expect.any(String) }, { fate: "kept" }],
        runnerUp: null,
      },
      error: null,
    });
    const refused = await redraft(["apply", name, "--json"], {
      cwd: folder,
      stdin: block("same", "other"),
    });
    expect(refused.code).toBe(1);
    expect(JSON.parse(refused.stdout)).toMatchObject({
      text: null,
      written: false,
      error: {
        code: "ambiguous",
        details: { candidates: ["other\ny\nsame\n", "same\ny\nother\n"] },
      },
    });
    expect(text(name)).toBe("same\ny\nsame\n");
  });

  it("answers wrong usage with 2", async () => {
    const wrong = [
      ["aply"],
      ["apply"],
      ["apply", "a.txt", "b.txt"],
      ["apply", "a.txt", "--modle", "none"],
      ["apply", "a.txt", "--format", "udiff"],
      ["apply", "a.txt", "--model", "gpt"],
      ["batch", "in.jsonl", "out.jsonl"],
      ["bench", "nothing"],
    ];
    const answers = await Promise.all(wrong.map((words) => redraft(words, { cwd: folder })));
    expect(answers.map(({ code, stdout }) => ({ code, stdout }))).toEqual(
      wrong.map(() => ({ code: 2, stdout: "" })),
    );
    expect(answers[3]!.stderr).toContain("Did you mean --model?");
  });

  it("tells refusals, files and models apart by the exit code", async () => {
    const name = file("d.txt");
    file("binary.bin", "a\0b");
    chmodSync(join(folder, file("readonly.txt")), 0o444);
    const edit = { cwd: folder, stdin: block("two", "TWO") };
    const codes = await Promise.all([
      redraft(["apply", name], { ...edit, stdin: block("nowhere to be found", "x") }),
      redraft(["apply", name], { ...edit, stdin: "" }),
      redraft(["apply", "missing.txt"], edit),
      redraft(["apply", "missing.txt"], { ...edit, stdin: "just text\n" }),
      redraft(["apply", "binary.bin"], edit),
      redraft(["apply", "readonly.txt"], edit),
      redraft(["apply", name, "--edit", "missing.edit"], edit),
      redraft(["apply", name, "--model", "missing.gguf"], edit),
      redraft(["apply", file("twice.txt", "a\nx\nb\nx\nc\n"), "--model", "http://127.0.0.1:1"], {
        ...edit,
        stdin: "// ... existing code ...\nx\nnew\n// ... existing code ...\n",
      }),
      redraft(["apply", name, "--instruction", "do it"], { ...edit, stdin: "" }),
    ]);
    expect(codes.map(({ code }) => code)).toEqual([1, 1, 3, 3, 3, 3, 3, 4, 4, 4]);
    for (const { stdout, stderr } of codes) {
      expect(stdout).toBe("");
      expect(stderr).toMatch(/^redraft: /);
      expect(stderr).not.toMatch(/internal error|\n {4}at /);
    }
    expect(text(name)).toBe("one\ntwo\nthree\n");
  });

  it("creates a file when the edit says so", async () => {
    const words = ["apply", "new.txt", "--format", "whole"];
    const answer = await redraft(words, { cwd: folder, stdin: "hello\n" });
    expect(answer.code).toBe(0);
    expect(text("new.txt")).toBe("hello\n");
  });

  it("explains itself with --help", async () => {
    const [top, apply, batch] = await Promise.all([
      redraft(["--help"]),
      redraft(["apply", "--help"]),
      redraft(["help", "batch"]),
    ]);
    for (const { code } of [top, apply, batch]) expect(code).toBe(0);
    expect(top!.stdout).toMatch(/apply +apply an edit to a file/);
    expect(apply!.stdout).toMatch(/--dry-run[\s\S]*Examples:[\s\S]*Exit codes/);
    expect(batch!.stdout).toContain('{"id","path","original","edit","format"?,"instruction"?}');
  });
});

describe("redraft batch", () => {
  it("takes the text that an edit was written for, or its hash, and a notebook's cell", async () => {
    const base = "one\ntwo\nthree\nfour\n";
    const hash = createHash("sha256").update(base).digest("hex");
    const line = { path: "a.txt", original: `zero\n${base}`, format: "whole" };
    const cells = ["x = 1", "x = 1"].map((source) => ({ source }));
    const rows = [
      { ...line, id: 1, edit: base.replace("four", "4"), base },
      { ...line, id: 2, original: base, edit: base.replace("four", "IV") },
      { ...line, id: 3, edit: base.replace("four", "5"), base: hash.slice(0, 16) },
      { ...line, id: 4, edit: base, base: "0123456789abcdef" },
      { ...line, id: 5, edit: base, base: 7 },
      {
        id: 6,
        path: "n.ipynb",
        original: JSON.stringify({ cells }),
        edit: block("x = 1", 'x = "2"'),
        cell: 2,
      },
      { ...line, id: 7, edit: base, cell: 1 },
    ];
    const input = rows.map((row) => `${JSON.stringify(row)}\n`).join("");
    const { stdout } = await redraft(["batch", "--model", "none"], { cwd: folder, stdin: input });
    const answers = stdout
      .trim()
      .split("\n")
      .map((answer) => JSON.parse(answer) as { result: string; error: { code: string } | null });
    expect(answers.map(({ result }) => result)).toEqual([
      "zero\none\ntwo\nthree\n4\n",
      "one\ntwo\nthree\nIV\n",
      "zero\none\ntwo\nthree\n5\n",
      null,
      null,
      JSON.stringify({ cells: [{ source: "x = 1" }, { source: 'x = "2"' }] }),
      null,
    ]);
    const codes = answers.map(({ error }) => error?.code);
    expect(codes.slice(3)).toEqual(["stale-file", "usage", undefined, "usage"]);
  });

  const line = (id: unknown, fields: object = {}): string =>
    JSON.stringify({
      id,
      path: "a.txt",
      original: "one\ntwo\n",
      edit: block("two", "2"),
      ...fields,
    });

  it("answers every line in order, the bad ones with an error", async () => {
    const lines = [
      line(1),
      "not json",
      '{"id": "cut", "path": "a.txt", "orig',
      "[1]",
      line("missing", { edit: undefined }),
      line("format", { format: "udiff" }),
      "",
      line("ambiguous", { original: "x\nx\n", edit: block("x", "y") }),
      line({ any: "id" }, { format: "search-replace", instruction: "two becomes 2" }),
      line("lines", { original: "one\u2028two\ntwo\n" }),
      line("last").replace(/$/, ""),
    ];
    const { code, stdout, stderr } = await redraft(["batch", "--model", "none"], {
      stdin: lines.join("\n"),
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const answers = stdout
      .trim()
      .split("\n")
      .map((one) => JSON.parse(one));
    expect(answers.map(({ id, error }) => [id, error?.code ?? null])).toEqual([
      [1, null],
      [null, "usage"],
      ["cut", "usage"],
      [null, "usage"],
      ["missing", "usage"],
      ["format", "usage"],
      ["ambiguous", "ambiguous"],
      [{ any: "id" }, null],
      ["lines", null],
      ["last", null],
    ]);
    expect(answers[0]).toEqual({
      id: 1,
      result: "one\n2\n",
      error: null,
      route: "merge",
      ms: expect.any(Number),
    });
    expect(answers[6]).toMatchObject({
      result: null,
      route: null,
      candidates: ["y\nx\n", "x\ny\n"],
    });
    expect(answers[8].result).toBe("one\u2028two\n2\n");
  });

  it("answers nothing to nothing", async () => {
    expect(await redraft(["batch"])).toEqual({ code: 0, stdout: "", stderr: "" });
  });

  it("reads a file that is named", async () => {
    const edits = join(folder, file("edits.jsonl", line(7)));
    const { code, stdout } = await redraft(["batch", "--model", "none", edits]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ id: 7, error: null, result: "one\n2\n" });
    for (const wrong of [folder, join(folder, "nothere.jsonl")]) {
      const answer = await redraft(["batch", wrong]);
      expect(answer.stderr).toContain(`cannot read ${wrong}`);
      expect(answer.code).toBe(3);
    }
  });
});
