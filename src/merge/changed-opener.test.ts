import { describe, expect, it } from "vitest";
import { provedText, sketch, text } from "../../test/support/written-edits.ts";
import { merge } from "./merge.ts";

const source = text(
  "function run(items, max) {",
  "  let n = 0;",
  "  for (const item of items) {",
  "    if (item.ok) {",
  "      n += item.size;",
  "    }",
  "  }",
  "  while (n > max) {",
  "    n -= step();",
  "  }",
  "  return n;",
  "}",
);

const refusal = (file: string, ...lines: readonly string[]): string => {
  const outcome = merge(file, sketch(...lines));
  return outcome.kind === "refused" ? outcome.code : outcome.kind;
};

describe("a sketch whose only new lines open blocks that it leaves out", () => {
  it("replaces the line that opens the block, with words added, taken away or changed", () => {
    const changes = [
      ["    if (item.ok) {", "    if (item.ok && item.size) {"],
      ["    if (item.ok) {", "    if (item && item.ok) {"],
      ["  while (n > max) {", "  while (n > max + 1) {"],
      ["  for (const item of items) {", "  for await (const item of items) {"],
      ["  for (const item of items) {", "  for (const item of others) {"],
    ] as const;
    for (const [old, now] of changes) {
      const indent = now.slice(0, now.search(/\S/));
      const edit = sketch("...", now, `${indent}  ...`, `${indent}}`, "...");
      expect(provedText(source, edit)).toBe(source.replace(old, now));
    }
  });

  it("says which line it took, since only its words show it", () => {
    const outcome = merge(
      source,
      sketch("...", "  while (n > max + 1) {", "    ...", "  }", "..."),
    );
    expect(outcome.kind === "proved" && outcome.notes).toEqual([
      'edit line 2 ("while (n > max + 1) {") replaces line 8 ("while (n > max) {"), whose block stays',
    ]);
  });

  it("needs no closing line where a language has none, and takes several of them", () => {
    const file = text(
      "def run(items, top):",
      "    for item in items:",
      "        use(item)",
      "    with open(top) as f:",
      "        head = f.read()",
      "    return head",
    );
    const edit = sketch(
      "...",
      "    for item in sorted(items):",
      "        ...",
      '    with open(top, encoding="utf-8") as f:',
      "        ...",
      "    return head",
    );
    expect(provedText(file, edit)).toBe(
      file
        .replace("in items:", "in sorted(items):")
        .replace("open(top)", 'open(top, encoding="utf-8")'),
    );
  });

  it("refuses where two blocks are alike, at another depth, or none is", () => {
    const two = source + source.replace("run(", "walk(");
    expect(refusal(two, "...", "  while (n > max + 1) {", "    ...", "  }", "...")).toBe(
      "no-match",
    );
    expect(refusal(source, "...", "while (n > max + 1) {", "  ...", "}", "...")).toBe("no-match");
    expect(refusal(source, "...", "  while (busy()) {", "    ...", "  }", "...")).toBe("no-match");
    expect(refusal(source, "...", "  until (n > max) {", "    ...", "  }", "...")).toBe("no-match");
  });

  it("refuses a line that opens no block of the file", () => {
    const flat = text("a();", "  while (n > max) {", "  }", "b();");
    expect(refusal(flat, "...", "  while (n > max + 1) {", "    ...", "  }", "...")).toBe(
      "no-match",
    );
  });

  it("refuses another function, test or route, of which the name is the difference", () => {
    const file = text(
      "class Store {",
      "  get(id, options) {",
      "    return 1;",
      "  }",
      "}",
      "  it('edits the user of a shop', function (done) {",
      "    done();",
      "  });",
    );
    expect(refusal(file, "...", "  fetch(id, options) {", "    ...", "  }", "...")).toBe(
      "no-match",
    );
    const other = "  it('edits the name of a shop', function (done) {";
    expect(refusal(file, "...", other, "    ...", "  });", "...")).toBe("no-match");
  });

  it("refuses where several functions have the name, though one alone is alike", () => {
    const file = text(
      "def first():",
      "    def cli():",
      "        return 1",
      "def second():",
      "    def cli(method):",
      "        return 2",
    );
    expect(refusal(file, "...", "    def cli(method, name):", "        ...", "...")).toBe(
      "no-match",
    );
  });

  it("refuses where the sketch has another line that is not the file's, or quotes in another order", () => {
    const now = "  while (n > max + 1) {";
    expect(refusal(source, "...", now, "    ...", "  }", "  done(n);", "...")).toBe("no-match");
    expect(refusal(source, "...", "  return n;", "...", now, "    ...", "  }", "...")).toBe(
      "no-match",
    );
  });

  it("keeps the old line where the new one is a syntax error", () => {
    const edit = sketch("...", "  while (n > max + 1)) {", "    ...", "  }", "...");
    expect(merge(source, edit, { newSyntaxErrors: () => 1 }).kind).toBe("refused");
  });
});
