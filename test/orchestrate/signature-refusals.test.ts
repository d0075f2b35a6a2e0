import { describe, expect, it } from "vitest";
import { planSignature } from "../../src/orchestrate/signature/signature.ts";
import { memoryView } from "../support/memory-repository.ts";

interface Trap {
  readonly files: string | Readonly<Record<string, string>>;
  readonly from?: string;
  readonly to: string;
  readonly values?: Readonly<Record<string, string>>;
}

async function resultOf(trap: Trap, language: "js" | "py" | "go"): Promise<unknown> {
  const { files, from = "f", to, values } = trap;
  const go = language === "go" ? { "go.mod": "module m.test/m\n" } : {};
  const all = typeof files === "string" ? { [`a.${language}`]: files, ...go } : files;
  const view = await memoryView(all);
  const plan = await planSignature(view, { from, parameters: to, ...(values && { values }) });
  return plan.files.map(({ after }) => after).join("");
}

const refusedScripts: readonly [name: string, why: string, Trap][] = [
  [
    "a default uses what comes later",
    "no value yet",
    { files: "function f(a, b = a) {}\n", to: "b = a, a" },
  ],
  [
    "a default uses what is taken away, and another variable has the name",
    "no parameter any more",
    { files: "const a = 1;\nfunction f(a, b = a) {}\n", to: "b = a" },
  ],
  [
    "a new parameter hides what a default uses",
    "for something else",
    { files: "const z = 1;\nfunction f(b = z) {}\n", to: "z = 2, b = z" },
  ],
  [
    "an argument that may be undefined, and no default any more",
    "`o.x` may be `undefined`",
    { files: "function f(a = 1) { return a; }\nf(o.x);\n", to: "a" },
  ],
  [
    "what took further arguments takes one",
    "takes other arguments",
    { files: "function f(...r) { return r; }\nf(1, 2);\n", to: "r" },
  ],
  [
    "further arguments before the last",
    "has to be the last",
    { files: "function f(a, b) {}\n", to: "...b, a" },
  ],
  [
    "a name becomes a part of an argument",
    "a part of an argument",
    { files: "function f(a) { return a; }\nf(1);\n", to: "{ a } = {}" },
  ],
  [
    "a pattern takes its names from other places",
    "another part",
    { files: "function f([a, b]) { return a; }\nf([1, 2]);\n", to: "[b, a]" },
  ],
  [
    "a rest of a pattern has less",
    "another part",
    { files: "function f({ a, ...o }) { return o; }\n", to: "{ a, b = 1, ...o }" },
  ],
  [
    "a new name of a pattern without a default",
    "no call passes it",
    { files: "function f({ a }) { return a; }\nf({ a: 1 });\n", to: "{ a, b }" },
  ],
  ["use strict", "this directive", { files: "function f(a) { 'use strict'; }\n", to: "a, b = 1" }],
  ["eval", "by their names", { files: "function f(a) { eval(a); }\n", to: "a, b = 1" }],
  [
    "a default that awaits",
    "neither await",
    { files: "async function f(a) {}\n", to: "a, b = await x" },
  ],
  [
    "a value that is another variable at one call",
    "another variable here",
    {
      files: "const z = 1;\nfunction f() {}\nfunction g(z) { f(); }\n",
      to: "b",
      values: { b: "z" },
    },
  ],
  [
    "a value that is declared below the call",
    "further down",
    { files: "function f() {}\nf();\nconst z = 1;\n", to: "b", values: { b: "z" } },
  ],
  [
    "a value that depends on the function around it",
    "`this` depends",
    { files: "function f() {}\nf();\n", to: "b", values: { b: "this.x" } },
  ],
  [
    "further arguments in place of a parameter",
    "take the same arguments is not said",
    { files: "function f(a) { return 1; }\nf(1, 2);\n", to: "...rest" },
  ],
  [
    "parameters in place of further arguments",
    "take the same arguments is not said",
    {
      files: "function f(...rest) { return 1; }\nf(1, 2);\n",
      to: "a, b",
      values: { a: "0", b: "0" },
    },
  ],
  [
    "the constructor of a class that is a value",
    "used as a value",
    {
      files: "class A { constructor(a) {} }\nnew A(1);\nmake(A, 2);\n",
      from: "A.constructor",
      to: "b = 1, a",
    },
  ],
  [
    "what the language calls",
    "by itself",
    { files: "class A { toJSON(k) { return k; } }\n", from: "A.toJSON", to: "b = 0, k" },
  ],
  [
    "a call in the list that the request writes",
    "which the request writes",
    {
      files: "function f(a, b = f(1, 2)) {}\n",
      to: "z, a, b = f(1, 2)",
      values: { z: "0" },
    },
  ],
  [
    "a decorated method",
    "a decorator",
    {
      files: {
        "a.ts": "function G(): any {}\nclass C {\n  @G()\n  f(a: string, b: string) {}\n}\n",
      },
      from: "C.f",
      to: "b: string, a: string",
    },
  ],
  [
    "a decorated parameter",
    "a decorator",
    {
      files: { "a.ts": "function G(): any {}\nclass C {\n  f(@G() a: string, b: string) {}\n}\n" },
      from: "C.f",
      to: "b: string, a: string",
    },
  ],
  [
    "a type predicate",
    "still uses `a`",
    {
      files: { "a.ts": "function f(a: unknown, b: number): a is string { return true; }\n" },
      to: "",
    },
  ],
  [
    "`export =`",
    "not followed",
    {
      files: {
        "a.ts": "function f(a, b) {}\nexport = f;\n",
        "b.ts": 'import g = require("./a");\ng(1, 2);\n',
      },
      to: "b, a",
    },
  ],
  [
    "a module that another one hands on",
    "the whole module",
    {
      files: {
        "a.ts": "export function f(a, b) {}\n",
        "b.ts": 'import * as m from "./a";\nexport { m };\n',
        "c.ts": 'import { m } from "./b";\nm.f(1, 2);\n',
      },
      to: "b, a",
    },
  ],
];

