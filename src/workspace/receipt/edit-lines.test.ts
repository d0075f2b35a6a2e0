import { describe, expect, it } from "vitest";
import { editTexts, meanings, trimmedLine } from "./edit-lines.ts";

describe("the lines of an edit", () => {
  it("are those of the text, whatever ends them", () => {
    expect(editTexts("a\r\nb\rc\n")).toEqual(["a", "b", "c", ""]);
  });

  it("are then those of the JSON strings in it, and of the JSON strings in these", () => {
    const inner = JSON.stringify({ old: "x\ny", new: "z" });
    const edit = JSON.stringify({ arguments: inner });
    expect(editTexts(edit)).toEqual([edit, "arguments", inner, "old", "x", "y", "new", "z"]);
  });

  it("pass over quotes that are no JSON", () => {
    expect(editTexts('say "a\\q" and "b" and "')).toEqual(['say "a\\q" and "b" and "', "b"]);
  });

  it("take time in proportion to the text, whatever its quotes are", () => {
    const start = process.cpuUsage();
    for (const text of ['"', '\\"', '"\\', '\\"\\\\"']) editTexts(text.repeat(200_000));
    expect(process.cpuUsage(start).user / 1000).toBeLessThan(5000);
  });
});

describe("what a line of an edit stands for", () => {
  it("is it without blanks, and without the sign of a diff or the number of a line", () => {
    expect(meanings("+\ta ")).toEqual(["+\ta", "a"]);
    expect(meanings("  12| a")).toEqual(["12| a", "a"]);
    expect(meanings("12:ab3|a")).toEqual(["12:ab3|a", "a"]);
    expect(meanings("  a = 1  ")).toEqual(["a = 1"]);
    expect(trimmedLine(" \t ")).toBe("");
  });
});
