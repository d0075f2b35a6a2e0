import { describe, expect, it } from "vitest";
import { provedText, sketch, text } from "../../test/support/written-edits.ts";
import type { Edit } from "../core/edit.ts";
import { merge } from "./merge.ts";

describe("which place a sketch means", () => {
  it("keeps the lines of a context together, although a later brace would be cheaper", () => {
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

  it("adds a function beside a similar one: a text without that one is no rival", () => {
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

  it("keeps what follows where the last block fits as it is and the file continues without a marker", () => {
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

  it("does not treat lines as shifted if some of them cannot be", () => {
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

  it("does not match a blank line beside a marker: code between that is not quoted stays", () => {
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

  it("offers a removal comment also as text where its part removes other lines", () => {
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
