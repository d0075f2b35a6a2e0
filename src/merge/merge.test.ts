import { describe, expect, it } from "vitest";
import type { Edit, EditLine, LineRole, Segment } from "../core/edit.ts";
import type { MergeOutcome } from "../core/merge.ts";
import { merge } from "./merge.ts";

/** A sketch, a line a string; `...` = an elision, `-- x` = a comment that x was removed. */
function sketch(...texts: readonly string[]): Edit {
  const segments: Segment[] = [];
  let open: EditLine[] | undefined;
  for (const [index, text] of texts.entries()) {
    const at = index + 1;
    if (text.trim() === "...") {
      segments.push({ kind: "elision", text, at });
      open = undefined;
    } else if (text.startsWith("-- ")) {
      segments.push({ kind: "removal", text, at, what: text.slice(3) });
      open = undefined;
    } else {
      if (!open) {
        open = [];
        segments.push({ kind: "lines", lines: open });
      }
      open.push({ text, role: "either", at });
    }
  }
  return { format: "lazy", why: "test", extent: "file", segments, action: "update" };
}

const roles: Readonly<Record<string, LineRole>> = { " ": "keep", "-": "drop", "+": "add" };

/** Explicit parts: lines with the sign of a diff before them. */
function parts(...blocks: readonly (readonly string[])[]): Edit {
  const segments = blocks.map((block): Segment => {
    const lines = block.map((line, index) => ({
      text: line.slice(1),
      role: roles[line[0]!]!,
      at: index + 1,
    }));
    return { kind: "lines", lines };
  });
  return { format: "unified-diff", why: "test", extent: "parts", segments, action: "update" };
}

const text = (...lines: readonly string[]): string => lines.map((line) => `${line}\n`).join("");

function provedText(source: string, edit: Edit): string {
  const outcome = merge(source, edit);
  if (outcome.kind !== "proved") throw new Error(`${outcome.kind}: ${outcome.message}`);
  return outcome.text;
}

describe("merge of a sketch", () => {
  const source = text(
    "import { Tool } from './tool';",
    "",
    "export interface LogEntry {",
    "  timestamp: string;",
    "  requestId: string;",
    "  request: Request;",
    "  error?: string;",
    "}",
    "",
    "export interface Other {",
    "  name: string;",
    "}",
  );

  it("adds the fields of the fast-apply article's LogEntry", () => {
    const edit = sketch(
      "...",
      "export interface LogEntry {",
      "  timestamp: string;",
      "  requestId: string;",
      "  request: Request;",
      "  error?: string;",
      "  tools?: Tool[]; // Added tools",
      "  model?: string; // Added model",
      "}",
      "...",
    );
    const wanted = source.replace(
      "  error?: string;\n",
      "  error?: string;\n  tools?: Tool[]; // Added tools\n  model?: string; // Added model\n",
    );
    expect(provedText(source, edit)).toBe(wanted);
    expect(provedText(wanted, edit)).toBe(wanted);
  });

  it("removes what is left out between two lines that meet, and nothing else", () => {
    const edit = sketch("...", "  timestamp: string;", "  request: Request;", "...");
    expect(provedText(source, edit)).toBe(source.replace("  requestId: string;\n", ""));
  });

  it("removes what a comment says", () => {
    const edit = sketch("...", "  requestId: string;", "-- request", "  error?: string;", "...");
    expect(provedText(source, edit)).toBe(source.replace("  request: Request;\n", ""));
  });

  it("keeps the file's own trailing blanks, indentation and line ends", () => {
    const file = "class A {\r\n\tfirst() {\r\n\t\tone(); \r\n\t\ttwo();\r\n\t}\r\n}\r\n";
    const edit = sketch(
      "...",
      "    first() {",
      "        one();",
      "        more();",
      "        two();",
      "...",
    );
    expect(provedText(file, edit)).toBe(file.replace("\t\ttwo", "\t\tmore();\r\n\t\ttwo"));
  });

  it("leaves a missing final newline missing", () => {
    expect(provedText("a();\nb();\nc();", sketch("...", "b();", "c();", "d();"))).toBe(
      "a();\nb();\nc();\nd();",
    );
  });

  it("takes a marker that stands in the file for the line it is", () => {
    const file = text("def one():", "    ...", "", "def two():", "    return 2");
    const edit = sketch("def one():", "    ...", "", "def two():", "    return 3");
    expect(provedText(file, edit)).toBe(file.replace("return 2", "return 3"));
  });

  it("refuses to choose between two equal places, and shows both", () => {
    const half = ["function f() {", "  start();", "  end();", "}", ""];
    const file = text(...half, ...half);
    const edit = sketch("...", "  start();", "  middle();", "  end();", "...");
    const outcome = merge(file, edit);
    expect(outcome.kind).toBe("ambiguous");
    if (outcome.kind !== "ambiguous") return;
    expect(outcome.candidates.length).toBeGreaterThanOrEqual(2);
    expect(outcome.message).toMatch(/lines 2 to 3/);
    expect(outcome.message).toMatch(/lines 7 to 8/);
    const [one, two] = outcome.candidates;
    expect(one!.text).not.toBe(two!.text);
  });

  it("refuses lines that stand on nothing", () => {
    const outcome = merge(source, sketch("...", "something.else();", "entirely.new();", "..."));
    expect(outcome.kind).not.toBe("proved");
  });

  it("lets syntax veto one of two candidates", () => {
    const half = ["function f() {", "  start();", "  end();", "}", ""];
    const file = text(...half, ...half);
    const edit = sketch("...", "  start();", "  middle();", "  end();", "...");
    const outcome = merge(file, edit, {
      newSyntaxErrors: (candidate) => (candidate.indexOf("middle") < 40 ? 0 : 1),
    });
    expect(outcome.kind).toBe("proved");
  });
});

