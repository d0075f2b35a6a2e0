import { describe, expect, it } from "vitest";
import { coverageOf } from "./coverage.ts";
import { editInput } from "./input.ts";
import { readEdit } from "./read.ts";

const twoClasses =
  "import os\n\n\nclass Red:\n    def run(self):\n        return 1\n\n    def stop(self):\n        return self\n\n\n" +
  "class Blue:\n    def run(self):\n        return 2\n\n    def stop(self):\n        return self\n";

function kind(text: string, source = twoClasses): string {
  const input = editInput(text, "a.py", source);
  return coverageOf(input.lines, input).kind;
}

describe("what of the file an edit without markers holds", () => {
  it("takes a file with changed lines for the whole", () => {
    expect(kind(twoClasses.replace("return 1", "return 11"))).toBe("whole");
    expect(kind(`"""Colours."""\n${twoClasses}\n\nclass Green:\n    pass\n`)).toBe("whole");
    expect(kind(twoClasses.replace(/class Red[\s\S]*?\n\n\n/, ""))).toBe("whole");
  });

  it("takes one class of two, the first or the last, for a part", () => {
    const red = /class Red[\s\S]*?(?=\n\n\nclass)/.exec(twoClasses)![0];
    const blue = /class Blue[\s\S]*/.exec(twoClasses)![0];
    expect(kind(red)).toBe("part");
    expect(kind(blue.replace("return 2", "return 22"))).toBe("part");
    expect(kind(`import os\n\n\n${red.replace("return 1", "return 11")}\n`)).toBe("part");
    expect(
      kind(`    # Runs it.\n${/ {4}def stop[\s\S]*?self\n/.exec(blue)![0]}        return 2\n`),
    ).toBe("part");
  });

  it("counts braces, blank lines and repeated lines for nothing", () => {
    const source = "a {\n  x\n  end\n}\n\nb {\n  y\n  end\n}\n\nc {\n  z\n  end\n}\n";
    expect(kind("q {\n  w\n  end\n}\n\nr {\n  v\n  end\n}\n", source)).toBe("none");
    expect(kind("b {\n  yy\n  end\n}\n", source)).toBe("part");
  });

  it("sees declarations that are left out in its middle", () => {
    const edit = "import os\n\n\nclass Blue:\n    def run(self):\n        return 22\n";
    const input = editInput(edit, "a.py", twoClasses);
    expect(coverageOf(input.lines, input).gap).toMatchObject({
      from: 3,
      to: 9,
      before: 3,
      names: ["Red"],
    });
    expect(() => readEdit(edit, { path: "a.py", source: twoClasses })).toThrow(
      /leaves out lines 4 to 9 of a\.py \(Red.*\) before its line 4 \("class Blue:"\)/,
    );
  });

  it("sees declarations that are left out before the brace that ends it", () => {
    const source =
      "use a;\n\nimpl Red {\n    fn run() -> u8 {\n        1\n    }\n\n    fn stop() -> u8 {\n        2\n    }\n}\n\n" +
      "impl Blue {\n    fn go() -> u8 {\n        3\n    }\n}\n";
    const edit = "impl Red {\n    fn run() -> u8 {\n        11\n    }\n}\n";
    const request = { path: "a.rs", source };
    expect(() => readEdit(edit, request)).toThrow(
      /lines 8 to 9 of a\.rs \(stop\) before its line 5 \("}"\)/,
    );
    const method = "    fn run() -> u8 {\n        11\n    }\n";
    expect(readEdit(method, request).segments.map(({ kind }) => kind)).toEqual([
      "elision",
      "lines",
      "elision",
    ]);
  });

  it("sees an old and a new version", () => {
    expect(kind("class Blue:\n    pass\n\nto\n\nclass Blue:\n    run = 2\n")).toBe("doubled");
  });
});
