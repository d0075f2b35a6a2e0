import { describe, expect, it } from "vitest";
import { bestText } from "../../../test/support/fixes.ts";

type Case = [own: string, message: string, expected: string | undefined, path?: string];
const check = async ([own, message, expected, path = "a.ts"]: Case): Promise<void> =>
  expect(await bestText(path, own, message)).toBe(expected);

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
