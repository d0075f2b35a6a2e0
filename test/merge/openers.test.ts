import { expect, it } from "vitest";
import { RedraftError } from "../../src/core/errors.ts";
import { createRedraft } from "../../src/redraft/create-redraft.ts";

const redraft = createRedraft();
const lines = (...all: string[]): string => `${all.join("\n")}\n`;
const block = (old: string, fresh: string): string =>
  `<<<<<<< SEARCH\n${old}\n=======\n${fresh}\n>>>>>>> REPLACE\n`;

/** The text that an edit gives, or what its refusal says. */
async function answer(path: string, source: string, edit: string): Promise<string> {
  try {
    const { text } = await redraft.apply({ path, source, edit });
    return text ?? "";
  } catch (error) {
    if (!RedraftError.is(error)) throw error;
    return `${error.code}: ${error.message}`;
  }
}

const list = lines(
  "<body>",
  "  <h1>T</h1>",
  "  <ul>",
  "    <li>a</li>",
  "    <li>b</li>",
  "  </ul>",
  "  <p>x</p>",
  "</body>",
);
const loop = lines(
  "def f(xs):",
  "    n = 0",
  "    for x in xs:",
  "        n += x",
  "        g(n)",
  "    return n",
);
const store = lines(
  "import os",
  "",
  "",
  "class Store:",
  "    @timed",
  "    def get(self, key):",
  "        return self.d[key]",
  "",
  "    def put(self, key, value):",
  "        self.d[key] = value",
);

it.each([
  [
    "a tag",
    "a.html",
    list,
    lines(
      "<body>",
      "  <h1>T</h1>",
      '  <ul class="m">',
      "    <!-- ... existing items ... -->",
      "  </ul>",
      "  <p>x</p>",
      "</body>",
    ),
    list.replace("<ul>", '<ul class="m">'),
  ],
  [
    "a loop without brackets",
    "a.py",
    loop,
    lines(
      "def f(xs):",
      "    n = 0",
      "    for i, x in enumerate(xs):",
      "        # ... existing code ...",
      "    return n",
    ),
    loop.replace("for x in xs", "for i, x in enumerate(xs)"),
  ],
  [
    "a selector",
    "a.css",
    lines(".a {", "  color: red;", "  margin: 0;", "}", "", ".b {", "  color: blue;", "}"),
    lines(".a, .c {", "  /* ... existing code ... */", "}", "", ".b {", "  color: blue;", "}"),
    lines(".a, .c {", "  color: red;", "  margin: 0;", "}", "", ".b {", "  color: blue;", "}"),
  ],
  [
    "a call",
    "a.test.js",
    lines("describe('x', () => {", "  it('a', () => {", "    f(1);", "  });", "});"),
    lines("describe.only('x', () => {", "  // ... existing code ...", "});"),
    lines("describe.only('x', () => {", "  it('a', () => {", "    f(1);", "  });", "});"),
  ],
  [
    "a condition that ends with a word",
    "a.lua",
    lines("function f(x)", "  if x then", "    a(x)", "    b(x)", "  end", "  return 1", "end"),
    lines(
      "function f(x)",
      "  if x and x > 1 then",
      "    -- ... existing code ...",
      "  end",
      "  return 1",
      "end",
    ),
    lines(
      "function f(x)",
      "  if x and x > 1 then",
      "    a(x)",
      "    b(x)",
      "  end",
      "  return 1",
      "end",
    ),
  ],
])(
  "replaces the line that opens a block where its inside is a marker: %s",
  async (_, path, source, edit, text) => {
    expect(await answer(path, source, edit)).toBe(text);
  },
);

it.each([
  [
    "a scope around code that keeps its indentation",
    "a.js",
    lines("function f(p) {", "  a(p);", "  b(p);", "}"),
    lines("function f(p) {", "  if (p) {", "    // ... existing code ...", "  }", "}"),
    /would move line 2 of the file/,
  ],
  [
    "one of two like blocks",
    "a.html",
    lines(
      "<body>",
      "  <ul>",
      "    <li>a</li>",
      "  </ul>",
      "  <ul>",
      "    <li>c</li>",
      "  </ul>",
      "</body>",
    ),
    lines(
      "<body>",
      '  <ul class="m">',
      "    <!-- ... existing items ... -->",
      "  </ul>",
      "</body>",
    ),
    /<ul class=/,
  ],
  [
    "an attribute beside an unquoted one (Python)",
    "a.py",
    store,
    lines(
      "# ... existing code ...",
      "    @cached",
      "    def get(self, key):",
      "        return self.d[key]",
      "# ... existing code ...",
    ),
    /2 possible results/,
  ],
  [
    "an attribute beside an unquoted one (Rust)",
    "a.rs",
    lines("struct X;", "", "#[derive(Debug)]", "struct A {", "    x: u8,", "}", "", "fn main() {}"),
    lines(
      "// ... existing code ...",
      "#[repr(C)]",
      "struct A {",
      "    x: u8,",
      "}",
      "// ... existing code ...",
    ),
    /2 possible results/,
  ],
])("asks about %s", async (_, path, source, edit, message) => {
  expect(await answer(path, source, edit)).toMatch(message);
});

it("adds a list before another one, and takes none of its lines", async () => {
  const edit = lines(
    "<body>",
    "  <h1>T</h1>",
    '  <ul class="m">',
    "    <li>z</li>",
    "  </ul>",
    "  <!-- ... existing code ... -->",
    "</body>",
  );
  expect(await answer("a.html", list, edit)).toBe(
    list.replace("  <ul>", '  <ul class="m">\n    <li>z</li>\n  </ul>\n  <ul>'),
  );
});

it("takes a function whose last line leaves it for the whole function, at any indentation", async () => {
  const want = store.replace("return self.d[key]", "raise KeyError(key)");
  const shown = ["def get(self, key):", "    raise KeyError(key)"];
  expect(await answer("a.py", store, lines(...shown))).toBe(want);
  expect(await answer("a.py", store, lines(...shown.map((line) => `    ${line}`)))).toBe(want);
});

it("adds a method to a class of which only the first line is shown", async () => {
  const edit = lines(
    "class Store:",
    "    # ... existing methods ...",
    "",
    "    def clear(self):",
    "        self.d.clear()",
  );
  expect(await answer("a.py", store, edit)).toBe(
    `${store}\n    def clear(self):\n        self.d.clear()\n`,
  );
});

const go = lines(
  "package main",
  "",
  "func a() {",
  "\tx := 1",
  "\tprint(x)",
  "}",
  "",
  "func b() {",
  "\tprint(2)",
  "}",
);

it.each([
  ["the closer below", "a.go", go, block("\tprint(x)", "\tprint(x + 1)\n}")],
  ["the head above", "a.go", go, block("\tx := 1", "func a() {\n\tx := 5")],
  [
    "the head below",
    "a.py",
    store,
    block("        return self.d[key]\n", "        return 1\n\n    def put(self, key, value):"),
  ],
  [
    "the closer of a rule",
    "a.css",
    ".a {\n  x: y;\n}\n.b {\n  x: z;\n}\n",
    block("  x: y;", "  x: q;\n}"),
  ],
])("refuses new text that repeats %s, and says which line", async (_, path, source, edit) => {
  expect(await answer(path, source, edit)).toMatch(
    /^check-failed: line \d+ of the edit \(".+"\) repeats line \d+ of the file/,
  );
});

it("writes lines that only look repeated", async () => {
  const source = lines("a();", "b();", "c();");
  expect(await answer("a.js", source, block("a();", "x();\nb();"))).toBe(
    lines("x();", "b();", "b();", "c();"),
  );
});
