import { describe, expect, it } from "vitest";
import { showEdit } from "../../test/support/show-edit.ts";
import { readEdit } from "./read.ts";

const source = "one\ntwo\nthree\nfour\nfive\n";
const read = (edit: string): string[] =>
  showEdit(readEdit(edit, { path: "src/a.txt", source: `${source}    six\n` }));
const head = "--- a/src/a.txt\n+++ b/src/a.txt\n@@ -1,5 +1,6 @@\n one\n";

describe("a diff that is cut off", () => {
  for (const [where, rest] of Object.entries({
    "inside a new line": "-two\n+the second li",
    "inside a line of context, before another change": "-two\n+2\n thr",
    "inside the blanks that a line begins with": "-two\n+2\n three\n-  ",
    "inside a removed line": "-two\n+2\n three\n-fo",
  })) {
    it(`is refused ${where}`, () => {
      expect(() => read(head + rest)).toThrow(
        /the diff is cut off: it ends at line \d+, inside a hunk that announces 5 old and 6 new/,
      );
    });
  }

  it("is none where only the header counts wrong", () => {
    const whole = "-two\n+2\n three";
    expect(read(head + whole)).toContain("+2");
    expect(read(`${head}-two\n+2\n`)).toContain("+2");
  });

  it("is none where the fence around it closes", () => {
    expect(read(`\`\`\`diff\n${head}-two\n+2\n\`\`\``)).toContain("+2");
  });

  it("is none where it has all its lines", () => {
    const full = "--- a/src/a.txt\n+++ b/src/a.txt\n@@ -4,2 +4,3 @@\n four\n five\n+six";
    expect(read(full)).toContain("+six");
  });
});
