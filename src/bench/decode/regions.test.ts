import { describe, expect, it } from "vitest";
import { cutRegion } from "./regions.ts";

const numbered = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => `line ${from + i}`);
const text = (lines: readonly string[]) => lines.map((line) => `${line}\n`).join("");

describe("cutRegion", () => {
  it("cuts the changes with lines around them and sketches them", () => {
    const before = numbered(0, 100);
    const after = [...before.slice(0, 50), "new", ...before.slice(51, 60), ...before.slice(61)];
    const region = cutRegion("x", text(before), text(after), "//", 200)!;
    expect(region.original).toBe(text(numbered(42, 69)));
    expect(region.expected).toBe(
      text([...numbered(42, 50), "new", ...numbered(51, 60), ...numbered(61, 69)]),
    );
    expect(region.sketch).toBe(
      text([
        "// ... existing code ...",
        ...numbered(48, 50),
        "new",
        ...numbered(51, 53),
        "// ... existing code ...",
        ...numbered(58, 60),
        ...numbered(61, 63),
        "// ... existing code ...",
      ]),
    );
  });

  it("keeps to the limit and to edits that change something", () => {
    const before = numbered(0, 100);
    const after = ["a", ...before.slice(1, 99), "b"];
    const region = cutRegion("x", text(before), text(after), "#", 60)!;
    expect(region.expected).toBe(text(["a", ...numbered(1, 9)]));
    expect(cutRegion("x", text(before), text(before), "#", 60)).toBeUndefined();
    expect(cutRegion("x", "", text(before), "#", 60)).toBeUndefined();
  });
});
