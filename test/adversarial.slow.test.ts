import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatNames } from "../src/core/edit.ts";
import { RedraftError } from "../src/core/errors.ts";
import { createRedraft } from "../src/redraft/create-redraft.ts";

const redraft = createRedraft();

/** The text, or the code of the refusal; anything else thrown is a defect. */
async function outcome(
  source: string,
  edit: string,
  format?: (typeof formatNames)[number],
): Promise<string> {
  try {
    const request = { path: "src/a.ts", source, edit, ...(format ? { format } : {}) };
    return (await redraft.apply(request)).text ?? "deleted";
  } catch (error) {
    if (RedraftError.is(error)) return `refused: ${error.code}`;
    throw error;
  }
}

const marker = "// ... existing code ...\n";
const same = "same line\n".repeat(20_000);

describe("input that means harm", () => {
  it("is answered, however many lines are equal", async () => {
    expect(await outcome(same, `${marker}same line\nnew\nsame line\n${marker}`)).toBe(
      "refused: ambiguous",
    );
    expect(await outcome(same, `${marker}${same}${marker}`)).toBe("refused: no-match");
    expect(await outcome(same, marker.repeat(2_000))).toBe(same);
  });

  it("is answered on one line of two megabytes", async () => {
    const line = "x".repeat(2_000_000);
    const pair = JSON.stringify({ old_string: `${line.slice(1)}`, new_string: "y" });
    expect(
      await outcome(`a ${line}`, JSON.stringify({ old_string: "a x", new_string: "b x" })),
    ).toBe(`b ${line}`);
    // It is there twice: at the first and at the second character.
    expect(await outcome(line, pair)).toBe("refused: ambiguous");
    expect(await outcome(line, `${line}y`, "whole")).toBe(`${line}y`);
  });

  it("is refused when it is too much to place with certainty", async () => {
    const source = Array.from({ length: 20_000 }, (_, index) => `line ${index}\n`).join("");
    const edit = Array.from({ length: 3_000 }, (_, index) => `new ${index}\n`).join("");
    expect(await outcome(source, marker + edit + marker)).toBe("refused: no-match");
  });

  it("is answered when markers nest without end", async () => {
    const blocks = "<<<<<<< SEARCH\n=======\n".repeat(2_000) + ">>>>>>> REPLACE\n".repeat(2_000);
    expect(await outcome("a\n", blocks)).toMatch(/^refused: /);
    expect(await outcome("a\n", "@@ -1 +1 @@\n".repeat(5_000))).toMatch(/^refused|^@@/);
    expect(await outcome("a\n", "```\n".repeat(5_001))).toMatch(/^refused|^a\n$/);
  });

  it("never crashes on random text made of signs", async () => {
    const word = fc.constantFrom(
      ..."\n|\r\n|a|b|  |\t|}|{|...|// ... existing code ...|<<<<<<< SEARCH|=======|>>>>>>> REPLACE|@@|@@ -1,2 +1,2 @@".split(
        "|",
      ),
      ..."-a|+b| a|--- a/x|+++ b/x|*** Begin Patch|*** Update File: src/a.ts|*** End Patch|```|```ts|\\ No newline at end of file".split(
        "|",
      ),
      '{"old_string":"a","new_string":"b"}',
      "\u2028",
      "\ud800",
      "\0",
    );
    const text = fc.array(word, { maxLength: 24 }).map((words) => words.join(""));
    const lines = fc.array(word, { maxLength: 24 }).map((words) => words.join("\n"));
    const either = fc.oneof(text, lines);
    const format = fc.option(fc.constantFrom(...formatNames), { nil: undefined });
    await fc.assert(
      fc.asyncProperty(either, either, format, async (source, edit, name) => {
        await outcome(source, edit, name);
      }),
      { numRuns: 2_000 },
    );
  });
});
