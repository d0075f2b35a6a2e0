import { describe, expect, it } from "vitest";
import { readEdit } from "../edit/read.ts";
import { merge } from "../merge/merge.ts";
import { joinedLines, lineBeside, originOf } from "./joined-lines.ts";
import { lineKinds, type MergePicture, pictureOf } from "./picture.ts";
import { refusedLines, viewMerge } from "./view-merge.ts";

function draw(source: string, text: string): { picture: MergePicture; result: string } {
  const edit = readEdit(text, { path: "a.ts", source });
  const outcome = merge(source, edit);
  if (outcome.kind !== "proved") throw new Error(JSON.stringify(outcome));
  return {
    picture: pictureOf(source, edit, text, outcome.text, outcome.proof),
    result: outcome.text,
  };
}

const kinds = (codes: Uint8Array): string[] => [...codes].map((code) => lineKinds[code]!);

const source = "alpha();\nbeta();\ngamma();\ndelta();\nepsilon();\n";
const blocks = (search: string, replace: string): string =>
  `<<<<<<< SEARCH\n${search}=======\n${replace}>>>>>>> REPLACE\n`;

describe("pictureOf", () => {
  it("says of every line of the file, the edit and the result what it is", () => {
    const { picture } = draw(source, blocks("beta();\ngamma();\n", "beta();\nnewer();\n"));
    expect(kinds(picture.file)).toEqual(["kept", "kept", "removed", "kept", "kept"]);
    expect(kinds(picture.result)).toEqual(["kept", "kept", "new", "kept", "kept"]);
    const edit = kinds(picture.edit);
    expect(edit[0]).toBe("syntax");
    expect(edit[2]).toBe("removed");
    expect(edit[5]).toBe("new");
    expect([...picture.resultFile]).toEqual([0, 1, -1, 3, 4]);
    expect(picture.resultEdit[2]).toBe(5);
    expect(picture.editFile[2]).toBe(2);
    expect(picture.counts).toMatchObject({ kept: 4, new: 1, replaced: 0, removed: 1 });
    expect(picture.changes).toEqual([{ file: [2, 3], result: [2, 3], edit: 5 }]);
  });

  it("joins kept runs and changes in bands that cover both sides once", () => {
    const { picture, result } = draw(source, blocks("delta();\n", "one();\ntwo();\n"));
    const { fromFile } = picture;
    const covered = (side: "from" | "to"): number[] =>
      fromFile.flatMap((band) =>
        Array.from({ length: band[side][1] - band[side][0] }, (_, i) => band[side][0] + i),
      );
    expect(covered("from")).toEqual([0, 1, 2, 3, 4]);
    expect(covered("to")).toEqual([...result.trimEnd().split("\n").keys()]);
    expect(fromFile.map(({ kind }) => kind)).toEqual(["kept", "replaced", "kept"]);
  });

  it("joins a line that the edit removes to the place where it was", () => {
    const { picture } = draw(source, blocks("gamma();\ndelta();\n", "gamma();\n"));
    expect(picture.fromFile.find(({ kind }) => kind === "removed")).toEqual({
      kind: "removed",
      from: [3, 4],
      to: [3, 3],
    });
    expect(picture.fromEdit.find(({ kind }) => kind === "removed")?.to).toEqual([3, 3]);
  });

  it("calls a removed line that is new elsewhere moved, and joins its two places", () => {
    const text = blocks("beta();\n", "") + blocks("delta();\n", "delta();\nbeta();\n");
    const { picture } = draw(source, text);
    expect(kinds(picture.file)[1]).toBe("moved");
    expect(kinds(picture.result)[3]).toBe("moved");
    expect(picture.fromFile.filter(({ kind }) => kind === "moved")).toEqual([
      { kind: "moved", from: [1, 2], to: [3, 4] },
    ]);
  });

  it("calls no bracket moved", () => {
    const { picture } = draw(
      "a1234();\n}\nb1234();\n",
      blocks("}\n", "") + blocks("b1234();\n", "b1234();\n}\n"),
    );
    expect(kinds(picture.result)).not.toContain("moved");
  });
});

describe("joined lines", () => {
  const text = blocks("beta();\n", "") + blocks("delta();\n", "delta();\nbeta();\nnewer();\n");
  const { picture } = draw(source, text);

  it("says where a line is on the other sides, from any of them", () => {
    expect(joinedLines(picture, "result", 1)).toMatchObject({ file: 2, result: 1 });
    expect(joinedLines(picture, "file", 2)).toMatchObject({ file: 2, result: 1 });
    const added = joinedLines(picture, "result", 4);
    expect(added).toMatchObject({ file: -1, result: 4 });
    expect(text.split("\n")[added.edit]).toBe("newer();");
    expect(joinedLines(picture, "edit", added.edit)).toEqual(added);
    // The moved line leads to its new place.
    expect(joinedLines(picture, "file", 1).result).toBe(3);
  });

  it("says it in words, lines counted from 1", () => {
    expect(originOf(picture, "result", 1)).toBe("Result line 2: kept, line 3 of the file");
    expect(originOf(picture, "file", 1)).toMatch(
      /^File line 2: moved, .*line 4 of the result, because: /,
    );
    expect(originOf(picture, "result", 99)).toBe("");
  });

  it("finds what is beside a line, between kept runs in proportion", () => {
    const bands = [
      { kind: "kept", from: [0, 10], to: [0, 10] },
      { kind: "replaced", from: [10, 12], to: [10, 20] },
      { kind: "removed", from: [12, 15], to: [20, 20] },
      { kind: "kept", from: [15, 20], to: [20, 25] },
      { kind: "moved", from: [13, 14], to: [2, 3] },
    ] as const;
    expect([3.5, 11, 13, 17].map((line) => lineBeside(bands, "from", line))).toEqual([
      3.5, 15, 20, 22,
    ]);
    expect([3.5, 15, 22].map((line) => lineBeside(bands, "to", line))).toEqual([3.5, 11, 17]);
  });
});

describe("viewMerge", () => {
  const ask = (source: string, edit: string): ReturnType<typeof viewMerge> =>
    viewMerge({ id: 7, path: "a.ts", source, edit, format: "auto" }, () => 0);

  it("shows both readings of an ambiguous edit", () => {
    const twice = "if (a) {\n  run();\n}\nmiddle();\nif (a) {\n  run();\n}\n";
    const { id, view } = ask(twice, blocks("  run();\n", "  stop();\n"));
    expect(id).toBe(7);
    if (view.kind !== "ambiguous") throw new Error(view.kind);
    expect(view.candidates).toHaveLength(2);
    expect(view.candidates.map(({ picture }) => picture.changes[0]!.file)).toEqual([
      [1, 2],
      [5, 6],
    ]);
    expect(view.editLine).toBe(1);
    expect(view.message).toContain("Ambiguous");
  });

  it("shows a refusal with the lines that it names", () => {
    const { view } = ask(source, blocks("gamna();\n", "other();\n"));
    if (view.kind !== "refused") throw new Error(view.kind);
    expect(view.code).toBe("no-match");
    expect(view.editLines).toContain(1);
    expect(view.fileLines).toContain(2);
  });

  it("shows an edit that cannot be read as a refusal", () => {
    const { view } = ask(source, "");
    expect(view).toMatchObject({ kind: "refused", code: "unreadable-edit" });
  });

  it("takes only line numbers out of details", () => {
    expect(refusedLines({ editLine: 0, places: [{ from: 2, to: 3 }], missing: "x" })).toEqual({
      editLines: [],
      fileLines: [1, 2],
    });
  });
});
