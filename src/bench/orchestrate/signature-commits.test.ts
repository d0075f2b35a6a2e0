import { describe, expect, it } from "vitest";
import { wrongSignature } from "./judge-signature.ts";
import { mentionsCall, type SignatureOfCommit, signatureOfCommit } from "./signature-commits.ts";

const file = (before: string, after: string, path = "a.py") => ({ path, before, after });
const found = async (before: string, after: string, path?: string): Promise<SignatureOfCommit> =>
  (await signatureOfCommit([file(before, after, path)])) as SignatureOfCommit;

describe("a change of parameters in a commit", () => {
  it("has the new list, and the value that its calls pass", async () => {
    const before = "def f(a):\n    return a\nf(1)\nf(2)\n";
    expect(await found(before, "def f(a, b):\n    return a\nf(1, x)\nf(2, x)\n")).toMatchObject({
      name: "f",
      list: "a, b",
      values: { b: "x" },
      at: { path: "a.py", line: 1, column: 5 },
    });
    const some = await found(before, "def f(a, b=0):\n    return a\nf(1, 2)\nf(2)\n");
    expect(some.values).toEqual({});
    const all = await found(before, "def f(a, b=0):\n    return a\nf(1, 2)\nf(2, 2)\n");
    expect(all.values).toEqual({ b: "2" });
  });

  it("has the new body where a parameter is taken away", async () => {
    const { files, at } = await found(
      "def g():\n    pass\ndef f(a, b):\n    return a + b\n",
      "def g():\n    pass\ndef f(a):\n    x = a\n    return x\n",
    );
    expect(files[0]!.before).toContain("def f(a, b):\n    x = a\n    return x\n");
    expect(at.line).toBe(3);
  });

  it("is of a class where it is a constructor", async () => {
    const text = (list: string, call: string): string =>
      `class A:\n    def __init__(self, ${list}):\n        pass\nA(${call})\n`;
    const made = await found(text("a", "1"), text("a, b", "1, 2"));
    expect(made).toMatchObject({
      name: "__init__",
      calledAs: "A",
      list: "a, b",
      values: { b: "2" },
    });
    expect(mentionsCall("A(1)", made)).toBe(true);
    expect(mentionsCall("class A(B):\nBA(1)", made)).toBe(false);
  });

  it.each([
    ["only types change", "def f(a): pass\n", "def f(a: int): pass\n", undefined],
    ["the rest of the line changes", "def f(a): pass\n", "def f(a, b) -> int: pass\n", undefined],
    [
      "several functions",
      "def f(a): 1\ndef g(a): 1\n",
      "def f(): 1\ndef g(): 1\n",
      "several functions",
    ],
    ["another name", "def f(a): 1\n", "def f(b): 1\n", "a parameter gets another name"],
    [
      "two values",
      "def f(): 1\nf()\nf()\n",
      "def f(a): 1\nf(1)\nf(2)\n",
      "calls pass different values",
    ],
  ])("is none where %s", async (_, before, after, why) => {
    expect(await signatureOfCommit([file(before, after)])).toBe(why);
  });
});

describe("an answer beside the commit", () => {
  const before = "def f(a):\n    return a\nf(1)\nf(2)\nh(3)\n";
  const after = "def f(a, b):\n    return a\nf(1, x)\nf(5, x)\nh(4)\n";
  const judge = async (made: string, now = after): Promise<string | undefined> =>
    wrongSignature({ ...file(before, now), made }, await found(before, after));

  it("is right where lists are those of the commit, whatever else the commit does", async () => {
    expect(await judge("def f(a, b):\n    return a\nf(1, x)\nf(2, x)\nh(3)\n")).toBeUndefined();
  });

  it("is wrong where it does more, less, or something else", async () => {
    const made = (first: string, list = "a, b", last = "h(3)"): string =>
      `def f(${list}):\n    return a\n${first}\nf(2, x)\n${last}\n`;
    expect(await judge(made("f(1)"))).toContain("a.py:3 passes `` for b, and the commit `x`");
    expect(await judge(made("f(1, y)"))).toContain("passes `y` for b");
    expect(await judge(made("f(2, x)"))).toContain("passes `2` for a");
    expect(await judge(made("f(1, x)", "b, a"))).toContain("is declared in another way");
    expect(await judge(made("f(1, x)", "a, b", "h()"))).toContain("something else");
    const kept = after.replace("f(1, x)", "f(1)");
    expect(await judge(made("f(1, x)"), kept)).toContain("the commit keeps it");
  });
});