describe("the scope that a sketch's elisions stay in", () => {
  const method = (name: string, body: string): string[] => [
    `  ${name}(input) {`,
    "    let total = 0;",
    "    for (const value of input) {",
    "      total += value;",
    "    }",
    body,
    "    return total;",
    "  }",
  ];
  const source = text(
    "class Sums {",
    ...["one", "two", "three", "four"].flatMap((name) => method(name, "    total *= 2;")),
    "}",
  );
  const wanted = source.replace(
    text(...method("two", "    total *= 2;")),
    text(...method("two", "    total *= 3;")),
  );

  it("changes the end of the function whose first line is shown", () => {
    const edit = sketch(
      "...",
      "  two(input) {",
      "...",
      "    }",
      "    total *= 3;",
      "    return total;",
      "...",
    );
    expect(provedText(source, edit)).toBe(wanted);
  });

  it("changes what stands in the function whose last lines are shown", () => {
    const tail = ["...", "    return total;", "  }", "  three(input) {", "..."];
    const changed = ["...", "    let total = 1;", "    for (const value of input) {", ...tail];
    expect(provedText(source, sketch(...changed))).toBe(
      source.replace(
        text(...method("two", "    total *= 2;")),
        text(...method("two", "    total *= 2;")).replace("total = 0", "total = 1"),
      ),
    );
  });

  it("leaves the scope where the edit's lines say so", () => {
    const edit = sketch("...", "  two(input) {", "...", "  four(input) {", "    start();", "...");
    expect(provedText(source, edit)).toBe(
      source.replace("  four(input) {\n", "  four(input) {\n    start();\n"),
    );
  });
});

describe("a sketch without a marker that shows a small part of the file", () => {
  const source = text(...Array.from({ length: 12 }, (_, n) => `alpha${n} = ${n}`));
  const shown = ["alpha4 = 4", "alpha5 = 55", "alpha6 = 6"];

  it("changes that part", () => {
    expect(provedText(source, sketch(...shown))).toBe(source.replace("= 5\n", "= 55\n"));
  });

  it("takes nothing away beyond it, though new lines stand at its edges", () => {
    expect(provedText(source, sketch("# above", ...shown, "# below"))).toBe(
      source.replace("alpha4 = 4\nalpha5 = 5\nalpha6 = 6\n", text("# above", ...shown, "# below")),
    );
  });
});

