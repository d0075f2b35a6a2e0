import { describe, expect, it } from "vitest";
import { bestText, proposedTexts } from "../../../test/support/fixes.ts";

type Case = [own: string, message: string, expected: string | undefined, path?: string];
const check = async ([own, message, expected, path = "a.ts"]: Case): Promise<void> =>
  expect(await bestText(path, own, message)).toBe(expected);

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
