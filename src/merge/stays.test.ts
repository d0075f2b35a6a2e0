import { describe, expect, it } from "vitest";
import { readEdit } from "../edit/read.ts";
import { merge } from "./merge.ts";

const text = (...lines: string[]): string => `${lines.join("\n")}\n`;
const outcomeOf = (source: string, edit: string, path = "a.ts") =>
  merge(source, readEdit(edit, { path, source, format: "lazy" }));
const textOf = (source: string, edit: string, path?: string): string => {
  const outcome = outcomeOf(source, edit, path);
  return outcome.kind === "proved" ? outcome.text : `${outcome.kind}: ${JSON.stringify(outcome)}`;
};
const marker = "// ... existing code ...";

describe("what a sketch does not quote stays, and stays where it belongs", () => {
  it("replaces the last line before a marker, rather than repeat lines that the file has once", () => {
    const source = text(
      "class Suite {",
      "  test() {",
      "    const first = get('/one');",
      "    const second = get('/two');",
      "    assertNotIn(second, seen);",
      "  }",
      "}",
    );
    const edit = text(
      marker,
      "    const second = get('/two');",
      "    assertTrue(!seen.has(second));",
      "  }",
      "}",
    );
    expect(textOf(source, edit)).toBe(
      source.replace("assertNotIn(second, seen)", "assertTrue(!seen.has(second))"),
    );
  });

  it("takes an import of the same name for the earlier form of a new one", () => {
    const source = text(
      "import { html } from './html'",
      "import { jsx, memo } from './jsx'",
      "",
      "export const a = 1",
    );
    const edit = text(
      "import { html } from './html'",
      "import { jsx, memo, Fragment } from './jsx'",
      "",
      marker,
    );
    expect(textOf(source, edit)).toBe(source.replace("jsx, memo", "jsx, memo, Fragment"));
  });

  it("adds an import of other names", () => {
    const source = text("import a from './a'", "import { b } from './b'", "", "run(a, b)");
    const edit = text("import a from './a'", "import { c } from './c'", "", marker);
    expect(textOf(source, edit)).toBe(
      text(
        "import a from './a'",
        "import { c } from './c'",
        "import { b } from './b'",
        "",
        "run(a, b)",
      ),
    );
  });

  it("does not put the file's lines into a function that the sketch adds before them", () => {
    const source = text(
      "class Suite:",
      "    def test_post(self):",
      "        post = send('a')",
      "        self.equal(post.status, 200)",
      "",
      "    def test_last(self):",
      "        self.run()",
    );
    const edit = text(
      "# ... existing code ...",
      "        post = send('a')",
      "        self.equal(post.code, 200)",
      "",
      "    def test_put(self):",
      "        put = send('b')",
      "# ... existing code ...",
    );
    const outcome = outcomeOf(source, edit, "a.py");
    if (outcome.kind === "proved") {
      const lines = outcome.text.split("\n");
      expect(lines.indexOf("        self.equal(post.status, 200)")).toBeLessThan(
        lines.indexOf("    def test_put(self):"),
      );
    } else expect(outcome.kind).toBe("refused");
  });

  it("keeps the file's end where the marker behind the last block was forgotten", () => {
    const source = text("start()", "check(one)", "", "if main:", "    run()");
    const edit = text("# ... existing code ...", "start()", "verify(one)");
    const outcome = outcomeOf(source, edit, "a.py");
    const texts =
      outcome.kind === "ambiguous"
        ? outcome.candidates.map((candidate) => candidate.text)
        : [outcome.kind === "proved" ? outcome.text : source];
    for (const one of texts) expect(one).toContain("if main:\n    run()\n");
  });

  it("removes lines among like ones where what comes before these is quoted too", () => {
    const option = (name: string): string[] => [
      `      if (is('${name}')) {`,
      `        use(${name});`,
      "        if (!short) continue;",
      "      }",
    ];
    const source = text("for (;;) {", ...["a", "b", "c"].flatMap(option), "}");
    const edit = text(marker, ...option("a"), ...option("c"), marker);
    expect(textOf(source, edit)).toBe(text("for (;;) {", ...["a", "c"].flatMap(option), "}"));
  });

  it("does not remove the first line of a function whose body stays", () => {
    const bodies = [
      ["a.py", "def one(x):", "def two(x):", "", "# ..."],
      ["a.rb", "def one(x)", "def two(x)", "end", "# ..."],
      ["a.ts", "function one(x) {", "function two(x) {", "}", marker],
    ] as const;
    for (const [path, one, two, end, rest] of bodies) {
      const body = ["  log(x);", "  count(1);"];
      const close = end === "" ? [] : [end];
      const source = text(
        one,
        ...body,
        "  last(x);",
        ...close,
        "",
        two,
        ...body,
        ...close,
        "start();",
      );
      const gone = text(rest, "  last(x);", ...close, ...body, ...close, rest);
      expect(outcomeOf(source, gone, path).kind).not.toBe("proved");
      // A function that goes with its body is another matter.
      expect(textOf(source, text(rest, "  last(x);", ...close, "start();"), path)).toBe(
        source.replace(`\n${text(two, ...body, ...close)}start`, "start"),
      );
    }
  });

  it("takes a context line that is cut short for a quote", () => {
    const source = text(
      "function f() {",
      "  const total = rows.map((row) => row.price * row.count).reduce(add);",
      "  log(total);",
      "  return total;",
      "}",
    );
    const edit = text(
      marker,
      "  const total = rows.map((row) => row.price ...",
      "  return total;",
      marker,
    );
    expect(textOf(source, edit)).toBe(source.replace("  log(total);\n", ""));
  });

  it("leaves the file's blank lines beside a marker", () => {
    const source = text("import a", "", "type Data = A | B", "", "export const run = 1");
    const edit = text(marker, "", "type Data = A", "", marker, "export const run = 1");
    expect(textOf(source, edit)).toBe(source.replace("A | B", "A"));
  });
});
