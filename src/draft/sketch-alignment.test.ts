import { describe, expect, it } from "vitest";
import type { Token } from "../core/target.ts";
import { changesBySketch, tokenLines } from "./sketch-alignment.ts";
import { createSpelling } from "./spelling.ts";

/** Tokens of one character each. */
const spelling = createSpelling((tokens) => tokens.map((token) => String.fromCharCode(token)));

function tokens(text: string): Token[] {
  const all = [...text].map((character) => character.charCodeAt(0));
  spelling.learn(all);
  return all;
}

/** The source with "|" where the sketch says that it changes. */
function marked(source: string, sketch: string): string | undefined {
  const changes = changesBySketch(
    tokenLines(tokens(source), spelling),
    tokenLines(tokens(sketch), spelling),
  );
  if (changes === undefined) return undefined;
  return [...source, ""].map((text, at) => (changes[at] === at ? `|${text}` : text)).join("");
}

describe("changesBySketch", () => {
  it("marks where lines are inserted, replaced and dropped", () => {
    expect(marked("a\nb\nc\nd\n", "a\nb\nx\nc\n# ... existing code ...\n")).toBe("a\nb\n|c\nd\n");
    expect(marked("a\nb\nc\nd\n", "a\nx\nc\nd\n")).toBe("a\n|b\nc\nd\n");
    expect(marked("a\nb\nc\nd\n", "a\nc\nd\n")).toBe("a\n|b\nc\nd\n");
  });

  it("takes what a marker stands for as unchanged", () => {
    expect(marked("a\nb\nc\nd\n", "a\n// ... existing code ...\nd\n")).toBe("a\nb\nc\nd\n");
  });

  it("marks an insertion between a marker and a line of the source", () => {
    expect(marked("a\nb\nc\nd\n", "# ... existing code ...\nx\nc\nd\n")).toBe("a\nb\n|c\nd\n");
  });

  it("aligns equal lines by their neighbours that occur once", () => {
    expect(marked("}\na\n}\nb\n}\n", "a\n}\nx\nb\n")).toBe("}\na\n}\n|b\n}\n");
  });

  it("says nothing of a sketch of other lines", () => {
    expect(marked("a\nb\n", "x\ny\n")).toBeUndefined();
  });
});
