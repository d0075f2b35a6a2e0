import { describe, expect, it } from "vitest";
import { showEdit } from "../../test/support/show-edit.ts";
import { readEdit } from "./read.ts";

const source = "const a = 1;\nconst b = 2;\n\nrun(a, b);\n";
const read = (edit: string): string[] => showEdit(readEdit(edit, { path: "src/run.ts", source }));

describe("lines named by number and hash", () => {
  it("are taken off both parts of a block", () => {
    const edit =
      "<<<<<<< SEARCH\n1:c0|const a = 1;\n2:9f|const b = 2;\n=======\n1:c0|const a = 1;\nconst b = 20;\n>>>>>>> REPLACE";
    expect(read(edit)).toEqual([
      "~lines near 1",
      " const a = 1;",
      "-const b = 2;",
      "+const b = 20;",
    ]);
  });

  it("are read in the operations of a call", () => {
    const edits = [
      {
        op: "replace",
        pos: "1#VK| const a = 1;",
        end: "2#QR| const b = 2;",
        lines: ["let a = 1;"],
      },
      { op: "append", pos: "4#ZZ| run(a, b);", lines: ["stop();"] },
    ];
    expect(read(JSON.stringify({ path: "src/run.ts", edits }))).toEqual([
      "~lines at 1",
      "-const a = 1;",
      "-const b = 2;",
      "+let a = 1;",
      "~lines at 5",
      "+stop();",
    ]);
  });

  it("are refused where the file has another text there", () => {
    expect(() =>
      read("<<<<<<< SEARCH\n2:c0|const a = 1;\n=======\nlet a;\n>>>>>>> REPLACE"),
    ).toThrow(
      /says that line 2 of src\/run.ts is "const a = 1;", but the file has "const b = 2;" there/,
    );
    const past = { op: "replace", pos: "9:aa|x", lines: [] };
    expect(() => read(JSON.stringify(past))).toThrow(/has only 4 lines/);
  });

  it("are refused without their text, which alone can be checked", () => {
    const edit = {
      replace_lines: { start_anchor: "1:c0", end_anchor: "2:9f", new_text: "let a;" },
    };
    expect(() => read(JSON.stringify(edit))).toThrow(
      /names line 1 by the hash c0 alone, which cannot be checked/,
    );
  });

  it("are refused under the name of another format", () => {
    const edit = { pos: "1:c0|const a = 1;", content: "let a = 1;" };
    for (const format of ["lazy", "whole", "unified-diff"] as const)
      expect(() => readEdit(JSON.stringify(edit), { path: "src/run.ts", source, format })).toThrow(
        /names lines by number and hash, which is not the format/,
      );
  });

  it("are refused alone, and never written into the file", () => {
    expect(() => read("2:9f|const b = 20;\n")).toThrow(
      /line 1 of the edit begins with a line number and a hash, but does not say which lines it replaces/,
    );
  });

  it("are refused where a line between them is left out", () => {
    const edit =
      "<<<<<<< SEARCH\n1:c0|const a = 1;\n4:11|run(a, b);\n=======\nrun();\n>>>>>>> REPLACE";
    expect(() => read(edit)).toThrow(/names line 4 right after line 1/);
  });
});
