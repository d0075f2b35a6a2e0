import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RedraftError } from "../../src/core/errors.ts";
import { readEdit } from "../../src/edit/read.ts";
import { merge } from "../../src/merge/merge.ts";
import { randomOf } from "./generate.ts";
import { tryEdit } from "./properties.ts";

/** Short versions of `npm run soak:merge`. */
describe("the merge, over generated edits", () => {
  it("gives the edited file for every edit whose place is unique, and declines at most 2 in 100", () => {
    let declined = 0;
    let all = 0;
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const trial = tryEdit(randomOf(seed), false);
        if (trial.kind === "idle") return;
        all++;
        if (trial.kind === "declined") declined++;
        expect(trial.broken).toBeUndefined();
      }),
      { numRuns: 750, seed: 7 },
    );
    expect(declined / all).toBeLessThanOrEqual(0.02);
  });

  it("gives the edited file or declines where stretches are twice in the file, but for six sketches in a thousand", () => {
    let thirdTexts = 0;
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const trial = tryEdit(randomOf(seed), true);
        if (trial.broken === undefined) return;
        expect(trial.lazy).toBe(true);
        thirdTexts++;
      }),
      { numRuns: 1500, seed: 5 },
    );
    expect(thirdTexts).toBeLessThanOrEqual(9);
  });

  it("never fails but by a refusal, whatever bytes it is given", () => {
    const piece = fc.oneof(
      fc.constantFrom("a", "}", "", "// ... existing code ...", "...", "// removed a", "\t", "\r"),
      fc.string({ maxLength: 12, unit: "binary" }),
    );
    const text = fc
      .array(fc.tuple(piece, fc.constantFrom("\n", "\r\n", "\r", "")), { maxLength: 14 })
      .map((lines) => lines.flat().join(""));
    fc.assert(
      fc.property(text, text, (source, edit) => {
        try {
          const outcome = merge(source, readEdit(edit, { path: "a.txt", source }));
          expect(["proved", "ambiguous", "refused"]).toContain(outcome.kind);
          if (outcome.kind === "refused") expect(outcome.code).not.toBe("check-failed");
        } catch (error) {
          if (!RedraftError.is(error)) throw error;
        }
      }),
      { numRuns: 1000, seed: 11 },
    );
  });

  it("answers for what is made to be slow", () => {
    const same = "x\n".repeat(20_000);
    const sketch = (text: string, source: string) =>
      merge(source, readEdit(text, { path: "a.txt", source, format: "lazy" })).kind;
    expect(sketch("...\nx\ny\nx\n...\n", same)).not.toBe("proved");
    expect(sketch("// ...\n".repeat(5000), same)).toBe("proved");
    const long = `${"z".repeat(2_000_000)}\n`;
    expect(sketch(`...\n${long}new\n`, `a\n${long}`)).toBe("proved");
  });
});
