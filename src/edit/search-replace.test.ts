import { describe, expect, it } from "vitest";
import { showEdit } from "../../test/support/show-edit.ts";
import type { Edit } from "../core/edit.ts";
import { readEdit } from "./read.ts";

const source = "one\ntwo\nthree\nfour\n";

function read(edit: string, text = source, path = "src/a.txt"): string[] {
  return showEdit(readEdit(edit, { path, source: text }));
}

const dialects: Readonly<Record<string, string>> = {
  aider: "<<<<<<< SEARCH\none\ntwo\n=======\none\n2\n>>>>>>> REPLACE\n",
  cline: "------- SEARCH\none\ntwo\n=======\none\n2\n+++++++ REPLACE\n",
  "five characters": "<<<<< SEARCH\none\ntwo\n=====\none\n2\n>>>>> REPLACE",
  "nine characters": "<<<<<<<<< SEARCH\none\ntwo\n=========\none\n2\n>>>>>>>>> REPLACE",
  "original and updated": "<<<<<<< ORIGINAL\none\ntwo\n=======\none\n2\n>>>>>>> UPDATED\n",
  fenced: "```txt\n<<<<<<< SEARCH\none\ntwo\n=======\none\n2\n>>>>>>> REPLACE\n```\n",
  "a path before the fence":
    "src/a.txt\n```txt\n<<<<<<< SEARCH\none\ntwo\n=======\none\n2\n>>>>>>> REPLACE\n```\n",
  "a path in the fence":
    "```txt\nsrc/a.txt\n<<<<<<< SEARCH\none\ntwo\n=======\none\n2\n>>>>>>> REPLACE\n```\n",
  "prose around":
    "I change the second line:\n\n<<<<<<< SEARCH\none\ntwo\n=======\none\n2\n>>>>>>> REPLACE\n\nDone.\n",
  "windows line ends": "<<<<<<< SEARCH\r\none\r\ntwo\r\n=======\r\none\r\n2\r\n>>>>>>> REPLACE\r\n",
};

