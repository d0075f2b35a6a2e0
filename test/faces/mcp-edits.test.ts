import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createRedraft } from "../../src/redraft/create-redraft.ts";
import { createFileEditor, type FileEditor } from "../../src/workspace/editor.ts";

let folder: string;
let editor: FileEditor;

const source = `import { a } from "./a";

export function first(): number {
  return a;
}

export function second(): number {
  return 2;
}
`;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "redraft-edits-"));
  await writeFile(join(folder, "x.ts"), source);
  await writeFile(join(folder, "y.ts"), "const y = 1;\r\n");
  editor = createFileEditor({ redraft: createRedraft(), roots: [folder] });
});

afterEach(() => rm(folder, { recursive: true, force: true }));

const read = (name: string): Promise<string> => readFile(join(folder, name), "utf8");

describe("file editor on the real engine", () => {
  it("places a sketch", async () => {
    const answer = await editor.edit({
      path: "x.ts",
      instructions: "I make second return 3.",
      code_edit: `// ... existing code ...

export function second(): number {
  return 3;
}
`,
    });
    expect(answer).toMatchObject({ route: "merge", format: "lazy", added: 1, removed: 1 });
    expect(await read("x.ts")).toBe(source.replace("return 2", "return 3"));
  });

  it.each([
    ["the move last", ["x", "y"]],
    ["the move first", ["y", "x"]],
  ])("leaves the file alone that a patch would move another one onto: %s", async (_, order) => {
    await writeFile(join(folder, "precious.ts"), "precious\n");
    const parts: Record<string, string> = {
      x: "*** Update File: x.ts\n@@\n-  return 2;\n+  return 3;\n",
      y: "*** Update File: y.ts\n*** Move to: precious.ts\n@@\n-const y = 1;\n+const y = 2;\n",
    };
    const patch = `*** Begin Patch\n${order.map((name) => parts[name]).join("")}*** End Patch\n`;
    await expect(editor.patch({ patch })).rejects.toThrow(
      /a file is there already\. Nothing was changed\./,
    );
    expect(await read("precious.ts")).toBe("precious\n");
    expect(await read("x.ts")).toBe(source);
    expect(await read("y.ts")).toBe("const y = 1;\r\n");
  });

  it("refuses an exact string that stands in two places, and shows both", async () => {
    const edit = editor.edit({
      path: "x.ts",
      old_string: "(): number {",
      new_string: "(): string {",
    });
    await expect(edit).rejects.toMatchObject({ code: "ambiguous" });
    expect(await read("x.ts")).toBe(source);
  });

  it("makes an edit that breaks the syntax, and says so", async () => {
    const edit = { path: "x.ts", old_string: "return 2;", new_string: "return (2;" };
    const broken = await editor.edit(edit);
    expect(broken).toMatchObject({ written: true, notes: [expect.stringMatching(/syntax error/)] });
    const mended = await editor.edit({ ...edit, old_string: "(2", new_string: "(2)" });
    expect(mended.notes).toEqual([]);
    const made = await editor.edit({ path: "new.ts", code_edit: "export const a = [1;\n" });
    expect(made.notes).toHaveLength(1);
  });

  it("replaces everywhere where told", async () => {
    const args = { path: "x.ts", old_string: "number", new_string: "string", replace_all: true };
    expect(await editor.edit(args)).toMatchObject({ added: 2, removed: 2 });
    expect(await read("x.ts")).toBe(source.replaceAll("number", "string"));
  });

  it("changes several files with one patch, CRLF kept, and adds, deletes and moves", async () => {
    await writeFile(join(folder, "z.ts"), "z\n");
    const answers = await editor.patch({
      patch: `*** Begin Patch
*** Update File: x.ts
@@ export function second(): number {
-  return 2;
+  return 4;
*** Update File: y.ts
*** Move to: moved/y2.ts
@@
-const y = 1;
+const y = 2;
*** Add File: new.ts
+export {};
*** Delete File: z.ts
*** End Patch
`,
    });
    expect(answers.map(({ action, written }) => [action, written])).toEqual([
      ["update", true],
      ["move", true],
      ["create", true],
      ["delete", true],
    ]);
    expect(await read("x.ts")).toBe(source.replace("return 2", "return 4"));
    expect(await read("moved/y2.ts")).toBe("const y = 2;\r\n");
    expect(await read("new.ts")).toBe("export {};\n");
    await expect(read("y.ts")).rejects.toThrow();
    await expect(read("z.ts")).rejects.toThrow();
  });

  it("changes no file when one hunk of the patch has no place", async () => {
    const patch = `--- a/y.ts
+++ b/y.ts
@@ -1 +1 @@
-const y = 1;
+const y = 2;
--- a/x.ts
+++ b/x.ts
@@ -1 +1 @@
-nothing like this stands here at all
+whatever
`;
    await expect(editor.patch({ patch })).rejects.toMatchObject({
      code: "no-match",
      message: expect.stringContaining("None of the 2 files"),
    });
    expect(await read("y.ts")).toBe("const y = 1;\r\n");
  });

  it("refuses a patch that names or moves to a place outside", async () => {
    for (const patch of [
      "--- a/../../etc/hosts\n+++ b/../../etc/hosts\n@@ -1 +1 @@\n-a\n+b\n",
      "*** Begin Patch\n*** Add File: /tmp/evil.ts\n+x\n*** End Patch\n",
      "*** Begin Patch\n*** Update File: y.ts\n*** Move to: ../evil.ts\n@@\n-const y = 1;\n+x\n*** End Patch\n",
    ]) {
      await expect(editor.patch({ patch })).rejects.toMatchObject({ code: "outside-root" });
    }
  });

  it("makes every edit of a file that several servers edit at once", async () => {
    const lines = Array.from({ length: 100 }, (_, i) => `const value${i} = ${i};\n`);
    await writeFile(join(folder, "many.ts"), lines.join(""));
    const editors = Array.from({ length: 4 }, () =>
      createFileEditor({ redraft: createRedraft(), roots: [folder] }),
    );
    await Promise.all(
      editors.map(async (one, server) => {
        for (let at = server; at < lines.length; at += editors.length) {
          const line = lines[at]!.trim();
          await one.edit({ path: "many.ts", old_string: line, new_string: `${line} // done` });
        }
      }),
    );
    expect(await read("many.ts")).toBe(lines.map((line) => `${line.trim()} // done\n`).join(""));
  });

  it("reads part of a file", async () => {
    const part = await editor.read({ path: "x.ts", first_line: 3, last_line: 4 });
    expect(part.text).toBe("export function first(): number {\n  return a;\n");
    expect(part).toMatchObject({ totalLines: 9, firstLine: 3, lastLine: 4 });
  });
});
