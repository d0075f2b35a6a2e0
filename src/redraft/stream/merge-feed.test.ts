import { describe, expect, it } from "vitest";
import type { FormatName } from "../../core/edit.ts";
import { readEdit } from "../../edit/read.ts";
import { merge } from "../../merge/merge.ts";
import { mergeFeed } from "./merge-feed.ts";

const ownSource = `function first() {
  return 1;
}

function second() {
  const two = 2;
  return two;
}

export { first, second };
`;
const begin = `function first() {
  return 10;
}

// ... existing code ...

`;

/** Lets an edit arrive and prepares after every piece; answers the merges that are left for the last one, and its outcome. */
function leftAtEnd(
  pieces: readonly string[],
  format: FormatName = "lazy",
  source: string = ownSource,
) {
  const feed = mergeFeed(source, { path: "a.js", format });
  for (const piece of pieces.slice(0, -1)) {
    feed.push(piece);
    // One merge at a time, as long as the model writes the next word.
    for (let time = 0; time < 4; time++) {
      const before = feed.merges;
      feed.prepare();
      expect(feed.merges - before).toBeLessThanOrEqual(1);
    }
  }
  const before = feed.merges;
  feed.push(pieces.at(-1)!);
  const { outcome } = feed.end();
  const left = feed.merges - before;
  const edit = pieces.join("");
  const whole = merge(source, readEdit(edit, { path: "a.js", source, format }));
  const text = (one: typeof whole) => (one.kind === "proved" ? one.text : one);
  expect(text(outcome)).toEqual(text(whole));
  return left;
}

describe("the work that is left when the last character of a sketch is there", () => {
  it.each<readonly [string, readonly string[]]>([
    ["ends with an ellipsis", [begin, "function second() {\n  const two = 3;\n  // ..", ".\n"]],
    [
      "ends with a marker in words alone",
      [
        begin,
        "function second() {\n  const two = 3;\n  return two;\n}\n",
        "// keep",
        " the rest\n",
      ],
    ],
    [
      "ends with a line of the file",
      [begin, "function second() {\n  return 3;\n}\n\nexp", "ort { first, second };\n"],
    ],
    [
      "ends with the next line of the file, after blank ones",
      [
        begin,
        "function second() {\n  const two = 3;\n  return two;\n}\n",
        "\nexport { first, second };\n",
      ],
    ],
    [
      "ends with a marker and the end of its block",
      [begin, "function second() {\n  const two = 3;\n  // ..", ". existing code ...\n}\n"],
    ],
    [
      "ends with the end of a block behind a marker",
      [begin, "function second() {\n  const two = 3;\n  // ...\n", "}\n"],
    ],
    [
      "closes the brackets of its last line",
      [begin, "function second() {\n  return (3 + [1, ", "2", "]);\n"],
    ],
    [
      "ends with a whole line",
      [begin, "function second() {\n  const two = 3;\n  return two;\n}\n", ""],
    ],
  ])("is no merge where it %s", (_, pieces) => {
    expect(leftAtEnd(pieces)).toBe(0);
  });

  const diff = "--- a/a.js\n+++ b/a.js\n@@ -1,3 +1,3 @@\n function first() {\n-  return 1;\n";
  const file = ownSource.replace("return 1;", "return 10;");
  it.each<readonly [FormatName, string, readonly string[]]>([
    ["unified-diff", "ends with a line of the file", [diff, "+  return 10;\n", " ", "}\n"]],
    [
      "unified-diff",
      "ends with a new line",
      [diff.replaceAll(",3", ",2"), "+  return ten(1", ");\n"],
    ],
    [
      "search-replace",
      "ends",
      ["<<<<<<< SEARCH\n  return 1;\n=======\n  return 10;\n>>", ">>>>> REPLACE\n"],
    ],
    ["whole", "ends as the file does", file.match(/[\s\S]{1,30}/g)!],
  ])("is no merge where a %s %s", (format, _, pieces) => {
    expect(leftAtEnd(pieces, format)).toBe(0);
  });

  it("is no merge where several lines at once close what is open", () => {
    const nested =
      "class A {\n  one() {\n    if (this.x) {\n      go();\n    }\n  }\n}\n\nfunction b() {}\n";
    const pieces = [
      "// ...\n    if (this.x) {\n      go();\n      stop(",
      ");\n",
      "    }\n  }\n}\n",
    ];
    expect(leftAtEnd(pieces, "lazy", nested)).toBe(0);
  });

  it("is no merge where the file's last line follows a marker of another depth", () => {
    const nested = "class A {\n  one() {\n    go();\n  }\n\n  two() {\n    stop();\n  }\n}\n";
    const pieces = [
      "class A {\n  one() {\n    run();\n  }\n    // .",
      "..",
      " existing code ...\n}\n",
    ];
    expect(leftAtEnd(pieces, "lazy", nested)).toBe(0);
  });

  it("is one merge where its end was not likely, and the result is that of the whole edit", () => {
    const other = [begin, "function second() {\n  const two = 3;\n  ret", "urn two + 1;\n}\n"];
    expect(leftAtEnd(other)).toBe(1);
    const comment = [
      begin,
      "function second() {\n  // thr",
      "ee\n  const two = 3;\n  return two;\n}\n",
    ];
    expect(leftAtEnd(comment)).toBe(1);
  });

  it("does not take the merge of a marker where the file has a line of its words", () => {
    const given = {
      path: "a.js",
      source: `${ownSource}// keep the rest\n`,
      format: "lazy",
    } as const;
    const edit = `${begin}function second() {\n  const two = 3;\n  return two;\n}\n// keep the rest\n`;
    const feed = mergeFeed(given.source, given);
    feed.push(edit.slice(0, -10));
    feed.prepare();
    expect(feed.merges).toBeGreaterThan(0);
    const before = feed.merges;
    feed.push(edit.slice(-10));
    const { outcome } = feed.end();
    expect(feed.merges).toBe(before + 1);
    expect(outcome).toEqual(merge(given.source, readEdit(edit, given)));
  });

  it("merges no guesses of a whole file, whose lines are not known to be its last", () => {
    expect(leftAtEnd([ownSource.slice(0, 60), ownSource.slice(60)], "whole")).toBeLessThanOrEqual(
      2,
    );
  });
});
