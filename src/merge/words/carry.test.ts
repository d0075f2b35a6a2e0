import { describe, expect, it } from "vitest";
import { carryWords } from "./carry.ts";
import { alike } from "./words.ts";

/** What one new line becomes that replaces one old line. */
function carried(source: string, edit: string, added: string): string | undefined {
  return carryWords([{ edit, source }], [added])?.at(0)?.text;
}

describe("alike", () => {
  it.each([
    ["quotes", `It's "so"`, "It’s “so”"],
    ["dashes and an ellipsis", "a - b...", "a – b…"],
    ["no-break spaces", "10 € : 3", "10\u00A0€\u202F: 3"],
    ["blanks", "f( a,b )", "f(a, b)"],
    ["decomposed letters", "caffè", "caffe\u0300"],
    ["full-width signs", "(x): y", "（x）： y"],
    ["blanks beside ideographs", "API の 名前", "APIの名前"],
    ["zero-width characters", "foobar", "foo\u200Bbar"],
    ["character references of the file", "a & b < c", "a &amp; b &lt; c"],
  ])("sees the same words through %s", (_, edit, source) => {
    expect(alike(edit, source)).toBeDefined();
  });

  it.each([
    ["a number", "timeout = 60", "timeout = 30"],
    ["a name", "order_item", "order_items"],
    ["case", "const MAX = 1", "const Max = 1"],
    ["an operator", "if (a < b)", "if (a <= b)"],
    ["a negation", "if (a)", "if (!a)"],
    ["a joined word", "else if (a)", "elseif (a)"],
    ["plain quotes", `s = 'x'`, `s = "x"`],
    ["a template", "s = 'x'", "s = `x`"],
    ["a backslash", 'say(\\"x\\")', 'say("x")'],
    ["a date", "2024-05-01", "2024-05-02"],
    ["a unit", "width: 10px", "width: 10em"],
    ["references that only the edit has", "a &amp; b", "a & b"],
  ])("tells lines apart by %s", (_, edit, source) => {
    expect(alike(edit, source)).toBeUndefined();
  });
});

describe("carryOver", () => {
  it("keeps quotes and dashes that the new line repeats", () => {
    expect(carried("It’s “main” – ok.", `It's "main" - ok.`, `It's "main" - fine.`)).toBe(
      "It’s “main” – fine.",
    );
    expect(carried("say “a”", `say "a"`, `say "b" and "a"`)).toBe(`say "b" and “a”`);
    expect(carried("say “a b”", `say "a b"`, `say "a c"`)).toBe("say “a c”");
  });

  it("keeps no-break spaces beside the words that they belong to", () => {
    const file = "Prix\u00A0: 10\u00A0€";
    expect(carried(file, "Prix : 10 €", "Prix : 12 €")).toBe("Prix\u00A0: 12\u00A0€");
    expect(carried(file, "Prix : 10 €", "Prix net : 10 €")).toBe("Prix net\u00A0: 10\u00A0€");
  });

  it("keeps the blanks of the file where nothing changes beside them", () => {
    expect(carried("x = 1    # a b", "x = 1 # a b", "x = 1 # a c")).toBe("x = 1    # a c");
    expect(carried("f(a, b)", "f(a,b)", "f(a,b,c)")).toBe("f(a, b,c)");
    expect(carried("x = 1", "x  =  1", "x = 100")).toBe("x = 100");
  });

  it("keeps composed letters, references and a byte order mark", () => {
    expect(carried("caffe\u0300 uno", "caffè uno", "caffè due")).toBe("caffe\u0300 due");
    expect(carried("Tom &amp; Jerry", "Tom & Jerry", "Tom & Jerry!")).toBe("Tom &amp; Jerry!");
    expect(carried("\uFEFFimport a", "import a", "from b import a")).toBe("\uFEFFfrom b import a");
  });

  it("leaves a line that is written anew as it is", () => {
    expect(carried("// say “a” to all", `// say "a" to all`, `console.log("b");`)).toBe(
      `console.log("b");`,
    );
  });

  it("never makes one word of two", () => {
    expect(carried("f('a',b)", "f('a', b)", "f(a b)")).toBe("f(a b)");
  });

  it("gives up where a change touches characters that differ", () => {
    expect(carried("say “a b”", `say "a b"`, `say "a" and "b"`)).toBeUndefined();
    expect(carried("“the list” x", `"the list" x`, `the "list" x`)).toBeUndefined();
    expect(carried("Tom &amp; Jerry", "Tom & Jerry", "Tom & Jerry & Spike")).toBeUndefined();
  });

  it("follows words over line ends", () => {
    const olds = [
      { edit: `The user's "main" list`, source: "The user’s “main” list" },
      { edit: "is here.", source: "is here." },
    ];
    const lines = carryWords(olds, [`The user's`, `"main" list is`, "over there."]);
    expect(lines?.map(({ text }) => text)).toEqual(["The user’s", "“main” list is", "over there."]);
  });
});
