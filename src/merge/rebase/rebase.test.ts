import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { RedraftError } from "../../core/errors.ts";
import { carryOver } from "./carry.ts";
import { checkBothSides } from "./check.ts";

const path = "src/app.ts";
const text = (...lines: string[]): string => lines.map((line) => `${line}\n`).join("");

function carry(base: string, edited: string, current: string): string {
  return carryOver({ path, base, edited, current }).text;
}

function refusal(base: string, edited: string, current: string): string {
  try {
    carry(base, edited, current);
  } catch (error) {
    if (RedraftError.is(error)) return `${error.code}: ${error.message}`;
    throw error;
  }
  throw new Error("it was not refused");
}

const base = text("import a", "", "function one() {", "  return 1;", "}", "", "const two = 2;");

describe("carryOver", () => {
  it("makes both changes", () => {
    const edited = base.replace("return 1", "return 10");
    const current = base.replace("two = 2", "two = 22").replace("import a", "import a\nimport b");
    expect(carry(base, edited, current)).toBe(current.replace("return 1", "return 10"));
  });

  it("makes the same change once, also beside a change of its own", () => {
    const edited = base.replace("return 1", "return 10");
    expect(carry(base, edited, edited)).toBe(edited);
    const current = edited.replace("two = 2", "two = 22");
    expect(carry(base, edited, current)).toBe(current);
  });

  it("refuses another change of the same line and shows both", () => {
    const said = refusal(
      base,
      base.replace("return 1", "return 10"),
      `// new\n${base.replace("return 1", "return 2")}`,
    );
    expect(said).toContain("stale-file");
    expect(said).toContain(
      'line 4 of the base ("return 1;") is now line 5 of the file ("return 2;")',
    );
    expect(said).toContain('the edit has "return 10;" there');
    expect(said).toContain("Read the file again");
  });

  it("refuses a change of a line that is gone", () => {
    const current = base.replace("  return 1;\n", "");
    const said = refusal(base, base.replace("return 1", "return 10"), current);
    expect(said).toContain(
      'line 4 of the base ("return 1;") was removed from the file (after its line 3)',
    );
  });

  it("refuses two insertions at one place, and a change beside another", () => {
    const edited = base.replace("import a", "import a\nimport c");
    const said = refusal(base, edited, base.replace("import a", "import a\nimport b"));
    expect(said).toContain('after line 1 of the base the file now has line 2 ("import b")');
    const beside = refusal(
      base,
      base.replace("return 1", "return 10"),
      base.replace("one()", "one(a)"),
    );
    expect(beside).toContain("lines 3-4 of the base");
  });

  it("takes a function that was added below the changed one for no part of it", () => {
    const body = (name: string): string => `function ${name}() {\n  return 1;\n}\n`;
    const before = `${body("a")}\n${body("b")}`;
    const edited = before.replace("function b() {\n  return 1", "function b() {\n  return 2");
    expect(carry(before, edited, `${before}\n${body("c")}`)).toBe(`${edited}\n${body("c")}`);
    const between = `${body("a")}\n${body("c")}\n${body("b")}`;
    expect(carry(before, edited, between)).toBe(
      `${body("a")}\n${body("c")}\n${body("b").replace("1", "2")}`,
    );
    const first = before.replace("function a", "function z");
    expect(carry(before, first, between)).toBe(between.replace("function a", "function z"));
  });

  it("refuses where the other change may have been of the same line among equal ones", () => {
    const before = text("start", "x", "x", "x", "x", "end");
    const edited = text("start", "x", "y", "x", "x", "end");
    expect(refusal(before, edited, text("start", "x", "x", "x", "end"))).toContain("stale-file");
  });

  it("does not trust lines that stay by chance in a rewritten stretch", () => {
    const before = text("a()", "", "if (b) {", "  c();", "}", "", "d()", "last");
    const current = text("z()", "", "while (y) {", "  x();", "}", "", "w()", "last");
    const edited = text("a()", "", "if (b) {", "  c();", "}", "new();", "", "d()", "last");
    expect(refusal(before, edited, current)).toContain("the edit has");
  });

  it("keeps the line ends and the end of the file as it is now", () => {
    const edited = base.replace("two = 2;", "two = 2;\nconst three = 3;");
    const windows = base.replaceAll("\n", "\r\n");
    expect(carry(base, edited, windows)).toBe(edited.replaceAll("\n", "\r\n"));
    const unfinished = base.replace("import a", "import b").slice(0, -1);
    const wanted = edited.replace("import a", "import b").slice(0, -1);
    expect(carry(base, edited, unfinished)).toBe(wanted);
    expect(carry(base, edited.slice(0, -1), base.replace("import a", "import b"))).toBe(wanted);
    expect(carry("a\rb\rc\r", "a\rB\r\n\nc\r", "A\rb\rc\r".replace("A", "a"))).toContain("B");
  });
});

