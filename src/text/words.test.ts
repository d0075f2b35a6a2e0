import { describe, expect, it } from "vitest";
import { escapeRegExp } from "./regexp.ts";
import { areBlank, hasWords, isBlank, isFilled } from "./words.ts";

describe("words", () => {
  it.each([
    ["", true, false],
    [" \t\u00a0", true, false],
    ["});", false, false],
    ["_", false, false],
    ["} else {", false, true],
    ["文", false, true],
    ["// 7", false, true],
  ])("of %j", (line, blank, words) => {
    expect(isBlank(line)).toBe(blank);
    expect(isFilled(line)).toBe(!blank);
    expect(hasWords(line)).toBe(words);
  });

  it("asks every line", () => {
    expect(areBlank([])).toBe(true);
    expect(areBlank(["", " "])).toBe(true);
    expect(areBlank(["", "x"])).toBe(false);
  });
});

describe("escapeRegExp", () => {
  it("makes a pattern that matches the text literally, with the flag u too", () => {
    const text = "a.b*c+d?e^f$g{h}i(j)k|l[m]n\\o";
    for (const flags of ["", "u"]) {
      expect(new RegExp(`^${escapeRegExp(text)}$`, flags).test(text)).toBe(true);
      expect(new RegExp(`^${escapeRegExp("a.b")}$`, flags).test("axb")).toBe(false);
    }
  });
});
