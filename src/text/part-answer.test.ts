import { describe, expect, it } from "vitest";
import { namedPartsOf } from "../redraft/named-parts.ts";
import { leftOutDeclaration, problemWithPart } from "./part-answer.ts";

const two = `def total(prices):
    return sum(prices)


def label(name):
    return name + ":"
`;
const store = `class Store {
  get(key) {
    return this.map.get(key);
  }

  set(key, value) {
    this.map.set(key, value);
  }
}
`;
const nested = `function outer(list) {
  function inner(one) {
    return one + 1;
  }
  return list.map(inner);
}
`;

const wordsOfClasses: Readonly<Record<string, string>> = {
  "a comment above it": nested.replace(/^/u, "/** Does what a class would do. */\n"),
  "a line before it": nested.replace("{\n", '{\n  list.class = "module"; // no struct\n'),
  "a parameter": nested.replace("list) {", 'list, kind = "class") {'),
  "its name": nested.replace("outer", "record"),
  "a comment behind its head": nested.replace("{\n", "{ // an object\n"),
};
const bound = store.replace("class Store {", "const Store = class {");
describe("leftOutDeclaration", () => {
  const lost = (code: string, written: string, instruction: string): string | undefined =>
    leftOutDeclaration(code, written, instruction, namedPartsOf);

  it.each([
    [
      "one call in place of both functions",
      two,
      "label(total([1]))\n",
      "use an f-string in label",
      "total",
    ],
    ["one of the functions", two, "def total(prices):\n    return 0\n", "let total be 0", "label"],
    [
      "a method",
      store,
      "class Store {\n  get(key) {\n    return 1;\n  }\n}\n",
      "let get be 1",
      "set",
    ],
    [
      "a method of a class that is bound to a name",
      bound,
      "const Store = class {\n  get(key) {\n    return 1;\n  }\n};\n",
      "let get be 1",
      "set",
    ],
    [
      "what another word would remove",
      two,
      "def total(p):\n    return 0\n",
      "remove the argument of total",
      "label",
    ],
  ])("misses %s", (_, code, written, instruction, name) => {
    expect(lost(code, written, instruction)).toBe(name);
  });

  it.each([
    ["nothing is lost", two, two.replace("sum", "max"), "take the largest"],
    [
      "a function holds it alone",
      nested,
      "function outer(list) {\n  return list.map((x) => x + 1);\n}\n",
      "simplify outer",
    ],
    [
      "the instruction removes it",
      two,
      "def total(prices):\n    return sum(prices)\n",
      "remove label",
    ],
    [
      "the instruction names none of them",
      two,
      "def label(name):\n    return name\n",
      "remove what is not used",
    ],
    ["they are merged", two, "def both(a):\n    return a\n", "merge total and label into both"],
    ...Object.entries(wordsOfClasses).map(([where, code]): [string, string, string, string] => [
      `a function holds it alone, ${where} has a word of classes`,
      code,
      code.replace(/ {2}function inner[\s\S]*? {2}\}\n/u, "").replace("inner", "one"),
      "simplify it",
    ]),
  ])("allows it where %s", (_, code, written, instruction) => {
    expect(lost(code, written, instruction)).toBeUndefined();
  });
});

describe("problemWithPart", () => {
  it("refuses a class that lost a method, and not one that lost what its method held", () => {
    const part = { name: "Store", start: 0, end: 9, file: { path: "a.js", text: store } };
    const without = store.replace(/\n {2}set[\s\S]*?\n {2}\}\n/u, "");
    expect(problemWithPart(part, without, store, "let get log", namedPartsOf)).toMatch(
      /leaves out set/u,
    );
    expect(problemWithPart(part, store, store, "let get log", namedPartsOf)).toBeUndefined();
    const outer = { name: "outer", start: 0, end: 6, file: { path: "a.js", text: nested } };
    const short = "function outer(list) {\n  return list.map((one) => one + 1);\n}\n";
    expect(problemWithPart(outer, short, nested, "simplify outer", namedPartsOf)).toBeUndefined();
  });
});
