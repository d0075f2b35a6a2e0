import { describe, expect, it } from "vitest";
import { bestText, proposedTexts } from "../../../test/support/fixes.ts";

const never = (name: string): string =>
  `TS6133: '${name}' is declared but its value is never read.`;

describe("unused import", () => {
  it.each([
    ["«import { a } from './a';\nb();\n", never("a"), "b();\n"],
    ["import { «a, b } from './a';\nb();\n", never("a"), "import { b } from './a';\nb();\n"],
    ["import { b, «a } from './a';\nb();\n", never("a"), "import { b } from './a';\nb();\n"],
    [
      "import {\n  «a,\n  b,\n} from './a';\nb();\n",
      never("a"),
      "import {\n  b,\n} from './a';\nb();\n",
    ],
    [
      "import {\n  b,\n  «a,\n} from './a';\nb();\n",
      never("a"),
      "import {\n  b,\n} from './a';\nb();\n",
    ],
    ["import «a, { b } from './a';\nb();\n", never("a"), "import { b } from './a';\nb();\n"],
    ["import a, { «b } from './a';\na();\n", never("b"), "import a from './a';\na();\n"],
    ["import * as «a from './a';\nb();\n", never("a"), "b();\n"],
    ["import { x as «a, b } from './a';\nb();\n", never("a"), "import { b } from './a';\nb();\n"],
    [
      "«import { a, b } from './a';\nc();\n",
      "TS6192: All imports in import declaration are unused.",
      "c();\n",
    ],
    [
      "import { «a, b } from './a';\nb();\n",
      "'a' is defined but never used  no-unused-vars",
      "import { b } from './a';\nb();\n",
    ],
  ])("is taken out of %j", async (own, message, expected) => {
    const [first] = await proposedTexts("a.ts", own, message);
    expect(first).toMatchObject({ after: expected, confidence: 1 });
  });

  it.each([
    ["«import os\nimport sys\n", "'os' imported but unused", "import sys\n"],
    ["import «os, sys\n", "F401 [*] `os` imported but unused", "import sys\n"],
    ["«from a.b import c, d\nd\n", "'a.b.c' imported but unused", "from a.b import d\nd\n"],
    ["«from a import b as c\n", "'a.b as c' imported but unused", ""],
    [
      "from a import (\n    «b,\n    c,\n)\nc\n",
      "F401 [*] `a.b` imported but unused",
      "from a import (\n    c,\n)\nc\n",
    ],
    ["«from .a import b\n", "'.a.b' imported but unused", ""],
  ])("of Python is taken out of %j", async (own, message, expected) => {
    expect(await bestText("a.py", own, message)).toBe(expected);
  });

  it.each([
    ["asks for it", { "tsconfig.json": '{ "compilerOptions": { "verbatimModuleSyntax": true } }' }],
    [
      "extends a package, which may ask for it",
      { "tsconfig.json": '{ "extends": "@a/tsconfig" }' },
    ],
    [
      "extends a file that asks for it",
      {
        "tsconfig.json": '{ "extends": "./config/tsconfig.base" }',
        "config/tsconfig.base.json": '{ "compilerOptions": { "preserveValueImports": true, }, }',
      },
    ],
  ])("still loads its module where the configuration %s", async (_, configuration) => {
    const own = "import { «a } from './a';\nb();\n";
    const fixes = await proposedTexts("src/a.ts", own, never("a"), configuration);
    expect(fixes.map(({ after }) => after)).toEqual(["import './a';\nb();\n", "b();\n"]);
    expect(fixes.every(({ confidence }) => confidence < 1)).toBe(true);
  });

  it("is taken out where the configuration is that of another folder", async () => {
    const own = "import { «a } from './a';\nb();\n";
    const [first] = await proposedTexts("src/a.ts", own, never("a"), {
      "web/tsconfig.json": '{ "compilerOptions": { "verbatimModuleSyntax": true } }',
      "tsconfig.json": '{ "extends": "./tsconfig.base.json" }',
      "tsconfig.base.json": '{ "compilerOptions": { "strict": true } }',
    });
    expect(first).toMatchObject({ after: "b();\n", confidence: 1 });
  });

  it("of Go is taken out", async () => {
    const own = 'package a\n\nimport (\n\t"fmt"\n\t«"os"\n)\n\nvar x = fmt.Sprint()\n';
    expect(await bestText("a.go", own, '"os" imported and not used')).toBe(
      'package a\n\nimport (\n\t"fmt"\n)\n\nvar x = fmt.Sprint()\n',
    );
  });

  it.each([
    [
      "a.py",
      "«import re\n\n\ndef f(x):\n    return re.sub('a', 'b', x)\n",
      "'re' imported but unused",
    ],
    ["a.ts", "import { «a } from './a';\nb(a);\n", never("a")],
    ["a.ts", "import { «A } from './a';\nlet x: A;\n", never("A")],
    ["a.ts", "import { «a } from './a';\nb({ a });\n", never("a")],
    ["a.go", 'package a\n\nimport «"os"\n\nvar x = os.Args\n', '"os" imported and not used'],
  ])("is not certain where the name is written elsewhere: %s, %j", async (path, own, message) => {
    const found = await proposedTexts(path, own, message);
    expect(found.every(({ confidence }) => confidence < 0.8)).toBe(true);
  });

  it("is certain where only a member or a keyword has the name", async () => {
    const own = "«import os\nx.os = f(os=1)\n";
    const [first] = await proposedTexts("a.py", own, "'os' imported but unused");
    expect(first).toMatchObject({ after: "x.os = f(os=1)\n", confidence: 1 });
  });

  it("stays where another file takes it from there", async () => {
    const own = "«from os import path\n";
    const others = { "b.py": "from a import path\n" };
    expect(await proposedTexts("a.py", own, "'os.path' imported but unused", others)).toEqual([]);
  });

  it("is not certain in an __init__ of Python", async () => {
    const [first] = await proposedTexts(
      "p/__init__.py",
      "«from .a import b\n",
      "'.a.b' imported but unused",
    );
    expect(first!.confidence).toBeLessThan(1);
  });

  it.each([
    ['import «app from "./setup.js";\nb();\n', "app", 'import "./setup.js";\nb();\n'],
    ["import * as «a from 'a'\nb()\n", "a", "import 'a'\nb()\n"],
    ["import { «a } from 'a' with { type: 'x' };\n", "a", "import 'a' with { type: 'x' };\n"],
  ])("of JavaScript still loads the module: %j", async (own, name, expected) => {
    const message = `'${name}' is defined but never used  no-unused-vars`;
    const found = await proposedTexts("a.mjs", own, message);
    expect(found[0]!.after).toBe(expected);
    expect(found.every(({ confidence }) => confidence < 1)).toBe(true);
  });

  it("of JavaScript is taken out of a list", async () => {
    const own = "import { «a, b } from './a';\nb();\n";
    const [first] = await proposedTexts("a.js", own, "'a' is defined but never used");
    expect(first).toMatchObject({ after: "import { b } from './a';\nb();\n", confidence: 1 });
  });

  it.each([
    ["import { «A, b } from './a';\nb(<A />);\n", "A"],
    ["import { «A, b } from './a';\nb(<A.B>c</A.B>);\n", "A"],
    ["import «React, { b } from 'react';\nb(<i>c</i>);\n", "React"],
  ])("that JSX may use is not certain: %j", async (own, name) => {
    const message = `'${name}' is defined but never used  no-unused-vars`;
    for (const path of ["a.jsx", "a.tsx"]) {
      const [first] = await proposedTexts(path, own, message);
      expect(first!.confidence).toBeLessThan(0.8);
    }
  });
});
