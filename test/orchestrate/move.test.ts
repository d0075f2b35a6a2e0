import { describe, expect, it } from "vitest";
import { RedraftError } from "../../src/core/errors.ts";
import { createRepositoryIndex } from "../../src/orchestrate/index/repository-index.ts";
import type { MovePlan } from "../../src/orchestrate/move/plan-move.ts";
import { planMove } from "../../src/orchestrate/move/plan-move.ts";
import type { MoveRequest } from "../../src/orchestrate/move/request.ts";
import { parserFor } from "../../src/workspace/syntax.ts";
import { memoryRepository } from "../support/memory-repository.ts";

type Texts = Readonly<Record<string, string>>;

async function plan(
  files: Texts,
  from: string,
  to: string,
  unsure?: MoveRequest["unsure"],
): Promise<MovePlan> {
  const index = createRepositoryIndex(memoryRepository(new Map(Object.entries(files))), parserFor);
  await index.update();
  return planMove({ moves: [{ from, to }], unsure }, index, parserFor);
}

/** The texts that change or move, by their new paths. */
async function moved(
  files: Texts,
  from: string,
  to: string,
  unsure?: MoveRequest["unsure"],
): Promise<Texts> {
  const made = await plan(files, from, to, unsure);
  return Object.fromEntries(made.files.map((one) => [one.to ?? one.path, one.after]));
}

async function refusal(files: Texts, from: string, to: string): Promise<string> {
  const error = await plan(files, from, to).catch((one: unknown) => one);
  if (error instanceof Error && !RedraftError.is(error)) throw error;
  return error instanceof Error ? error.message : "not refused";
}

const leaf = "export const x = 1;\n";

