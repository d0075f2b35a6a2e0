import { describe, expect, it } from "vitest";
import { showEdit } from "../../test/support/show-edit.ts";
import type { Edit } from "../core/edit.ts";
import { readEdit } from "./read.ts";

const source = "one\ntwo\nthree\nfour\nfive\n";

function edit(diff: string, text = source, path = "src/a.txt"): Edit {
  return readEdit(diff, { path, source: text });
}
const read = (diff: string, text?: string, path?: string): string[] =>
  showEdit(edit(diff, text, path));

const hunk = " one\n-two\n+2\n three\n";
const shown = [" one", "-two", "+2", " three"];

describe("unified diffs", () => {
  for (const [name, head] of Object.entries({
    "git's headers":
      "diff --git a/src/a.txt b/src/a.txt\nindex 1..2 100644\n--- a/src/a.txt\n+++ b/src/a.txt\n",
    "plain headers": "--- src/a.txt\t2026-01-01 00:00:00\n+++ src/a.txt\t2026-01-02 00:00:00\n",
    "no headers": "",
    "prose and a fence": "Here is the diff:\n\n```diff\n--- a/src/a.txt\n+++ b/src/a.txt\n",
  })) {
    it(`reads ${name}`, () => {
      expect(read(`${head}@@ -1,3 +1,3 @@\n${hunk}`)).toEqual(["~lines near 1", ...shown]);
    });
  }

  it("reads lines alone, where the old ones stand in the file", () => {
    for (const head of ["", "--- a/src/a.txt\n+++ b/src/a.txt\n", "```diff\n"]) {
      expect(read(`${head}${hunk}`)).toEqual(["~lines", ...shown]);
    }
    expect(edit("-two\n+2\n").format).toBe("unified-diff");
    expect(edit("+zero\n one\n").segments).toMatchObject([
      {
        lines: [
          { role: "add", at: 1 },
          { role: "keep", at: 2 },
        ],
      },
    ]);
  });

  it("takes a list for a list", () => {
    const list = "- one\n- two\n- three\n";
    expect(edit("- one\n- 2\n- three\n", list, "a.md").format).toBe("whole");
    expect(edit("- six\n- seven\n- eight\n- nine\n", "", "a.md").format).toBe("whole");
  });

  it("refuses a context diff", () => {
    const context =
      "*** a.txt\n--- a.txt\n***************\n*** 1,2 ****\n! one\n--- 1,2 ----\n! 1\n";
    expect(() => edit(context)).toThrow(/context diff/);
  });

  it("reads a fence that ends, and text after it", () => {
    expect(read(`\`\`\`diff\n@@ -1,3 +1,3 @@\n${hunk}\`\`\`\nThat is all.\n`)).toEqual([
      "~lines near 1",
      ...shown,
    ]);
  });

  it("does not need right numbers, right counts, or any", () => {
    expect(read(`@@ -90,7 +91,9 @@\n${hunk}`)).toEqual(["~lines near 90", ...shown]);
    expect(read(`--- a/src/a.txt\n+++ b/src/a.txt\n@@ ... @@\n${hunk}`)).toEqual([
      "~lines",
      ...shown,
    ]);
    expect(read(`--- a/src/a.txt\n+++ b/src/a.txt\n@@\n${hunk}`)).toEqual(["~lines", ...shown]);
  });

  it("takes the section for a line above", () => {
    expect(read(`@@ -1,3 +1,3 @@ class A {\n${hunk}`)[0]).toBe("~lines near 1 under class A {");
  });

  it("reads several hunks, blank lines between them aside", () => {
    const diff = `@@ -1,9 +1,9 @@\n one\n-two\n+2\n\n@@ -4,9 +4,9 @@\n four\n-five\n+5\n`;
    expect(read(diff)).toEqual([
      "~lines near 1",
      " one",
      "-two",
      "+2",
      "~lines near 4",
      " four",
      "-five",
      "+5",
    ]);
  });

  it("tells removed and added lines from headers", () => {
    const sql = "-- a\n-- b\nselect 1\n";
    const list = "- a\n--- b\nselect 1\n";
    expect(read("@@ -1,3 +1,3 @@\n-- a\n --- b\n+++ b\n select 1\n", list)).toEqual([
      "~lines near 1",
      "-- a",
      " --- b",
      "+++ b",
      " select 1",
    ]);
    expect(read("@@ -1,2 +1,2 @@\n--- a\n+++ c\n -- b\n", sql)).toEqual([
      "~lines near 1",
      "--- a",
      "+++ c",
      " -- b",
    ]);
  });

  it("reads what it says about the last newline", () => {
    const mark = "\\ No newline at end of file\n";
    expect(edit(`@@ -5 +5 @@\n-five\n+5\n${mark}`).finalNewline).toBe(false);
    expect(edit(`@@ -5 +5 @@\n-five\n${mark}+five\n`).finalNewline).toBe(true);
    expect(edit(`@@ -4,2 +4,2 @@\n-four\n+4\n five\n${mark}`).finalNewline).toBeUndefined();
    expect(read(`@@ -5 +5 @@\n-five\n+5\n${mark}`)[0]).toBe("~lines near 5 end");
  });

  it("takes the named file's part of several", () => {
    const part = (path: string): string => `--- a/${path}\n+++ b/${path}\n@@ -1,3 +1,3 @@\n${hunk}`;
    const diff = part("src/b.txt") + part("src/a.txt");
    expect(edit(diff)).toMatchObject({ path: "src/a.txt", segments: [{ nearLine: 1 }] });
    expect(() => edit(diff, source, "src/c.txt")).toThrow(
      "the diff is for src/b.txt, src/a.txt, not for src/c.txt",
    );
  });

  it("places a hunk without old lines by its number only where the other numbers hold", () => {
    const change = "@@ -2 +2 @@\n-two\n+2\n";
    const insert = "@@ -4,0 +5 @@\n+new\n";
    expect(read(change + insert)).toContain("~lines at 5");
    expect(() => read(change.replace("-2 ", "-3 ") + insert)).toThrow(/do not fit the file/);
    expect(read("@@ -0,0 +1 @@\n+first\n")).toEqual(["~lines start", "+first"]);
  });

  it("reads renames, new and deleted files", () => {
    const git =
      "diff --git a/src/a.txt b/src/b.txt\nsimilarity index 90%\nrename from src/a.txt\nrename to src/b.txt\n";
    expect(edit(git)).toMatchObject({ action: "move", moveTo: "src/b.txt", segments: [] });
    expect(edit(`${git}--- a/src/a.txt\n+++ b/src/b.txt\n@@ -1,3 +1,3 @@\n${hunk}`)).toMatchObject({
      action: "move",
      segments: [{ kind: "lines" }],
    });
    const fresh = "--- /dev/null\n+++ b/src/a.txt\n@@ -0,0 +1,2 @@\n+x\n+y\n";
    expect(edit(fresh, "")).toMatchObject({ action: "create", finalNewline: true });
    expect(edit(fresh, "x\ny\n")).toMatchObject({ action: "update", segments: [] });
    expect(() => edit(fresh)).toThrow(/has text already/);
    const gone =
      "--- a/src/a.txt\n+++ /dev/null\n@@ -1,5 +0,0 @@\n-one\n-two\n-three\n-four\n-five\n";
    expect(edit(gone).action).toBe("delete");
    expect(() => edit(gone, "other\n")).toThrow(/the file has changed/);
  });

  it("refuses a binary diff", () => {
    expect(() =>
      edit("diff --git a/src/a.txt b/src/a.txt\nBinary files a/src/a.txt and b/src/a.txt differ\n"),
    ).toThrow(/binary/);
  });

  it("takes context whose leading space was lost", () => {
    expect(read("@@ -1,3 +1,3 @@\none\n-two\n+2\nthree\n")).toEqual(["~lines near 1", ...shown]);
  });

  it("is not what a file that holds diffs looks like", () => {
    const fixture = `diff fixture\n@@ -1,3 +1,3 @@\n${hunk}end\n`;
    expect(edit(fixture.replace("end", "END"), fixture, "a.diff").format).toBe("whole");
  });
});
