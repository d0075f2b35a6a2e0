import { describe, expect, it } from "vitest";
import { showEdit } from "../../test/support/show-edit.ts";
import { readEdit } from "./read.ts";

const source =
  "use std::fs;\n\nfn load() -> u8 {\n    fs::read()\n}\n\nfn store() {\n    fs::write()\n}\n";
const read = (edit: string, path = "src/io.rs", text = source): string[] =>
  showEdit(readEdit(edit, { path, source: text }));
const changed = ["~lines", "-    fs::write()", "+    fs::write_all()"];
const pair = (old: string, fresh: string): string =>
  `<${old}>\n    fs::write()\n</${old}>\n<${fresh}>\n    fs::write_all()\n</${fresh}>\n`;

describe("old and new texts in tags", () => {
  for (const [old, fresh] of [
    ["old_text", "new_text"],
    ["original_code", "updated_code"],
    ["before", "after"],
    ["findBlock", "replacementBlock"],
  ] as const) {
    it(`reads ${old} and ${fresh}`, () => {
      expect(read(pair(old, fresh))).toEqual(changed);
    });
  }

  it("reads a line hint, several pairs, and prose around them", () => {
    const edit =
      "Two changes:\n<edits>\n<old_text line=8>\n    fs::write()\n</old_text>\n<new_text>\n    fs::write_all()\n</new_text>\n" +
      "<old_text>use std::fs;</old_text>\n<new_text>use std::{fs, io};</new_text>\n</edits>\nDone.";
    expect(read(edit)).toEqual([
      "~lines",
      "-use std::fs;",
      "+use std::{fs, io};",
      "~lines near 8",
      "-    fs::write()",
      "+    fs::write_all()",
    ]);
  });

  it("reads a call with named parameters in any order", () => {
    const edit =
      '<invoke name="str_replace">\n<parameter name="new_str">    fs::write_all()\n</parameter>\n' +
      '<parameter name="path">src/io.rs</parameter>\n<parameter name="old_str">    fs::write()\n</parameter>\n</invoke>';
    expect(read(edit)).toEqual(changed);
    expect(() => read(edit, "src/net.rs")).toThrow(/for another file \(src\/io.rs\)/);
  });

  it("reads a part of a line, and every place where the call says so", () => {
    expect(read("<search>write()</search><replace>flush()</replace>")).toEqual([
      "~lines at 8",
      "-    fs::write()",
      "+    fs::flush()",
    ]);
    const edit =
      "<old_string>fs::</old_string>\n<new_string>io::</new_string>\n<replace_all>true</replace_all>";
    expect(read(edit).filter((line) => line.startsWith("+"))).toHaveLength(2);
  });

  it("refuses a pair that is cut off", () => {
    expect(() => read(pair("old_text", "new_text").replace("</new_text>\n", ""))).toThrow(
      /the text in <new_text>, which begins on line 5 of the edit, has no closing tag/,
    );
  });

  it("refuses an empty old text for a file with text", () => {
    expect(() => read("<old_text></old_text>\n<new_text>\nx\n</new_text>")).toThrow(
      /search part at line 1 of the edit is empty/,
    );
  });
});

describe("tags that wrap an edit", () => {
  const whole = source.replace("write()", "write_all()");

  for (const [open, close] of [
    ['<file path="src/io.rs">', "</file>"],
    ["<updated-code>", "</updated-code>"],
    ["<answer>\n<code>", "</code>\n</answer>"],
    ["<content><![CDATA[", "]]></content>"],
    ["<write_to_file>\n<path>src/io.rs</path>\n<content>", "</content>\n</write_to_file>"],
    ['<boltAction type="file" filePath="src/io.rs">', "</boltAction>"],
  ] as const) {
    it(`takes off ${open.replace(/\n/g, " ")}`, () => {
      expect(read(`${open}\n${whole}${close}\n`)).toEqual(["~lines at 8", ...changed.slice(1)]);
    });
  }

  it("hands a sketch on, with the lines of the caller's text", () => {
    const edit = readEdit("<update>\n// ... existing code ...\nfn store() {\n</update>", {
      path: "src/io.rs",
      source,
    });
    expect(edit.format).toBe("lazy");
    expect(edit.segments[0]).toMatchObject({ kind: "elision", at: 2 });
    expect(edit.segments[1]).toMatchObject({ lines: [{ text: "fn store() {", at: 3 }] });
  });

  it("takes the text of the file's own path", () => {
    const edit = `<file path="src/a.rs">\nmod a;\n</file>\n<file path="src/io.rs">\n${whole}</file>\n`;
    expect(read(edit)).toEqual(["~lines at 8", ...changed.slice(1)]);
    expect(() => read(edit, "src/b.rs")).toThrow(/the text is for src\/a.rs, src\/io.rs, not for/);
  });

  it("refuses a text that is cut off, and two of which none is named", () => {
    expect(() => read('<file path="src/io.rs">\nuse std::fs;\n\nfn lo')).toThrow(
      /the tag <file> before line 2 of the edit is never closed/,
    );
    expect(() => read("<code>\nfn a() {\n}\n</code>\n<code>\nfn b() {\n}\n</code>")).toThrow(
      /holds 2 texts in tags \(lines 2, 6\), and which of them is for src\/io.rs is not said/,
    );
  });

  it("leaves a page's own elements alone", () => {
    const page = "<html>\n<body>\n<p>a</p>\n</body>\n</html>\n";
    const edit = page.replace("<p>a</p>", "<output>a</output>");
    expect(read(edit, "a.html", page)).toEqual(["~lines at 3", "-<p>a</p>", "+<output>a</output>"]);
    expect(read(`<file path="a.html">\n${edit}</file>`, "a.html", page)).toHaveLength(3);
  });
});

describe("old and new texts under labels", () => {
  const fenced = (old: string, fresh: string): string =>
    `${old}\n\n\`\`\`rust\n    fs::write()\n\`\`\`\n\n${fresh}\n\n\`\`\`rust\n    fs::write_all()\n\`\`\`\n`;

  for (const [old, fresh] of [
    ["Old:", "New:"],
    ["**Original code:**", "**Updated code:**"],
    ["### Before", "### After"],
    ["Replace this:", "with this:"],
  ] as const) {
    it(`reads ${old} ${fresh}`, () => {
      expect(read(fenced(old, fresh))).toEqual(changed);
    });
  }

  it("reads lines that are indented as a whole", () => {
    expect(read("old: |\n  use std::fs;\nnew: |\n  use std::io;\n")).toEqual([
      "~lines",
      "-use std::fs;",
      "+use std::io;",
    ]);
  });

  it("does not take other texts under such labels for a pair", () => {
    const edit = fenced("Before", "After").replace("fs::write()", "nowhere()");
    expect(() => read(edit)).toThrow(/several code blocks, and those at lines 3, 9 may be meant/);
  });
});
