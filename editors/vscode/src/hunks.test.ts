import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TextDocument } from "vscode-languageserver-textdocument";
import { protocolEdits } from "../../../src/lsp/protocol-edits.ts";
import { hunkSize, hunksOf, hunkTitle, withChanges } from "./hunks.ts";

const change = (from: [number, number], to: [number, number], newText: string) => ({
  range: {
    start: { line: from[0], character: from[1] },
    end: { line: to[0], character: to[1] },
  },
  newText,
});

describe("hunksOf", () => {
  it("has whole lines, and joins changes without an unchanged line between them", () => {
    const text = "a\nb\nc\nd\n";
    const hunks = hunksOf(text, [
      change([3, 0], [3, 1], "D"),
      change([0, 0], [0, 1], "A"),
      change([0, 1], [0, 1], "!"),
    ]);
    expect(hunks.map(({ line, oldText, newText }) => ({ line, oldText, newText }))).toEqual([
      { line: 1, oldText: "a", newText: "A!" },
      { line: 4, oldText: "d", newText: "D" },
    ]);
  });

  it("leaves a change of whole lines as it is", () => {
    const [hunk, ...others] = hunksOf("a\nb\nc\n", [change([1, 0], [2, 0], "")]);
    expect(others).toEqual([]);
    expect(hunk).toMatchObject({ oldText: "b\n", newText: "", line: 2 });
  });

  it("knows every line end", () => {
    const text = "a\r\nb\rc\n";
    const hunks = hunksOf(text, [change([0, 5], [0, 5], "1"), change([2, 0], [2, 1], "3")]);
    expect(withChanges(text, hunks)).toBe("a1\r\nb\r3\n");
    expect(hunks.map(({ oldText }) => oldText)).toEqual(["a", "c"]);
  });

  it("makes the same text as the protocol's edits, and a part of them leaves the other lines alone", () => {
    const line = fc.constantFrom("a", "b", "  c", "", "x\u{1F600}y", "\t");
    const end = fc.constantFrom("\n", "\r\n", "\r");
    const text = fc
      .array(fc.tuple(line, end), { maxLength: 12 })
      .map((lines) => lines.map(([one, last]) => one + last).join(""));
    fc.assert(
      fc.property(text, text, fc.infiniteStream(fc.boolean()), (before, after, taken) => {
        const document = TextDocument.create("file:///a", "text", 1, before);
        const edits = protocolEdits(before, after);
        const hunks = hunksOf(before, edits);
        expect(withChanges(before, hunks)).toBe(after);
        expect(TextDocument.applyEdits(document, hunks as never)).toBe(after);
        const some = hunks.filter(() => taken.next().value);
        const rest = hunks.filter((hunk) => !some.includes(hunk));
        const half = withChanges(before, some);
        for (const { oldText } of rest) expect(half).toContain(oldText);
        expect(hunks.every(({ oldText, newText }) => oldText !== newText)).toBe(true);
      }),
    );
  });
});

describe("hunkTitle and hunkSize", () => {
  it("show the first line that is written, or removed, and count lines", () => {
    const [written] = hunksOf("a\nb\n", [change([0, 0], [1, 1], "a\nc\nd")]);
    expect(hunkTitle(written!)).toBe("1: + c");
    expect(hunkSize(written!)).toBe("+2 -1");
    const [removed] = hunksOf("a\nb\n", [change([0, 0], [1, 0], "")]);
    expect(hunkTitle(removed!)).toBe("1: - a");
    const [blank] = hunksOf("a\n", [change([0, 0], [0, 0], "\n")]);
    expect(hunkTitle(blank!)).toBe("1: white space");
    const [long] = hunksOf("a\n", [change([0, 0], [0, 1], "x".repeat(300))]);
    expect(hunkTitle(long!)).toHaveLength("1: + ".length + 100 + "...".length);
  });
});
