import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createRedraft } from "../redraft/create-redraft.ts";
import { createFileEditor } from "../workspace/editor.ts";
import { requireOneFile, withPatchCommand } from "./one-file.ts";

const source = "one\ntwo\nthree\n";
const redraft = createRedraft();
let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "redraft-one-file-"));
  mkdirSync(join(folder, "src"));
  for (const path of ["a.txt", "src/a.txt", "b.txt"]) writeFileSync(join(folder, path), source);
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await redraft.dispose();
});

const hunk = "@@ -1,3 +1,3 @@\n one\n-two\n+TWO\n three\n";
const unified = (path: string): string => `--- a/${path}\n+++ b/${path}\n${hunk}`;
const section = (path: string): string =>
  `*** Update File: ${path}\n@@\n one\n-two\n+TWO\n three\n`;
const block = (path: string): string =>
  `${path}\n<<<<<<< SEARCH\ntwo\n=======\nTWO\n>>>>>>> REPLACE\n`;
const call = (path: string) => ({ path, old_string: "two", new_string: "TWO" });

const several: readonly (readonly [string, string])[] = [
  ["a unified diff", unified("a.txt") + unified("b.txt")],
  ["a unified diff, the other way round", unified("b.txt") + unified("a.txt")],
  [
    "git's",
    `diff --git a/a.txt b/a.txt\n${unified("a.txt")}diff --git a/b.txt b/b.txt\n${unified("b.txt")}`,
  ],
  [
    "git's, with a pure rename",
    `diff --git a/a.txt b/a.txt\n${unified("a.txt")}diff --git a/x.txt b/y.txt\nsimilarity index 100%\nrename from x.txt\nrename to y.txt\n`,
  ],
  ["one that creates", `${unified("a.txt")}--- /dev/null\n+++ b/new.txt\n@@ -0,0 +1 @@\n+x\n`],
  [
    "one that deletes",
    `${unified("a.txt")}--- a/b.txt\n+++ /dev/null\n@@ -1,3 +0,0 @@\n-one\n-two\n-three\n`,
  ],
  ["a patch", `*** Begin Patch\n${section("a.txt")}${section("b.txt")}*** End Patch\n`],
  [
    "a patch that adds",
    `*** Begin Patch\n${section("a.txt")}*** Add File: n.txt\n+x\n*** End Patch\n`,
  ],
  [
    "a patch that deletes",
    `*** Begin Patch\n*** Delete File: b.txt\n${section("a.txt")}*** End Patch\n`,
  ],
  ["search blocks", `${block("a.txt")}\n${block("b.txt")}`],
  ["JSON", JSON.stringify([call("a.txt"), call("b.txt")])],
];

describe("an edit of several files", () => {
  it.each(several)("is refused for one: %s", async (_, edit) => {
    const file = join(folder, "a.txt");
    const result = await redraft.apply({ path: file, source, edit });
    await expect(requireOneFile(file, result)).rejects.toMatchObject({
      code: "usage",
      message: expect.stringMatching(/also changes other files: `\S+`.*`redraft patch`/),
    });
  });

  it("is refused by `edit_file`, which names the tool for it", async () => {
    const editor = createFileEditor({ redraft, roots: [folder] });
    await expect(editor.edit({ path: "a.txt", code_edit: several[0]![1] })).rejects.toMatchObject({
      code: "usage",
      message: expect.stringContaining("`apply_patch`"),
    });
  });
});

describe("an edit of one file", () => {
  const one: readonly (readonly [string, string])[] = [
    ["a unified diff", unified("a.txt")],
    ["one without names", hunk],
    ["one with names that say nothing", `--- original\n+++ modified\n${hunk}`],
    ["the same diff twice", unified("a.txt") + unified("a.txt")],
    ["a backup's name", `--- a.txt.orig\n+++ a.txt\n${hunk}`],
    ["a patch", `*** Begin Patch\n${section("a.txt")}*** End Patch\n`],
    [
      "a move",
      `*** Begin Patch\n${section("a.txt").replace("@@", "*** Move to: c.txt\n@@")}*** End Patch\n`,
    ],
    [
      "search blocks",
      block("a.txt") + block("a.txt").replaceAll("two", "three").replace("TWO", "3"),
    ],
    ["JSON", JSON.stringify([call("a.txt")])],
  ];
  it.each(one)("is taken: %s", async (_, edit) => {
    const file = join(folder, "a.txt");
    await requireOneFile(file, await redraft.apply({ path: file, source, edit }));
  });

  it("is refused where it is for another file, with the command for that", async () => {
    const path = join(folder, "a.txt");
    for (const edit of [unified("project/b.txt"), block("b.txt"), JSON.stringify(call("b.txt"))]) {
      const refusal = await redraft.apply({ path, source, edit }).catch(withPatchCommand);
      expect(refusal).toMatchObject({
        code: "no-match",
        message: expect.stringContaining("`redraft patch` applies"),
      });
    }
  });

  it("is refused where it names another file that is there", async () => {
    const here = process.cwd();
    process.chdir(folder);
    try {
      for (const edit of [unified("src/a.txt"), block("src/a.txt")]) {
        const result = await redraft.apply({ path: "a.txt", source, edit });
        await expect(requireOneFile("a.txt", result)).rejects.toMatchObject({
          code: "usage",
          message: expect.stringMatching(/for `src\/a.txt`, not for .*`redraft patch`/),
        });
        // From that folder it is the same file.
        await requireOneFile("src/a.txt", result);
      }
    } finally {
      process.chdir(here);
    }
  });
});
