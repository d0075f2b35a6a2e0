import { describe, expect, it } from "vitest";
import type { CliAnswer } from "./support/cli.ts";
import { workFolder } from "./support/work-folder.ts";

const work = workFolder();
const { put, read } = work;
const run = (...words: string[]): Promise<CliAnswer> => work.run(words);

const lib = "export function foo(...all) {}\n";
const source = 'import { foo } from "./lib.js";\nfoo(1);\nfoo(2);\nfoo(3);\nfoo();\n';
const patch =
  '--- a/a.js\n+++ b/a.js\n@@ -1,3 +1,3 @@\n import { foo } from "./lib.js";\n-foo(1);\n+foo(1, null);\n foo(2);\n';

describe("redraft repeat", () => {
  it("repeats the last edit of the log, chosen places of it, and is taken back", async () => {
    await put("lib.js", lib);
    await put("a.js", source);
    await put("edit.diff", patch);
    expect((await run("repeat")).stderr).toContain("the log has no edit");
    expect(await run("patch", "edit.diff")).toMatchObject({ code: 0 });
    const dry = await run("repeat", "--dry-run");
    expect(dry).toMatchObject({ code: 0 });
    const listed = await run("repeat");
    expect(listed).toMatchObject({ code: 1, stdout: dry.stdout });
    expect(listed.stderr).toContain("Nothing was written. Choose: --all");
    expect(await read("a.js")).toContain("foo(2);");
    expect(dry.stdout).toContain("+foo(2, null);");
    expect(dry.stderr).toContain("2. a.js:4: foo(3);");
    expect(dry.stderr).toContain("1 like it in part, and left:\n  a.js:5: foo();");
    const done = await run("repeat", "--only", "2", "--json");
    expect(JSON.parse(done.stdout)).toMatchObject({
      written: true,
      places: [
        { number: 1, repeated: false },
        { number: 2, repeated: true },
      ],
      rules: [{ old: "foo ( $(1) )", new: "foo ( $(1) , null )" }],
      error: null,
    });
    const once = source.replace("foo(1)", "foo(1, null)");
    expect(await read("a.js")).toBe(once.replace("foo(3)", "foo(3, null)"));
    expect((await run("undo")).code).toBe(0);
    expect(await read("a.js")).toBe(once);
  });

  it("takes a diff that is applied, and refuses one that is not", async () => {
    await put("lib.js", lib);
    await put("a.js", source);
    await put("edit.diff", patch);
    const early = await run("repeat", "--from", "edit.diff");
    expect(early).toMatchObject({ code: 1 });
    expect(early.stderr).toContain("Apply the edit first");
    await put("a.js", source.replace("foo(1)", "foo(1, null)"));
    expect(await run("repeat", "--from", "edit.diff", "--all")).toMatchObject({ code: 0 });
    expect(await read("a.js")).toContain("foo(2, null);\nfoo(3, null);\nfoo();\n");
    expect((await run("repeat", "--from", "edit.diff", "--only", "0")).code).toBe(2);
    expect((await run("repeat", "--from", "edit.diff", "--last")).code).toBe(2);
    expect((await run("repeat", "--all", "--only", "1")).code).toBe(2);
  });
});
