import { describe, expect, it } from "vitest";
import { fencedCode, fenceWatch } from "./fence.ts";

/** How many of these pieces the watch takes until the fence is closed. */
function piecesUntilClosed(pieces: readonly string[]): number | undefined {
  const watch = fenceWatch();
  const at = pieces.findIndex((piece) => watch.push(piece));
  return at < 0 ? undefined : at + 1;
}

describe("fenceWatch", () => {
  it("finds the fence at the start of a line, however the text is cut", () => {
    const text = "a = 1\n```\nrest";
    const closed = text.indexOf("```") + 3;
    for (let size = 1; size <= text.length; size++) {
      const pieces = Array.from({ length: Math.ceil(text.length / size) }, (_, i) =>
        text.slice(i * size, (i + 1) * size),
      );
      expect(piecesUntilClosed(pieces)).toBe(Math.ceil(closed / size));
    }
  });

  it("takes the very beginning for the start of a line", () => {
    expect(piecesUntilClosed(["```"])).toBe(1);
    expect(piecesUntilClosed(["``", "`"])).toBe(2);
  });

  it("leaves backticks inside of lines alone", () => {
    expect(piecesUntilClosed(["x = '```'\n", "  ```", "\n``", "y```"])).toBeUndefined();
  });

  it("can be asked without being told", () => {
    const watch = fenceWatch();
    watch.push("a\n``");
    expect(watch.closesWith("`")).toBe(true);
    expect(watch.closesWith("b")).toBe(false);
    expect(watch.push("`")).toBe(true);
  });
});

describe("fencedCode", () => {
  it("ends before the closing fence and keeps the last line's end", () => {
    expect(fencedCode("a\nb\n```\nmore")).toBe("a\nb\n");
    expect(fencedCode("```")).toBe("");
    expect(fencedCode("a = '```'\n")).toBe("a = '```'\n");
  });
});
