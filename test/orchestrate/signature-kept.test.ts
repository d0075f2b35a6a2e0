import { describe, expect, it } from "vitest";
import type { RedraftError } from "../../src/core/errors.ts";
import type { SignatureRequest } from "../../src/orchestrate/signature/request.ts";
import { planSignature } from "../../src/orchestrate/signature/signature.ts";
import { memoryView } from "../support/memory-repository.ts";

type Request = Omit<SignatureRequest, "from"> & { readonly from?: string };
type Files = Readonly<Record<string, string>>;

async function changed(files: Files, { from = "f", ...request }: Request): Promise<Files> {
  const { files: made } = await planSignature(await memoryView(files), { from, ...request });
  return Object.fromEntries(made.map(({ path, after }) => [path, after]));
}

async function whyNot(files: Files, request: Request): Promise<string> {
  return changed(files, request).then(
    () => "it is changed",
    (error: unknown) => (error as RedraftError).message,
  );
}

const one = (path: string, text: string): Files => ({ [path]: text });

describe("a change that no call can notice", () => {
  it.each([
    ["a default behind the others", "a", "a, b=1"],
    ["a parameter by name", "a, *rest", "a, *rest, b=1"],
    ["a parameter that may be left out from now on", "a", "a=1"],
    ["further arguments", "a", "a, *rest, **more"],
    ["a name that `**` never took", "a, **more", "a, b=1, **more"],
  ])("needs no call in Python: %s", async (_, old, now) => {
    const text = (list: string): string =>
      `def f(${list}):\n    return a\nhandlers = [f]\nx = list(map(f, [1]))\ny = f(*x, **{"z": 1})\n`;
    expect(await changed(one("a.py", text(old)), { parameters: now })).toEqual(
      one("a.py", text(now)),
    );
  });

  it.each([
    ["it is passed by the calls", "a", "a, b=1", { b: "2" }, "x = [f]\n"],
    ["no default", "a, b=1", "a, b", { b: "1" }, "x = [f]\n"],
    ["before the others", "a", "b=1, a=2", {}, "x = [f]\n"],
    ["before further arguments", "a, *rest", "a, b=1, *rest", {}, "x = [f]\n"],
    ["`**` took the name", "a, **more", "a, b=1, **more", {}, "x = [f]\nx[0](1, b=2)\n"],
    ["`**` took the key", "a, **more", "a, b=1, **more", {}, 'x = [f]\ny = {"b": 2}\n'],
    ["only by name from now on", "a, b=1", "a, *, b=1", {}, "x = [f]\n"],
  ])("is not one in Python: %s", async (_, old, now, values, uses) => {
    const files = one("a.py", `def f(${old}):\n    return a\n${uses}`);
    expect(await whyNot(files, { parameters: now, values })).toContain("used as a value");
  });

  it("leaves methods of subclasses with a list of their own, but not overloads", async () => {
    const rest = "class B(A):\n    def f(self, a, c): pass\n";
    const text = (list: string): string => `class A:\n    def f(self, ${list}): pass\n${rest}`;
    const request = { from: "A.f", parameters: "a, b=1", at: { path: "a.py", line: 2 } };
    expect(await changed(one("a.py", text("a")), request)).toEqual(one("a.py", text("a, b=1")));
    const overloaded = `from typing import overload\n@overload\ndef f(a, c): ...\ndef f(a): pass\n`;
    const at = { path: "a.py", line: 4 };
    expect(await whyNot(one("a.py", overloaded), { parameters: "a, b=1", at })).toContain(
      "this declaration has other parameters",
    );
  });

  it("needs no call in TypeScript where no further argument is taken", async () => {
    const text = (list: string): string => `function f(${list}) {}\nrun(f);\n`;
    const ts = (list: string): Files => one("a.ts", text(list));
    expect(await changed(ts("a: number"), { parameters: "a?: number" })).toEqual(ts("a?: number"));
    expect(await changed(ts("{ a }: P"), { parameters: "{ a, b = 1 }: P" })).toEqual(
      ts("{ a, b = 1 }: P"),
    );
    // `xs.map(f)` passes an index; a default changes `f.length`, by which express knows its handlers.
    expect(await whyNot(ts("a: number"), { parameters: "a: number, b = 1" })).toContain("a value");
    expect(await whyNot(ts("a: number"), { parameters: "a = 1" })).toContain("a value");
  });

  it("needs no receiver where the call stays as it is", async () => {
    const text = (list: string, call: string): string =>
      `class A { f(${list}) {} }\nexport const g = (x: any) => x.f(${call});\n`;
    const request = { from: "A.f", parameters: "a: number, b = 1" };
    expect(await changed(one("a.ts", text("a: number", "1")), request)).toEqual(
      one("a.ts", text("a: number, b = 1", "1")),
    );
    expect(await whyNot(one("a.ts", text("a: number", "1, 2")), request)).toContain("not known");
    expect(await whyNot(one("a.ts", text("a: number", "...x")), request)).toContain("not known");
  });
});

