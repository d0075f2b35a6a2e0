import { describe, expect, it } from "vitest";
import { showEdit } from "../../test/support/show-edit.ts";
import type { FormatName } from "../core/edit.ts";
import { readEdit } from "./read.ts";

const source =
  'package shop\n\nfunc Price(n int) int {\n\treturn n * 3\n}\n\nfunc Name() string {\n\treturn "x"\n}\n';
const after = source.replace("n * 3", "n * 4");
const shown = ["~lines at 4", "-\treturn n * 3", "+\treturn n * 4"];

function read(text: string, format?: FormatName, path = "shop/price.go", from = source) {
  return readEdit(text, { path, source: from, ...(format && { format }) });
}

const fence = (info: string, text: string): string => `\`\`\`${info}\n${text}\`\`\`\n`;

describe("replies", () => {
  for (const [name, text] of Object.entries({
    "a command after the file": `Changed the factor.\n\n${fence("go", after)}\nTry it:\n\n${fence("bash", "go test ./...\n")}`,
    "a command before the file": `${fence("sh", "cd shop\n")}\nDann die Datei:\n\n${fence("go", after)}`,
    "two files, each named above": `### shop/tax.go\n${fence("go", "package shop\n\nvar Tax = 2\n")}\n### shop/price.go\n${fence("go", after)}`,
    "two files, named in sentences": `First \`tax.go\`:\n\n${fence("", "package shop\n")}\nThen \`price.go\`:\n\n${fence("", after)}`,
    "a block without a language beside a command without one": `${fence("", after)}\nRun:\n\n${fence("", "make check\n")}`,
    "a tag with the path": `<file path="shop/price.go">\n${after}</file>\n`,
    "a tag around a fence": `<answer>\n${fence("go", after)}</answer>\n`,
    "a call in tags": `<write_file>\n<path>shop/price.go</path>\n<content>\n${after}</content>\n<lines>9</lines>\n</write_file>\n`,
    "a tag with CDATA": `<text><![CDATA[\n${after}]]></text>\n`,
    "sentences and no fence": `Voici le fichier mis à jour :\n\n${after}\nDites-moi si cela vous convient.\n`,
    thoughts: `<thinking>\nThe factor is 4.\n</thinking>\n\n${after}`,
    "thoughts whose start was in the prompt": `The factor is 4.\n</think>\n${fence("go", after)}`,
    "line numbers": after
      .replace(/^/gm, () => "")
      .split("\n")
      .slice(0, -1)
      .map((line, n) => `${n + 1}\t${line}\n`)
      .join(""),
  })) {
    it(`reads the file out of one with ${name}`, () => {
      for (const format of [undefined, "whole"] as const) {
        const edit = read(text, format);
        expect(edit.format).toBe("whole");
        expect(showEdit(edit)).toEqual(shown);
      }
    });
  }

  it("reads a sketch out of one", () => {
    const lines = "// ...\n\treturn n * 4\n}\n// ...\n";
    const all = showEdit(read(lines));
    expect(
      showEdit(read(`<think>four</think>\nHere it is:\n\n${fence("go", lines)}\nDone.\n`)),
    ).toEqual(all);
    expect(showEdit(read(`<update>\n${lines}</update>\n`))).toEqual(all);
  });

  it("takes an old and a new version for a pair", () => {
    for (const text of [
      `Old:\n${fence("go", source)}\nNew:\n${fence("go", after)}`,
      `<before>\n${source}</before>\n<after>\n${after}</after>\n`,
    ]) {
      expect(read(text).format).toBe("search-replace");
      expect(showEdit(read(text)).filter((line) => !line.startsWith(" "))).toEqual([
        "~lines",
        ...shown.slice(1),
      ]);
    }
  });

  it("leaves blocks, diffs and patches in fences to their readers", () => {
    const block = "<<<<<<< SEARCH\n\treturn n * 3\n=======\n\treturn n * 4\n>>>>>>> REPLACE\n";
    const text = `So:\n\n${fence("go", block)}\nRun:\n\n${fence("bash", "go test\n")}`;
    expect(read(text).format).toBe("search-replace");
    const diff = "@@ -4 +4 @@\n-\treturn n * 3\n+\treturn n * 4\n";
    expect(read(`So:\n\n${fence("diff", diff)}`).format).toBe("unified-diff");
  });

  it("keeps the fences and sentences of a document", () => {
    const doc = "# Guide\n\nRun it like this:\n\n```sh\nmake\n```\n\nThat is all.\n";
    const next = doc.replace("make", "make all");
    const edit = read(next, undefined, "GUIDE.md", doc);
    expect(showEdit(edit)).toEqual(["~lines at 6", "-make", "+make all"]);
  });

  it("keeps fences in strings and comments of code", () => {
    const prompt = "export const a = 1;\n\nexport const b = 2;\n";
    const next = `${prompt}\nexport const help = \`\n\`\`\`sh\nrun\n\`\`\`\n\`;\n`.replace(
      /`{3}/g,
      "```",
    );
    expect(read(next, "whole", "p.ts", prompt).format).toBe("whole");
  });

  for (const [name, text, message] of [
    [
      "two versions in fences",
      `First try:\n${fence("go", source)}\nSecond try:\n${fence("go", after)}`,
      /several code blocks, and those at lines 2, 15 may be meant.*shop\/price\.go/,
    ],
    [
      "two unknown blocks",
      `${fence("go", "a()\n")}\n${fence("go", "b()\n")}`,
      /several code blocks/,
    ],
    [
      "only a command",
      `Run:\n${fence("bash", "go vet\n")}`,
      /block at line 2 of the edit is bash, and none is for shop\/price\.go/,
    ],
    [
      "a text before unfinished code",
      `This cannot be done here.\n\nfunc Other() {}\n`,
      /no known format|a sentence/,
    ],
    [
      "code and a command below it",
      `${after}\nRun it like this:\n\n${fence("bash", "go test\n")}`,
      /line 11 of the edit|is a code fence/,
    ],
    ["thoughts that never end", "<think>\nThe factor\n", /unfinished thinking section/],
    [
      "half a search block",
      "\treturn n * 3\n=======\n\treturn n * 4\n>>>>>>> REPLACE\n",
      /line 4 closes a search block \(>>>>>>> REPLACE\), but there is no <<<<<<< SEARCH before it/,
    ],
    [
      "keys that are not known",
      JSON.stringify({ target: "shop/price.go", rest: after }),
      /JSON with the keys target, rest/,
    ],
    [
      "no line of the file",
      "func Fresh() int {\n\treturn 1\n}\n",
      /none of its lines identifies a place in shop\/price\.go/,
    ],
  ] as const) {
    it(`refuses one with ${name}`, () => {
      expect(() => read(text)).toThrow(message);
    });
  }

  for (const [name, text, message] of [
    [
      "a tag at the start",
      `<code>\n${after}`,
      /the tag <code> before line 2 of the edit is never closed/,
    ],
    [
      "a sentence at the end",
      `var a = 1\n\nThis declares the variable.\n`,
      /line 3 of the edit .* is a sentence/,
    ],
    ["a divider", "var a = 1\n=======\nvar a = 2\n", /line 2 of the edit .* divider/],
  ] as const) {
    it(`refuses a new file with ${name}`, () => {
      expect(() => read(text, "whole", "new.go", "")).toThrow(message);
    });
  }
});
