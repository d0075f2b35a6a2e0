import { describe, expect, it } from "vitest";
import { type HunkHints, hunkLines } from "./hunk-lines.ts";

const signs = { keep: " ", drop: "-", add: "+", either: "=" } as const;

function read(body: string, source: string, hints?: HunkHints): string[] {
  const lines = body.split("\n").map((text, index) => ({ text, at: index + 1 }));
  return hunkLines(lines, source.split("\n"), hints).map(({ role, text }) => signs[role] + text);
}

const makefile = "build:\n-include env.mk\n-include local.mk\n\tgo build";
const notes = "Notes\n\n- tea\n- milk\n- jam\n\nEnd";
const haskell = "-- | Adds.\nadd a b =\n  a + b\n\n-- | Takes.\ntake' a b =\n  a - b";

describe("context without its leading blank", () => {
  it("is a line that stands in the file as written", () => {
    expect(read("build:\n-include env.mk\n+-include test.mk\n-include local.mk", makefile)).toEqual(
      [" build:", " -include env.mk", "+-include test.mk", " -include local.mk"],
    );
    expect(read("-- | Takes.\ntake' a b =\n-  a - b\n+  subtract b a", haskell)).toEqual([
      " -- | Takes.",
      " take' a b =",
      "-  a - b",
      "+  subtract b a",
    ]);
  });

  it("is told from a removal of such a line", () => {
    expect(read(" - tea\n-- milk\n+- oat milk\n - jam", notes)).toEqual([
      " - tea",
      "-- milk",
      "+- oat milk",
      " - jam",
    ]);
    expect(read("- tea\n-- milk\n+- oat milk\n- jam", notes)).toEqual([
      " - tea",
      "-- milk",
      "+- oat milk",
      " - jam",
    ]);
  });

  it("may be a list with +, whose lines look new", () => {
    const plus = "Buy:\n+ tea\n+ milk\nEnd";
    expect(read(" Buy:\n+ tea\n++ rice\n+ milk", plus)).toEqual([
      " Buy:",
      " + tea",
      "++ rice",
      " + milk",
    ]);
  });

  it("keeps the depth of indented lines", () => {
    const yaml = "jobs:\n  test:\n    steps:\n      - run: a\n      - run: b";
    expect(read("    steps:\n      - run: a\n+      - run: c\n      - run: b", yaml)).toEqual([
      "     steps:",
      "       - run: a",
      "+      - run: c",
      "       - run: b",
    ]);
  });

  it("is taken line by line where the hunk does not stand as a whole", () => {
    expect(read("Heading that is gone\n- milk\n+- oats\n- jam", notes)).toEqual([
      " Heading that is gone",
      " - milk",
      "+- oats",
      " - jam",
    ]);
  });

  it("is in doubt where the lines stand in the file both ways", () => {
    const flags = "-v\nv\n-v\nend";
    expect(() => read("-v\n+w", flags)).toThrow(
      'Ambiguous: line 1 of the edit ("-v") may be context without its leading space, or a changed line.',
    );
  });

  it("is in doubt where the header counts it as removed", () => {
    expect(() => read("- milk\n+- oat milk", notes, { counts: { old: 1, new: 1 } })).toThrow(
      /line 1 of the edit \("- milk"\) may be context/,
    );
  });

  it("is in doubt where other lines of the list have their blank", () => {
    expect(() => read(" - tea\n- milk\n+- oat milk\n - jam", notes)).toThrow(
      /Begin every context line with one space, and every removed line with -/,
    );
  });
});

describe("blank context at the edges", () => {
  it("goes where the file lacks it, and only there", () => {
    expect(read(" \n Notes\n-\n+new", notes)).toEqual([" Notes", "-", "+new"]);
    expect(read(" - jam\n \n-End\n+Ends\n \n ", notes)).toEqual([" - jam", " ", "-End", "+Ends"]);
    expect(read(" \n+only new\n ", notes)).toEqual([" ", "+only new", " "]);
  });
});
