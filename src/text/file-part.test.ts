import { describe, expect, it } from "vitest";
import { filePart, partAfter, withPart } from "./file-part.ts";
import { splitLines } from "./lines.ts";

const source = "class A:\r\n    def one(self):\r\n        return 1\r\n\r\n    x = 2";
const lines = splitLines(source);
const part = { start: 1, end: 3 };

describe("a part of a file", () => {
  it("is shown without its indentation, and gets it and its line ends back", () => {
    const { code, indent } = filePart(lines, part);
    expect(code).toBe("def one(self):\n    return 1\n");
    expect(withPart(lines, part, code, indent)).toBe(source);
    expect(withPart(lines, part, "def one(self):\n\n    return 3\n", indent)).toBe(
      "class A:\r\n    def one(self):\r\n\r\n        return 3\r\n\r\n    x = 2",
    );
  });

  it("is found in a new text where all else is the same", () => {
    const after = source.replace("return 1", "one = 1\r\n        return one");
    expect(partAfter(lines, splitLines(after), part)).toBe(
      "def one(self):\n    one = 1\n    return one\n",
    );
    expect(partAfter(lines, splitLines(after.replace("x = 2", "x = 3")), part)).toBeUndefined();
    expect(partAfter(lines, splitLines("class A:"), part)).toBeUndefined();
  });
});
