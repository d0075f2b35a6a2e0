import { describe, expect, it } from "vitest";
import { settleByMerge } from "./open-region.ts";
import type { FileQuestion } from "./questions.ts";

function question(original: string, edit: string, expected: string): FileQuestion {
  const labels = { id: "q", repository: "r", path: "a.py", language: "python", style: "S3" };
  return { kind: "file", ...labels, original, edit, expected };
}

const block = (name: string): string =>
  `def ${name}(value):\n    check(value)\n    send(value)\n    close(value)\n\n`;
const padding = (from: number): string =>
  Array.from({ length: 12 }, (_, i) => `line_${from + i} = ${from + i}\n`).join("");

// Two places look the same from where the sketch stands.
const source = `${padding(0)}${block("first")}${padding(20)}${block("second")}${padding(40)}`;
const sketch = "# ...\n    check(value)\n    log(value)\n    send(value)\n# ...\n";
const added = (text: string): string =>
  text.replace("check(value)\n", "check(value)\n    log(value)\n");
const inFirst = `${padding(0)}${added(block("first"))}${padding(20)}${block("second")}${padding(40)}`;
const inSecond = `${padding(0)}${block("first")}${padding(20)}${added(block("second"))}${padding(40)}`;

describe("what the merge leaves open", () => {
  it("becomes a region that holds every place and stands for the file around it", () => {
    for (const expected of [inFirst, inSecond]) {
      const { outcome, open } = settleByMerge(question(source, sketch, expected));
      expect(outcome).toBe("ambiguous");
      expect(open!.right).toBeGreaterThanOrEqual(0);
      expect(open!.candidates[open!.right]).toEqual(open!.expected);
      const at = source.indexOf(open!.original.join("\n"));
      expect(at).toBeGreaterThan(0);
      const rest = source.slice(at + open!.original.join("\n").length);
      expect(source.slice(0, at) + open!.expected!.join("\n") + rest).toBe(expected);
      expect(open!.original.filter((line) => line.includes("check("))).toHaveLength(2);
    }
  });

  it("is given with the part of the sketch that belongs to it, markers included", () => {
    const { open } = settleByMerge(question(source, sketch, inFirst));
    expect(open!.sketch).toEqual(sketch.trimEnd().split("\n"));
  });

  it("leaves out what the sketch settles elsewhere", () => {
    const settled = `# ...\nline_1 = 1\nline_1b = 0\nline_2 = 2\n${sketch}`;
    const insert = (text: string): string =>
      text.replace("line_1 = 1\n", "line_1 = 1\nline_1b = 0\n");
    const { open } = settleByMerge(question(source, settled, insert(inSecond)));
    expect(open!.sketch).not.toContain("line_1b = 0");
    expect(open!.original).not.toContain("line_1 = 1");
    expect(open!.candidates[open!.right]).toEqual(open!.expected);
  });

  it("is nothing where the merge is sure", () => {
    const edit = "# ...\nline_5 = 5\nnew = 1\nline_6 = 6\n# ...\n";
    const { outcome, exact, open } = settleByMerge(
      question(source, edit, source.replace("line_5 = 5\n", "line_5 = 5\nnew = 1\n")),
    );
    expect({ outcome, exact, open }).toEqual({ outcome: "proved", exact: true, open: undefined });
  });
});
