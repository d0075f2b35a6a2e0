import { describe, expect, it } from "vitest";
import { bestText } from "../../../test/support/fixes.ts";

type Case = [own: string, message: string, expected: string | undefined, path?: string];
const check = async ([own, message, expected, path = "a.ts"]: Case): Promise<void> =>
  expect(await bestText(path, own, message)).toBe(expected);

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
    ["function f(a, b) {\n  «f(1);\n}\n", few, undefined],
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
