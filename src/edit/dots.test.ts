import { describe, expect, it } from "vitest";
import { merge } from "../merge/merge.ts";
import { readEdit } from "./read.ts";

describe("a line of dots", () => {
  const block = (search: string, replace: string): string =>
    `<<<<<<< SEARCH\n${search}=======\n${replace}>>>>>>> REPLACE\n`;
  const placed = (source: string, edit: string, path = "a.py"): string | undefined => {
    const outcome = merge(source, readEdit(edit, { path, source }));
    return outcome.kind === "proved" ? outcome.text : undefined;
  };

  it.each([
    ["    ...\n", "        ...\n"],
    ["\t...\n", "\t\t...\n"],
    ["...\n", "    ...\n"],
    ["  // ...\n", "    // ...\n"],
    ["    # ...\n", "# ...\n"],
    ["    ...\n    x\n    ...\n", "  ...\n  x\n  ...\n"],
  ])("of the file becomes what the replacement says: %j to %j", (old, fresh) => {
    const source = `begin\n${old}end\n`;
    expect(placed(source, block(`begin\n${old}`, `begin\n${fresh}`), "a.txt")).toBe(
      `begin\n${fresh}end\n`,
    );
  });

  it("of the file is found where the block's indentation is not the file's", () => {
    const source = "class P:\n    def f(self):\n        ...\n";
    const edit = block("def f(self):\n    ...\n", "def f(self, x):\n    ...\n");
    expect(placed(source, edit)).toBe("class P:\n    def f(self, x):\n        ...\n");
  });

  it("stands for lines of the file where it has no such line, and only where it was", () => {
    const source = "begin\n  one\n  two\nend\n";
    expect(placed(source, block("begin\n  ...\nend\n", "BEGIN\n  ...\nEND\n"), "a.txt")).toBe(
      "BEGIN\n  one\n  two\nEND\n",
    );
    expect(() =>
      readEdit(block("begin\n  ...\nend\n", "begin\n    ...\nend\n"), { path: "a.txt", source }),
    ).toThrow(/line 7 of the edit is a marker for lines that it leaves out/);
  });
});