describe("a part that is said to stand under a line", () => {
  const fn = (name: string): string[] => [`def ${name}():`, "    x = 1", "    return x", ""];
  const source = text(...fn("first"), ...fn("second"), ...fn("third"));
  const under = (header: string, from: string): MergeOutcome => {
    const edit = parts(["-    return x", "+    return -x"]);
    const segments = edit.segments.map((segment) => ({ ...segment, under: [header] }));
    return merge(from, { ...edit, segments });
  };

  it("is looked for in the scope that this line opens", () => {
    const second = text(...fn("second"));
    const outcome = under("def second():", source);
    expect(outcome.kind === "proved" && outcome.text).toBe(
      source.replace(second, second.replace("return x", "return -x")),
    );
  });

  it("is left open where several such lines open a scope that has it", () => {
    expect(under("def second():", source + text(...fn("second"))).kind).toBe("ambiguous");
  });

  it("is left open where the line opens nothing", () => {
    expect(under("x = 1", source).kind).toBe("ambiguous");
  });
});

describe("a sketch that was written for another file", () => {
  const source = text(
    "export class Store {",
    "  #items = new Map();",
    "",
    "  get(key) {",
    "    return this.#items.get(key);",
    "  }",
    "}",
  );
  const refusal = (...edit: string[]): string => {
    const outcome = merge(source, sketch(...edit));
    expect(outcome.kind).toBe("refused");
    return outcome.kind === "refused" ? outcome.message : "";
  };

  it("is refused where only braces and blank lines stand in this one", () => {
    const lines = ["  }", "", "  post(url, body) {", "    return this.send(url, body);", "  }"];
    expect(refusal("...", ...lines, "...")).toMatch(
      /None of the edit's 2 lines with words can be found/,
    );
  });

  it("is refused where new lines stand on both sides of the one that it has", () => {
    const lines = ["  open(path) {", "    this.check(path);", "  get(key) {", "    return 1;"];
    const more = Array.from({ length: 6 }, (_, n) => `    this.step${n}(path);`);
    expect(refusal("...", ...lines, ...more, "...")).toMatch(
      /Only 1 of the edit's \d+ lines with words can be found/,
    );
  });

  it("is taken where it adds to the end of the file, beside the brace that stands there", () => {
    expect(provedText(source, sketch("...", "}", "", "export const store = new Store();"))).toBe(
      `${source}\nexport const store = new Store();\n`,
    );
  });

  it("is taken where its lines are like those that they replace", () => {
    const line = "    return this.#items.get(key, null);";
    expect(provedText(source, sketch("...", line, "  }", "}"))).toBe(
      source.replace("    return this.#items.get(key);", line),
    );
  });
});

