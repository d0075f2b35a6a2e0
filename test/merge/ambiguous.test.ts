import { describe, expect, it } from "vitest";
import type { FormatName } from "../../src/core/edit.ts";
import { RedraftError } from "../../src/core/errors.ts";
import { readEdit } from "../../src/edit/read.ts";
import { merge } from "../../src/merge/merge.ts";
import { settleByRanking } from "../../src/settle/rank/settle-by-rank.ts";

/** A stretch that stands twice in a file, and a change inside it that does not say which is meant. */
interface Twin {
  readonly name: string;
  readonly twin: readonly string[];
  /** What stands between the two, before and after them. */
  readonly around: readonly [string, string, string];
  /** Index in the twin of the line that changes, and its new text. */
  readonly at: number;
  readonly fresh: string;
  readonly marker: string;
}

const twins: readonly Twin[] = [
  {
    name: "equal functions",
    twin: ["function run() {", "  start();", "  stop();", "}"],
    around: ["// a", "// b", "// c"],
    at: 1,
    fresh: "  begin();",
    marker: "// ... existing code ...",
  },
  {
    name: "equal tests",
    twin: ["  it('works', () => {", "    const a = make();", "    expect(a).toBe(1);", "  });"],
    around: ["describe('one', () => {", "});\ndescribe('two', () => {", "});"],
    at: 2,
    fresh: "    expect(a).toBe(2);",
    marker: "  // ... existing code ...",
  },
  {
    name: "workflow steps",
    twin: ["    steps:", "      - uses: checkout@v3", "      - run: build", "      - run: test"],
    around: ["jobs:\n  linux:", "  windows:", "# end"],
    at: 1,
    fresh: "      - uses: checkout@v4",
    marker: "# ... existing code ...",
  },
  {
    name: "rules of a style sheet",
    twin: ["a {", "  color: red;", "  margin: 0;", "}"],
    around: ["/* light */", "/* dark */", "/* print */"],
    at: 1,
    fresh: "  color: blue;",
    marker: "/* ... existing code ... */",
  },
  {
    name: "methods of two classes",
    twin: ["    def size(self):", "        n = len(self.items)", "        return n"],
    around: ["class A:", "class B:", "done()"],
    at: 2,
    fresh: "        return n + 1",
    marker: "    # ... existing code ...",
  },
  {
    name: "sections of a text",
    twin: ["## Install", "", "Run the installer.", "", "## Use"],
    around: ["# One", "# Two", "# Three"],
    at: 2,
    fresh: "Run the package manager.",
    marker: "<!-- ... existing code ... -->",
  },
  {
    name: "entries of a list",
    twin: ["  {", '    "kind": "item",', '    "size": 3', "  },"],
    around: ["[", '  "and",', "  0\n]"],
    at: 2,
    fresh: '    "size": 4',
    marker: "// ... existing code ...",
  },
  {
    name: "branches of a switch",
    twin: ["      log(event);", "      count += 1;", "      break;"],
    around: ["switch (a) {\n    case 1:", "    case 2:", "}"],
    at: 1,
    fresh: "      count += 2;",
    marker: "      // ... existing code ...",
  },
  {
    name: "error handling",
    twin: ["\tif err != nil {", "\t\treturn nil, err", "\t}"],
    around: ["func a() {\n\tx, err := one()", "\ty, err := two()", "\treturn x + y\n}"],
    at: 1,
    fresh: "\t\treturn nil, wrap(err)",
    marker: "\t// ... existing code ...",
  },
  {
    name: "rows of a table",
    twin: ["<tr>", "  <td>name</td>", "  <td>0</td>", "</tr>"],
    around: ["<table>", "<!-- second -->", "</table>"],
    at: 2,
    fresh: "  <td>1</td>",
    marker: "<!-- ... existing code ... -->",
  },
];

function sourceOf({ twin, around }: Twin): string {
  const [above, between, below] = around;
  return `${[above, ...twin, between, ...twin, below].join("\n")}\n`;
}

function editsOf({ twin, at, fresh, marker }: Twin): [FormatName, string][] {
  const after = twin.with(at, fresh);
  const context = (sign: (index: number) => string): string =>
    twin
      .map((line, index) => (index === at ? `-${line}\n+${fresh}` : `${sign(index)}${line}`))
      .join("\n");
  const grown = [...twin.slice(0, at + 1), fresh, ...twin.slice(at + 1)];
  return [
    ["lazy", `${marker}\n${after.join("\n")}\n${marker}\n`],
    ["lazy", `${marker}\n${grown.join("\n")}\n${marker}\n`],
    [
      "search-replace",
      `<<<<<<< SEARCH\n${twin.join("\n")}\n=======\n${after.join("\n")}\n>>>>>>> REPLACE\n`,
    ],
    [
      "search-replace",
      JSON.stringify({ old_string: twin.join("\n"), new_string: grown.join("\n") }),
    ],
    ["unified-diff", `--- a/f\n+++ b/f\n@@ @@\n${context(() => " ")}\n`],
    ["patch", `*** Begin Patch\n*** Update File: f\n@@\n${context(() => " ")}\n*** End Patch\n`],
  ];
}

