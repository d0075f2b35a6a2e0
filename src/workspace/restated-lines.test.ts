import { describe, expect, it } from "vitest";
import { LineComparison } from "./guard-lines.ts";
import { notRestated } from "./restated-lines.ts";

function lost(before: readonly string[], after: readonly string[]): string[] {
  const compared = new LineComparison(before.join("\n"), after.join("\n"));
  return notRestated(compared.lost(), compared).map(({ line }) => before[line]!);
}

const around = (...lines: string[]): string[] => ["above one", ...lines, "below two"];

describe("lines that are restated in their place", () => {
  it.each([
    ["  const sum = a + b;", "  const sum = a - b;"],
    ["def load(path):", "def load(path, mode):"],
    ["class Store {", "class Store { // open"],
    ["  size: number;", "  size: bigint;"],
  ])("declare the same: %s", (before, after) => {
    expect(lost(around(before), around(after))).toEqual([]);
  });

  it.each([
    ["const a = 1, b = 2;", "const a = 1;"],
    ["const a = { load() {} };", "const a = {};"],
    ["const a = [one, two], b = 3;", "const a = [one];"],
    ["def load(path):", "def read(path):"],
    ["def load(path):", "  def load(self, path):"],
  ])(
    "are not taken for restated where they may declare more, another name or scope: %s",
    (before, after) => {
      expect(lost(around(before), around(after))).toEqual([before]);
    },
  );

  it("are counted: two declarations are not restated by one", () => {
    const before = around("x = 1", "x = 2");
    expect(lost(before, around("x = 3"))).toEqual(["x = 2"]);
    expect(lost(before, around("x = 2"))).toEqual(["x = 1"]);
  });
});
