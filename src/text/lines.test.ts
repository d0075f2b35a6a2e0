import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { joinLines, splitLines } from "./lines.ts";

describe("splitLines", () => {
  it("knows every line end", () => {
    expect(splitLines("a\nb\r\nc\rd")).toEqual([
      { text: "a", end: "\n" },
      { text: "b", end: "\r\n" },
      { text: "c", end: "\r" },
      { text: "d", end: "" },
    ]);
    expect(splitLines("")).toEqual([]);
    expect(splitLines("a\n")).toEqual([{ text: "a", end: "\n" }]);
  });

  it("loses nothing, and cuts where the pattern of line ends does", () => {
    const text = fc.string({ unit: fc.constantFrom("a", " ", "\n", "\r"), maxLength: 30 });
    fc.assert(
      fc.property(text, (one) => {
        const lines = splitLines(one);
        expect(joinLines(lines)).toBe(one);
        const parts = one.split(/\r\n|\n|\r/);
        if (parts.at(-1) === "") parts.pop();
        expect(lines.map((line) => line.text)).toEqual(parts);
      }),
      { numRuns: 2_000 },
    );
  });
});
