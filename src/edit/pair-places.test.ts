import { describe, expect, it } from "vitest";
import { showEdit } from "../../test/support/show-edit.ts";
import { RedraftError } from "../core/errors.ts";
import { readEdit } from "./read.ts";

const read = (edit: object, source: string, path = "a.ts"): string[] =>
  showEdit(readEdit(JSON.stringify(edit), { path, source }));

const pair = (old: string, fresh: string, more: object = {}): object => ({
  old_string: old,
  new_string: fresh,
  ...more,
});

function refusal(edit: object, source: string): RedraftError {
  try {
    read(edit, source);
  } catch (error) {
    if (RedraftError.is(error)) return error;
    throw error;
  }
  throw new Error("not refused");
}

describe("how many places an old string has", () => {
  const twice = "on = 1\noff = 0\non = 1\n";

  it("counts places that overlap", () => {
    for (const [old, source] of [
      ["row\nrow\n", "row\nrow\nrow\n"],
      ["  }\n  }\n", "{\n  }\n  }\n  }\n"],
      ["aa", "baaab\n"],
    ] as const) {
      expect(refusal(pair(old, "x\n"), source)).toMatchObject({
        code: "ambiguous",
        message: expect.stringMatching(/occurs at 2 places in a.ts, which overlap/),
      });
    }
    expect(read(pair("row\nrow\n", "x\n"), "row\nrow\nend\n")).toContain("+x");
  });

  it("is what the caller expects, or the edit is refused with the number", () => {
    const both = ["~lines at 1", "-on = 1", "+on = 2", "~lines at 3", "-on = 1", "+on = 2"];
    expect(read(pair("on = 1", "on = 2", { expected_replacements: 2 }), twice)).toEqual(both);
    expect(read(pair("on = 1", "on = 2", { expectedCount: "2" }), twice)).toEqual(both);
    expect(refusal(pair("on = 1", "on = 2", { expected_replacements: 1 }), twice).message).toMatch(
      /expects 1 replacement.*occurs at 2 places in a.ts:\n {2}line 1: on = 1\n {2}line 3/,
    );
    expect(refusal(pair("off = 0", "x", { expected_replacements: 3 }), twice)).toMatchObject({
      code: "no-match",
      details: { expected: 3, found: 1 },
    });
    expect(refusal(pair("of = 0", "x", { expected_count: 2 }), twice).message).toMatch(
      /2 places are expected, but a.ts does not contain the old string exactly/,
    );
  });

  it("may be all as a word", () => {
    expect(read(pair("on = 1", "x", { replace_all: "true" }), twice)).toHaveLength(6);
    expect(refusal(pair("on = 1", "x", { replace_all: "false" }), twice).code).toBe("ambiguous");
  });

  it("is one where a line is named", () => {
    for (const hint of [{ line: 3 }, { replaceBeginLineNumber: 3 }, { start_line: "3" }])
      expect(read(pair("on = 1", "on = 2", hint), twice)).toEqual([
        "~lines at 3",
        "-on = 1",
        "+on = 2",
      ]);
    expect(refusal(pair("on = 1", "on = 2", { line: 2 }), twice).code).toBe("ambiguous");
  });

  it("is asked for every edit in turn", () => {
    const edits = [
      pair("off = 0", "on = 1\noff = 1"),
      pair("off = 1\non = 1", "x"),
      pair("on = 1", "y"),
    ];
    expect(refusal({ edits }, twice).message).toMatch(
      /old string of edit 3 \("on = 1"\) occurs at 2 places in a.ts after the edits before it/,
    );
  });

  it("places what stands there to the letter, and leaves the rest to the merge", () => {
    const source = "call(one(1));\nfunction b() {\n    two(2);\n}\n";
    const edits = [
      pair("one(1)", "one(2)"),
      pair("function b() {\n  two(2);", "function b() {\n  two(3);"),
    ];
    expect(read({ edits }, source).slice(0, 3)).toEqual([
      "~lines at 1",
      "-call(one(1));",
      "+call(one(2));",
    ]);
  });
});

describe("a line end that only the old string has", () => {
  const source = "run() {\n  work();\n}\nstop() {\n}\n\nend\n";

  it("is kept, so that no two lines become one", () => {
    expect(read(pair("  work();\n}\n", "  worked();\n}"), source)).toEqual([
      "~lines at 2",
      "-  work();",
      "+  worked();",
    ]);
    expect(read(pair("x = 1\n", "x = 10"), "x = 1\ny = 2\n")).toEqual([
      "~lines at 1",
      "-x = 1",
      "+x = 10",
    ]);
    expect(read(pair("\ny = 2", "y = 3"), "x = 1\ny = 2\n")).toContain("+y = 3");
  });

  it("goes with the line, or where only a blank line follows", () => {
    expect(read(pair("  work();\n", ""), source)).toEqual(["~lines at 2", "-  work();"]);
    expect(read(pair("}\n\nend", "}\nend"), source)).toEqual(["~lines at 6", "-"]);
  });

  it("is refused where joining the lines may be meant", () => {
    for (const [old, fresh] of [
      ["run() {\n", "run() {"],
      ["  work();\n", "  work(); "],
      ["end of line\n", "other"],
    ] as const) {
      const text = `${source}end of line\nlast\n`;
      expect(refusal(pair(old, fresh), text).message).toMatch(
        /has a line end that the new one lacks, which would join ".*" and ".*" to one line/,
      );
    }
    expect(refusal(pair("\nlast", "last"), "one\nlast\n").message).toMatch(/join "one" and "last"/);
  });
});

describe("insert_line", () => {
  const source = "one\ntwo\n";

  it("is after the line where the command says so", () => {
    expect(read({ command: "insert", insert_line: 1, new_str: "x" }, source)).toEqual([
      "~lines at 2",
      "+x",
    ]);
    expect(read({ path: "a.ts", insert_line: "1", insert_text: "x\n" }, source)).toEqual([
      "~lines at 2",
      "+x",
    ]);
  });

  it("without a command is refused, but for the first and the last place", () => {
    expect(refusal({ path: "a.ts", insert_line: 2, new_text: "x" }, source).message).toMatch(
      /insert_line 2 does not say whether the text belongs before or after line 2 of a.ts/,
    );
    expect(read({ insert_line: 0, new_text: "x" }, source)).toEqual(["~lines at 1", "+x"]);
    expect(read({ insert_line: 3, new_text: "x" }, source)).toEqual(["~lines at 3", "+x"]);
    expect(
      refusal({ command: "insert", insert_line: 9, insert_text: "x" }, source).message,
    ).toMatch(/insert_line 9 is outside a.ts, which has 2 lines/);
    expect(refusal({ command: "insert", insert_line: 1 }, source).message).toMatch(
      /no text to insert/,
    );
  });
});
