import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { withoutStrings } from "./without-strings.ts";

describe("a text without its strings", () => {
  it("has no string of either kind, and keeps a quote that nothing closes on its line", () => {
    expect(withoutStrings(`a("x", 'it\\'s') + don't\n"b`)).toBe("a(, ) + don't\n\"b");
  });

  it("is what a backtracking pattern leaves", () => {
    const pattern = /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/g;
    const texts = fc.string({
      unit: fc.constantFrom('"', "'", "\\", "\n", "\r", "a"),
      maxLength: 24,
    });
    fc.assert(
      fc.property(texts, (text) => withoutStrings(text) === text.replace(pattern, "")),
      { numRuns: 5000 },
    );
  });

  it("takes linear time for escaped quotes without an end", () => {
    const text = '\\"'.repeat(100_000);
    const start = performance.now();
    expect(withoutStrings(text)).toBe(text);
    // The pattern takes minutes.
    expect(performance.now() - start).toBeLessThan(2000);
  });
});
