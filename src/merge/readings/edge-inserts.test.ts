import { describe, expect, it } from "vitest";
import type { Edit, FormatName, LineRole } from "../../core/edit.ts";
import { merge } from "../merge.ts";

const roles: Readonly<Record<string, LineRole>> = { " ": "keep", "-": "drop", "+": "add" };

function texts(
  source: readonly string[],
  block: readonly string[],
  format: FormatName,
  newSyntaxErrors?: (text: string) => number,
): string[] {
  const lines = block.map((line, i) => ({
    text: line.slice(1),
    role: roles[line[0]!]!,
    at: i + 1,
  }));
  const segments = [{ kind: "lines", lines } as const];
  const edit: Edit = { format, why: "test", extent: "parts", segments, action: "update" };
  const options = newSyntaxErrors ? { newSyntaxErrors } : {};
  const outcome = merge(`${source.join("\n")}\n`, edit, options);
  if (outcome.kind === "refused") throw new Error(outcome.message);
  return outcome.kind === "proved"
    ? [outcome.text]
    : outcome.candidates.map((candidate) => candidate.text);
}

const python = ["def a():", "    x = 1", "    return x"];
const added = ["+", "+def b():", "+    return 2"];
const plain = (lines: readonly string[]): string[] => lines.map((line) => line.slice(1));

describe("new lines at the edge of a block, a line or two from the file's edge", () => {
  it("offers the file's end where they would part a body from its last line", () => {
    const found = texts(python, ["     x = 1", ...added], "search-replace");
    expect(found).toHaveLength(2);
    expect(found).toContain(`${[...python, ...plain(added)].join("\n")}\n`);
  });

  it("offers it for a diff, which shows context on both sides, and not for a patch", () => {
    const imports = ["import b", "import c", "", "run()"];
    const block = ["+import a", " import c", " "];
    expect(texts(imports, block, "unified-diff")).toEqual([
      "import b\nimport a\nimport c\n\nrun()\n",
      "import a\nimport b\nimport c\n\nrun()\n",
    ]);
    expect(texts(imports, block, "patch")).toHaveLength(1);
    expect(texts(imports, block, "search-replace")).toHaveLength(1);
  });

  it("asks where the place that the edit shows breaks the syntax and the file's end does not", () => {
    const file = ["const a = {", "  x,", "};", "const z = 1;"];
    const found = texts(file, ["   x,", "+call();"], "patch", (text) =>
      text.includes("x,\ncall") ? 1 : 0,
    );
    expect(found).toHaveLength(2);
    expect(found[0]).toBe("const a = {\n  x,\ncall();\n};\nconst z = 1;\n");
  });

  it("leaves lines inside the braces that follow them", () => {
    const file = ["class A {", "  one() {}", "}"];
    const method = ["+", "+  two() {}"];
    expect(texts(file, ["   one() {}", ...method], "unified-diff")).toEqual([
      "class A {\n  one() {}\n\n  two() {}\n}\n",
    ]);
  });
});

describe("new lines beside lines that the edit left out", () => {
  it("stand on the side of a blank line where no two blank ones meet", () => {
    const file = ["one()", "", "two()", "", "three()"];
    expect(texts(file, [" one()", "+new()", "+", " two()"], "patch")).toEqual([
      "one()\n\nnew()\n\ntwo()\n\nthree()\n",
    ]);
    expect(texts(file, [" one()", "+", "+new()", " two()"], "patch")).toEqual([
      "one()\n\nnew()\n\ntwo()\n\nthree()\n",
    ]);
    expect(texts(file, [" one()", "+new()", " two()"], "patch")).toHaveLength(2);
  });

  it("are not taken past a brace because another one stands at another depth", () => {
    const file = ["class A {", "  a() {", "    go()", "  }", "}"];
    const block = ["   a() {", "     go()", "+", "+  b() {", "+  }", " }"];
    const right = "class A {\n  a() {\n    go()\n  }\n\n  b() {\n  }\n}\n";
    expect(texts(file, block, "patch")).toContain(right);
  });
});