describe("a moved file of JavaScript and TypeScript", () => {
  it("is followed by every form of import, each written as before", async () => {
    const user = (spec: string, compiled: string): string =>
      [
        `import { x } from "${spec}";`,
        `import type { X } from '${spec}.ts';`,
        `export * from "${compiled}";`,
        `export { x as y } from "${spec}";`,
        `const z = require("${spec}");`,
        `const later = () => import("${spec}");`,
        `type T = typeof import("${spec}");`,
        `import q = require("${spec}");`,
        'import { other } from "./other";',
        "",
      ].join("\n");
    const made = await moved(
      { "src/a.ts": leaf, "src/b.ts": user("./a", "./a.js"), "src/other.ts": leaf },
      "src/a.ts",
      "src/lib/c.ts",
    );
    expect(made).toEqual({ "src/lib/c.ts": leaf, "src/b.ts": user("./lib/c", "./lib/c.js") });
  });

  it("is refused where a syntax error may hide an import of it, and not where one is elsewhere", async () => {
    const files = { "src/a.ts": leaf, "src/b.ts": "x = import ./a\n" };
    expect(await refusal(files, "src/a.ts", "src/lib/a.ts")).toMatch(
      /src\/b\.ts has a syntax error.*line 1/u,
    );
    // What the grammar reads as a string is asked about.
    const cut = { ...files, "src/b.ts": 'import { y } from "./a";\nimport { x from "./a";\n' };
    expect(await refusal(cut, "src/a.ts", "src/lib/a.ts")).toMatch(/src\/b\.ts:2/u);
    const elsewhere = { ...files, "src/b.ts": 'import { y } from "./a";\nconst s = ;\n' };
    expect((await moved(elsewhere, "src/a.ts", "src/lib/a.ts"))["src/b.ts"]).toBe(
      'import { y } from "./lib/a";\nconst s = ;\n',
    );
  });

  it("keeps its own imports, also of files that are no code or not known", async () => {
    const own = (up: string): string =>
      `import { b } from "${up}/b";\nimport data from "${up}/data.json";\nimport "${up}/made/later.js";\nimport fs from "node:fs";\nimport dep from "dep";\n`;
    const made = await moved(
      { "src/a.ts": own("."), "src/b.ts": leaf, "src/data.json": "{}\n" },
      "src/a.ts",
      "src/deep/er/a.ts",
    );
    expect(made).toEqual({ "src/deep/er/a.ts": own("../..") });
  });

  it.each([
    ["a/index.ts", "b/index.ts", "./a", "./b"],
    ["a/index.ts", "b.ts", "./a", "./b"],
    ["a.ts", "a/index.ts", "./a", "./a"],
    ["a/index.ts", "b/index.ts", "./a/index.js", "./b/index.js"],
    ["a.tsx", "b.ts", "./a.jsx", "./b.js"],
    ["a.mts", "b.mts", "./a.mjs", "./b.mjs"],
    ["index.ts", "lib/index.ts", ".", "./lib"],
    ["data.json", "lib/data.json", "./data.json", "./lib/data.json"],
    ["a.css", "lib/a.css", "./a.css?inline", "./lib/a.css?inline"],
  ])("%s to %s: %s is %s", async (from, to, before, after) => {
    const text = (spec: string): string => `import x from "${spec}";\n`;
    const made = await moved({ [from]: leaf, "main.ts": text(before) }, from, to);
    expect(made["main.ts"] ?? text(before)).toBe(text(after));
    expect(made[to]).toBe(leaf);
  });

  it("is followed through an alias, and by a relative path where the alias does not reach", async () => {
    const files = {
      "tsconfig.json": '{ "compilerOptions": { "paths": { "@/*": ["src/*"] } } }\n',
      "src/lib/a.ts": leaf,
      "src/main.ts": 'import { x } from "@/lib/a";\n',
    };
    const near = await moved(files, "src/lib/a.ts", "src/util/b.ts");
    expect(near["src/main.ts"]).toBe('import { x } from "@/util/b";\n');
    const far = await moved(files, "src/lib/a.ts", "other/b.ts");
    expect(far["src/main.ts"]).toBe('import { x } from "../other/b";\n');
  });

  it("leaves files of the same name, comments and prose", async () => {
    const files = {
      "a.ts": leaf,
      "sub/a.ts": leaf,
      "sub/b.ts": 'import { x } from "./a"; // ./a\nimport { a } from "a";\n',
      "README.md": "See ./a.ts.\n",
    };
    expect(Object.keys(await moved(files, "a.ts", "lib/a.ts"))).toEqual(["lib/a.ts"]);
  });

  it("moves with its folder: imports inside of it stay", async () => {
    const files = {
      "lib/a.ts": 'import { x } from "./b";\nimport { m } from "../m";\n',
      "lib/b.ts": leaf,
      "m.ts": 'import "./lib/a";\nimport "./lib/b";\n',
    };
    expect(await moved(files, "lib", "src/core")).toEqual({
      "src/core/a.ts": 'import { x } from "./b";\nimport { m } from "../../m";\n',
      "src/core/b.ts": leaf,
      "m.ts": 'import "./src/core/a";\nimport "./src/core/b";\n',
    });
  });

  it.each([
    ["a mock", { "b.test.ts": 'vi.mock("./a");\n' }, 'vi.mock("./lib/a");\n'],
    [
      "a URL",
      { "b.test.ts": 'new URL("./a.ts", import.meta.url);\n' },
      'new URL("./lib/a.ts", import.meta.url);\n',
    ],
    ["a path", { "b.test.ts": 'run("a.ts");\n' }, 'run("lib/a.ts");\n'],
    [
      "a map of exports",
      { "package.json": '{ "exports": { ".": "./a.ts" } }\n' },
      '{ "exports": { ".": "./lib/a.ts" } }\n',
    ],
    [
      "a component",
      { "b.vue": '<script>import { x } from "./a";</script>\n' },
      '<script>import { x } from "./lib/a";</script>\n',
    ],
  ])("asks about %s", async (_, other: Texts, after) => {
    const files = { "a.ts": leaf, ...other };
    const [path] = Object.keys(other);
    expect(await refusal(files, "a.ts", "lib/a.ts")).toContain(`${path}:1: `);
    expect((await moved(files, "a.ts", "lib/a.ts", "include"))[path!]).toBe(after);
    const left = await plan(files, "a.ts", "lib/a.ts", "leave");
    expect(left.files.map((one) => one.path)).toEqual(["a.ts"]);
    expect(left.unsure).toMatchObject([{ path, line: 1, changed: false }]);
  });

  it("asks about the name of the file, of which a path may be made, and about paths from another folder", async () => {
    const use = 'path.join(root, "lib", "a.ts");\nmock("../other", { "../a": x });\n';
    const files = { "lib/a.ts": leaf, "b.ts": use };
    const made = await plan(files, "lib/a.ts", "lib/c.ts", "include");
    expect(made.unsure).toMatchObject([
      { path: "b.ts", line: 1, changed: true },
      { path: "b.ts", line: 2, changed: false },
    ]);
    expect(made.files.at(0)?.after).toBe(use.replace("a.ts", "c.ts"));
  });

  it.each([
    ["the path is taken", { "lib/a.ts": leaf }, "lib/a.ts is there already"],
    [
      "a computed import of strings may lead to it",
      { "b.ts": 'require("./" + name);\n' },
      "b.ts:1: ",
    ],
    ["a computed import may lead to it", { "b.ts": "import(`./\u0024{name}.ts`);\n" }, "b.ts:1: "],
    [
      "a pattern of exports has it",
      { "package.json": '{ "exports": { "./*": "./*.ts", "./q": "./q/a*" } }\n', "q/z.ts": leaf },
      "not refused",
    ],
    ["it asks for its folder", { "a.ts": "export const x = __dirname;\n" }, "a.ts:1: "],
    [
      "another package of the repository may export it",
      { "p/package.json": '{ "name": "p" }\n', "b.ts": 'import { x } from "p/a";\n' },
      "where it leads is not known",
    ],
  ])("is refused where %s", async (_, other: Texts, why) => {
    expect(await refusal({ "a.ts": leaf, ...other }, "a.ts", "lib/a.ts")).toContain(why);
  });

  it("is refused where another import would lead to its new path", async () => {
    const files = { "a.ts": leaf, "lib/index.ts": leaf, "b.ts": 'import { x } from "./lib";\n' };
    expect(await refusal(files, "a.ts", "lib.ts")).not.toBe("not refused");
    const missing = { "a.ts": leaf, "b.ts": 'import { x } from "./made";\n' };
    expect(await refusal(missing, "a.ts", "made.ts")).toContain("would lead to made.ts");
  });

  it("is refused where nothing is there, or the language changes", async () => {
    expect(await refusal({ "a.ts": leaf }, "b.ts", "c.ts")).toContain("no file and no folder");
    expect(await refusal({ "a.ts": leaf }, "a.ts", "a.py")).toContain("different languages");
    expect(await refusal({ "a.ts": leaf }, "a.ts", "../a.ts")).toContain("not inside");
  });
});

