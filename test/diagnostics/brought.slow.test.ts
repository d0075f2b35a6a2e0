import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { snapshot, toolReport } from "../../src/diagnostics/brought-errors.ts";
import { serverReport } from "../../src/diagnostics/lsp/report.ts";
import { redraft } from "../support/cli.ts";

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const node = JSON.stringify(process.execPath);
const compiler = `${node} ${JSON.stringify(here("fake-compiler.mjs"))}`;
const server = (mode: string): string =>
  `${node} ${JSON.stringify(here("fake-server.mjs"))} ${mode}`;

let folder = "";
beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "redraft-brought-")));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const source = "one\nBUG a\nthree\nBUG b\n";
const edit =
  "<<<<<<< SEARCH\none\n=======\nzero\nBUG new\none\n>>>>>>> REPLACE\n<<<<<<< SEARCH\nBUG b\n=======\nfine\n>>>>>>> REPLACE\n";
const after = "zero\nBUG new\none\nBUG a\nthree\nfine\n";
const write = (name: string, text = source): string => {
  writeFileSync(join(folder, name), text);
  return name;
};

describe("redraft apply --diagnostics", () => {
  const words = ["--model", "none", "--diagnostics"];

  it("shows only the messages that the edit brought", async () => {
    const name = write("a.txt");
    const answer = await redraft(["apply", name, ...words, `${compiler} ${name}`], {
      cwd: folder,
      stdin: edit,
    });
    expect(answer).toMatchObject({ code: 0, stdout: "" });
    expect(answer.stderr).toContain("1 new message, 1 resolved, 1 unchanged\n");
    expect(answer.stderr).toContain("  a.txt:2:1: error: BUG new is wrong\n");
    expect(answer.stderr).not.toContain("BUG a is wrong");
    expect(readFileSync(join(folder, name), "utf8")).toBe(after);
  });

  it("has them in --json", async () => {
    const name = write("b.txt");
    const command = `${compiler} ${name}`;
    const answer = await redraft(["apply", name, "--json", ...words, command], {
      cwd: folder,
      stdin: edit,
    });
    const message = {
      file: name,
      line: 2,
      column: 1,
      severity: "error",
      message: "BUG new is wrong",
    };
    expect(JSON.parse(answer.stdout)).toMatchObject({
      written: true,
      diagnostics: [{ command, new: [message], went: 1, stayed: 1 }],
    });
    const again = await redraft(["apply", name, "--json", ...words, command], {
      cwd: folder,
      stdin: edit,
    });
    expect(JSON.parse(again.stdout)).toMatchObject({ written: false, diagnostics: [] });
  });

  it("says that nothing is known where the tool cannot be run or read", async () => {
    const name = write("c.txt");
    const missing = await redraft(["apply", name, ...words, "no-such-tool-here"], {
      cwd: folder,
      stdin: edit,
    });
    expect(missing.code).toBe(0);
    expect(missing.stderr).toContain(
      "cannot say which messages the edit introduces: before the edit: the shell cannot run it (exit code 127)",
    );
    const other = write("d.txt");
    const crash = await redraft(["apply", other, ...words, `${compiler} --say "internal error"`], {
      cwd: folder,
      stdin: edit,
    });
    expect(crash.stderr).toContain(
      'it exited with code 3 and printed no message with a file and a line; its last output was "internal error"',
    );
  });

  it("does not run the tool for an edit that is refused, and not with --dry-run", async () => {
    const name = write("e.txt");
    const mark = join(folder, "ran");
    const tool = `echo ran > ${JSON.stringify(mark)}`;
    const refused = await redraft(["apply", name, ...words, tool], {
      cwd: folder,
      stdin: edit.replace("one\n====", "onne\n===="),
    });
    expect(refused.code).toBe(1);
    expect(() => readFileSync(mark)).toThrow();
    const dry = await redraft(["apply", name, "--dry-run", ...words, tool], {
      cwd: folder,
      stdin: edit,
    });
    expect(dry.code).toBe(2);
    expect(() => readFileSync(mark)).toThrow();
  });

  it("reads tsc", async () => {
    const name = write("t.ts", 'export const a: number = "x";\nexport const b: number = 2;\n');
    const tsc = fileURLToPath(import.meta.resolve("typescript/bin/tsc"));
    const command = `${node} ${JSON.stringify(tsc)} --noEmit --skipLibCheck --lib es5 ${name}`;
    const change =
      "<<<<<<< SEARCH\nexport const b: number = 2;\n=======\nexport const c = true;\nexport const b: string = 2;\n>>>>>>> REPLACE\n";
    const answer = await redraft(["apply", name, "--json", ...words, command], {
      cwd: folder,
      stdin: change,
    });
    const [report] = JSON.parse(answer.stdout).diagnostics;
    expect(report).toMatchObject({ went: 0, stayed: 1 });
    expect(report.new).toEqual([
      {
        file: name,
        line: 3,
        column: 14,
        severity: "error",
        message: "TS2322: Type 'number' is not assignable to type 'string'.",
        code: "TS2322",
      },
    ]);
  }, 180_000);

  it("asks a language server, also about an edit that is not written", async () => {
    const name = write("f.txt");
    const answer = await redraft(
      ["apply", name, "--dry-run", "--json", "--model", "none", "--lsp", server("push")],
      { cwd: folder, stdin: edit },
    );
    expect(JSON.parse(answer.stdout)).toMatchObject({
      written: false,
      diagnostics: [
        {
          went: 1,
          stayed: 1,
          new: [{ file: name, line: 2, column: 1, message: "B1: é BUG new is wrong" }],
        },
      ],
    });
    expect(readFileSync(join(folder, name), "utf8")).toBe(source);
  });
});

describe("a language server", { concurrent: true }, () => {
  const edits = (): Parameters<typeof serverReport>[1] => [
    { path: join(folder, "s.txt"), newPath: join(folder, "s.txt"), before: source, after },
  ];
  const ask = (mode: string): ReturnType<typeof serverReport> =>
    serverReport(server(mode), edits(), { folder, patience: 8000, quiet: 300 });
  const brought = { line: 2, column: 1, severity: "error", message: "B1: é BUG new is wrong" };

  for (const mode of ["push", "pull"]) {
    it(`is asked by ${mode}`, async () => {
      expect(await ask(mode)).toMatchObject({ went: 1, stayed: 1, new: [brought] });
    });
  }

  it("that fails in any way is a problem that is told, never no messages", async () => {
    expect((await ask("crash")).problem).toBe("the language server failed: it exited with code 7");
    expect((await ask("garbage")).problem).toBe(
      "the language server failed: its output is not that of a language server",
    );
    const silent = await serverReport(server("silent"), edits(), { folder, patience: 1500 });
    expect(silent.problem).toBe("the language server failed: it sent no diagnostics within 1.5 s");
    const missing = await serverReport("no-such-server-here", edits(), { folder, patience: 8000 });
    expect(missing.problem).toBe("the language server failed: it exited with code 127");
  });
});

describe("a tool that is stopped", () => {
  it("ends with its children, and nothing is known of the edit", async () => {
    const controller = new AbortController();
    const running = snapshot("sleep 30; echo", folder, controller.signal);
    setTimeout(() => controller.abort(), 200);
    const stopped = await running;
    expect(stopped.problem).toContain("SIGTERM");
    expect(toolReport("sleep", { found: [] }, stopped, []).problem).toContain("after the edit");
  });
});
