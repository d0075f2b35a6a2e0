import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { splitLines } from "../../text/lines.ts";
import { editTexts } from "./edit-lines.ts";
import type { LineMap } from "./format.ts";
import { lineMap } from "./line-map.ts";
import { receiptSchema } from "./shape.ts";

const mapOf = (
  before: string,
  after: string,
  edit: string,
  author: "edit" | "model" = "edit",
): LineMap =>
  lineMap({ before: splitLines(before), after: splitLines(after), edit: editTexts(edit), author });

describe("the map of an edit's lines", () => {
  it("joins lines of one origin, and says what stands in place of what", () => {
    expect(mapOf("a\nb\nc\nd\n", "a\nx\ny\nd\n", "x\ny\n")).toEqual({
      result: [
        { from: "source", lines: [1, 1], source: 1 },
        { from: "edit", lines: [2, 3], edit: 1 },
        { from: "source", lines: [4, 4], source: 4 },
      ],
      source: [
        { fate: "kept", lines: [1, 1], result: 1 },
        { fate: "replaced", lines: [2, 3], result: [2, 3] },
        { fate: "kept", lines: [4, 4], result: 4 },
      ],
    });
  });

  it("tells a line whose end changed from one that stayed", () => {
    expect(mapOf("a\nb", "a\nb\nc\n", "c").result).toEqual([
      { from: "source", lines: [1, 1], source: 1 },
      { from: "source", lines: [2, 2], source: 2, ends: "changed" },
      { from: "edit", lines: [3, 3], edit: 1 },
    ]);
  });

  it("names both sources of a line that is made of them", () => {
    const edit = '{"old_string":"foo","new_string":"bar baz"}';
    expect(mapOf("let myfoo = 1;\n", "let mybar baz = 1;\n", edit).result).toEqual([
      { from: "merged", lines: [1, 1], source: [1, 1] },
    ]);
  });

  it("owns up to a line that it cannot trace", () => {
    expect(mapOf("a\n", "quite different\n", "x").result).toEqual([
      { from: "other", lines: [1, 1] },
    ]);
  });

  it("gives a model its lines, also those that are the edit's", () => {
    expect(mapOf("a\n", "a\nx\nown\n", "x", "model").result).toEqual([
      { from: "source", lines: [1, 1], source: 1 },
      { from: "model", lines: [2, 2], edit: 1 },
      { from: "model", lines: [3, 3] },
    ]);
  });

  it("is made in time in proportion to the texts, also where every line is merged", () => {
    const lines = Array.from({ length: 20_000 }, (_, n) => `call(foo, ${n});\n`);
    const before = lines.join("");
    const start = process.cpuUsage();
    const { result } = mapOf(before, before.replaceAll("foo", "bar"), '{"old":"foo","new":"bar"}');
    expect(result).toHaveLength(20_000);
    // Every line untraceable, and a long edit to look through for each of them.
    mapOf(before, before.replaceAll("call", "other "), "words ".repeat(100_000));
    expect(process.cpuUsage(start).user / 1000).toBeLessThan(10_000);
  });
});

describe("the schema in docs/schemas", () => {
  it("is the shape that the program reads receipts by (npm run schemas writes it)", () => {
    const url = new URL("../../../docs/schemas/receipt-1.json", import.meta.url);
    expect(JSON.parse(readFileSync(url, "utf8"))).toEqual(
      JSON.parse(JSON.stringify(receiptSchema())),
    );
  });
});
