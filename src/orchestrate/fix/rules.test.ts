import { describe, expect, it } from "vitest";
import { bestText, proposedTexts } from "../../../test/support/fixes.ts";

type Case = [own: string, message: string, expected: string | undefined, path?: string];
const check = async ([own, message, expected, path = "a.ts"]: Case): Promise<void> =>
  expect(await bestText(path, own, message)).toBe(expected);

describe("missing await", () => {
  it.each<Case>([
    [
      "async function f() { return g().«name; }\n",
      "TS2339: Property 'name' does not exist on type 'Promise<X>'.",
      "async function f() { return (await g()).name; }\n",
    ],
    [
      "async function f() {\n  const r = g();\n  return r.«name;\n}\n",
      "TS2339: Property 'name' does not exist on type 'Promise<X>'.",
      "async function f() {\n  const r = await g();\n  return r.name;\n}\n",
    ],
    [
      "async function f() { const «n: number = g(); }\n",
      "TS2322: Type 'Promise<number>' is not assignable to type 'number'.",
      "async function f() { const n: number = await g(); }\n",
    ],
    [
      "async function f() { h(«g()); }\n",
      "TS2345: Argument of type 'Promise<number>' is not assignable to parameter of type 'number'.",
      "async function f() { h(await g()); }\n",
    ],
    [
      "async function f() { if («g()) { } }\n",
      "TS2801: This condition will always return true since this 'Promise<X>' is always defined.",
      "async function f() { if (await g()) { } }\n",
    ],
    [
      "function f() { return g().«name; }\n",
      "TS2339: Property 'name' does not exist on type 'Promise<X>'.",
      undefined,
    ],
    [
      "async def f():\n    «g()\n",
      "RuntimeWarning: coroutine 'g' was never awaited",
      "async def f():\n    await g()\n",
      "a.py",
    ],
    [
      "async def f():\n    «self.g()\n",
      "RuntimeWarning: coroutine 'A.g' was never awaited",
      "async def f():\n    await self.g()\n",
      "a.py",
    ],
  ])("%j", (...one) => check(one));
});

describe("missing return", () => {
  it.each<Case>([
    [
      "function f(a: number): «number {\n  a + 1;\n}\n",
      "TS2355: A function whose declared type is neither 'undefined', 'void', nor 'any' must return a value.",
      "function f(a: number): number {\n  return a + 1;\n}\n",
    ],
    [
      "function f(a: number): «number {\n  if (a) {\n    return 1;\n  } else {\n    a;\n  }\n}\n",
      "TS2366: Function lacks ending return statement and return type does not include 'undefined'.",
      "function f(a: number): number {\n  if (a) {\n    return 1;\n  } else {\n    return a;\n  }\n}\n",
    ],
    [
      "def «f(a) -> int:\n    a + 1\n",
      "Missing return statement  [return]",
      "def f(a) -> int:\n    return a + 1\n",
      "a.py",
    ],
    [
      "package a\n\nfunc f() int {\n\tg()\n«}\n",
      "missing return",
      "package a\n\nfunc f() int {\n\treturn g()\n}\n",
      "a.go",
    ],
    [
      "function f(a: number): «number {\n  if (a) return 1;\n}\n",
      "TS2366: Function lacks ending return statement and return type does not include 'undefined'.",
      undefined,
    ],
  ])("%j", (...one) => check(one));
});

describe("missing null check", () => {
  it.each<Case>([
    ["use(«a.b);\n", "TS18047: 'a' is possibly 'null'.", "use(a?.b);\n"],
    ["use(«a.b.c);\n", "TS18048: 'a.b' is possibly 'undefined'.", "use(a.b?.c);\n"],
    ["use(«f().c);\n", "TS2532: Object is possibly 'undefined'.", "use(f()?.c);\n"],
    ["use(«a[0]);\n", "TS18048: 'a' is possibly 'undefined'.", "use(a?.[0]);\n"],
    ["use(«f()?.g().h);\n", "TS2532: Object is possibly 'undefined'.", "use(f()?.g()?.h);\n"],
    ["«a.b = 1;\n", "TS18047: 'a' is possibly 'null'.", undefined],
    ["«a.b.c = 1;\n", "TS18047: 'a' is possibly 'null'.", undefined],
    ["use(«a + 1);\n", "TS18047: 'a' is possibly 'null'.", undefined],
  ])("%j", (...one) => check(one));
});

describe("wrong arity", () => {
  const many = "TS2554: Expected 2 arguments, but got 3.";
  const few = "TS2554: Expected 2 arguments, but got 1.";
  it.each<Case>([
    ["function f(a, b) {}\nf(1, 2, «3);\n", many, "function f(a, b) {}\nf(1, 2);\n"],
    ["function f(a, b) {}\nf(1, 2, «g());\n", many, undefined],
    [
      "function f(a, b) {}\nconst b = 1;\n«f(1);\n",
      few,
      "function f(a, b) {}\nconst b = 1;\nf(1, b);\n",
    ],
    [
      "function f(a, b) {}\nconst a = 1;\n«f(1);\n",
      few,
      "function f(a, b) {}\nconst a = 1;\nf(a, 1);\n",
    ],
    ["function f(a, b) {}\nconst c = 1;\n«f(1);\n", few, undefined],
    [
      "def f(a, b): pass\nb = 1\n«f(1)\n",
      "TypeError: f() missing 1 required positional argument: 'b'",
      "def f(a, b): pass\nb = 1\nf(1, b)\n",
      "a.py",
    ],
    [
      "def f(a): pass\n«f(1, 2)\n",
      "TypeError: f() takes 1 positional argument but 2 were given",
      "def f(a): pass\nf(1)\n",
      "a.py",
    ],
    [
      "def f(a): pass\n«f(1, 2)\n",
      'Too many arguments for "f"  [call-arg]',
      "def f(a): pass\nf(1)\n",
      "a.py",
    ],
    [
      "package a\n\nfunc f(a int) {}\nfunc g() { f(1, «2) }\n",
      "too many arguments in call to f",
      "package a\n\nfunc f(a int) {}\nfunc g() { f(1) }\n",
      "a.go",
    ],
  ])("%j", (...one) => check(one));
});

