import { describe, expect, it } from "vitest";
import { merge } from "../merge/merge.ts";
import { readEdit } from "./read.ts";

const source = "one\ntwo\nthree\n";
const json = (fresh: string): string => JSON.stringify({ old_string: "two", new_string: fresh });
const edits: Readonly<Record<string, string>> = {
  "search blocks": "<<<<<<< SEARCH\ntwo\n=======\nTW\rO\n>>>>>>> REPLACE\n",
  "a diff": "@@ -1,3 +1,3 @@\n one\n-two\n+TW\rO\n three\n",
  "a patch": "*** Begin Patch\n*** Update File: a.txt\n@@\n one\n-two\n+TW\rO\n*** End Patch\n",
  "a sketch": "# ... existing code ...\nTW\rO\nthree\n",
  "the whole file": "one\nTW\rO\nthree\n",
  JSON: json("TW\rO"),
  "JSON with a line": json("two\rthree\n"),
  "JSON with the whole text": JSON.stringify({ path: "a.txt", content: "one\nTW\rO\nthree\n" }),
  "a CR before a CRLF": "<<<<<<< SEARCH\r\ntwo\r\n=======\r\nTWO\r\r\n>>>>>>> REPLACE\r\n",
};

describe("a lone carriage return in the new text", () => {
  it.each(Object.entries(edits))("is refused, never made a line end of the file: %s", (_, edit) => {
    expect(() => readEdit(edit, { path: "a.txt", source })).toThrow(/a carriage return \(CR\)/);
  });

  it("is refused in a new file too", () => {
    for (const edit of ["a\rb\n", "a\rb"]) {
      expect(() => readEdit(edit, { path: "a.txt", source: "", format: "whole" })).toThrow(
        /\(CR\)/,
      );
    }
  });

  it("is a line end where the file has such, or where all lines of the edit end so", () => {
    const text = (from: string, edit: string): unknown =>
      (merge(from, readEdit(edit, { path: "a.txt", source: from })) as { text?: string }).text;
    expect(text("one\rtwo\r", json("TWO\rmore"))).toBe("one\rTWO\rmore\r");
    expect(text(source, "one\rTWO\rthree\r")).toBe("one\nTWO\nthree\n");
    expect(text(source, json("TWO\r\nmore"))).toBe("one\nTWO\nmore\nthree\n");
  });
});