describe("a name that the body has already", () => {
  it.each([
    ["a.py", "def f(a):\n    return a + limit\nf(1)\n", "a, limit"],
    ["a.py", "def f(a):\n    limit = 2\n    return a + limit\nf(1)\n", "a, limit"],
    ["a.ts", "function f(a) {\n  return a + limit;\n}\nf(1);\n", "a, limit"],
    ["a.ts", "function f(a) {\n  return a.map((limit) => limit);\n}\nf(1);\n", "a, limit"],
    [
      "a.go",
      "package a\n\nfunc f(a int) int { return a + limit }\n\nvar x = f(1)\n",
      "a, limit int",
    ],
  ])("may be a parameter where nothing else declares it: %s", async (path, text, parameters) => {
    const made = await changed(one(path, text), { parameters, values: { limit: "3" } });
    expect(made[path]).toContain("f(1, 3)");
    expect(made[path]).toContain(`f(${parameters})`);
  });

  it.each([
    ["a.py", "limit = 2\ndef f(a):\n    return a + limit\n", "a, limit"],
    ["a.py", "from m import *\ndef f(a):\n    return a + limit\n", "a, limit"],
    ["a.py", "def f(a):\n    return hex(a)\n", "a, hex"],
    ["a.ts", "function f(a) {\n  return a + name;\n}\n", "a, name"],
    ["a.ts", "function f(a) {\n  let limit = 2;\n  return a + limit;\n}\n", "a, limit"],
    ["a.ts", "function f(a) {\n  if (a) { var limit = 2; }\n  return limit;\n}\n", "a, limit"],
    ["a.go", "package a\n\nfunc f(a int) int { limit := 2; return a + limit }\n", "a, limit int"],
  ])("is refused where it means something: %s", async (path, text, parameters) => {
    const values = { [/, (\w+)/u.exec(parameters)![1]!]: "3" };
    expect(await whyNot(one(path, text), { parameters, values })).toContain("for something else");
  });

  it("is refused where another file of the package declares it", async () => {
    const files = {
      "go.mod": "module m.test/m\n",
      "a.go": "package a\n\nfunc f(a int) int { return a + limit }\n",
      "b.go": "package a\n\nvar (\n\tlimit = 2\n)\n",
    };
    const request = { parameters: "a, limit int", values: { limit: "3" } };
    expect(await whyNot(files, request)).toContain("for something else");
  });
});

it("passes nothing where JavaScript takes nothing for `undefined`, and TypeScript does not", async () => {
  const text = (list: string, call: string): string => `function f(${list}) {}\nf(${call});\n`;
  const request = { parameters: "a, b", values: { b: "undefined" } };
  expect(await changed(one("a.js", text("a", "1")), request)).toEqual(
    one("a.js", text("a, b", "1")),
  );
  expect(await changed(one("a.ts", text("a", "1")), request)).toEqual(
    one("a.ts", text("a, b", "1, undefined")),
  );
});

describe("a constructor", () => {
  it("is called by its class under every name, and by subclasses", async () => {
    const python = (list: string, call: string): string =>
      `class A:\n    def __init__(self, ${list}): pass\nclass B(A): pass\nclass C(A):\n    def __init__(self):\n        super().__init__(${call})\ndef g(a: A): return isinstance(a, A)\nA(${call})\nB(${call})\n`;
    const other = (call: string): string => `from a import A as D\nD(${call})\nD.make(1)\n`;
    const files = { "a.py": python("a", "1"), "b.py": other("1") };
    const request = { from: "A.__init__", parameters: "b, a", values: { b: "0" } };
    expect(await changed(files, { ...request, at: { path: "a.py", line: 2 } })).toEqual({
      "a.py": python("b, a", "0, 1"),
      "b.py": other("0, 1"),
    });
  });

  it("is called by `new` and by `super`", async () => {
    const text = (list: string, call: string): string =>
      `export class A { constructor(${list}) {} }\nclass B extends A {}\nclass C extends A { constructor() { super(${call}); } }\nconst a: A = new A(${call});\nnew B(${call}), new C(), a instanceof A;\n`;
    const request = { from: "A.constructor", parameters: "b: string, a: number" };
    const made = await changed(one("a.ts", text("a: number", "1")), {
      ...request,
      values: { b: '"x"' },
      at: { path: "a.ts", line: 1 },
    });
    expect(made).toEqual(one("a.ts", text("b: string, a: number", '"x", 1')));
  });

  it("changes for itself where no call can notice", async () => {
    const text = (list: string): string =>
      `class A:\n    def __init__(self, ${list}): pass\nclass B(A):\n    def __init__(self, a): pass\nmake(A)\n`;
    const request = { from: "A.__init__", parameters: "a, b=1", at: { path: "a.py", line: 2 } };
    expect(await changed(one("a.py", text("a")), request)).toEqual(one("a.py", text("a, b=1")));
  });
});
