import { describe, expect, it } from "vitest";
import { readSearchBlocks } from "./block-answer.ts";

const block = (search: string, replace: string): string =>
  `<<<<<<< SEARCH\n${search}\n=======\n${replace}\n>>>>>>> REPLACE`;

describe("readSearchBlocks", () => {
  it("groups blocks by the path above them", () => {
    const answer = `Here it is.\n\na.py\n${block("x", "y")}\n${block("u", "v")}\n\n**b/c.py**\n\`\`\`python\n${block("1", "2")}\n\`\`\`\n`;
    expect(readSearchBlocks(answer)).toEqual([
      { path: "a.py", text: `${block("x", "y")}\n${block("u", "v")}\n`, cutOff: false },
      { path: "b/c.py", text: `${block("1", "2")}\n`, cutOff: false },
    ]);
  });

  it("takes the path from the fence, and leaves it out where prose is above", () => {
    expect(readSearchBlocks(`\`\`\`src/a.ts\n${block("x", "y")}\n\`\`\``)[0]!.path).toBe(
      "src/a.ts",
    );
    expect(readSearchBlocks(`I change the line.\n${block("x", "y")}`)[0]).not.toHaveProperty(
      "path",
    );
    expect(readSearchBlocks(`File: \`a.py\`\n${block("x", "y")}`)[0]!.path).toBe("a.py");
  });

  it("returns to a path that it has seen", () => {
    const answer = ["a.py", block("1", "2"), "b.py", block("3", "4"), "a.py", block("5", "6")];
    const edits = readSearchBlocks(answer.join("\n"));
    expect(edits.map(({ path }) => path)).toEqual(["a.py", "b.py"]);
    expect(edits[0]!.text).toBe(`${block("1", "2")}\n${block("5", "6")}\n`);
  });

  it("keeps a block that is cut off, for the reader of blocks to refuse", () => {
    expect(readSearchBlocks("a.py\n<<<<<<< SEARCH\nx\n=======\ny")).toEqual([
      { path: "a.py", text: "<<<<<<< SEARCH\nx\n=======\ny\n", cutOff: false },
    ]);
  });

  it("keeps code that holds a divider, and finds no edit in prose", () => {
    const answer = `a.md\n${block("Title\n=====", "Other\n=====")}`;
    expect(readSearchBlocks(answer)).toMatchObject([{ path: "a.md", cutOff: false }]);
    expect(readSearchBlocks("Nothing to change.")).toEqual([]);
  });
});