describe("which place a sketch means", () => {
  it("keeps the lines of a context together, though a later brace would be cheaper", () => {
    const source = text(
      "class Basket {",
      "  add(item) {",
      "    if (item) {",
      "      this.items.push(item);",
      "    }",
      "    return this;",
      "  }",
      "",
      "  total() {",
      "    let sum = 0;",
      "    for (const item of this.items) {",
      "      sum += item.price;",
      "      sum += item.tax;",
      "    }",
      "    return sum;",
      "  }",
      "",
      "  /** How many. */",
      "  size() {",
      "    return this.items.length;",
      "  }",
      "}",
    );
    const edit = sketch(
      "...",
      "    }",
      "    return this;",
      "  }",
      "",
      "  first() {",
      "    return this.items[0];",
      "  }",
      "",
      "  /** How many. */",
      "...",
    );
    const total = source.slice(source.indexOf("  total()"), source.indexOf("  /** How many"));
    const first = text("  first() {", "    return this.items[0];", "  }", "");
    expect(provedText(source, edit)).toBe(source.replace(total, first));
  });

  it("rewrites the function whose name a new line declares, instead of adding another one", () => {
    const old = text(
      "function mount(target) {",
      "  const node = build();",
      "  target.append(node);",
      "  listen(node);",
      "  watch(node);",
      "  report(node);",
      "}",
    );
    const source = text("function start() {", "  ready();", "}", "") + old + text("", "go();");
    const lines = ["function mount(target, intro) {", "  render(target, intro);", "}"];
    const edit = sketch("...", "  ready();", "}", "", ...lines, "...");
    expect(provedText(source, edit)).toBe(source.replace(old, text(...lines)));
  });

  it("adds a function beside a like one: a text that lacks that one is no rival", () => {
    const check = (name: string, query: string): string[] => [
      `func ${name}(t *testing.T) {`,
      "\te := New()",
      `\treq := request("${query}")`,
      "\trec := recorder()",
      "\tu := new(user)",
      "\terr := e.Bind(req, rec, u)",
      `\tcompare(err, "${name}")`,
      "}",
      "",
    ];
    const others = ["TestA", "TestB", "TestC"].flatMap((name) => check(name, `/?${name}`));
    const above = text(...others, ...check("TestOne", "/?id=1"));
    const below = text("func TestLast(t *testing.T) {", "\tlast()", "}");
    const edit = sketch(
      "...",
      "}",
      "",
      ...check("TestTwo", "/?ID=2"),
      "func TestLast(t *testing.T) {",
      "...",
    );
    const wanted = `package a\n\n${above}${text(...check("TestTwo", "/?ID=2"))}${below}`;
    expect(provedText(`package a\n\n${above}${below}`, edit)).toBe(wanted);
  });

  it("keeps what follows where the last block fits as it is and the file goes on without a marker", () => {
    const handler = (name: string): string[] => [
      `export function ${name}(next) {`,
      "  return (context) => {",
      "    if (context.done) {",
      "      return next(context);",
      "    }",
      "  };",
      "}",
    ];
    const source = text("import a from 'a';", "", ...handler("one"), "", ...handler("two"));
    const edit = sketch(
      "import a from 'b';",
      "",
      "export function one(next) {",
      "...",
      "      return next(context);",
      "    }",
      "  };",
      "}",
    );
    expect(provedText(source, edit)).toBe(source.replace("'a'", "'b'"));
  });

  it("offers both of two places with the same context around other lines", () => {
    const step = (name: string, ...body: readonly string[]): string[] => [
      `def ${name}(x):`,
      "    count = 0",
      "    while count < limit(x):",
      ...body,
      "        last = x",
      "        count += 1",
    ];
    const source = text(
      ...step("slow", "        x = x - rate * slope(x)"),
      ...step("fast", "        x = x - \\", "            slope(x) / bend(x)"),
    );
    const edit = sketch(
      "...",
      "    count = 0",
      "    while count < limit(x):",
      "        x = x - newton(x)",
      "        last = x",
      "...",
    );
    const outcome = merge(source, edit);
    expect(outcome.kind).toBe("ambiguous");
    if (outcome.kind !== "ambiguous") return;
    const wanted = text(
      ...step("slow", "        x = x - rate * slope(x)"),
      ...step("fast", "        x = x - newton(x)"),
    );
    expect(outcome.candidates.map((candidate) => candidate.text)).toContain(wanted);
  });

  it("does not take lines for shifted where some of them could not be", () => {
    const source = text("def run(kind):", "    if kind:", "        return 1", "    return 2");
    const lines = [
      "class Runner:",
      "    def run(self, kind):",
      "        if kind:",
      "            return 1",
    ];
    const edit = sketch(...lines, "        return 2");
    expect(provedText(source, edit)).toBe(text(...lines, "        return 2"));
  });

  /** The texts that are offered. */
  function offered(source: string, edit: Edit): string[] {
    const outcome = merge(source, edit);
    expect(outcome.kind).toBe("ambiguous");
    return outcome.kind === "ambiguous" ? outcome.candidates.map(({ text }) => text) : [];
  }

  it("takes no blank line beside a marker for one of the file: code between that is not quoted stays", () => {
    const bound = [
      "  @Test void bounds() {",
      "    Buffer source = new Buffer();",
      "    source.write(repeat('a', 100));",
      "    try {",
      "      in.read(new byte[100], 50, 51);",
      "      fail();",
      "    } catch (OutOfBounds expected) {",
      "    }",
      "  }",
    ];
    const closes = [
      "  @Test void closes() {",
      "    Source source = new Source(new Buffer());",
      "    try {",
      "      source.require(1);",
      "      fail();",
      "    } catch (Closed expected) {",
      "      same(expected);",
      "    }",
      "  }",
    ];
    const before = [
      "class T {",
      "  @Test void tracks() {",
      "    same(0, source.size());",
      "  }",
      "",
    ];
    const after = ["", "  @Test void last() {", "    done();", "  }", "}"];
    const edit = sketch("...", "    same(0, source.size());", "  }", "", ...closes, "", "...");
    const texts = offered(text(...before, ...bound, ...after), edit);
    for (const one of texts) expect(one).toContain("  @Test void bounds() {");
  });

  it("removes what is left out between a quoted line and its scope's quoted closer", () => {
    const head = ["if linux", "  if a", "    make a", "    cd a", "    install a", "  fi"];
    const other = (name: string): string[] => ["", `  if ${name}`, `    make ${name}`, "  fi"];
    const tail = ["b", "c", "d", "e", "f"].flatMap(other);
    const edit = sketch("...", ...head.slice(0, 2), "    make all", ...head.slice(3), "fi");
    const source = text("set -e", ...head, ...tail, "fi");
    const wanted = text("set -e", ...head.slice(0, 2), "    make all", ...head.slice(3), "fi");
    expect(provedText(source, edit)).toBe(wanted);
  });

  it("offers a comment that says something goes as a comment, where other lines of its part go", () => {
    const source = text(
      "import logging",
      "import os",
      "import test",
      "",
      "from env import Env, Client",
      "",
      "log = 1",
    );
    const lines = [
      "import os",
      "-- deleted import",
      "",
      "import test",
      "from env import Client, Env",
      "",
    ];
    const texts = offered(source, sketch("...", ...lines, "log = 1", "..."));
    expect(texts).toContain(text("import logging", ...lines, "log = 1"));
    const without = lines.filter((line) => !line.startsWith("-- "));
    expect(texts).toContain(text("import logging", ...without, "log = 1"));
  });
});

