import { describe, expect, it } from "vitest";
import { readNotebook } from "./cells.ts";
import { withCellText } from "./splice.ts";

let state = 3;
function random(below: number): number {
  state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
  return Math.floor((state / 0x80000000) * below);
}

const pieces = [
  "x = 1",
  "\n",
  "\n",
  "é",
  "😀",
  '"',
  "\\",
  "\t",
  "/",
  "\r\n",
  "\u2028",
  "'",
  "",
  "print(",
  "\u0007",
];
const text = (): string =>
  Array.from({ length: random(12) }, () => pieces[random(pieces.length)]!).join("");
const asLines = (source: string): string[] => source.match(/[^\n]*\n|[^\n]+$/g) ?? [];

function notebook(sources: readonly string[], lists: readonly boolean[]): unknown {
  const cells = sources.map((source, i) => ({
    cell_type: "code",
    id: `c${i}`,
    outputs: [{ text: ["a\n", source] }],
    source: lists[i] ? asLines(source) : source,
  }));
  return { cells, metadata: {}, nbformat: 4 };
}

const ascii = (json: string): string =>
  json.replaceAll(
    /[^\x20-\x7e\n\t]/g,
    (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );

/** Lists of several strings in every notebook, so that its layout can be seen. */
const first = 'a = "é"\nb\u2028\nc';

describe("a cell with another text", () => {
  it("is written as the notebook's own writer would", () => {
    for (let round = 0; round < 3_000; round++) {
      const indent = [undefined, 1, 2, "\t"][random(4)];
      const write = (value: unknown): string => {
        const json = JSON.stringify(value, null, indent);
        return round % 3 === 0 ? ascii(json) : json;
      };
      const sources = [first, text(), text()];
      const lists = [true, random(2) === 0, random(2) === 0];
      const before = readNotebook(write(notebook(sources, lists)))!;
      const number = random(3);
      const fresh = random(4) === 0 ? sources[number]! + text() : text();
      const after = withCellText(before, before.cells[number]!, fresh);
      const wanted = write(notebook(sources.with(number, fresh), lists));
      // Outputs repeat the source in this test and stay as they were.
      const expected = JSON.parse(wanted) as { cells: { outputs: unknown }[] };
      expected.cells[number]!.outputs = [{ text: ["a\n", sources[number]] }];
      const spliced = JSON.parse(after!) as { cells: { source: string | string[] }[] };
      expect([spliced.cells[number]!.source].flat().join("")).toBe(fresh);
      if (!fresh.includes("\r")) expect(after).toBe(write(expected));
    }
  });

  it("keeps strings that are not lines, line ends of the layout, and other spellings", () => {
    const json = '{"cells": [\r\n {"source": ["a\\nb\\n", "", "c\\u0041\\n",\r\n "d"]}]}';
    const one = readNotebook(json)!;
    expect(one.cells[0]!.text).toBe("a\nb\ncA\nd");
    expect(withCellText(one, one.cells[0]!, "a\nb\ncA\nD")).toBe(json.replace('"d"', '"D"'));
    const string = '{"cells":[{"source":"\\u0061 = \\"x\\"\\n\\u0062"}]}';
    const two = readNotebook(string)!;
    expect(withCellText(two, two.cells[0]!, 'a = "y"\nb')).toBe(string.replace("x", "y"));
  });

  it("is indented by the keys where no list shows how", () => {
    const json = JSON.stringify({ cells: [{ source: [] }] }, null, 2);
    const empty = readNotebook(json)!;
    expect(withCellText(empty, empty.cells[0]!, "a\nb")).toBe(
      JSON.stringify({ cells: [{ source: ["a\n", "b"] }] }, null, 2),
    );
  });

  it("is no cell of what is no notebook", () => {
    for (const other of ["", "{", "[]", '{"cells": 3}', '{"worksheets": []}'])
      expect(readNotebook(other)).toBeUndefined();
    expect(readNotebook('{"cells": [{"source": 3}, {"source": "x"}]}')!.cells).toMatchObject([
      { number: 2 },
    ]);
  });
});
