import { describe, expect, it } from "vitest";
import { showEdit } from "../../test/support/show-edit.ts";
import { readEdit } from "./read.ts";

const source = "alpha()\nbeta()\n\ngamma()\ndelta()\n";

function read(edit: string, text = source, path = "lib/steps.rb"): string[] {
  return showEdit(readEdit(edit, { path, source: text }));
}

const changed = ["~lines", "-beta()", "+beta(2)"];
const block = (open: string, divider: string, close: string): string =>
  `${open}\nbeta()\n${divider}\nbeta(2)\n${close}\n`;

describe("marks of a block", () => {
  for (const [open, divider, close] of [
    ["--- SEARCH", "=======", "+++ REPLACE"],
    ["<<< SEARCH", "===", ">>> REPLACE"],
    ["------------ SEARCH", "============", "++++++++++++ REPLACE"],
    ["<<<<<<<<<<< SEARCH", "=======", ">>>>>>>>>>> REPLACE"],
    ["<<<<<<< HEAD", "=======", ">>>>>>> my-branch"],
    ["<<<<<<< BEFORE", "=======", ">>>>>>> AFTER"],
  ] as const) {
    it(`reads ${open}`, () => {
      expect(read(block(open, divider, close))).toEqual(changed);
    });
  }

  it("refuses an opening line of two kinds of marks", () => {
    expect(() => read(block("<--- SEARCH", "=======", ">>>>>>> REPLACE"))).toThrow(
      /line 5 closes a search block \(>>>>>>> REPLACE\), but line 1 \(<--- SEARCH\) does not open one/,
    );
    expect(() => read(block("-- SEARCH", "=======", "+++++++ REPLACE"))).toThrow(
      /does not open one/,
    );
  });

  it("refuses a block without its opening line, in a file of any length", () => {
    const edit = "beta()\n=======\nbeta(2)\n>>>>>>> REPLACE\n";
    expect(() => read(edit)).toThrow(/there is no <<<<<<< SEARCH before it. Send the whole block/);
    expect(() => read(edit, "beta()\n")).toThrow(/no <<<<<<< SEARCH/);
    expect(() => read("gamma(3)\n+++++++ REPLACE\n")).toThrow(/line 2 closes a search block/);
  });

  it("does not take a diff header, a rule or a comment for a mark", () => {
    const diff = "--- old.rb\n+++ new.rb\n@@ -1,2 +1,2 @@\n alpha()\n-beta()\n+beta(2)\n";
    expect(readEdit(diff, { path: "old.rb", source }).format).toBe("unified-diff");
    const sql = "-- a\n----- Search by name\nselect 1;\n";
    const edit = "-- a\n----- Search by title\nselect 1;\n";
    expect(readEdit(edit, { path: "q.sql", source: sql }).format).toBe("whole");
  });

  it("leaves marks that a diff brings in to the diff", () => {
    const prompt = "# Rules\n\n<<<<<<< SEARCH\nold\n=======\nnew\n>>>>>>> REPLACE\n";
    const diff = "@@ -1,3 +1,3 @@\n # Rules\n \n-<<<<<<< SEARCH\n+<<<<<<< ORIGINAL\n";
    expect(readEdit(diff, { path: "p.md", source: prompt }).format).toBe("unified-diff");
  });
});

