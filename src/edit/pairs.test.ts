import { describe, expect, it } from "vitest";
import { showEdit } from "../../test/support/show-edit.ts";
import { RedraftError } from "../core/errors.ts";
import { readEdit } from "./read.ts";

const source = "const a = one(1);\nconst b = one(2);\n  tail\n";

function read(edit: unknown, text = source): string[] {
  return showEdit(
    readEdit(typeof edit === "string" ? edit : JSON.stringify(edit), {
      path: "src/a.ts",
      source: text,
    }),
  );
}

describe("old and new strings as JSON", () => {
  for (const [before, after] of [
    ["old_string", "new_string"],
    ["old_str", "new_str"],
    ["search", "replace"],
    ["oldText", "newText"],
    ["find", "replace"],
  ]) {
    it(`reads ${before} and ${after}`, () => {
      const edit = { [before!]: "const a = one(1);", [after!]: "const a = two(1);" };
      expect(read(edit)).toEqual(["~lines at 1", "-const a = one(1);", "+const a = two(1);"]);
    });
  }

  it("replaces inside a line, in its place", () => {
    expect(read({ old_string: "one(2)", new_string: "two(2)" })).toEqual([
      "~lines at 2",
      "-const b = one(2);",
      "+const b = two(2);",
    ]);
  });

  it("replaces every place when told", () => {
    const edit = { old_string: "one(", new_string: "two(", replace_all: true };
    expect(read(edit)).toEqual([
      "~lines at 1",
      "-const a = one(1);",
      "-const b = one(2);",
      "+const a = two(1);",
      "+const b = two(2);",
    ]);
  });

  it("refuses two equal places, shows both, and gives both texts", () => {
    try {
      read({ old_string: "one(", new_string: "two(" });
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({
        code: "ambiguous",
        details: {
          lines: [1, 2],
          candidates: [source.replace("one(", "two("), expect.any(String)],
        },
      });
      expect((error as Error).message).toMatch(
        /line 1: const a.*\n.*line 2: const b.*\n.*replace_all/,
      );
    }
  });

  it("reads several edits, also of what an earlier one wrote", () => {
    const edit = {
      file_path: "/repo/src/a.ts",
      edits: [
        { old_string: "one(1)", new_string: "f(1)" },
        { old_string: "= f(1)", new_string: "= g(1)" },
      ],
    };
    expect(read(edit)).toEqual(["~lines at 1", "-const a = one(1);", "+const a = g(1);"]);
  });

  it("reads one object a line, and a fence around", () => {
    const lines = `{"search":"one(1)","replace":"1"}\n{"search":"one(2)","replace":"2"}`;
    const read12 = [
      "~lines at 1",
      "-const a = one(1);",
      "-const b = one(2);",
      "+const a = 1;",
      "+const b = 2;",
    ];
    expect(read(lines)).toEqual(read12);
    expect(read(`\`\`\`json\n${lines}\n\`\`\``)).toEqual(read12);
  });

  it("keeps Windows line ends out of the comparison", () => {
    const edit = { old_string: "a\nb", new_string: "a\nc" };
    expect(read(edit, "a\r\nb\r\nz\r\n")).toEqual(["~lines at 2", "-b", "+c"]);
  });

  it("inserts after a line", () => {
    const edit = { command: "insert", path: "a.ts", insert_line: 2, insert_text: "new" };
    expect(read(edit)).toEqual(["~lines at 3", "+new"]);
  });

  it("says how the file ends only when that changes", () => {
    const at = (text: string, from: string, to: string): boolean | undefined =>
      readEdit(JSON.stringify({ old_string: from, new_string: to }), { path: "a", source: text })
        .finalNewline;
    expect(at("a\nb\n", "b\n", "c")).toBe(false);
    expect(at("a\nb\n", "b", "c")).toBeUndefined();
    expect(at("a\nb", "b", "b\n")).toBe(true);
  });

  it("leaves what is not there to the letter to the merge", () => {
    expect(read({ old_string: "const a  = one(1);\ntail", new_string: "tail" })).toEqual([
      "~lines",
      "-const a  = one(1);",
      " tail",
    ]);
  });

  it("creates a file with an empty old string, and only then", () => {
    const edit = JSON.stringify({ old_string: "", new_string: "x\n" });
    expect(readEdit(edit, { path: "a", source: "" })).toMatchObject({
      action: "create",
      finalNewline: true,
    });
    expect(() => read(edit)).toThrow(RedraftError);
  });

  it("is for the named file", () => {
    expect(() => read({ path: "src/b.ts", old_string: "a", new_string: "b" })).toThrow(
      /for src\/b.ts, not for src\/a.ts/,
    );
  });

  it("does not take a file of data for edits", () => {
    const data = JSON.stringify({ find: "x", replace: "y" });
    const own = '{"find":"a","replace":"b"}';
    expect(() => readEdit(data, { path: "rule.json", source: own })).toThrow(/no markers/);
    expect(readEdit(data, { path: "rule.json", source: own, format: "whole" }).format).toBe(
      "whole",
    );
  });

  it("does not fall over deep or broken JSON", () => {
    const deep = `{"edits":${"[".repeat(5_000)}${"]".repeat(5_000)}}`;
    expect(() => readEdit(deep, { path: "a.ts", source, format: "search-replace" })).toThrow(
      RedraftError,
    );
  });
});