describe("a moved module of Python", () => {
  const base = { "pkg/__init__.py": "", "pkg/sub/__init__.py": "", "pkg/a.py": "x = 1\n" };
  const python = async (
    text: string,
    to = "pkg/sub/b.py",
    path = "pkg/m.py",
  ): Promise<string | undefined> => (await moved({ ...base, [path]: text }, "pkg/a.py", to))[path];

  it.each([
    ["from pkg.a import x\n", "from pkg.sub.b import x\n"],
    ["from .a import x, y as z\n", "from .sub.b import x, y as z\n"],
    ["from .a import *\n", "from .sub.b import *\n"],
    ["import pkg.a as q\nq.x\n", "import pkg.sub.b as q\nq.x\n"],
    [
      "import pkg.a\npkg.a.x\npkg.a.f(pkg.a)\n",
      "import pkg.sub.b\npkg.sub.b.x\npkg.sub.b.f(pkg.sub.b)\n",
    ],
    ["from . import a\na.x\n", "from .sub import b as a\na.x\n"],
    ["from pkg import a as q\n", "from pkg.sub import b as q\n"],
    [
      "if 1:\n    from . import (a, c)\n",
      "if 1:\n    from .sub import b as a\n    from . import c\n",
    ],
    ["def f():\n    from .a import x\n", "def f():\n    from .sub.b import x\n"],
  ])("%j is %j", async (before, after) => {
    expect(await python(before)).toBe(after);
  });

  it("keeps its own relative imports, and packages theirs", async () => {
    const files = {
      ...base,
      "pkg/a.py": "from .c import x\nfrom . import c\nfrom .sub import d\nimport pkg.c\n",
      "pkg/c.py": "",
      "pkg/sub/d.py": "from ..a import x\n",
    };
    expect(await moved(files, "pkg/a.py", "pkg/sub/a.py")).toEqual({
      "pkg/sub/a.py": "from ..c import x\nfrom .. import c\nfrom . import d\nimport pkg.c\n",
      "pkg/sub/d.py": "from .a import x\n",
    });
  });

  it("leaves imports of names that have nothing to do with it", async () => {
    const files = { ...base, "pkg/__init__.py": "c = 1\n", "pkg/c.py": "" };
    expect(
      await moved(
        { ...files, "pkg/m.py": "from . import c\nfrom .a import x\n" },
        "pkg/a.py",
        "pkg/b.py",
      ),
    ).toMatchObject({
      "pkg/m.py": "from . import c\nfrom .b import x\n",
    });
  });

  it("may become a package", async () => {
    const files = {
      ...base,
      "pkg/a.py": "from .c import x\n",
      "pkg/c.py": "",
      "pkg/m.py": "from .a import x\n",
    };
    expect(await moved(files, "pkg/a.py", "pkg/a/__init__.py")).toEqual({
      "pkg/a/__init__.py": "from ..c import x\n",
    });
  });

  it.each([
    [
      "several things may have the name",
      { "pkg/__init__.py": "from .a import a\n", "m.py": "from pkg import a\n" },
      "is not known",
    ],
    ["the package is used as a value", { "m.py": "import pkg.a\nf(pkg)\n" }, "m.py:2 uses"],
    ["a string has its name", { "m.py": 'patch("pkg.a.x")\n' }, "m.py:1: "],
    ["an entry point has it", { "setup.cfg": "[x]\nmain = pkg.a:main\n" }, "setup.cfg:2: "],
  ])("is seen where %s", async (_, other: Texts, why) => {
    expect(await refusal({ ...base, ...other }, "pkg/a.py", "pkg/b.py")).toContain(why);
  });

  it("rewrites strings where the request says so", async () => {
    const files = { ...base, "m.py": 'patch("pkg.a.x")\n', "setup.cfg": "main = pkg.a:main\n" };
    const made = await moved(files, "pkg/a.py", "pkg/sub/b.py", "include");
    expect(made["m.py"]).toBe('patch("pkg.sub.b.x")\n');
    expect(made["setup.cfg"]).toBe("main = pkg.sub.b:main\n");
  });

  it("is refused where its new name is none, or hides another module", async () => {
    const files = { ...base, "m.py": "import pkg.a\nimport json\n", "top.py": "" };
    expect(await refusal(files, "pkg/a.py", "pkg/a-b.py")).toContain("no name of a module");
    expect(await refusal(files, "top.py", "json.py")).toContain("would lead to json.py");
  });
});

