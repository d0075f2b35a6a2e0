import { describe, expect, it } from "vitest";
import { RedraftError } from "../../src/core/errors.ts";
import type { SignatureRequest } from "../../src/orchestrate/signature/request.ts";
import { planSignature } from "../../src/orchestrate/signature/signature.ts";
import { memoryView } from "../support/memory-repository.ts";

interface SignatureTrap extends Omit<SignatureRequest, "from" | "at"> {
  readonly from?: string;
  readonly files: Readonly<Record<string, string>>;
  /** Files that change, after. */
  readonly after?: Readonly<Record<string, string>>;
  readonly refused?: readonly [code: string, part: string];
}

async function change({
  files,
  after,
  refused,
  from = "f",
  ...request
}: SignatureTrap): Promise<void> {
  const view = await memoryView(files);
  const made = await planSignature(view, { from, ...request }).catch(
    (error: unknown) => error as Error,
  );
  if (refused) {
    expect(made instanceof RedraftError ? [made.code, made.message] : made).toEqual([
      refused[0],
      expect.stringContaining(refused[1]),
    ]);
    return;
  }
  if (made instanceof Error) throw made;
  expect(Object.fromEntries(made.files.map((one) => [one.path, one.after]))).toEqual(after);
}

const ts = (text: string): Record<string, string> => ({ "a.ts": text });
const py = (text: string): Record<string, string> => ({ "a.py": text });
const go = (text: string): Record<string, string> => ({
  "go.mod": "module m.test/m\n",
  "a.go": `package a\n\n${text}`,
});