describe("carryOver against git merge-file", () => {
  const folder = mkdtempSync(join(tmpdir(), "redraft-rebase-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  let state = 7;
  const random = (below: number): number => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return Math.floor((state / 0x80000000) * below);
  };
  const rounds = 60;
  const words = ["one", "two", "three", "}", "", "four", "  return x;"];
  const line = (): string =>
    random(3) === 0 ? `line ${random(1000)}` : words[random(words.length)]!;

  function changed(lines: readonly string[]): string[] {
    const result = [...lines];
    for (let count = 1 + random(2); count > 0; count--) {
      const at = random(result.length + 1);
      const added = Array.from({ length: random(3) }, line);
      result.splice(at, random(3), ...added);
    }
    return result;
  }

  /** What git makes of it; undefined = a conflict. */
  function git(ours: string, before: string, theirs: string): string | undefined {
    for (const [name, one] of Object.entries({ ours, before, theirs })) {
      writeFileSync(join(folder, name), one);
    }
    try {
      const options = { cwd: folder, encoding: "utf8", stdio: "pipe" } as const;
      return execFileSync("git", ["merge-file", "-p", "ours", "before", "theirs"], options);
    } catch {
      return undefined;
    }
  }

  it("gives git's text or refuses", () => {
    let made = 0;
    let alike = 0;
    let more = 0;
    for (let round = 0; round < rounds; round++) {
      const lines = Array.from({ length: 6 + random(14) }, line);
      const [before, ours, theirs] = [lines, changed(lines), changed(lines)].map((one) =>
        text(...one),
      );
      const wanted = git(ours!, before!, theirs!);
      if (wanted !== undefined) made++;
      let got: string;
      try {
        got = carry(before!, ours!, theirs!);
      } catch (error) {
        if (!RedraftError.is(error)) throw error;
        expect(error.code).toBe("stale-file");
        continue;
      }
      if (wanted === undefined) more++;
      else expect(got).toBe(wanted);
      alike++;
    }
    // Where git sees a conflict, a change that slides may lie elsewhere.
    expect(more).toBeLessThan(rounds / 50);
    expect(alike).toBeGreaterThan(made * 0.9);
  });
});

describe("checkBothSides", () => {
  const pairs = (...list: [number, number][]): [number, number][] => list;
  const lines = ["a", "b", "c"];

  it("finds a lost change of either side, and a mixed one", () => {
    const current = { lines: ["A", "b", "c"], pairs: pairs([1, 1], [2, 2]) };
    const edited = { lines: ["a", "b", "C"], pairs: pairs([0, 0], [1, 1]) };
    expect(checkBothSides(lines, current, edited, ["A", "b", "C"])).toEqual([]);
    for (const wrong of [["a", "b", "C"], ["A", "b", "c"], ["A", "C"], ["A", "b", "C", "x"], []]) {
      expect(checkBothSides(lines, current, edited, wrong)).not.toEqual([]);
    }
    const clash = { lines: ["x", "b", "c"], pairs: pairs([1, 1], [2, 2]) };
    expect(checkBothSides(lines, current, clash, ["x", "b", "c"])).not.toEqual([]);
  });

  it("does not believe pairs that are none", () => {
    const side = { lines: ["a", "b", "c"], pairs: pairs([0, 0], [1, 2]) };
    const same = { lines, pairs: pairs([0, 0], [1, 1], [2, 2]) };
    expect(checkBothSides(lines, side, same, lines)[0]).toContain("line 3 of the file");
  });
});
