import { describe, expect, it } from "vitest";
import { RedraftError } from "../../src/core/errors.ts";
import { createRedraft } from "../../src/redraft/create-redraft.ts";
import { L, m, mp } from "./field-edits.ts";

const redraft = createRedraft();

/** The text that a sketch gives, or the code of its refusal. */
async function answer(path: string, source: string, edit: string): Promise<string> {
  try {
    return (await redraft.apply({ path, source, edit })).text ?? "";
  } catch (error) {
    if (!RedraftError.is(error)) throw error;
    return error.code;
  }
}

/** Suites that all begin with the same line, so that it shows no place. */
const suites = L(
  ...["A", "B", "C", "D"].flatMap((name) => [
    `describe('${name}', () => {`,
    "  const app = new Hono()",
    `  it('${name} works', () => {`,
    `    expect(app.${name}).toBe(1)`,
    "  })",
    "})",
    "",
  ]),
  "describe('404', () => {",
  "  const app = new Hono()",
  "",
  "  const notFound = (c, next) => {",
  "    next()",
  "    if (c.res.status === 404) {",
  "      c.res = new Response('Custom', { status: 404 })",
  "    }",
  "  }",
  "",
  "  app.use('*', notFound)",
  "})",
);

describe("a function that the sketch shows whole under a line that stands in many scopes", () => {
  const shown = (opener: string): string =>
    L(
      m,
      "describe('404', () => {",
      "  const app = new Hono()",
      "",
      opener,
      "    await next()",
      "    if (c.res.status === 404) {",
      "      c.res = new Response('Custom', { status: 404 })",
      "    }",
      "  }",
      `  ${m}`,
      "})",
    );

  it("replaces the one of its name", async () => {
    const opener = "  const notFound = async (c, next) => {";
    const expected = suites
      .replace("  const notFound = (c, next) => {", opener)
      .replace("    next()", "    await next()");
    expect(await answer("a.test.js", suites, shown(opener))).toBe(expected);
  });

  it("never stands beside the body of the one that it replaces", async () => {
    const text = await answer("a.test.js", suites, shown("  const missing = async (c, next) => {"));
    expect(text.split("c.res = new Response").length - 1).toBeLessThan(2);
  });

  it("replaces a method of its name in Python", async () => {
    const source = L(
      ...["A", "B", "C", "D", "E"].flatMap((name) => [
        `class ${name}:`,
        "    limit = 10",
        "",
        "    def load(self, key):",
        `        row = self.${name.toLowerCase()}.find(key)`,
        "        return row",
        "",
      ]),
    );
    const edit = L(
      mp,
      "class D:",
      "    limit = 10",
      "",
      "    def load(self, key, default=None):",
      "        row = self.d.find(key)",
      "        return row or default",
      mp,
    );
    const expected = source.replace(
      "    def load(self, key):\n        row = self.d.find(key)\n        return row\n",
      "    def load(self, key, default=None):\n        row = self.d.find(key)\n        return row or default\n",
    );
    expect(await answer("a.py", source, edit)).toBe(expected);
  });
});

describe("a scope in a scope whose first lines both change", () => {
  const source = L(
    "import type { Context } from './context'",
    "",
    "declare module './request' {",
    "  interface HonoRequest {",
    "    cookie: {",
    "      (name: string): string",
    "      (): Record<string, string>",
    "    }",
    "  }",
    "}",
    "",
    "export const cookie = () => 1",
  );

  it("is the file's, for what stands above it is above that too", async () => {
    const edit = L(...source.split("\n").slice(0, 10), m)
      .replace("declare module './request'", "declare global")
      .replace("HonoRequest", "Request");
    const expected = source
      .replace("declare module './request'", "declare global")
      .replace("HonoRequest", "Request");
    expect(await answer("a.ts", source, edit)).toBe(expected);
  });

  it("loses nothing that the sketch leaves out", async () => {
    const edit = L(...source.split("\n").slice(0, 8), m, "export const cookie = () => 1")
      .replace("declare module './request'", "declare global")
      .replace("HonoRequest", "Request")
      .replace("      (name: string): string\n", "");
    const text = await answer("a.ts", source, edit);
    if (text.includes("\n")) expect(text).toContain("(): Record<string, string>");
  });
});

