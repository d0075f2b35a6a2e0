import { describe, expect, it } from "vitest";
import { bestText } from "../../../test/support/fixes.ts";

type Case = [own: string, message: string, expected: string | undefined, path?: string];
const check = async ([own, message, expected, path = "a.ts"]: Case): Promise<void> =>
  expect(await bestText(path, own, message)).toBe(expected);

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
