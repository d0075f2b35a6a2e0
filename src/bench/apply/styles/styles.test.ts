import { describe, expect, it } from "vitest";
import { appendSet } from "./append.ts";
import { driftSet } from "./drift.ts";
import { isMarkerLine, spacedSketches, withBlankLines } from "./markers.ts";
import { symbolSketches } from "./symbol.ts";

const lazy = { id: "a#S1", case: "a", style: "S1", format: "lazy", noise: [] };

describe("blank lines around markers (v, w)", () => {
  it("are added where there is none", () => {
    const sketch = "// ... existing code ...\nx\n\n# ... rest ...\ny\n  // ...\n";
    expect(withBlankLines(sketch, "after")).toBe(
      "// ... existing code ...\n\nx\n\n# ... rest ...\n\ny\n  // ...\n",
    );
    expect(withBlankLines(sketch, "around")).toBe(
      "// ... existing code ...\n\nx\n\n# ... rest ...\n\ny\n\n  // ...\n",
    );
  });

  it("leave out a sketch that has them already, and other styles", () => {
    const spaced = { ...lazy, sketch: "// ...\n\nx\n" };
    expect(spacedSketches([spaced])).toEqual([]);
    expect(spacedSketches([{ ...lazy, style: "S4a", sketch: "// ...\nx\n" }])).toEqual([]);
    const tight = spacedSketches([{ ...lazy, sketch: "x\n// ...\ny\n" }]);
    expect(tight.map(({ id, style }) => [id, style])).toEqual([
      ["a#S1v", "S1v"],
      ["a#S1w", "S1w"],
    ]);
  });

  it("take a spread for code", () => {
    expect(isMarkerLine("  ...socialCard(")).toBe(false);
    expect(isMarkerLine("... rest of the file")).toBe(true);
    expect(isMarkerLine("call(a, b) // ...")).toBe(false);
  });
});

describe("one symbol (S5, S6)", () => {
  const before = "a\nfunction f() {\n  1\n  2\n}\nz\n";
  const symbol = { id: "a", symbol: "f", lines: 4, sketch: "function f() {\n  // ...\n  3\n}\n" };

  it("is the stored sketch, and the symbol whole as it is after the edit", () => {
    const pair = { id: "a", path: "a.js", before, after: before.replace("  2\n", "  2\n  3\n") };
    const made = symbolSketches(new Map([["a", pair]]), [symbol]);
    expect(made.map(({ style, sketch }) => [style, sketch])).toEqual([
      ["S5", symbol.sketch],
      ["S6", "function f() {\n  1\n  2\n  3\n}\n"],
    ]);
  });

  it("is not whole where the edit changed lines above it, too", () => {
    const pair = { id: "a", path: "a.js", before, after: before.replace("a\n", "b\n") };
    expect(symbolSketches(new Map([["a", pair]]), [symbol])).toHaveLength(1);
  });
});

describe("files that changed meanwhile (SRd, S1d, ...)", () => {
  const lines = Array.from({ length: 100 }, (_, i) => `  line ${i};`);
  const before = `${lines.join("\n")}\n`;
  const after = before.replace("line 50;", "changed;");
  const pair = { id: "a", path: "a.ts", language: "typescript", before, after };

  it("have the same change by others before and after the edit, far from it", () => {
    const { cases, sketches } = driftSet([pair], [{ ...lazy, sketch: "x" }]);
    const [one] = cases;
    expect(one).toMatchObject({ id: "a~", base: before });
    expect(one!.after).toBe(one!.before.replace("line 50;", "changed;"));
    // One comment, two new lines, one line removed.
    const now = one!.before.split("\n");
    const kept = now.filter((line) => lines.includes(line));
    expect(now.filter((line) => line.endsWith("  // reviewed"))).toHaveLength(1);
    expect(now.filter((line) => /^ {2}\/\/ added: [12]$/.test(line))).toHaveLength(2);
    expect(kept).toHaveLength(98);
    for (let i = 38; i <= 62; i++) expect(kept).toContain(`  line ${i};`);
    expect(sketches).toMatchObject([{ id: "a~#S1d", case: "a~", style: "S1d", sketch: "x" }]);
  });

  it("are the same in every run, and not made of short files or other line ends", () => {
    expect(driftSet([pair], [])).toEqual(driftSet([pair], []));
    expect(driftSet([{ ...pair, before: "a\nb\n", after: "a\n" }], []).cases).toEqual([]);
    const windows = { ...pair, before: before.replaceAll("\n", "\r\n") };
    expect(driftSet([windows], []).cases).toEqual([]);
  });
});

describe("code behind or before a marker (S7)", () => {
  const python = (id: string, name: string, value: number) => ({
    id,
    path: `${id}.py`,
    language: "python",
    before: `import x\n\ndef ${name}(a):\n    b = ${value}\n    return ${name}(b)\n`,
    after: "",
  });
  const pairs = [python("a", "one", 1), python("b", "two", 2)];
  const made = appendSet(pairs);
  const of = (id: string) => ({
    after: made.cases.find((one) => one.id === id)?.after,
    sketch: made.sketches.find((one) => one.case === id)?.sketch,
  });
  const twin = "def oneAgain(a):\n    b = 2\n    return oneAgain(b)\n";
  const other = "def two(a):\n    b = 2\n    return two(b)\n";

  it("is like the file's last function, or another file's", () => {
    const { before } = pairs[0]!;
    expect(of("a^S7a")).toEqual({
      after: `${before}\n${twin}`,
      sketch: `# ... existing code ...\n${twin}`,
    });
    expect(of("a^S7ab").sketch).toBe(`# ... existing code ...\n\n${twin}`);
    expect(of("a^S7b").after).toBe(`${before}\n${other}`);
    expect(of("a^S7c").sketch).toBe(
      `# ... existing code ...\n${before.split("\n").slice(-4).join("\n")}\n${other}`,
    );
    expect(of("a^S7p")).toEqual({
      after: `${other}\n${before}`,
      sketch: `${other}# ... existing code ...\n`,
    });
  });

  it("is a method at the end of a class", () => {
    const body =
      "  one(a) {\n    return 1;\n  }\n\n  two(a) {\n    if (a) {\n      b();\n    }\n  }\n";
    const before = `class A {\n${body}}\n\nconst z = 1;\n`;
    const { cases, sketches } = appendSet([
      { id: "c", path: "c.js", language: "javascript", before, after: "" },
    ]);
    const method = "  twoAgain(a) {\n    if (a) {\n      b();\n    }\n  }\n";
    expect(cases[0]!.after).toBe(`class A {\n${body}\n${method}}\n\nconst z = 1;\n`);
    expect(sketches.map(({ style, sketch }) => [style, sketch])).toEqual([
      ["S7m", `class A {\n  // ... existing code ...\n${method}}\n`],
      ["S7m", `class A {\n  // ... existing code ...\n\n${method}}\n`],
    ]);
  });
});
