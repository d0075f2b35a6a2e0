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

  it("reads a header whose section holds a strange line separator", () => {
    const head = "@@ -1,3 +1,3 @@ a\u2028b\n";
    expect(read(head + hunk)).toEqual(["~lines near 1 under a\u2028b", ...shown]);
  });

  it("is a diff, and no block, where the file holds the block that it changes", () => {
    const blocks = "a.ts\n<<<<<<< SEARCH\none\n=======\ntwo\n>>>>>>> REPLACE\n";
    const edit =
      "@@ -1,5 +1,5 @@\n a.ts\n <<<<<<< SEARCH\n-one\n+1\n =======\n two\n >>>>>>> REPLACE\n";
    expect(read(edit, blocks)).toContain("+1");
  });

  it("is a diff where the file begins with the same header, and the old lines are the file's", () => {
    const held = "@@ -1,2 +1,2 @@\nold\n";
    const edit = "@@ -1,2 +1,2 @@\n @@ -1,2 +1,2 @@\n-old\n+new\n";
    expect(read(edit, held)).toEqual(["~lines near 1", " @@ -1,2 +1,2 @@", "-old", "+new"]);
  });

  it("holds no block, whatever its lines look like", () => {
    const edit = "@@ ... @@\n one\n-two\n--------- SEARCH\n+2\n";
    expect(read(edit, "one\ntwo\n-------- SEARCH\n")).toContain("--------- SEARCH");
  });

  it("keeps a line that is removed and written again", () => {
    expect(read("@@ ... @@\n-one\n-two\n-three\n+two\n+3\n four\n")).toEqual([
      "~lines",
      "-one",
      " two",
      "-three",
      "+3",
      " four",
    ]);
  });

  it("is a diff where its lines hold blocks and its hunks have no numbers", () => {
    const blocks = "<<<<<<< SEARCH\none\n=======\ntwo\n>>>>>>> REPLACE\n";
    expect(read("@@ ... @@\n-<<<<<<< SEARCH\n+<<<<<<< FIND\n one\n", blocks)).toEqual([
      "~lines",
      "-<<<<<<< SEARCH",
      "+<<<<<<< FIND",
      " one",
    ]);
  });

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

  describe("as git writes them", () => {
    const mail = (body: string, end: string): string =>
      `From 0123456789abcdef Mon Sep 17 00:00:00 2001\nSubject: [PATCH] x\n\n---\n src/a.txt | 2 +-\n\n` +
      `diff --git a/src/a.txt b/src/a.txt\n--- a/src/a.txt\n+++ b/src/a.txt\n${body}${end}`;

    it("leaves out the version under a mail", () => {
      for (const end of ["-- \n2.39.3 (Apple Git-145)\n\n", "--\n2.50.0.rc1\n"]) {
        expect(read(mail(`@@ -1,3 +1,3 @@\n${hunk}`, end))).toEqual(["~lines near 1", ...shown]);
        expect(read(mail(`@@ -1,7 +1,9 @@\n${hunk}`, end))).toEqual(["~lines near 1", ...shown]);
      }
      expect(read(mail(`@@ -1,3 +1,3 @@\n${hunk}`, "-- \nMy own signature\n"))).toHaveLength(5);
    });

    it("takes what is no version for a removed line", () => {
      expect(read("@@ -1,9 +1,9 @@\n one\n-- \ntwo\n+2\n", "one\n- \ntwo\n")).toContain("-- ");
    });

    it("reads mails that follow each other", () => {
      const one = mail(`@@ -1,3 +1,3 @@\n${hunk}`, "-- \n2.34.1\n\n");
      const other = mail("@@ -2 +2 @@\n-2\n+II\n", "-- \n2.34.1\n\n");
      expect(read(one + other)).toEqual(["~lines at 2", "-two", "+II"]);
    });

    it("decodes quoted paths", () => {
      const quoted = '"a/d\\303\\251j\\303\\240 \\"vu\\".txt"';
      const diff = `diff --git ${quoted} ${quoted}\n--- ${quoted}\n+++ ${quoted}\n@@ -1,3 +1,3 @@\n${hunk}`;
      expect(edit(diff, source, 'déjà "vu".txt').path).toBe('déjà "vu".txt');
      expect(() => edit(diff, source, "autre.txt")).toThrow('the diff is for déjà "vu".txt');
    });

    it("puts lines behind the one that a count of 0 names", () => {
      expect(read("@@ -2,0 +3,2 @@\n+a\n+b\n@@ -5,0 +8 @@\n+c\n")).toEqual([
        "~lines at 3",
        "+a",
        "+b",
        "~lines at 6",
        "+c",
      ]);
    });

    it("refuses new lines whose numbers contradict each other", () => {
      expect(() => read("@@ -2,0 +3 @@\n+a\n@@ -4,0 +5 @@\n+b\n")).toThrow(
        'The hunk at edit line 2 ("a") has only new lines, and its numbers do not fit the file. Add the line above or below',
      );
      expect(() => read("@@ -2,3 +2,4 @@\n+a\n")).toThrow(/has only new lines/);
      expect(() => read("@@ -9,0 +10 @@\n+a\n")).toThrow(/has only new lines/);
    });
  });

  describe("headers that name no file", () => {
    const diff = (one: string, other: string): string =>
      `--- ${one}\n+++ ${other}\n@@ -1,3 +1,3 @@\n${hunk}`;

    it("are words for the sides, or two names that have nothing in common", () => {
      for (const [one, other] of [
        ["original.txt", "modified.txt"],
        ["a/file.txt", "b/file.txt"],
        ["old", "new"],
        ["path/to/file.txt", "path/to/file.txt"],
        ["draft.txt", "second-try.txt"],
      ]) {
        expect(read(diff(one!, other!))).toEqual(["~lines near 1", ...shown]);
      }
    });

    it("are not other paths, other kinds of files, or one of several", () => {
      expect(() => read(diff("a/src/b.txt", "b/src/b.txt"))).toThrow("the diff is for src/b.txt");
      expect(() => read(diff("notes.txt", "notes.new.txt"))).toThrow("the diff is for notes.txt");
      expect(() => read(diff("original.py", "updated.py"))).toThrow("the diff is for original.py");
      const two = diff("old.txt", "new.txt") + diff("c.txt", "c.txt");
      expect(() => read(two)).toThrow("the diff is for old.txt, new.txt, c.txt");
    });
  });

  describe("several diffs of one file", () => {
    const head = "--- a/src/a.txt\n+++ b/src/a.txt\n";

    it("follow each other", () => {
      const first = `${head}@@ -1,3 +1,4 @@\n one\n two\n+two and a half\n three\n`;
      const second = `${head}@@ -2,3 +2,3 @@\n two\n-two and a half\n+2.5\n three\n`;
      expect(read(first + second)).toEqual(["~lines at 3", "+2.5"]);
      expect(read(first + first)).toEqual(read(first));
    });

    it("may create it first", () => {
      const fresh = "--- /dev/null\n+++ b/src/a.txt\n@@ -0,0 +1,2 @@\n+x\n+y\n";
      const change = `${head}@@ -1,2 +1,2 @@\n x\n-y\n+z\n`;
      expect(read(fresh + change, "")).toEqual(["~lines end", "+x", "+z"]);
      expect(() => read(fresh + change.replace("-y", "-w"), "")).toThrow(
        /changes src\/a.txt more than once, and one change does not fit/,
      );
    });
  });

  it("loses no line behind counts that are too small", () => {
    const diff = "@@ -1,2 +1,2 @@\n one\n-two\n+2\n\n three\n-four\n+4\n";
    expect(read(diff, "one\ntwo\n\nthree\nfour\n").slice(1)).toEqual([
      " one",
      "-two",
      "+2",
      " ",
      " three",
      "-four",
      "+4",
    ]);
    expect(
      read(`${"--- a/src/a.txt\n+++ b/src/a.txt\n"}@@ -1 +1 @@\n-one\n+1\n@@ four @@\n-five\n+5\n`),
    ).toEqual(["~lines near 1", "-one", "+1", "~lines under four", "-five", "+5"]);
  });

  it("keeps fences of the file inside a hunk", () => {
    const guide = "Run:\n\n```sh\nmake\n```\n";
    expect(
      read("@@ -1,5 +1,5 @@\nRun:\n\n```sh\n-make\n+make all\n```\n", guide, "src/a.txt"),
    ).toEqual(["~lines near 1", " Run:", " ", " ```sh", "-make", "+make all"]);
  });

  it("refuses a combined diff", () => {
    const diff = "--- a/src/a.txt\n+++ b/src/a.txt\n@@@ -1,1 -1,1 +1,1 @@@\n- one\n -two\n++1\n";
    expect(() => edit(diff)).toThrow("line 3 is of a combined diff, which shows a merge.");
  });
});