/** What the merge says of an edit, refusals of the reader included. */
function answer(
  source: string,
  edit: string,
  format: FormatName,
): { kind: string; message: string } {
  try {
    const request = { path: "f", source, edit, format };
    const read = readEdit(edit, request);
    const outcome = merge(source, read);
    // The learnt ranker must not decide what nobody can.
    const ranked =
      outcome.kind === "ambiguous" ? settleByRanking({ request, edit: read, outcome }) : undefined;
    if (ranked) return { kind: "proved", message: ranked.text };
    return {
      kind: outcome.kind,
      message: outcome.kind === "proved" ? outcome.text : outcome.message,
    };
  } catch (error) {
    if (!RedraftError.is(error)) throw error;
    return { kind: "refused", message: error.message };
  }
}

describe("edits that fit in two places", () => {
  for (const twin of twins) {
    const source = sourceOf(twin);
    for (const [index, [format, edit]] of editsOf(twin).entries()) {
      it(`${twin.name}, ${format} ${index + 1}`, () => {
        const { kind, message } = answer(source, edit, format);
        expect(kind, message).not.toBe("proved");
        const places = [...message.matchAll(/lines? (\d+)/g)].map((match) => match[1]);
        expect(new Set(places).size, message).toBeGreaterThanOrEqual(2);
      });
    }
  }
});

describe("sketches of one place that can be read in two ways", () => {
  const body = (...lines: readonly string[]): string => `${lines.join("\n")}\n`;
  it.each<[string, string, string]>([
    [
      "a comment that says something goes, beside lines that do",
      body("import a", "import b", "import t", "", "from e import F, G", "", "x = 1"),
      body(
        "# ...",
        "import b",
        "# removed import",
        "",
        "import t",
        "from e import G, F",
        "",
        "x = 1",
        "# ...",
      ),
    ],
    [
      "a function beside one like it, or instead of it",
      body(
        "class T {",
        "  int first() {",
        "    return size(0);",
        "  }",
        "",
        "  int bounds() {",
        "    Buffer source = make();",
        "    source.write(100);",
        "    return source.read(50);",
        "  }",
        "",
        "  int last() {",
        "    return 1;",
        "  }",
        "}",
      ),
      body(
        "// ...",
        "    return size(0);",
        "  }",
        "",
        "  int closes() {",
        "    Buffer source = make();",
        "    source.close();",
        "    return source.read(1);",
        "  }",
        "",
        "// ...",
      ),
    ],
  ])("%s", (_, source, edit) => {
    const { kind, message } = answer(source, edit, "lazy");
    expect(kind, message).toBe("ambiguous");
    expect(message).toMatch(/Version 1, .*lines? \d+/);
    expect(message).toMatch(/Version 2, .*lines? \d+/);
  });
});

describe("edits that contradict the file or themselves", () => {
  const source = "import a\n\nx = 1\ny = 2\nz = 3\n";
  it.each<[string, FormatName, string]>([
    [
      "two hunks that claim one line",
      "search-replace",
      "<<<<<<< SEARCH\ny = 2\n=======\ny = 3\n>>>>>>> REPLACE\n<<<<<<< SEARCH\ny = 2\n=======\ny = 4\n>>>>>>> REPLACE\n",
    ],
    [
      "an edit for another file",
      "lazy",
      "// ...\nfunction other() {\n  return elsewhere;\n}\n// ...\n",
    ],
    ["a diff for another file", "unified-diff", "@@ @@\n one\n-two\n+three\n four\n"],
    [
      "a search that is nowhere",
      "search-replace",
      "<<<<<<< SEARCH\nq = 9\n=======\nq = 8\n>>>>>>> REPLACE\n",
    ],
    ["new lines with nothing around", "lazy", "# ...\nw = 0\n# ...\n"],
  ])("%s", (_, format, edit) => {
    expect(answer(source, edit, format).kind).not.toBe("proved");
  });
});

describe("parts without any marker", () => {
  const body = (...lines: readonly string[]): string => `${lines.join("\n")}\n`;
  it.each<[string, string, string, string]>([
    [
      "what is left out below stays",
      body("import a", "", "one()", "two()", "three()", "four()", "", "def old():", "    pass"),
      body("import a", "", "one()", "two(2)", "three()", "four()"),
      body("import a", "", "one()", "two(2)", "three()", "four()", "", "def old():", "    pass"),
    ],
    [
      "what is left out above stays",
      body("# title", "import a", "", "one()", "two()"),
      body("import a", "", "one(1)", "two()"),
      body("# title", "import a", "", "one(1)", "two()"),
    ],
  ])("%s", (_, source, edit, expected) => {
    const request = { path: "a.py", source, format: "lazy" } as const;
    expect(merge(source, readEdit(edit, request))).toMatchObject({
      kind: "proved",
      text: expected,
    });
  });
});
