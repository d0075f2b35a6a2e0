import { describe, expect, it } from "vitest";
import type { Edit, LineRole } from "../core/edit.ts";
import { merge } from "./merge.ts";

const roles: Readonly<Record<string, LineRole>> = { " ": "keep", "-": "drop", "+": "add" };

function edit(...blocks: readonly string[][]): Edit {
  const segments = blocks.map((block) => ({
    kind: "lines" as const,
    lines: block.map((line, i) => ({ text: line.slice(1), role: roles[line[0]!]!, at: i + 1 })),
  }));
  return { format: "patch", why: "test", extent: "parts", segments, action: "update" };
}

function result(source: string, ...blocks: readonly string[][]): string {
  const outcome = merge(source, edit(...blocks));
  return outcome.kind === "proved" ? outcome.text : `${outcome.kind}: ${outcome.message}`;
}

const source = "a = 1\nb = 2\nc = 3\nd = 4\ne = 5\n";

describe("parts that share lines", () => {
  it("are joined where both keep them, in any order", () => {
    const above = ["-a = 1", "+a = 10", " b = 2", " c = 3"];
    const below = [" b = 2", " c = 3", "-d = 4", "+d = 40"];
    const both = "a = 10\nb = 2\nc = 3\nd = 40\ne = 5\n";
    expect(result(source, above, below)).toBe(both);
    expect(result(source, below, above)).toBe(both);
  });

  it("are joined where one lies in the other", () => {
    const outer = ["-a = 1", "+a = 10", " b = 2", " c = 3", " d = 4", "-e = 5", "+e = 50"];
    const inner = [" b = 2", "+new = 0", " c = 3"];
    expect(result(source, outer, inner)).toBe("a = 10\nb = 2\nnew = 0\nc = 3\nd = 4\ne = 50\n");
  });

  it("are joined where their lines differ from the file's in blanks", () => {
    const above = ["-  a = 1", "+  a = 10", "   b = 2"];
    const below = ["   b = 2", "-  c = 3", "+  c = 30"];
    expect(result(source, above, below)).toBe("a = 10\nb = 2\nc = 30\nd = 4\ne = 5\n");
  });

  it("are refused where one removes what the other keeps", () => {
    const above = ["-a = 1", "-b = 2", "+ab = 3"];
    expect(result(source, above, [" b = 2", "-c = 3", "+c = 30"])).toMatch(
      /^refused: Two blocks of the edit change the same lines of the file/,
    );
  });

  it("are refused where both remove a line", () => {
    expect(result(source, [" a = 1", "-b = 2"], ["-b = 2", "+b = 20", " c = 3"])).toMatch(
      /Join the two into one block/,
    );
  });

  it("are refused where both put lines at one place", () => {
    expect(
      result(source, [" a = 1", " b = 2", "+x", " c = 3"], [" b = 2", "+y", " c = 3"]),
    ).toMatch(/change the same lines/);
  });
});
