import { describe, expect, it } from "vitest";
import { renameOfCommit, wrongRename } from "./rename-commits.ts";

const before = "function old(a) {}\nold(1);\nold(2);\n// old\nother();\n";
const after = "function next(a) {}\nnext(1);\nnext(2);\n// next\nother(3);\n";
const file = { path: "a.ts", before, after };

describe("a rename in a commit", () => {
  it("is found among other changes, with the place of its declaration", () => {
    expect(renameOfCommit([file])).toEqual({
      from: "old",
      to: "next",
      at: [{ path: "a.ts", line: 1 }],
    });
  });

  it.each([
    [
      "the old name stays somewhere",
      [file, { path: "b.ts", before: "old();\n", after: "old();\n" }],
    ],
    ["the new name was there", [file, { path: "b.ts", before: "next();\n", after: "next();\n" }]],
    [
      "no declaration is renamed",
      [{ path: "a.ts", before: "a(x)\nb(x)\nc(x)\n", after: "a(y)\nb(y)\nc(y)\n" }],
    ],
    ["too few lines", [{ path: "a.ts", before: "let x;\nx();\n", after: "let y;\ny();\n" }]],
  ])("is none where %s", (_, files) => {
    expect(renameOfCommit(files)).toBeUndefined();
  });
});

describe("an answer beside the commit", () => {
  const names = { from: "old", to: "next" };
  const made = before.replaceAll("old", "next");

  it("is right where it renames what the commit renames, whatever else the commit does", () => {
    expect(
      wrongRename({ path: "a.ts", before, made, after, left: new Set() }, names),
    ).toBeUndefined();
  });

  it("may leave a comment that it lists", () => {
    const less = made.replace("// next", "// old");
    const own = { path: "a.ts", before, made: less, after };
    expect(wrongRename({ ...own, left: new Set([4]) }, names)).toBeUndefined();
    expect(wrongRename({ ...own, left: new Set() }, names)).toMatchObject({
      kind: "missed",
      line: 4,
    });
  });

  it("is wrong where it renames what the commit keeps", () => {
    const kept = after.replace("next(2)", "old(2)");
    expect(
      wrongRename({ path: "a.ts", before, made, after: kept, left: new Set() }, names),
    ).toMatchObject({ kind: "kept", line: 3 });
  });
});