describe("a new function that repeats lines which stand in many functions", () => {
  const api = L(
    ...["get", "put", "patch", "delete"].flatMap((name) => [
      `def ${name}(url, **kwargs):`,
      `    """Sends a ${name.toUpperCase()} request."""`,
      "    kwargs.setdefault('timeout', 10)",
      "    kwargs.setdefault('verify', True)",
      "    check(url)",
      `    return request('${name.toUpperCase()}', url, **kwargs)`,
      "",
      "",
    ]),
  ).trimEnd();

  it("is added behind the last one, though it has most of its lines", async () => {
    const added = L(
      "def remove(url, **kwargs):",
      '    """Sends a DELETE request."""',
      "    kwargs.setdefault('timeout', 10)",
      "    kwargs.setdefault('verify', True)",
      "    check(url)",
      "    return request('DELETE', url, **kwargs)",
    );
    expect(await answer("api.py", `${api}\n`, `${mp}\n${added}`)).toBe(`${api}\n\n\n${added}`);
  });

  it("is added though its parameters stand on lines of their own", async () => {
    const source = L(
      "export function nameOf<T extends Tools>(",
      "  part: Part<T>,",
      "): keyof T {",
      "  return part.type.split('-')[1] as keyof T;",
      "}",
      "",
      "export type Names = string[];",
    );
    const added = L(
      "export function lastNameOf<T extends Tools>(",
      "  part: Part<T>,",
      "): keyof T {",
      "  return part.type.split('-')[2] as keyof T;",
      "}",
    );
    expect(await answer("a.ts", source, `${m}\n${added}`)).toBe(`${source}\n${added}`);
  });

  it("is added though its parameters are a pattern", async () => {
    const source = L(
      "export function open({",
      "  path,",
      "  mode,",
      "}) {",
      "  return fs.open(path, mode);",
      "}",
      "",
      "window.open = open;",
    );
    const added = L(
      "export function shut({",
      "  path,",
      "  mode,",
      "}) {",
      "  return fs.shut(path, mode);",
      "}",
    );
    expect(await answer("a.js", source, `${m}\n\n${added}`)).toBe(`${source}\n${added}`);
  });
});

describe("an assignment to a member at the margin", () => {
  it.each([
    ["module.exports = create", "module.exports = createApp"],
    ["Foo.prototype.run = function () {}", "Foo.prototype.run = function (a) {}"],
  ])("is not made twice: %s", async (old, changed) => {
    const source = L(
      "const a = require('a')",
      "",
      "const create = () => {",
      "  return a.make(1)",
      "}",
      "",
      old,
    );
    const edit = L(m, "const create = () => {", "  return a.make(2)", "}", "", changed);
    const text = await answer("a.js", source, edit);
    expect(text).toBe(source.replace("make(1)", "make(2)").replace(old, changed));
  });
});

describe("the new lines of a sketch", () => {
  const blanks = L(
    "def a(x):",
    "  if x:",
    "    return 1",
    "  return 2",
    "",
    "",
    "def b(y):",
    "  return y",
  );
  const tabs = blanks.replaceAll("  ", "\t");
  const added = (unit: string): string =>
    L("def c(z):", `${unit}if z:`, `${unit}${unit}return 3`, `${unit}return z`);

  it.each(["\t"])("take the file's blanks instead of tabs", async (unit) => {
    const text = await answer("a.py", blanks, `${mp}\n\n\n${added(unit)}`);
    expect(text).toBe(`${blanks}\n\n${added("  ")}`);
  });

  it.each(["  ", "    ", "        "])("take the file's tabs instead of blanks", async (unit) => {
    const text = await answer("a.py", tabs, `${mp}\n\n\n${added(unit)}`);
    expect(text).toBe(`${tabs}\n\n${added("\t")}`);
  });

  it("stay as they are inside a long text, and where the sketch changes the indentation", async () => {
    const text = `${mp}\n\n\ndef c():\n\treturn """\n    x\n"""\n`;
    expect(await answer("a.py", tabs, text)).toContain('\treturn """\n    x\n"""\n');
    const spaced = tabs.replaceAll("\t", "    ");
    expect(await answer("a.py", tabs, spaced)).toBe(spaced);
  });
});