describe("a moved package of Go", () => {
  const files = {
    "go.mod": "module example.com/m\n",
    "json/json.go": "package json\n",
    "json/x_test.go": "package json\n",
    "main.go": 'package main\n\nimport (\n\t"encoding/json"\n\tq "example.com/m/json"\n)\n',
  };

  it("is followed by its imports, under the name that it declares", async () => {
    const made = await moved(files, "json", "internal/codec");
    expect(made["main.go"]).toBe(files["main.go"].replace("m/json", "m/internal/codec"));
    expect(made["internal/codec/json.go"]).toBe("package json\n");
    expect((await plan(files, "json", "internal/codec")).notes.join()).toContain("keeps the name");
  });

  it("is refused without a module, which says by which path it is imported", async () => {
    const { "go.mod": _, ...rest } = files;
    expect(await refusal(rest, "json", "other")).toContain("no go.mod says");
  });

  it.each([
    ["a part of it would stay", "json/json.go", "other/json.go", {}, "Move the whole folder"],
    [
      "another package is there",
      "json",
      "other",
      { "other/z.go": "package other\n" },
      "other/z.go is in the folder",
    ],
    ["it would be internal to others", "json", "sub/internal/json", {}, "internal to sub"],
    [
      "another module has the folder",
      "json",
      "sub/json",
      { "sub/go.mod": "module example.com/s\n" },
      "another module",
    ],
    [
      "the end of its name says when it is built",
      "json/json.go",
      "json/json_test.go",
      {},
      "when Go builds",
    ],
  ])("is refused where %s", async (_, from, to, more: Texts, why) => {
    expect(await refusal({ ...files, ...more }, from, to)).toContain(why);
  });
});