const script: Record<string, SignatureTrap> = {
  "a parameter behind the others": {
    files: ts("function f(a) { return a; }\nf(1);\nf(f(2));\n"),
    parameters: "a, b",
    values: { b: "0" },
    after: ts("function f(a, b) { return a; }\nf(1, 0);\nf(f(2, 0), 0);\n"),
  },
  "a parameter with a default needs no argument": {
    files: ts("function f(a) { return a; }\nf(1);\n"),
    parameters: "(a, b = 2)",
    after: ts("function f(a, b = 2) { return a; }\nf(1);\n"),
  },
  "a parameter before the others": {
    files: ts("function f(a) { return a; }\nf(1);\nf(f(2));\n"),
    parameters: "b, a",
    values: { b: "0" },
    after: ts("function f(b, a) { return a; }\nf(0, 1);\nf(0, f(0, 2));\n"),
  },
  "a parameter less": {
    files: ts("function f(a, b) { return a; }\nf(1, 2);\nf(1);\n"),
    parameters: "a",
    after: ts("function f(a) { return a; }\nf(1);\nf(1);\n"),
  },
  "no parameter any more": {
    files: ts("const f = (a) => 1;\nf(1,);\nf( x );\n"),
    parameters: "",
    after: ts("const f = () => 1;\nf();\nf(  );\n"),
  },
  "an arrow function without brackets": {
    files: ts("const f = a => a;\nf(1);\n"),
    parameters: "a, b",
    values: { b: "a1" },
    unsure: "include",
    after: ts("const f = (a, b) => a;\nf(1, a1);\n"),
  },
  "another order": {
    files: ts("function f(a, b, c = 3) { return a; }\nf(1, x);\nf(1, x, 5);\n"),
    parameters: "b, a, c = 3",
    after: ts("function f(b, a, c = 3) { return a; }\nf(x, 1);\nf(x, 1, 5);\n"),
  },
  "an optional one before": {
    files: ts("function f(a, b = 1) { return a; }\nf(1);\nf(1, 2);\n"),
    parameters: "b = 1, a",
    after: ts("function f(b = 1, a) { return a; }\nf(undefined, 1);\nf(2, 1);\n"),
  },
  "more arguments than it takes": {
    files: ts(
      "function f(\n  a, // one\n) { return a; }\nf(\n  1,\n);\nf(\n  1, // the first\n  2,\n);\n",
    ),
    parameters: "a, b",
    values: { b: "0" },
    refused: ["ambiguous", "more arguments than the function takes"],
  },
  "a call on several lines": {
    files: ts("function f(a, c) { return a; }\nf(\n  1,\n  2,\n);\n"),
    parameters: "a, c, b",
    values: { b: "0" },
    after: ts("function f(a, c, b) { return a; }\nf(\n  1,\n  2,\n  0,\n);\n"),
  },
  "other files, through imports": {
    files: {
      "a.ts": "export function f(a: number): number { return a; }\n",
      "b.ts": 'import { f as g } from "./a";\nexport { f } from "./a";\ng(1);\n',
      "c.js": 'const { f } = require("./a");\nf(2);\n',
    },
    parameters: "a: number, zone: string",
    values: { zone: '"UTC"' },
    after: {
      "a.ts": "export function f(a: number, zone: string): number { return a; }\n",
      "b.ts": 'import { f as g } from "./a";\nexport { f } from "./a";\ng(1, "UTC");\n',
      "c.js": 'const { f } = require("./a");\nf(2, "UTC");\n',
    },
  },
  "a default export, under any name": {
    files: {
      "a.ts": "export default function f(a) { return a; }\n",
      "b.ts": 'import g from "./a";\ng(1);\n',
      "c.ts": 'import { default as h } from "./a.js";\nh(1);\nfunction q(h) { h(2); }\n',
      "d.ts": 'import f from "./a";\nf(1);\n',
    },
    parameters: "a, b",
    values: { b: "0" },
    after: {
      "a.ts": "export default function f(a, b) { return a; }\n",
      "b.ts": 'import g from "./a";\ng(1, 0);\n',
      "c.ts": 'import { default as h } from "./a.js";\nh(1, 0);\nfunction q(h) { h(2); }\n',
      "d.ts": 'import f from "./a";\nf(1, 0);\n',
    },
  },
  "a default export that is used whole": {
    files: {
      "a.ts": "function f(a) { return a; }\nexport default f;\n",
      "b.ts": 'const m = await import("./a");\nm.default(1);\n',
    },
    parameters: "a, b",
    values: { b: "0" },
    refused: ["ambiguous", "not followed"],
  },
  "a module that is the function": {
    files: {
      "a.js": "function f(a) { return a; }\nmodule.exports = f;\n",
      "b.js": 'const g = require("./a");\ng(1);\n',
    },
    parameters: "a, b",
    values: { b: "0" },
    after: {
      "a.js": "function f(a, b) { return a; }\nmodule.exports = f;\n",
      "b.js": 'const g = require("./a");\ng(1, 0);\n',
    },
  },
  "a module that is the function, called at once": {
    files: {
      "a.js": "module.exports = f;\nfunction f(a) { return a; }\n",
      "b.js": 'require("./a")(1);\n',
    },
    parameters: "a, b",
    values: { b: "0" },
    refused: ["ambiguous", "not followed"],
  },
  "exported under another name": {
    files: {
      "a.ts": "function f(a) { return a; }\nexport { f as g };\n",
      "b.ts": 'import { g } from "./a";\ng(1);\n',
      "c.ts": 'export { g as h } from "./a";\n',
      "d.ts": 'import * as m from "./c";\nm.h(1);\n',
    },
    parameters: "a, b",
    values: { b: "0" },
    after: {
      "a.ts": "function f(a, b) { return a; }\nexport { f as g };\n",
      "b.ts": 'import { g } from "./a";\ng(1, 0);\n',
      "d.ts": 'import * as m from "./c";\nm.h(1, 0);\n',
    },
  },
  "a member of the exports": {
    files: {
      "a.js": "function f(a) { return a; }\nmodule.exports = { g: f };\n",
      "b.js": 'const { g: h } = require("./a");\nh(1);\n',
    },
    parameters: "a, b",
    values: { b: "0" },
    refused: ["ambiguous", "{ g: f }"],
  },
  "a method and the class that overrides it": {
    from: "A.f",
    files: ts(
      "class A { f(a) { return a; } }\nclass B extends A { f(a) { return super.f(a); } }\nnew A().f(1);\nfunction g(b: B) { b?.f(2); }\n",
    ),
    parameters: "a, b",
    values: { b: "0" },
    after: ts(
      "class A { f(a, b) { return a; } }\nclass B extends A { f(a, b) { return super.f(a, 0); } }\nnew A().f(1, 0);\nfunction g(b: B) { b?.f(2, 0); }\n",
    ),
  },
  "each declaration keeps its own types": {
    from: "A.f",
    files: ts(
      "abstract class A<E> { abstract f(a: E): void }\nclass B extends A<string> { f(a: string) {} }\nclass C extends A<number> { f(a: number) {} }\n",
    ),
    parameters: "b: boolean, a: string",
    values: { b: "true" },
    after: ts(
      "abstract class A<E> { abstract f(b: boolean, a: E): void }\nclass B extends A<string> { f(b: boolean, a: string) {} }\nclass C extends A<number> { f(b: boolean, a: number) {} }\n",
    ),
  },
  "a type that the declarations write in other ways": {
    from: "A.f",
    files: ts(
      "abstract class A<E> { abstract f(a: E): void }\nclass B extends A<string> { f(a: string) {} }\n",
    ),
    parameters: "a: number",
    refused: ["ambiguous", "in another way"],
  },
  "an interface has no defaults": {
    from: "I.f",
    files: ts(
      "interface I { f(a: number): void }\nclass A implements I { f(a: number) {} }\nfunction g(i: I) { i.f(1); }\n",
    ),
    parameters: "a: number, b = 1",
    after: ts(
      "interface I { f(a: number, b?: number): void }\nclass A implements I { f(a: number, b = 1) {} }\nfunction g(i: I) { i.f(1); }\n",
    ),
  },
  "a default that is taken away": {
    files: ts("function f(a, b = 2) { return a + b; }\nf(1);\nf(1, 3);\n"),
    parameters: "a, b",
    after: ts("function f(a, b) { return a + b; }\nf(1, 2);\nf(1, 3);\n"),
  },
  "a default that is no constant": {
    files: ts("function f(a, b = a) { return a + b; }\nf(1);\n"),
    parameters: "a, b",
    refused: ["ambiguous", "passes nothing for `b`"],
  },
  "further arguments": {
    files: ts("function f(a, ...r) { return a; }\nf(1, 2, 3);\nf(1);\n"),
    parameters: "a, b, ...r",
    values: { b: "0" },
    after: ts("function f(a, b, ...r) { return a; }\nf(1, 0, 2, 3);\nf(1, 0);\n"),
  },
  "`this` of TypeScript is no argument": {
    files: ts("function f(this: Window, a: number) { return a; }\nf(1);\n"),
    parameters: "this: Window, b: number, a: number",
    values: { b: "0" },
    after: ts("function f(this: Window, b: number, a: number) { return a; }\nf(0, 1);\n"),
  },
  "a spread argument": {
    files: ts("function f(a) { return a; }\nf(...x);\n"),
    parameters: "a, b",
    values: { b: "0" },
    refused: ["ambiguous", "spreads a value"],
  },
  "used as a value": {
    files: ts("function f(a) { return a; }\n[1].map(f);\n"),
    parameters: "a, b = 1",
    refused: ["ambiguous", "used as a value"],
  },
  "bound with arguments": {
    files: ts("function f(a) { return a; }\nf.call(null, 1);\n"),
    parameters: "b, a",
    values: { b: "0" },
    refused: ["ambiguous", "used as a value"],
  },
  "a template": {
    files: ts("function f(a) { return a; }\nf`x`;\n"),
    parameters: "a, b",
    values: { b: "0" },
    refused: ["ambiguous", "without a list"],
  },
  "a call on a value of an unknown type by wish": {
    files: {
      "a.ts": "class Store {\n  get(key: string) { return key; }\n}\nnew Store().get('a');\n",
      "b.ts": "export function f(q: any) { return q.get('b'); }\n",
    },
    from: "Store.get",
    parameters: "strict: boolean, key: string",
    values: { strict: "true" },
    unsure: "include",
    after: {
      "a.ts":
        "class Store {\n  get(strict: boolean, key: string) { return key; }\n}\nnew Store().get(true, 'a');\n",
      "b.ts": "export function f(q: any) { return q.get(true, 'b'); }\n",
    },
  },
  "the title of a test": {
    files: {
      "a.ts": "export function wide(a: number) { return a; }\n",
      "a.test.ts": 'import * as all from "./a";\ndescribe("wide", () => {\n  all.wide(1);\n});\n',
    },
    from: "wide",
    parameters: "a: number, b = 1",
    after: {
      "a.ts": "export function wide(a: number, b = 1) { return a; }\n",
    },
  },
  "an argument with an effect would be lost": {
    files: ts("function f(a, b) { return a; }\nf(1, g());\n"),
    parameters: "a",
    refused: ["ambiguous", "`g()` would not be evaluated"],
  },
  "an argument with an effect is dropped by wish": {
    files: ts("function f(a, b) { return a; }\nf(1, g());\n"),
    parameters: "a",
    unsure: "include",
    after: ts("function f(a) { return a; }\nf(1);\n"),
  },
  "effects that would trade places": {
    files: ts("function f(a, b) { return a; }\nf(g(), h());\n"),
    parameters: "b, a",
    refused: ["ambiguous", "would be evaluated before"],
  },
  "a variable that the other argument may set": {
    files: ts("function f(a, b) { return a; }\nf(x, g());\n"),
    parameters: "b, a",
    refused: ["ambiguous", "would be evaluated before"],
  },
  "the function still uses it": {
    files: ts("function f(a, b) { return a + b; }\nf(1, 2);\n"),
    parameters: "a",
    refused: ["check-failed", "still uses `b`"],
  },
  "the new name has a meaning in the function": {
    files: ts("const b = 1;\nfunction f(a) { return a + b; }\nf(1);\n"),
    parameters: "a, b = 2",
    refused: ["check-failed", "`b` for something else"],
  },
  "the function reads its arguments": {
    files: ts("function f(a) { return arguments.length; }\nf(1);\n"),
    parameters: "a, b = 2",
    refused: ["check-failed", "arguments"],
  },
  "a new parameter without a value": {
    files: ts("function f(a) { return a; }\n"),
    parameters: "a, b",
    refused: ["usage", "--value b=..."],
  },
  "a value that a file does not know": {
    files: ts("function f(a) { return a; }\nf(1);\n"),
    parameters: "a, b",
    values: { b: "zone.name" },
    refused: ["ambiguous", "`zone` is not declared"],
  },
  "a value that is no expression": {
    files: ts("function f(a) { return a; }\nf(1);\n"),
    parameters: "a, b",
    values: { b: "1); g(" },
    refused: ["usage", "no expression"],
  },
  "no list of parameters": {
    files: ts("function f(a) { return a; }\n"),
    parameters: "a) { } function g(",
    refused: ["usage", "no list of parameters"],
  },
  "overloads have other lists": {
    files: ts(
      "function f(a: string): void;\nfunction f(a: number, b: number): void;\nfunction f(a: any, b?: any) {}\nf(1, 2);\n",
    ),
    parameters: "a: any",
    refused: ["ambiguous", "other parameters"],
  },
  "a variable is no function": {
    files: ts("const f = 1;\n"),
    parameters: "a",
    refused: ["no-match", "no function"],
  },
  "a member of a value that is not known": {
    from: "A.f",
    files: ts("class A { f(a) { return a; } }\nfunction g(x) { x.f(1); }\n"),
    parameters: "a, b",
    values: { b: "0" },
    refused: ["ambiguous", "type is not known"],
  },
};