describe("a new import beside an import that the edit leaves without a use", () => {
  const ts = L(
    "import { Hono } from './hono'",
    "import { Middleware } from './middleware'",
    "",
    "const app = new Hono()",
    "app.use(Middleware.serve())",
    "app.get('Middleware')",
  );
  const changed = (blank: string[]): string =>
    L(
      "import { Hono } from './hono'",
      "import { serve } from './serve'",
      ...blank,
      m,
      "const app = new Hono()",
      "app.use(serve())",
      "app.get('Middleware')",
    );
  const expected = ts
    .replace("{ Middleware } from './middleware'", "{ serve } from './serve'")
    .replace("Middleware.serve()", "serve()");

  it("replaces it where the sketch shows the end of the imports", async () => {
    expect(await answer("a.ts", ts, changed([""]))).toBe(expected);
  });

  it("is asked about where it does not", async () => {
    expect(await answer("a.ts", ts, changed([]))).toBe("ambiguous");
  });

  it("is added where the other one is still used, or never was", async () => {
    const used = `${ts}app.use(Middleware.log())\n`;
    expect(await answer("a.ts", used, `${changed([""])}${m}\n`)).toContain("{ Middleware }");
    const effect = ts.replace("app.use(Middleware.serve())", "app.use(old())");
    expect(await answer("a.ts", effect, changed([""]))).toContain("{ Middleware }");
  });
});

describe("what stands in many places shows none", () => {
  const tests = L(
    "class ApiTest(TestCase):",
    ...["get", "put", "patch", "delete", "head"].flatMap((name) => [
      "",
      ...(name === "patch" ? [] : ["    @mock.patch('api.request')"]),
      `    def test_${name}(self, request):`,
      "        request.return_value = Response()",
      `        api.${name}('/')`,
      ...["status", "headers", "body", "time"].map(
        (part) => `        check(request.${name}.${part})`,
      ),
      `        assert request.call_args.${name}`,
      "",
      `        request.assert_called_once_with('${name}')`,
    ]),
  );

  it("so a decorator before a function that had none is new", async () => {
    const edit = L(
      "class ApiTest(TestCase):",
      `    ${mp}`,
      "",
      "    @mock.patch('api.request')",
      "    def test_patch(self, request):",
      `        ${mp}`,
    );
    const expected = tests.replace(
      "    def test_patch",
      "    @mock.patch('api.request')\n    def test_patch",
    );
    expect(await answer("test_api.py", tests, edit)).toBe(expected);
  });

  it("and a line before a new function replaces the one that it resembles", async () => {
    const edit = L(
      "class ApiTest(TestCase):",
      `    ${mp}`,
      "        assert request.call_args.put",
      "",
      "        request.assert_called_once_with('put', timeout=3)",
      "",
      "    def test_post(self, request):",
      "        api.post('/')",
      "        request.assert_called_once_with('post')",
      "",
      `    ${mp}`,
    );
    const expected = tests.replace(
      "        request.assert_called_once_with('put')\n",
      `${edit.split("\n").slice(4, 9).join("\n")}\n`,
    );
    const text = await answer("test_api.py", tests, edit);
    expect([expected, "ambiguous"]).toContain(text);
  });
});