describe("dividers", () => {
  it("takes a doubled one for an empty replacement where several lines stand in the file", () => {
    const edit = "<<<<<<< SEARCH\ngamma()\ndelta()\n=======\n=======\n>>>>>>> REPLACE";
    expect(read(edit)).toEqual(["~lines", "-gamma()", "-delta()"]);
  });

  it("refuses a doubled one behind a single line, and one more behind the new lines", () => {
    expect(() => read("<<<<<<< SEARCH\nbeta()\n=======\n=======\n>>>>>>> REPLACE")).toThrow(
      /has two ======= lines, and nothing after the second/,
    );
    expect(() => read("<<<<<<< SEARCH\nbeta()\n=======\nb()\n=======\n>>>>>>> REPLACE")).toThrow(
      /line 5 of the edit \(=======\) is a marker inside the replacement/,
    );
  });

  it("refuses one of another length where the replacement should be: it may be text", () => {
    const edit = "<<<<<< SEARCH\ngamma()\ndelta()\n======\n=======\n>>>>>> REPLACE";
    expect(() => read(edit)).toThrow(/line 5 of the edit \(=======\) is a marker inside/);
  });

  it("divides behind a heading that the search part quotes below a line number", () => {
    const text = "Setup\n=======\n\nrun()\n\nUsage\n=======\n\nnpm start\n";
    const search = ["run()", "", "Usage", "=======", "", "npm start"];
    const replace = ["run()", "", "Use", "=======", "", "npm start"];
    const edit = ["<<<<<<< SEARCH", ":start_line:4", "-------", ...search, "=======", ...replace];
    const shown = read([...edit, ">>>>>>> REPLACE"].join("\n"), text, "README.md");
    expect(shown.filter((line) => /^[-+]/.test(line))).toEqual(["-Usage", "+Use"]);
  });

  it("writes one that underlines a new heading", () => {
    const edit = "<<<<<<< SEARCH\ntext\n=======\nSteps\n=======\n\ntext\n>>>>>>> REPLACE";
    expect(read(edit, "intro\n\ntext\n", "a.rst")).toEqual([
      "~lines",
      "+Steps",
      "+=======",
      "+",
      " text",
    ]);
  });

  it("takes the backslash off a marker that is text", () => {
    const conflict = "a\n<<<<<<< ours\nb\n=======\nc\n>>>>>>> theirs\n";
    const edit =
      "<<<<<<< SEARCH\n\\<<<<<<< ours\nb\n\\=======\nc\n\\>>>>>>> theirs\n=======\nb\nc\n>>>>>>> REPLACE";
    expect(read(edit, conflict)).toEqual([
      "~lines",
      "-<<<<<<< ours",
      " b",
      "-=======",
      " c",
      "->>>>>>> theirs",
    ]);
    expect(read("<<<<<<< SEARCH\nbeta()\n=======\n\\------- SEARCH\n>>>>>>> REPLACE")).toEqual([
      "~lines",
      "-beta()",
      "+------- SEARCH",
    ]);
  });

  it("refuses a marker among the new lines that has none", () => {
    expect(() =>
      read("------- SEARCH\nbeta()\n=======\nbeta(2)\n<<-- SEARCH\n+++++++ REPLACE"),
    ).toThrow(/line 5 of the edit \(<<-- SEARCH\) is a marker.*write a backslash before it/);
  });
});

describe("line numbers in a block", () => {
  it("drops a header that both parts carry", () => {
    const head = ":start_line:2\n:end_line:2\n-------\n";
    const edit = `<<<<<<< SEARCH\n${head}beta()\n=======\n${head}beta(2)\n>>>>>>> REPLACE`;
    expect(read(edit)).toEqual(["~lines near 2", "-beta()", "+beta(2)"]);
  });

  it("refuses one in the replacement alone, and takes an escaped one for text", () => {
    const edit = (line: string): string =>
      `<<<<<<< SEARCH\nbeta()\n=======\n${line}\nbeta(2)\n>>>>>>> REPLACE`;
    expect(() => read(edit(":start_line:7"))).toThrow(
      /line 4 of the edit \(:start_line:7\) names a line of the file inside the replacement/,
    );
    expect(read(edit("\\:start_line:7"))).toEqual([
      "~lines",
      "-beta()",
      "+:start_line:7",
      "+beta(2)",
    ]);
  });
});