const refusedPython: readonly [name: string, why: string, Trap][] = [
  ["no default behind one", "after one that has", { files: "def f(a, b=1): pass\n", to: "b=1, a" }],
  ["a star alone", "separator", { files: "def f(a, *, b=1): pass\n", to: "a, *" }],
  [
    "a constructor that objects call by their class",
    "builds an object of this class or of a subclass",
    {
      files:
        "class A:\n    def __init__(self, a): pass\n    def copy(self): return self.__class__(1)\nA(1)\n",
      from: "A.__init__",
      to: "b=1, a=2",
    },
  ],
  [
    "a constructor beside `__new__`",
    "another constructor",
    {
      files: "class A:\n    def __new__(cls, a): pass\n    def __init__(self, a): pass\nA(1)\n",
      from: "A.__init__",
      to: "b=1, a=2",
    },
  ],
  [
    "a constructor that is passed its object",
    "passes the object itself",
    {
      files:
        "class A:\n    def __init__(self, a): pass\nclass B:\n    def __init__(self): A.__init__(self, 1)\n",
      from: "A.__init__",
      to: "b=1, a=2",
    },
  ],
  [
    "what the language calls",
    "by itself",
    {
      files: "class A:\n    def __getitem__(self, k): return k\nA()[1]\n",
      from: "A.__getitem__",
      to: "d=0, k=None",
    },
  ],
  [
    "a quote in a string",
    "does not fit into the string",
    { files: 'def f(a): pass\nx = f"{f(1)}"\n', to: "a, b", values: { b: '"x"' } },
  ],
  ["locals", "by their names", { files: "def f(a):\n    return locals()\n", to: "a, b=1" }],
  [
    "a class in lower case",
    "the object itself",
    {
      files: "class s:\n    def f(self, a, b=1): pass\ns.f(s(), 5)\n",
      from: "s.f",
      to: "c, a, b=1",
      values: { c: "0" },
    },
  ],
  [
    "`cls`",
    "the object itself",
    {
      files:
        "class A:\n    def f(self, a, b=1): pass\n    @classmethod\n    def g(cls):\n        cls.f(cls(), 5)\n",
      from: "A.f",
      to: "c, a, b=1",
      values: { c: "0" },
    },
  ],
  [
    "a default that is declared below",
    "further down",
    { files: "def f(a): pass\nZ = 1\n", to: "a, b=Z" },
  ],
  [
    "the private name with its class",
    "the one of its class",
    {
      files: "class A:\n    def __f(self, a, b): pass\nA()._A__f(1, 2)\n",
      from: "A.__f",
      to: "b, a",
    },
  ],
  [
    "a module that is loaded by its name",
    "the whole module",
    {
      files: {
        "m.py": "def f(a, b): pass\n",
        "b.py": "import importlib\nimportlib.import_module('m').f(1, 2)\n",
      },
      to: "b, a",
    },
  ],
  [
    "what a function of a package answers",
    "type is not known",
    {
      files: "from copy import copy\nclass A:\n    def f(self, a, b): pass\ncopy(A()).f(1, 2)\n",
      from: "A.f",
      to: "b, a",
    },
  ],
];