const python: Record<string, SignatureTrap> = {
  "a parameter behind the others": {
    files: py("def f(a):\n    return a\nf(1)\nf(a=1)\nf(f(2))\n"),
    parameters: "a, b",
    values: { b: "0" },
    after: py("def f(a, b):\n    return a\nf(1, 0)\nf(a=1, b=0)\nf(f(2, 0), 0)\n"),
  },
  "behind one that a call leaves out": {
    files: py("def f(a, c=1):\n    return a\nf(1)\nf(1, 2)\nf(1, c=2)\n"),
    parameters: "a, c=1, *, b",
    values: { b: "0" },
    after: py("def f(a, c=1, *, b):\n    return a\nf(1, b=0)\nf(1, 2, b=0)\nf(1, c=2, b=0)\n"),
  },
  "another order": {
    files: py("def f(a, b=2):\n    return a\nf(1)\nf(1, 2)\nf(b=1, a=2)\n"),
    parameters: "b=2, a=0",
    after: py("def f(b=2, a=0):\n    return a\nf(a=1)\nf(2, 1)\nf(b=1, a=2)\n"),
  },
  "imported under another name": {
    files: {
      "a.py": "def f(a):\n    return a\n",
      "b.py": "from a import f as g\ng(1)\n",
      "c.py": "import a as m\nm.f(2)\n",
    },
    parameters: "a, b",
    values: { b: "0" },
    after: {
      "a.py": "def f(a, b):\n    return a\n",
      "b.py": "from a import f as g\ng(1, 0)\n",
      "c.py": "import a as m\nm.f(2, 0)\n",
    },
  },
  "only by name": {
    files: py("def f(a, b):\n    return a\nf(1, 2)\nf(1, b=2)\n"),
    parameters: "a, *, b",
    after: py("def f(a, *, b):\n    return a\nf(1, b=2)\nf(1, b=2)\n"),
  },
  "a parameter less": {
    files: py("def f(a, b=1):\n    return a\nf(1, 2)\nf(1, b=2)\nf(b=2, a=1)\n"),
    parameters: "a",
    after: py("def f(a):\n    return a\nf(1)\nf(1)\nf(a=1)\n"),
  },
  "a method": {
    from: "A.f",
    files: py("class A:\n    def f(self, a):\n        return self.f(a)\nA().f(1)\n"),
    parameters: "a, b",
    values: { b: "None" },
    after: py("class A:\n    def f(self, a, b):\n        return self.f(a, None)\nA().f(1, None)\n"),
  },
  "a method without parameters": {
    from: "A.f",
    files: py("class A:\n    def f(self):\n        return 1\nA().f()\n"),
    parameters: "b",
    values: { b: "None" },
    after: py("class A:\n    def f(self, b):\n        return 1\nA().f(None)\n"),
  },
  "a method that is called on the class": {
    from: "A.f",
    files: py("class A:\n    def f(self, a):\n        return a\nA.f(A(), 1)\n"),
    parameters: "b, a",
    values: { b: "None" },
    refused: ["ambiguous", "the object itself"],
  },
  "a static method, and one of the class": {
    from: "A.f",
    files: py("class A:\n    @staticmethod\n    def f(a):\n        return a\nA.f(1)\n"),
    parameters: "a, b",
    values: { b: "None" },
    after: py("class A:\n    @staticmethod\n    def f(a, b):\n        return a\nA.f(1, None)\n"),
  },
  "further arguments by name": {
    files: py("def f(a, **kw):\n    return kw\nf(1, b=2)\n"),
    parameters: "a, b=0, **kw",
    refused: ["ambiguous", "`b` is a further argument by name"],
  },
  "a spread mapping": {
    files: py("def f(a):\n    return a\nf(**x)\n"),
    parameters: "a, b",
    values: { b: "0" },
    refused: ["ambiguous", "spreads"],
  },
  "a generator as its only argument": {
    files: py("def f(a):\n    return a\nf(x for x in y)\n"),
    parameters: "a, b",
    values: { b: "0" },
    refused: ["ambiguous", "without a list"],
  },
  "a decorator that may call it": {
    files: py("@app.route('/')\ndef f(a):\n    return a\n"),
    parameters: "a, b=1",
    refused: ["ambiguous", "decorator"],
  },
  "an annotation that the file does not know": {
    files: py("def f(a):\n    return a\n"),
    parameters: "a, zone: ZoneInfo = None",
    refused: ["ambiguous", "`ZoneInfo` is not declared"],
  },
  partial: {
    files: py("from functools import partial\ndef f(a):\n    return a\ng = partial(f, 1)\n"),
    parameters: "b, a",
    values: { b: "0" },
    refused: ["ambiguous", "used as a value"],
  },
};

