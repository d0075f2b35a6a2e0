import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { limits } from "../../merge/align/costs.ts";
import { createRedraft } from "../../redraft/create-redraft.ts";
import { ablate, ablationTable } from "./ablate.ts";
import type { ApplyCase } from "./cases.ts";

const before =
  "one();\nconst total = price * amount + postage;\nreturn total;\n}\n\nfunction next() {\n";
const after = before.replace("return total;", "return round(total);");

/** A block whose first line of context has three characters wrong. */
const misquoted: ApplyCase = {
  id: "misquoted",
  style: "SRx",
  noise: [],
  language: "javascript",
  path: "a.txt",
  format: "search-replace",
  before,
  after,
  edit:
    "<<<<<<< SEARCH\none();\nconst totals = prices * amounts + postage;\nreturn total;\n=======\n" +
    "one();\nconst totals = prices * amounts + postage;\nreturn round(total);\n>>>>>>> REPLACE\n",
};
/** A block that is found to the letter: no number is asked. */
const literal: ApplyCase = {
  ...misquoted,
  id: "literal",
  edit: "<<<<<<< SEARCH\nreturn total;\n=======\nreturn round(total);\n>>>>>>> REPLACE\n",
};

describe("ablate", () => {
  const names = ["chainLines", "misquotedOneIn"];

  it("counts the edits whose answer a number decides, and leaves the numbers as they were", async () => {
    const redraft = createRedraft();
    const known = { ...limits };
    const rows = await ablate(redraft, [misquoted, literal], { names });
    expect(rows.find((row) => row.name === "misquotedOneIn" && row.times === 2)).toEqual({
      name: "misquotedOneIn",
      value: 6,
      times: 2,
      changed: 1,
      gained: 0,
      lost: 1,
      wrong: 0,
      example: "misquoted",
    });
    expect(rows.filter(({ name }) => name === "chainLines").map((row) => row.changed)).toEqual([
      0, 0,
    ]);
    expect(limits).toEqual(known);
    expect(ablationTable(rows)).toContain("| `misquotedOneIn` | 6 | 0 | 1 (-1) | misquoted |");
  });

  it("goes on where it was stopped", async () => {
    const folder = mkdtempSync(join(tmpdir(), "redraft-ablate-"));
    const state = join(folder, "state.jsonl");
    try {
      const redraft = createRedraft();
      const first = await ablate(redraft, [misquoted], { state, names: names.slice(0, 1) });
      const said: string[] = [];
      const onProgress = (line: string): void => {
        said.push(line);
      };
      const rows = await ablate(redraft, [misquoted], { state, names, onProgress });
      expect(rows.slice(0, 2)).toMatchObject(first);
      expect(said.filter((line) => line.startsWith("chainLines"))).toEqual([]);
      expect(readFileSync(state, "utf8").trim().split("\n")).toHaveLength(4);
      await expect(ablate(redraft, [misquoted, literal], { state })).rejects.toThrow(state);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
