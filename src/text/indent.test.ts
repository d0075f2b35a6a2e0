import { describe, expect, it } from "vitest";
import { columnsOf, commonIndent, indentOf, leadingSpace } from "./indent.ts";

describe("indentation", () => {
  it.each([
    ["x", "", "", 0],
    ["  x", "  ", "  ", 2],
    ["\t x", "\t ", "\t ", 5],
    [" \tx", " \t", " \t", 5],
    ["  ", "  ", "  ", 2],
    ["\f\u00a0 x", "", "\f\u00a0 ", 0],
    [" \u00a0x", " ", " \u00a0", 1],
  ])("of %j", (line, indent, space, columns) => {
    expect(indentOf(line)).toBe(indent);
    expect(leadingSpace(line)).toBe(space);
    expect(leadingSpace(line).length).toBe(line.length - line.trimStart().length);
    expect(columnsOf(line)).toBe(columns);
  });
});

describe("commonIndent", () => {
  it.each([
    [["  a", "", "    b", "  c"], "  "],
    [["\ta", "  b"], ""],
    [["\t  a", "\t b"], "\t "],
    [["", "  "], ""],
    [[], ""],
  ])("of %j is %j", (lines, indent) => {
    expect(commonIndent(lines)).toBe(indent);
  });
});
