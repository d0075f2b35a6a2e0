import { describe, expect, it } from "vitest";
import { idealSketch } from "../instruct/ideal-sketch.ts";
import { readRewrites, readSketches } from "./model-answer.ts";

describe("readSketches", () => {
  it("reads blocks, with prose and thoughts around them", () => {
    const answer = `<think>\n<edit_file>no</edit_file>\n</think>\nHere:\n<edit_file>\n<target_file>\na.ts\n</target_file>\n<instructions>I do.</instructions>\n<code_edit>\n  one\n\n</code_edit>\n</edit_file>\nDone.`;
    expect(readSketches(answer)).toEqual([
      { path: "a.ts", instruction: "I do.", text: "  one\n\n", cutOff: false },
    ]);
  });

  it("keeps tags that belong to the code", () => {
    const code = 'const tag = "</code_edit>";\nconst other = "</edit_file>";\n';
    const answer = `<edit_file>\n<target_file>a.ts</target_file>\n<code_edit>\n${code}</code_edit>\n</edit_file>`;
    expect(readSketches(answer)[0]!.text).toBe(code);
  });

  it("sees that an answer is cut off", () => {
    const answer = "<edit_file>\n<target_file>a.ts</target_file>\n<code_edit>\nhalf";
    expect(readSketches(answer)[0]).toMatchObject({ cutOff: true });
  });

  it("takes a tool call written out, and a lone fenced block", () => {
    const call = { name: "edit_file", arguments: { target_file: "a", code_edit: "x\n" } };
    expect(readSketches(`\`\`\`json\n${JSON.stringify([call])}\n\`\`\``)).toEqual([
      { path: "a", text: "x\n", cutOff: false },
    ]);
    expect(readSketches("So:\n```ts\nlet a;\n```\n")).toEqual([
      { text: "let a;\n", cutOff: false },
    ]);
    expect(readSketches("```ts\na\n```\n```ts\nb\n```\n")).toEqual([]);
    expect(readSketches("no")).toEqual([]);
  });
});

describe("readRewrites", () => {
  it("reads every file as it is", () => {
    const answer = `<updated_file path="a">\n\n  x\n</updated_file>\n<updated_file path='b'>\ny</updated_file>`;
    expect(readRewrites(answer)).toEqual([
      { path: "a", text: "\n  x\n", cutOff: false },
      { path: "b", text: "y", cutOff: false },
    ]);
  });
});

describe("idealSketch", () => {
  it("shows each hunk with two lines around it", () => {
    const before = Array.from({ length: 12 }, (_, i) => `${i}\n`).join("");
    expect(idealSketch("a.py", before, before.replace("5\n", "five\n"))).toBe(
      "# ... existing code ...\n3\n4\nfive\n6\n7\n# ... existing code ...\n",
    );
  });
});
