import { describe, expect, it } from "vitest";
import type { CliAnswer } from "./support/cli.ts";
import { workFolder } from "./support/work-folder.ts";

const work = workFolder();
const { put, read } = work;
const run = (...words: string[]): Promise<CliAnswer> => work.run(words);

describe("redraft rename", () => {
  it("renames, can be looked at first, and is taken back by undo", async () => {
    await put("a.ts", "export const old = 1; // old\n");
    await put("b.ts", "import { old } from './a';\nuse(old);\n");
    const dry = await run("rename", "old", "next", "--dry-run");
    expect(dry).toMatchObject({ code: 0 });
    expect(dry.stdout).toContain("+import { next } from './a';");
    expect(dry.stderr).toContain("old -> next: 3 places in 2 files (dry run)");
    expect(dry.stderr).toContain("a.ts:1: export const old = 1; // old");
    expect(await read("a.ts")).toBe("export const old = 1; // old\n");
    const done = await run("rename", "old", "next", "--json");
    expect(JSON.parse(done.stdout)).toMatchObject({
      from: "old",
      to: "next",
      written: true,
      entry: expect.any(String),
      declarations: [{ path: "a.ts", line: 1 }],
      error: null,
    });
    expect(await read("b.ts")).toBe("import { next } from './a';\nuse(next);\n");
    expect((await run("undo")).code).toBe(0);
    expect(await read("b.ts")).toBe("import { old } from './a';\nuse(old);\n");
  });

  it("refuses with exit code 1 and the places, and takes --at from the current folder", async () => {
    await put("a.ts", "const old = 1;\nfunction f(old) { return old; }\n");
    const asked = await run("rename", "old", "next");
    expect(asked).toMatchObject({ code: 1, stdout: "" });
    expect(asked.stderr).toContain("a.ts:2: function f(old)");
    const inJson = await run("rename", "old", "next", "--json");
    expect(JSON.parse(inJson.stdout)).toMatchObject({
      written: false,
      error: { code: "ambiguous" },
    });
    expect((await run("rename", "old", "next", "--at", "nonsense")).code).toBe(2);
    expect((await run("rename", "old", "next", "--at", "../a.ts:1")).code).toBe(1);
    expect((await run("rename", "old", "next", "--root", work.folder, "--at", "a.ts:2")).code).toBe(
      0,
    );
    expect(await read("a.ts")).toBe("const old = 1;\nfunction f(next) { return next; }\n");
  });

  it("puts every file back where the check fails", async () => {
    await put("a.ts", "export const old = 1;\n");
    const checked = await run("rename", "old", "next", "--check", "exit 3");
    expect(checked).toMatchObject({ code: 1 });
    expect(checked.stderr).toContain("exited with code 3");
    expect(await read("a.ts")).toBe("export const old = 1;\n");
    expect((await run("rename", "old", "next", "--check", "true", "--dry-run")).code).toBe(2);
  });
});