describe("blocks of several files", () => {
  const two = (open: string, close: string): string =>
    `First:\n\nlib/other.rb\n${open}\n<<<<<<< SEARCH\nx()\n=======\ny()\n>>>>>>> REPLACE\n${close}\n\n` +
    `lib/steps.rb\n${open}\n${block("<<<<<<< SEARCH", "=======", ">>>>>>> REPLACE")}${close}\n`;

  for (const [open, close] of [
    ["<source>ruby", "</source>"],
    ["<code>", "</code>"],
    ["<pre>", "</pre>"],
    ["~~~ruby", "~~~"],
  ] as const) {
    it(`reads the path above ${open}`, () => {
      expect(read(two(open, close))).toEqual(changed);
      expect(() => read(two(open, close), source, "lib/third.rb")).toThrow(
        /for another file \(lib\/other.rb, lib\/steps.rb\)/,
      );
    });
  }

  it("reads the path in a tag", () => {
    const edit = `<replace_in_file>\n<path>lib/other.rb</path>\n<diff>\n${block("<<<<<<< SEARCH", "=======", ">>>>>>> REPLACE")}</diff>\n</replace_in_file>`;
    expect(() => read(edit)).toThrow(/for another file \(lib\/other.rb\)/);
  });

  it("never takes an empty search part of another file for this one", () => {
    const edit =
      "lib/new.rb\n<pre>\n<<<<<<< SEARCH\n=======\nnew()\n>>>>>>> REPLACE\n</pre>\n" +
      block("lib/steps.rb\n<<<<<<< SEARCH", "=======", ">>>>>>> REPLACE");
    expect(read(edit)).toEqual(changed);
  });
});

describe("the end of a block", () => {
  it("takes the fence that closes around the last block for its end", () => {
    const edit =
      "lib/steps.rb\n```ruby\n<<<<<<< SEARCH\nbeta()\n=======\nbeta(2)\n```\n\nThat is all.\n";
    expect(read(edit)).toEqual(changed);
  });

  it("refuses a last block that simply ends", () => {
    expect(() => read("```ruby\n<<<<<<< SEARCH\nbeta()\n=======\nbeta(2)\n")).toThrow(
      /search block 1, which begins on line 2 of the edit, has no >>>>>>> REPLACE line: the edit is cut off/,
    );
  });
});

describe("a file that holds blocks itself", () => {
  const prompt =
    "Answer with blocks:\n\n<<<<<<< SEARCH\nfoo\n=======\nbar\n>>>>>>> REPLACE\n\nBe brief.\nBe exact.\n";
  const auto = (edit: string): string[] =>
    showEdit(readEdit(edit, { path: "prompt.txt", source: prompt }));

  it("is edited by a reply whose block it does not hold", () => {
    const edit =
      "I make the rule stricter.\n\n<<<<<<< SEARCH\nBe brief.\n=======\nBe very brief.\n>>>>>>> REPLACE\n\nAnything else?\n";
    expect(auto(edit)).toEqual(["~lines", "-Be brief.", "+Be very brief."]);
  });

  it("may be rewritten with another example", () => {
    const edit = readEdit(prompt.replace("foo", "spam"), { path: "prompt.txt", source: prompt });
    expect(edit.format).toBe("whole");
  });
});

describe("a file that begins with a search block itself", () => {
  const text = "<<<<<<< SEARCH\nbeta()\n=======\nbeta(2)\n>>>>>>> REPLACE\n";
  const format = (edit: string): string =>
    readEdit(edit, { path: "edit.txt", source: text }).format;

  it("reads a text that begins with its first two lines as its new text", () => {
    expect(format(text.replace("=======\n", ""))).toBe("whole");
    expect(format(text.replace(">>>>>>> REPLACE\n", "gamma()\n"))).toBe("whole");
  });

  it("refuses blocks that cannot be read as blocks, or may be a new text", () => {
    const broken = "<<<<<<< SEARCH\n<<<<<<< SEARCH\nbeta()\n>>>>>>> RAPLACE\n";
    const stale =
      "<<<<<<< SEARCH\n:start_line:2\n-------\nother()\nbeta()\n=======\nx()\n>>>>>>> REPLACE\n";
    for (const edit of [broken, stale]) expect(() => format(edit)).toThrow(/Name its format/);
  });
});