const refusedGo: readonly [name: string, why: string, Trap][] = [
  [
    "what a library looks for",
    "by itself",
    {
      files: 'package a\n\ntype T struct{}\n\nfunc (t T) String() string { return "" }\n',
      from: "T.String",
      to: "x ...int",
    },
  ],
  [
    "a method that is called on its type",
    "the object itself",
    {
      files:
        "package a\n\ntype T struct{}\n\nfunc (t T) F(a int, b ...int) {}\n\nfunc g() { T.F(T{}, 1); (*T).F(nil, 1) }\n",
      from: "T.F",
      to: "c string, a int, b ...int",
      values: { c: '""' },
    },
  ],
];

const changed: readonly [name: string, language: "js" | "py", Trap, after: string][] = [
  [
    "a default that uses what comes before",
    "js",
    { files: "function f(a, b = a) { return b; }\nf(1);\n", to: "a, b = a, c = b" },
    "function f(a, b = a, c = b) { return b; }\nf(1);\n",
  ],
  [
    "a pattern gets another name",
    "js",
    { files: "function f(k, { a } = {}) { return a; }\nf(1, { a: 2 });\n", to: "{ a, b = 2 }, k" },
    "function f({ a, b = 2 }, k) { return a; }\nf({ a: 2 }, 1);\n",
  ],
  [
    "`undefined` took the default",
    "js",
    { files: "function f(a, b = 2) { return b; }\nf(1, undefined);\n", to: "a, b" },
    "function f(a, b) { return b; }\nf(1, 2);\n",
  ],
  [
    "an assignment in an argument that gets a name",
    "py",
    { files: "def f(a, b): pass\nf(1, y := 2)\n", to: "a, *, b" },
    "def f(a, *, b): pass\nf(1, b=(y := 2))\n",
  ],
];

const rejects = (trap: Trap, language: "js" | "py" | "go", why: string): Promise<void> =>
  expect(resultOf(trap, language)).rejects.toThrow(why);

describe("changes of parameters that would do something else are refused", () => {
  it.each(refusedScripts)("scripts: %s", (_, why, trap) => rejects(trap, "js", why));
  it.each(refusedPython)("Python: %s", (_, why, trap) => rejects(trap, "py", why));
  it.each(refusedGo)("Go: %s", (_, why, trap) => rejects(trap, "go", why));
});

describe("changes of parameters that were refused or wrong", () => {
  it.each(changed)("%s", async (_, language, trap, after) => {
    expect(await resultOf(trap, language)).toBe(after);
  });
  it("follows `export * as`", async () => {
    const files = {
      "a.js": "export function f(a, b) {}\n",
      "b.js": 'export * as m from "./a";\n',
      "c.js": 'import { m } from "./b";\nm.f(1, 2);\n',
    };
    expect(await resultOf({ files, to: "b, a" }, "js")).toBe(
      'export function f(b, a) {}\nimport { m } from "./b";\nm.f(2, 1);\n',
    );
  });
});
