import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TextDocument } from "vscode-languageserver-textdocument";
import { protocolEdits } from "./protocol-edits.ts";

const applied = (before: string, edits: ReturnType<typeof protocolEdits>): string =>
  TextDocument.applyEdits(TextDocument.create("", "", 0, before), edits);

describe("the edits between two texts", () => {
  it("lead from one to the other, for every line end and for pairs of surrogates", () => {
    const text = fc.string({
      unit: fc.constantFrom("a", "b", "\n", "\r\n", "\r", "😀", "😁"),
      maxLength: 12,
    });
    fc.assert(
      fc.property(text, text, (before, after) => {
        expect(applied(before, protocolEdits(before, after))).toBe(after);
      }),
      { numRuns: 2000 },
    );
  });

  it("are as small as what differs", () => {
    const before = "one\r\ntwo\r\nthree\r\nfour\r\n";
    const after = "one\r\ntwo!\r\nthree\r\n4\r\n";
    expect(protocolEdits(before, after)).toEqual([
      { range: { start: { line: 1, character: 3 }, end: { line: 1, character: 3 } }, newText: "!" },
      { range: { start: { line: 3, character: 0 }, end: { line: 3, character: 4 } }, newText: "4" },
    ]);
    expect(protocolEdits(before, before)).toEqual([]);
  });

  it("take a character and a line end as one", () => {
    expect(protocolEdits("x😀y", "x😁y")).toEqual([
      {
        range: { start: { line: 0, character: 1 }, end: { line: 0, character: 3 } },
        newText: "😁",
      },
    ]);
    expect(protocolEdits("foo\r\nbar", "foo2\nbar")).toEqual([
      {
        range: { start: { line: 0, character: 3 }, end: { line: 1, character: 0 } },
        newText: "2\n",
      },
    ]);
  });
});
