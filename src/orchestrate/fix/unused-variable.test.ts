import { describe, expect, it } from "vitest";
import { bestText, memoryContext, proposedTexts } from "../../../test/support/fixes.ts";
import type { Diagnostic } from "../../core/diagnostic.ts";
import { fixAll } from "./fix-all.ts";

const never = (name: string): string =>
  `TS6133: '${name}' is declared but its value is never read.`;
const assigned = (name: string): string => `local variable '${name}' is assigned to but never used`;

describe("unused variable", () => {
  it.each([
    [
      "a.ts",
      "function f() {\n  const «a = 1;\n  return 2;\n}\n",
      never("a"),
      "function f() {\n  return 2;\n}\n",
    ],
    ["a.ts", "function f() {\n  const «a = g();\n}\n", never("a"), "function f() {\n  g();\n}\n"],
    ["a.ts", "const { «a, b } = c;\nb;\n", never("a"), "const { b } = c;\nb;\n"],
    [
      "a.ts",
      "export const f = (a: number, «b: string) => a;\n",
      never("b"),
      "export const f = (a: number, _b: string) => a;\n",
    ],
    [
      "a.py",
      "def f():\n    «a = 1\n    return 2\n",
      "local variable 'a' is assigned to but never used",
      "def f():\n    return 2\n",
    ],
    [
      "a.py",
      "def f():\n    «a = g()\n",
      "F841 Local variable `a` is assigned to but never used",
      "def f():\n    g()\n",
    ],
    [
      "a.py",
      "def f():\n    «a = 1\n",
      "F841 Local variable `a` is assigned to but never used",
      "def f():\n    pass\n",
    ],
    [
      "a.py",
      "try:\n    f()\nexcept E as «e:\n    pass\n",
      "local variable 'e' is assigned to but never used",
      "try:\n    f()\nexcept E:\n    pass\n",
    ],
    [
      "a.go",
      "package a\n\nfunc f() {\n\t«x := 1\n\tg()\n}\n",
      "declared and not used: x",
      "package a\n\nfunc f() {\n\tg()\n}\n",
    ],
    [
      "a.go",
      "package a\n\nfunc f() {\n\t«x := g()\n}\n",
      "x declared and not used",
      "package a\n\nfunc f() {\n\t_ = g()\n}\n",
    ],
    [
      "a.go",
      "package a\n\nfunc f() {\n\ta, «x := g()\n\th(a)\n}\n",
      "declared and not used: x",
      "package a\n\nfunc f() {\n\ta, _ := g()\n\th(a)\n}\n",
    ],
  ])("is taken out of %s: %j", async (path, own, message, expected) => {
    expect(await bestText(path, own, message)).toBe(expected);
  });

  it("leaves a property that a rest is without", async () => {
    expect(await proposedTexts("a.ts", "const { «a, ...b } = c;\nb;\n", never("a"))).toEqual([]);
  });

  it.each([
    [
      "a.js",
      "let «last = 0;\nfor (const x of xs) last = x;\n",
      "'last' is assigned a value but never used  no-unused-vars",
    ],
    ["a.ts", "const «f = debounce(() => f());\n", never("f")],
    ["a.ts", "let «last = 0;\nfor (const x of xs) last = x;\n", never("last")],
    ["a.ts", "function f() {\n  let «a = 0;\n  return () => { a = 1; };\n}\n", never("a")],
    ["a.ts", "export const f = («b: string) => { b = ''; };\n", never("b")],
    [
      "a.py",
      "def f():\n    «n = 0\n    def g():\n        nonlocal n\n        n = 1\n    g()\n",
      "local variable 'n' is assigned to but never used",
    ],
    ["a.go", "package a\n\nfunc f() {\n\tvar «y = 1\n\ty = 2\n}\n", "declared and not used: y"],
    ["a.go", "package a\n\nfunc f() {\n\ta, «y := g()\n\ty = a\n}\n", "declared and not used: y"],
  ])("stays while it is written in %s: %j", async (path, own, message) => {
    expect(await proposedTexts(path, own, message)).toEqual([]);
  });

  it("of the same name in another function, or as a member, is another", async () => {
    const own = "function f() {\n  const «a = 1;\n  b.a = 2;\n}\nfunction g(a) { return a; }\n";
    const [first] = await proposedTexts("a.ts", own, never("a"));
    expect(first).toMatchObject({
      after: "function f() {\n  b.a = 2;\n}\nfunction g(a) { return a; }\n",
      confidence: 1,
    });
  });

  it.each([
    ["if o:\n    «r = 1  # note\n", "if o:\n    pass  # note\n"],
    ["if o:\n    # note\n    «r = 1\n", "if o:\n    # note\n    pass\n"],
  ])("leaves a statement in a block with a comment: %j", async (own, expected) => {
    const [first] = await proposedTexts("a.py", own, assigned("r"));
    expect(first).toMatchObject({ after: expected, confidence: 1 });
  });

  it("leaves a statement when two are the whole block", async () => {
    const context = await memoryContext({ "a.py": "def f():\n    a = 1\n    b = 2\n" });
    const at = (line: number, name: string): Diagnostic => ({
      file: "a.py",
      line,
      column: 5,
      severity: "error",
      message: assigned(name),
    });
    const { texts } = await fixAll([at(2, "a"), at(3, "b")], context, { least: 1 });
    expect(texts.get("a.py")).toBe("def f():\n    pass\n");
  });

  it.each([
    ["a.ts", "const { a: [«x, y], d } = o;\nuse(y, d);\n", never("x")],
    ["a.ts", "const { p: «q = el.go(), r } = el;\nuse(r);\n", never("q")],
    ["a.ts", "const { [f()]: «q, r } = el;\nuse(r);\n", never("q")],
    ["a.js", "go()\nlet «x = 1\n;\n(() => 1)()\n".replace("\n;", ";"), never("x")],
    ["a.py", "with a as («b, c):\n    use(c)\n", assigned("b")],
  ])("is not taken out where more would change in %s: %j", async (path, own, message) => {
    expect(await proposedTexts(path, own, message)).toEqual([]);
  });

  it.each(["1", '"b"', "-1 + 2 * 3", "b", "[1, (b)]", "(b, 'c' 'd')", "{'k': b}", "lambda c: c()"])(
    "is certain with the value %s",
    async (value) => {
      const own = `def f(b):\n    «a = ${value}\n    return 2\n`;
      const [first] = await proposedTexts("a.py", own, assigned("a"));
      expect(first).toMatchObject({ after: "def f(b):\n    return 2\n", confidence: 1 });
    },
  );

  it.each([
    "b / c",
    "1 / 0",
    "b + c",
    "b.c",
    'b["key"]',
    "[line for line in b]",
    "[*b]",
    "{b: 1}",
    "{**b}",
    'f"{b}"',
    'lambda x=print("hi"): x',
  ])("is not certain with the value %s of Python", async (value) => {
    const own = `def f(b, c):\n    «a = ${value}\n    return 2\n`;
    const [first] = await proposedTexts("a.py", own, assigned("a"));
    expect(first!.confidence).toBeLessThan(1);
    expect(first!.after).toBe(`def f(b, c):\n    ${value}\n    return 2\n`);
  });

  it.each([
    ["b.c", "b.c"],
    ["[...b]", "void [...b]"],
    ["{ ...b }", "void { ...b }"],
    ["class { static c = d(); }", "void class { static c = d(); }"],
    ["`".concat("$", "{b}`"), "void `".concat("$", "{b}`")],
    ["1n + 1", "1n + 1"],
  ])("is not certain with the value %s of a script", async (value, kept) => {
    const [first] = await proposedTexts("a.ts", `const «a = ${value};\nb();\n`, never("a"));
    expect(first!.confidence).toBeLessThan(1);
    expect(first!.after).toBe(`${kept};\nb();\n`);
  });

  it.each(["data['key']", "data", "lambda: 1"])("keeps %s where it is tried", async (value) => {
    const own = `def f(data):\n    try:\n        «a = ${value}\n    except KeyError:\n        return False\n`;
    const [first] = await proposedTexts("a.py", own, assigned("a"));
    expect(first!.confidence).toBeLessThan(1);
    expect(first!.after).toContain(`try:\n        ${value}\n`);
  });

  it("with `void` before its value passes the check of the structure", async () => {
    const context = await memoryContext({ "a.js": "const a = [...b];\nc();\n" });
    const message = "'a' is assigned a value but never used";
    const found = { file: "a.js", line: 1, column: 7, severity: "error", message } as const;
    const { texts } = await fixAll([found], context, { least: 0.8 });
    expect(texts.get("a.js")).toBe("void [...b];\nc();\n");
  });

  it("is left where the line has another statement of Python", async () => {
    const context = await memoryContext({ "a.py": "def f():\n    x = 1; g()\n" });
    const found = { file: "a.py", line: 2, column: 5, severity: "error" } as const;
    const { texts } = await fixAll([{ ...found, message: assigned("x") }], context, { least: 1 });
    expect(texts.size).toBe(0);
  });
});