describe("merge of explicit parts", () => {
  const source = text("a = 1", "b = 2", "c = 3", "d = 4", "e = 5", "f = 6");

  it("places parts in any order", () => {
    const edit = parts([" e = 5", "+e2 = 5", " f = 6"], [" a = 1", "-b = 2", "+b = 9"]);
    expect(provedText(source, edit)).toBe(
      text("a = 1", "b = 9", "c = 3", "d = 4", "e = 5", "e2 = 5", "f = 6"),
    );
  });

  it("refuses two parts that claim one line", () => {
    const outcome = merge(source, parts(["-b = 2", "+b = 7"], ["-b = 2", "+b = 8"]));
    expect(outcome).toMatchObject({ kind: "refused", code: "no-match" });
  });

  it("keeps a context line that the edit misquotes or leaves out", () => {
    const file = text("first(one, two);", "second(three);", "third(four);", "fourth(five);");
    const misquoted = parts([" first(one,two)", "-second(three);", "+second(3);", " third(four);"]);
    expect(provedText(file, misquoted)).toBe(file.replace("three", "3"));
    const omitted = parts([" first(one, two);", "-third(four);", "+third(4);", " fourth(five);"]);
    expect(provedText(file, omitted)).toBe(file.replace("four)", "4)"));
  });

  it("re-indents a shifted block", () => {
    const file = text("if (x) {", "    first(one);", "    second(two);", "}");
    const edit = parts([" first(one);", "+between();", " second(two);"]);
    expect(provedText(file, edit)).toBe(file.replace("    second", "    between();\n    second"));
  });

  it("recognises what is there already", () => {
    const edit = parts([" a = 1", "+a2 = 1", " b = 2"]);
    const once = provedText(source, edit);
    const outcome = merge(once, edit);
    expect(outcome).toMatchObject({ kind: "proved", text: once });
  });

  it("names the line that is not there and the one most like it", () => {
    const outcome = merge(source, parts(["-completely different", "+x = 1"]));
    expect(outcome).toMatchObject({ kind: "refused", code: "no-match" });
    if (outcome.kind === "refused") expect(outcome.message).toContain("completely different");
  });

  it("takes no blank line or brace for a sign that a part was applied before", () => {
    const file = text("a();", "", "function one() {", "  load(first);", "}");
    for (const added of ["+", "+}"]) {
      const outcome = merge(file, parts(["-  load(second);", "-}", added]));
      expect(outcome.kind).toBe("refused");
    }
  });

  it("takes no part for applied while a line that it removes is still in the file elsewhere", () => {
    const file = text("// The commands.", "const commands = [", "  apply,", "  batch,", "];");
    const stale = parts(["-// The commands.", "-const oommands = [", "+  batch,"]);
    expect(merge(file, stale).kind).toBe("refused");
    const done = parts(["-const known = [", "+const commands = ["]);
    expect(merge(file, done)).toMatchObject({ kind: "proved", text: file });
  });
});
