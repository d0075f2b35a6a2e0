import { describe, expect, it } from "vitest";
import { readEdit } from "../../src/edit/read.ts";
import { merge } from "../../src/merge/merge.ts";

const lines = (...all: readonly string[]): string => all.map((line) => `${line}\n`).join("");

function outcome(source: string, edit: string, path = "a.ts"): ReturnType<typeof merge> {
  return merge(source, readEdit(edit, { path, source, format: "lazy" }));
}

function proved(source: string, edit: string, path?: string): string {
  const made = outcome(source, edit, path);
  if (made.kind !== "proved") throw new Error(`${made.kind}: ${made.message}`);
  return made.text;
}

function refusal(source: string, edit: string, path?: string): string {
  const made = outcome(source, edit, path);
  if (made.kind === "proved") throw new Error(`applied:\n${made.text}`);
  return made.message;
}

const store = lines(
  "import { db } from './db';",
  "",
  "export class Store {",
  "  #items = new Map();",
  "",
  "  add(item) {",
  "    this.#items.set(item.id, item);",
  "    return this;",
  "  }",
  "",
  "  clear() {",
  "    this.#items.clear();",
  "    return this;",
  "  }",
  "}",
  "",
  "export function open(path) {",
  "  return db(path);",
  "}",
);

describe("blank lines beside a marker are layout", () => {
  it.each(["", "\n"])("after and before markers (%j)", (blank) => {
    const edit = `// ... existing code ...\n${blank}    this.#items.set(item.id, item);\n    this.changed();\n    return this;\n${blank}// ... existing code ...\n`;
    const wanted = store.replace("item);\n", "item);\n    this.changed();\n");
    expect(proved(store, edit)).toBe(wanted);
  });

  it("never bound what is removed: a new method after a marker is added, nothing goes", () => {
    const method = "  has(id) {\n    return this.#items.has(id);\n  }\n";
    const edit = `export class Store {\n  // ... existing code ...\n\n${method}}\n`;
    expect(proved(store, edit)).toBe(store.replace("  }\n}\n", `  }\n\n${method}}\n`));
  });

  it("a line or two that are there already, set off by a blank line, are asked about", () => {
    const edit = "// ... existing code ...\n  #items = new Map();\n\n// ... existing code ...\n";
    expect(refusal(store, edit)).toContain("quote the line above and the line below");
  });
});

describe("code that quotes nothing", () => {
  it("goes to the file's end behind a leading marker, set off as the file sets its code apart", () => {
    const added = "export function close(store) {\n  store.clear();\n}\n";
    expect(proved(store, `// ... existing code ...\n${added}`)).toBe(`${store}\n${added}`);
  });

  it("is added beside a like function, which stays", () => {
    const twin = "export function openAgain(path) {\n  return db(path);\n}\n";
    expect(proved(store, `// ... existing code ...\n\n${twin}`)).toBe(`${store}\n${twin}`);
  });

  it("goes to the end of a Python class that the sketch leaves open", () => {
    const source = lines("class A:", "    def one(self):", "        return 1", "", "x = A()");
    const edit = lines(
      "class A:",
      "    # ... existing code ...",
      "    def two(self):",
      "        return 2",
    );
    const wanted = source.replace(
      "return 1\n",
      "return 1\n\n    def two(self):\n        return 2\n",
    );
    expect(proved(source, edit, "a.py")).toBe(wanted);
  });

  it("before a trailing marker is asked about where the file begins with imports: behind them first", () => {
    const made = outcome(
      store,
      "function log(text) {\n  console.log(text);\n}\n// ... existing code ...\n",
    );
    expect(made.kind).toBe("ambiguous");
    if (made.kind !== "ambiguous") return;
    expect(made.candidates[0]!.text.indexOf("function log")).toBeGreaterThan(store.indexOf("db';"));
  });

  it("between two markers has no place", () => {
    const edit = "// ...\nfunction log(text) {\n  console.log(text);\n}\n// ...\n";
    expect(refusal(store, edit)).toContain("Cannot place the block");
  });
});

describe("one symbol", () => {
  it("is replaced whole, and nothing outside it goes", () => {
    const edit = "export function open(path) {\n  log(path);\n  return db(path);\n}\n";
    const wanted = store.replace("  return db", "  log(path);\n  return db");
    expect(proved(store, edit)).toBe(wanted);
  });

  it("may hold markers", () => {
    const edit =
      "export class Store {\n  // ...\n  clear() {\n    this.#items.clear();\n    return undefined;\n  }\n}\n";
    const wanted = store.replace("clear();\n    return this;", "clear();\n    return undefined;");
    expect(proved(store, edit)).toBe(wanted);
  });
});

describe("an opening line changes, its inside is a marker", () => {
  it("replaces the line that opens the scope", () => {
    const source = lines(
      "function a(x) {",
      "  start();",
      "  if (x) {",
      "    run(x);",
      "    stop();",
      "  }",
      "}",
    );
    const edit = lines("// ...", "  start();", "  if (x && x.ready) {", "    run(x);", "// ...");
    expect(proved(source, edit)).toBe(source.replace("if (x)", "if (x && x.ready)"));
  });
});

describe("a removal needs quotes on both sides", () => {
  const file = lines("one()", "two()", "three()", "four()", "five()", "six()");

  it("between two quoted lines lines are removed", () => {
    expect(proved(file, lines("# ...", "two()", "five()", "# ..."), "a.py")).toBe(
      lines("one()", "two()", "five()", "six()"),
    );
  });

  it("a new line beside one quoted line is added", () => {
    expect(proved(file, lines("# ...", "two()", "between()", "# ..."), "a.py")).toBe(
      file.replace("two()\n", "two()\nbetween()\n"),
    );
  });

  it("a line that declares the same name is replaced", () => {
    const settings = lines("import os", "", "HOST = 'a'", "PORT = 80", "NAME = 'n'");
    expect(proved(settings, lines("# ...", "HOST = 'a'", "PORT = 8080", "# ..."), "a.py")).toBe(
      settings.replace("80", "8080"),
    );
  });
});