describe("search/replace blocks", () => {
  for (const [name, edit] of Object.entries(dialects)) {
    it(`reads the dialect: ${name}`, () => {
      expect(read(edit)).toEqual(["~lines", " one", "-two", "+2"]);
    });
  }

  it("takes Roo's line numbers as hints", () => {
    const edit =
      "<<<<<<< SEARCH\n:start_line:2\n:end_line:2\n-------\ntwo\n=======\n2\n>>>>>>> REPLACE";
    expect(read(edit)).toEqual(["~lines near 2", "-two", "+2"]);
  });

  it("reads several blocks, in the order of the file", () => {
    const edit =
      "<<<<<<< SEARCH\nfour\n=======\n4\n>>>>>>> REPLACE\n<<<<<<< SEARCH\none\n=======\n1\n>>>>>>> REPLACE";
    expect(read(edit)).toEqual(["~lines", "-one", "+1", "~lines", "-four", "+4"]);
  });

  it("keeps what both sides elide", () => {
    const edit = "<<<<<<< SEARCH\none\n...\nfour\n=======\n1\n...\n4\n>>>>>>> REPLACE";
    expect(read(edit)).toEqual(["~lines", "-one", "+1", "~lines", "-four", "+4"]);
  });

  it("lets a later block search for what an earlier one wrote", () => {
    const edit =
      "<<<<<<< SEARCH\ntwo\n=======\ntwo\nnew\n>>>>>>> REPLACE\n<<<<<<< SEARCH\nnew\nthree\n=======\nnewer\nthree\n>>>>>>> REPLACE";
    expect(read(edit)).toEqual(["~lines at 3", "+newer"]);
  });

  it("takes an empty search for the whole file where that has no text, else refuses it", () => {
    const edit = "<<<<<<< SEARCH\n=======\nfive\n>>>>>>> REPLACE";
    expect(readEdit(edit, { path: "a", source: "" }).action).toBe("create");
    expect(() => read(edit)).toThrow(
      /search part at line 2 of the edit is empty.*has text already/,
    );
  });

  it("takes the blocks of the named file only", () => {
    const edit =
      "src/b.txt\n<<<<<<< SEARCH\none\n=======\nno\n>>>>>>> REPLACE\nsrc/a.txt\n<<<<<<< SEARCH\none\n=======\n1\n>>>>>>> REPLACE";
    expect(read(edit)).toEqual(["~lines", "-one", "+1"]);
    expect(() => read(edit, source, "src/c.txt")).toThrow(
      /for another file \(src\/b.txt, src\/a.txt\)/,
    );
  });

  it("does not take a heading's underline for the divider", () => {
    const markdown = "Title\n=======\n\ntext\n";
    const edit =
      "<<<<<<< SEARCH\nTitle\n=======\n\ntext\n=======\nTitle\n=======\n\nnew text\n>>>>>>> REPLACE";
    expect(read(edit, markdown, "a.md")).toEqual([
      "~lines",
      " Title",
      " =======",
      " ",
      "-text",
      "+new text",
    ]);
  });

  it("does not take markers that the file holds for its own", () => {
    const documented = "Write\n<<<<<<< SEARCH\nold\n=======\nnew\n>>>>>>> REPLACE\nso.\n";
    const edit =
      "<<<<<<< SEARCH\n<<<<<<< SEARCH\nold\n=======\nnew\n>>>>>>> REPLACE\n=======\n<<<<<<< SEARCH\nolder\n=======\nnew\n>>>>>>> REPLACE\n>>>>>>> REPLACE";
    expect(read(edit, documented, "a.md")).toEqual([
      "~lines",
      " <<<<<<< SEARCH",
      "-old",
      "+older",
      " =======",
      " new",
      " >>>>>>> REPLACE",
    ]);
  });

  it("resolves conflict markers, which are text here", () => {
    const conflict = "a\n<<<<<<< HEAD\nmine\n=======\ntheirs\n>>>>>>> branch\nz\n";
    const edit =
      "<<<<<<< SEARCH\n<<<<<<< HEAD\nmine\n=======\ntheirs\n>>>>>>> branch\n=======\nmine\n>>>>>>> REPLACE";
    expect(read(edit, conflict)).toEqual([
      "~lines",
      "-<<<<<<< HEAD",
      " mine",
      "-=======",
      "-theirs",
      "->>>>>>> branch",
    ]);
  });

  it("finds the divider among conflict markers though the search part leaves a line out", () => {
    const conflict = "a\n<<<<<<< HEAD\nmine\nours\n=======\ntheirs\n>>>>>>> branch\nz\n";
    const edit =
      "<<<<<<< SEARCH\na\n<<<<<<< HEAD\nmine\n=======\ntheirs\n>>>>>>> branch\nz\n=======\na\nmine\nz\n>>>>>>> REPLACE";
    expect(read(edit, conflict)).toEqual([
      "~lines",
      " a",
      "-<<<<<<< HEAD",
      " mine",
      "-=======",
      "-theirs",
      "->>>>>>> branch",
      " z",
    ]);
  });

  it("tells blocks from the file anew where the file consists of markers", () => {
    const markers = "<<<<<<< SEARCH\n=======\n>>>>>>> REPLACE\n";
    const auto = (text: string): Edit => readEdit(text, { path: "a.md", source: markers });
    const longer = "<<<<<<< SEARCH\nx\n=======\n>>>>>>> REPLACE";
    const blocks = `<<<<<<< SEARCH\n${markers}=======\n${longer}\n>>>>>>> REPLACE`;
    expect(auto(blocks).format).toBe("search-replace");
    expect(auto(longer).format).toBe("whole");
    const either = "<<<<<<< SEARCH\n=======\n=======\na\n>>>>>>> REPLACE";
    expect(() => auto(either)).toThrow(/may be search blocks or a new version of the whole file/);
    const stale = `<<<<<<< SEARCH\n${markers.replace("=", "old\\n=")}=======\n${longer}\n>>>>>>> REPLACE`;
    expect(() => auto(stale)).toThrow(/may be search blocks or a new version of the whole file/);
    const held = "<<<<<<< SEARCH\none\ntwo\n=======\n2\n>>>>>>> REPLACE\n";
    const other = "<<<<<<< SEARCH\none\n2\n=======\nthree\n>>>>>>> REPLACE\n";
    expect(() => readEdit(other, { path: "a.md", source: held })).toThrow(
      /may be search blocks or/,
    );
  });

  it("refuses a replacement that brings a divider, which may be the block's own", () => {
    const held = "a\n=======\nold 1\nb\n";
    const stale = "<<<<<<< SEARCH\na\n=======\nold 2\nb\n=======\nnew\nb\n>>>>>>> REPLACE\n";
    expect(() => read(stale, held, "a.ts")).toThrow(
      /line 6 of the edit \(=======\) could divide the block/,
    );
    const right = stale.replace("old 2", "old 1");
    expect(read(right, held, "a.ts")).toEqual(["~lines", "-a", "-=======", "-old 1", "+new", " b"]);
    const heading = "<<<<<<< SEARCH\nb\n=======\nb\n\nTitle c\n=======\n>>>>>>> REPLACE\n";
    expect(read(heading, held, "a.ts")).toContain("+Title c");
  });

  it("says which block is cut off", () => {
    expect(() => read("<<<<<<< SEARCH\none\n=======\n1\n")).toThrow(
      /search block 1, which begins on line 1 of the edit, has no >>>>>>> REPLACE/,
    );
    expect(() => read("<<<<<<< SEARCH\none\n>>>>>>> REPLACE\n")).toThrow(/no =======/);
  });
});
