import { describe, expect, it } from "vitest";
import { extractOfCommit, wrongExtract } from "./extract-commits.ts";

const path = "a.py";
const before = `class A:
    def go(self, items):
        start()
        total = 0
        for one in items:
            total += one.size
        return total
`;
const after = `class A:
    def go(self, items):
        begin()
        return self.sizes(items)

    def sizes(self, all_items):
        """Of all."""
        result = 0
        for one in all_items:
            result += one.size
        return result
`;

describe("an extraction in a commit", () => {
  it("has the lines that are a new function afterwards, under other names", async () => {
    expect(await extractOfCommit([{ path, before, after }])).toMatchObject({
      name: "sizes",
      from: 4,
      to: 7,
      scope: "A.go",
    });
  });

  it("may end in what the function returns", async () => {
    const text =
      "function f(a) {\n  start(a);\n  const b = a.one +\n    a.two + a.three;\n  return b;\n}\n";
    const now =
      "function f(a) {\n  start(a);\n  const b = sum(a);\n  return b;\n}\nfunction sum(a) {\n  return a.one +\n    a.two + a.three;\n}\n";
    const one = await extractOfCommit([{ path: "a.js", before: text, after: now }]);
    expect(one).toMatchObject({ name: "sum", from: 3, to: 4 });
  });

  it("ends with the last statement of a block of Go, comments or not", async () => {
    const old =
      "package a\n\nfunc f(a T) int {\n\t// First.\n\tb := a.one + a.two\n\treturn b + a.three + a.four\n}\n";
    const now =
      "package a\n\nfunc f(a T) int {\n\treturn zed(a)\n}\n\nfunc zed(a T) int {\n\t// First.\n\tb := a.one + a.two\n\treturn b + a.three + a.four\n}\n";
    const found = await extractOfCommit([{ path: "a.go", before: old, after: now }]);
    expect(found).toMatchObject({ name: "zed", from: 5, to: 6 });
  });

  it("is none where a function inside gets another name", async () => {
    const text = (name: string): string =>
      `def f(a):\n    def ${name}(b):\n        c = b + a.one\n        return c + a.two + a.three\n    return ${name}(a)\n`;
    const [old, now] = [text("first"), text("second")];
    expect(await extractOfCommit([{ path, before: old, after: now }])).toBeUndefined();
  });

  it.each([
    ["the function is not called there", after.replace("self.sizes(items)", "0")],
    ["its statements are others", after.replace("+= one.size", "-= one.size")],
    ["one name is for two", after.replace("one in all_items", "one in result")],
    ["the name was there", after.replaceAll("sizes", "start")],
  ])("is none where %s", async (_, now) => {
    expect(await extractOfCommit([{ path, before, after: now }])).toBeUndefined();
  });
});

describe("an answer beside the commit", () => {
  const made = (call: string, last = "return total", head = "start()"): string =>
    `class A:\n    def go(self, items):\n        ${head}\n        ${call}\n\n    def sizes(self, items):\n        total = 0\n        for one in items:\n            total += one.size\n        ${last}\n`;
  const judge = async (text: string): Promise<string | undefined> =>
    wrongExtract((await extractOfCommit([{ path, before, after }]))!, text);

  it("is right with the same statements, parameters and results", async () => {
    expect(await judge(made("return self.sizes(items)"))).toBeUndefined();
  });

  it("is wrong where one of these is another", async () => {
    expect(await judge(made("return self.sizes(items, 1)"))).toContain("is passed (1, items)");
    expect(await judge(made("x = self.sizes(items)"))).toContain("gives (x)");
    expect(await judge(made("return self.sizes(items)", "return 1"))).toContain("other statements");
    expect(await judge(made("return self.sizes(items)", "return total", "other()"))).toContain(
      "changed elsewhere",
    );
  });
});
