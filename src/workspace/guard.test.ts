import { describe, expect, it } from "vitest";
import type { FormatName } from "../core/edit.ts";
import type { EditResult } from "../core/request.ts";
import { readEdit } from "../edit/read.ts";
import { createRedraft } from "../redraft/create-redraft.ts";
import { guard } from "./guard.ts";
import { syntaxFor } from "./syntax.ts";

interface Answer {
  readonly path: string;
  readonly source: string;
  readonly edit: string;
  readonly format?: FormatName;
  readonly text: string;
  /** The edit as it was written, where reading it is not what is tested. */
  readonly written?: string;
}

/** What the guard says against an answer. */
async function against(answer: Answer): Promise<string | undefined> {
  const { path, source, text, written = answer.edit, format = "lazy" } = answer;
  const edit = readEdit(answer.edit, { path, source, format });
  const checker = await syntaxFor(path);
  const known = { path, source, text, edit, written, isWhole: false };
  const checks = guard({ ...known, ...(checker ? { checker } : {}) });
  return checks.find(({ ok }) => ok === false)?.message;
}

const apply = (
  path: string,
  source: string,
  edit: string,
  format?: FormatName,
): Promise<EditResult> => createRedraft().apply({ path, source, edit, ...(format && { format }) });

const bank = `class Bank:
    def open(self, name):
        self.accounts[name] = 0

    # Refuses what is not there.
    def close(self, name):
        del self.accounts[name]

    def total(self):
        return sum(self.accounts.values())
`;
const withoutClose = bank.replace(/ {4}# Refuses[\s\S]*?\[name\]\n\n/, "");

describe("a declaration that goes", () => {
  it("may, where a comment names it: its own comment goes with it", async () => {
    const edit = "# ... existing code ...\n    # removed close()\n# ... existing code ...\n";
    expect(await against({ path: "a.py", source: bank, edit, text: withoutClose })).toBeUndefined();
  });

  it("may, where the lines on both sides of it meet", async () => {
    const edit =
      "# ... existing code ...\n        self.accounts[name] = 0\n\n    def total(self):\n# ... existing code ...\n";
    expect(await against({ path: "a.py", source: bank, edit, text: withoutClose })).toBeUndefined();
  });

  it("may not, where one side is a marker", async () => {
    const edit = "# ... existing code ...\n\n    def total(self):\n# ... existing code ...\n";
    expect(await against({ path: "a.py", source: bank, edit, text: withoutClose })).toMatch(
      /`close` \(lines 6-7\) would be lost.*Quote the lines right above and below it/,
    );
  });

  it("may not, where a comment names another", async () => {
    const edit = "# ... existing code ...\n    # removed open()\n# ... existing code ...\n";
    expect(await against({ path: "a.py", source: bank, edit, text: withoutClose })).toMatch(
      /`close`/,
    );
  });

  it("is not lost where it moves, or gets another first line under its own comment", async () => {
    const close =
      "    # Refuses what is not there.\n    def close(self, name):\n        del self.accounts[name]\n";
    const edit = `# ... existing code ...\n    # removed close()\n    def total(self):\n        return sum(self.accounts.values())\n\n${close}`;
    const text = `${withoutClose}\n${close}`;
    expect(await against({ path: "a.py", source: bank, edit, text })).toBeUndefined();
    const renamed =
      "    # Refuses what is not there.\n    def shut(self, name):\n# ... existing code ...\n";
    expect(
      await against({
        path: "a.py",
        source: bank,
        edit: `# ... existing code ...\n${renamed}`,
        text: bank.replace("def close", "def shut"),
      }),
    ).toBeUndefined();
  });

  it("is counted: one of two that have one name", async () => {
    const source =
      "fun size(a: Int): Int {\n  return a\n}\n\nfun size(a: String): Int {\n  return a.length\n}\n";
    const edit = "// ... existing code ...\n\nfun width(a: Int): Int {\n  return a * 2\n}\n";
    const text =
      "fun size(a: Int): Int {\n  return a\n}\n\nfun width(a: Int): Int {\n  return a * 2\n}\n";
    expect(await against({ path: "a.kt", source, edit, text })).toMatch(
      /`size` \(lines 5-7\) would be lost/,
    );
  });

  it("is a section, a heading, a target or a test, where the language has those", async () => {
    const cases: readonly [string, string, string, string][] = [
      ["a.toml", "[build]\nfast = true\n\n[test]\nslow = true\n", "[build]\nfast = true\n", "test"],
      ["a.md", "# One\n\ntext one\n\n# Two\n\ntext two\n", "# One\n\ntext one\n", "Two"],
      ["Makefile", "all: a\n\tcc a\n\nclean:\n\trm a\n", "all: a\n\tcc a\n", "clean"],
      [
        "a.test.js",
        'it("adds", () => {\n  add();\n});\n\nit("takes", () => {\n  take();\n});\n',
        'it("adds", () => {\n  add();\n});\n',
        '"takes"',
      ],
    ];
    for (const [path, source, text, name] of cases) {
      const edit = `// ... existing code ...\n${text}`;
      expect(await against({ path, source, edit, text }), path).toContain(`\`${name}\``);
    }
  });

  it("goes from a whole text that nobody called one only between lines that stay", async () => {
    const source = "class A {\n  a() {}\n}\n\nclass B {\n  b() {}\n}\n\nclass C {\n  c() {}\n}\n";
    const between = "class A {\n  a() {}\n}\n\nclass C {\n  c() {}\n}\n";
    const file = { path: "a.js", source, format: "whole" } as const;
    expect(await against({ ...file, edit: between, text: between })).toBeUndefined();
    const part = "class C {\n  c(x) {}\n}\n";
    expect(await against({ ...file, edit: part, text: part })).toMatch(
      /`A` \(lines 1-3\) would be lost/,
    );
  });
});

describe("the edit's own syntax", () => {
  const source = "let a = 1;\nlet b = 2;\n";
  const divider = "let a = 1;\n=======\nlet b = 3;\n";

  it("stays out of the file, whatever the edit was read as", async () => {
    const path = "a.js";
    // The reader refuses these lines, too: the guard has to see them without it.
    const of = (written: string, edit: string) =>
      against({ path, source, edit, written, text: written, format: "whole" });
    expect(await of(divider, "let a = 1;\nlet b = 3;\n")).toMatch(
      /line 2 of the result would be a line of a search block: "======="/,
    );
    const fenced = "let a = 1;\n```\nlet b = 3;\n";
    expect(await of(fenced, "let a = 1;\nlet b = 3;\n")).toMatch(
      /line 2 of the result would be a fence/,
    );
    const tagged = "<updated-code>\nlet a = 2;\nlet b = 2;\n";
    expect(await of(tagged, "let a = 2;\nlet b = 2;\n")).toMatch(
      /would be a tag that frames the edit: "<updated-code>"/,
    );
  });

  it("is content in a language that has it, in a string, and on a line that a diff adds", async () => {
    const fenced = "# A\n\n```js\nlet a;\n```\n";
    expect(
      await against({ path: "a.md", source: "# A\n", edit: fenced, text: fenced, format: "whole" }),
    ).toBeUndefined();
    const inString = "let a = `\n=======\n`;\nlet b = 2;\n";
    expect(
      await against({ path: "a.js", source, edit: inString, text: inString, format: "whole" }),
    ).toBeUndefined();
    const diff = "@@ -1,2 +1,3 @@\n let a = 1;\n+=======\n let b = 2;\n";
    const text = "let a = 1;\n=======\nlet b = 2;\n";
    expect(
      await against({ path: "a.cfg", source, edit: diff, text, format: "unified-diff" }),
    ).toBeUndefined();
  });
});

describe("syntax", () => {
  const block = (search: string, replace: string): string =>
    `<<<<<<< SEARCH\n${search}\n=======\n${replace}\n>>>>>>> REPLACE\n`;

  it("that a literal edit breaks is written, and noted with its place", async () => {
    const source = "function a() {\n  return 1;\n}\n";
    const result = await apply("a.js", source, block("  return 1;", "  return (1;"));
    expect(result.text).toContain("return (1;");
    expect(result.notes).toEqual(["new syntax error at line 2"]);
  });

  it("that an edit found with tolerance breaks is a refusal, with its place", async () => {
    const source = "function a() {\n  return one + two + three;\n}\n";
    await expect(
      apply(
        "a.js",
        source,
        block("    return one + two + three;", "    return (one + two + three;"),
      ),
    ).rejects.toThrow(/would have a syntax error at line 2 that the file does not have/);
  });

  it("of JSON files is kept: a comma too many in a sketch, in a lock file, in a notebook", async () => {
    const source = '{\n  "a": 1,\n  "b": 2,\n  "c": 3\n}\n';
    const edit = '{\n  // ... existing code ...\n  "b": 2,\n  "c": 4,\n}\n';
    for (const path of ["package.json", "composer.lock", "a.ipynb"]) {
      await expect(apply(path, source, edit, "lazy"), path).rejects.toThrow(
        /syntax error at line 5/,
      );
    }
    const result = await apply("a.jsonc", source, edit, "lazy");
    expect(result.text).toContain('"c": 4,');
  });
});