describe("conversion", () => {
  it.each<Case>([
    [
      "const «s: string = n;\n",
      "TS2322: Type 'number' is not assignable to type 'string'.",
      "const s: string = String(n);\n",
    ],
    [
      'f(«"5");\n',
      "TS2345: Argument of type '\"5\"' is not assignable to parameter of type 'number'.",
      "f(5);\n",
    ],
    [
      'f(«"x");\n',
      "TS2345: Argument of type 'string' is not assignable to parameter of type 'number'.",
      undefined,
    ],
    [
      "print('a' + «1)\n",
      'TypeError: can only concatenate str (not "int") to str',
      "print('a' + str(1))\n",
      "a.py",
    ],
    [
      "f(«n)\n",
      'Argument 1 to "f" has incompatible type "int"; expected "str"  [arg-type]',
      "f(str(n))\n",
      "a.py",
    ],
    [
      "package a\n\nvar x int64 = «n\n",
      "cannot use n (variable of type int) as int64 value in variable declaration",
      "package a\n\nvar x int64 = int64(n)\n",
      "a.go",
    ],
  ])("%j", (...one) => check(one));
});

describe("missing self", () => {
  it.each<Case>([
    [
      "class A {\n  v = 1;\n  m() { return «v; }\n}\n",
      "TS2663: Cannot find name 'v'. Did you mean the instance member 'this.v'?",
      "class A {\n  v = 1;\n  m() { return this.v; }\n}\n",
    ],
    [
      "class A:\n    def m(x):\n        return «self.x\n",
      "undefined name 'self'",
      "class A:\n    def m(self, x):\n        return self.x\n",
      "a.py",
    ],
    [
      "class A:\n    def m():\n        return 1\n«A().m()\n",
      "TypeError: A.m() takes 0 positional arguments but 1 was given",
      "class A:\n    def m(self):\n        return 1\nA().m()\n",
      "a.py",
    ],
    [
      "class A:\n    def __init__(self):\n        self.count = 1\n    def m(self):\n        return «count\n",
      "undefined name 'count'",
      "class A:\n    def __init__(self):\n        self.count = 1\n    def m(self):\n        return self.count\n",
      "a.py",
    ],
  ])("%j", (...one) => check(one));
});

describe("syntax", () => {
  it.each<Case>([
    ["const x = [1 «2];\n", "TS1005: ',' expected.", "const x = [1, 2];\n"],
    ["const y = (1 + 2«;\n", "TS1005: ')' expected.", "const y = (1 + 2);\n"],
    [
      "«retunr f();\n",
      "TS1435: Unknown keyword or identifier. Did you mean 'return'?",
      "return f();\n",
    ],
    ["if (x «{\n}\n", "TS1005: ')' expected.", "if (x) {\n}\n"],
  ])("%j", (...one) => check(one));

  it.each<[string, string, string]>([
    ["«def f()\n    return 1\n", "SyntaxError: expected ':'", "def f():\n    return 1\n"],
    [
      "def f()  # why\n    return 1\n".replace("def", "«def"),
      "SyntaxError: expected ':'",
      "def f():  # why\n    return 1\n",
    ],
    [
      "«x = {'a': 1 'b': 2}\n",
      "SyntaxError: invalid syntax. Perhaps you forgot a comma?",
      "x = {'a': 1, 'b': 2}\n",
    ],
    ["«print('a'\ny = 1\n", "SyntaxError: '(' was never closed", "print('a')\ny = 1\n"],
    [
      "«x = [1, 2)\n",
      "SyntaxError: closing parenthesis ')' does not match opening parenthesis '['",
      "x = [1, 2]\n",
    ],
  ])("%j without a column", async (own, message, expected) => {
    const found = await proposedTexts("a.py", own, message, {}, "line");
    expect(found[0]?.after).toBe(expected);
  });

  it.each<Case>([
    [
      "function f() {\n  if (a) {\n    b();\n  c();\n}\n«",
      "TS1005: '}' expected.",
      "function f() {\n  if (a) {\n    b();\n  }\n  c();\n}\n",
    ],
    ["interface A {\n  a: B<C«;\n}\n", "TS1005: '>' expected.", undefined],
    [
      "const f = (a: A) => {\n  {\n    a,\n    b«: 1,\n  };\n};\n",
      "TS1005: ';' expected.",
      "const f = (a: A) => {\n  return {\n    a,\n    b: 1,\n  };\n};\n",
    ],
    [
      "const a = [\n  f(1, 2\n«];\n",
      "TS1135: Argument expression expected.",
      "const a = [\n  f(1, 2)\n];\n",
    ],
  ])("searches near the place: %j", (...one) => check(one));

  it("proposes nothing that does not parse", async () => {
    expect(await proposedTexts("a.ts", "const = «;\n", "TS1005: ',' expected.")).toEqual([]);
  });
});
