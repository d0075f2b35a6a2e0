import { describe, expect, it } from "vitest";
import { bestText } from "../../../test/support/fixes.ts";

type Case = [own: string, message: string, expected: string | undefined, path?: string];
const check = async ([own, message, expected, path = "a.ts"]: Case): Promise<void> =>
  expect(await bestText(path, own, message)).toBe(expected);

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