const goTraps: Record<string, SignatureTrap> = {
  "a parameter before the others": {
    files: go("func f(a, b int) int { return a }\n\nvar x = f(1, f(2, 3))\n"),
    parameters: "ctx string, a, b int",
    values: { ctx: '""' },
    after: {
      "a.go":
        'package a\n\nfunc f(ctx string, a, b int) int { return a }\n\nvar x = f("", 1, f("", 2, 3))\n',
    },
  },
  "a call that gives several arguments": {
    files: go(
      "func f(a, b int) int { return a }\nfunc g() (int, int) { return 1, 2 }\nvar x = f(g())\n",
    ),
    parameters: "b, a int",
    refused: ["ambiguous", "several of its arguments"],
  },
  "used as a value": {
    files: go("func f(a int) int { return a }\nvar x = f\n"),
    parameters: "a, b int",
    values: { b: "0" },
    refused: ["ambiguous", "used as a value"],
  },
};

describe("the parameters of a function change: scripts", () => {
  it.each(Object.entries(script))("%s", async (_, trap) => change(trap));
});
describe("the parameters of a function change: Python", () => {
  it.each(Object.entries(python))("%s", async (_, trap) => change(trap));
});
describe("the parameters of a function change: Go", () => {
  it.each(Object.entries(goTraps))("%s", async (_, trap) => change(trap));
});
