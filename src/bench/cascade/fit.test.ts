import { describe, expect, it } from "vitest";
import { wayByTable } from "../../instruct/way-table.ts";
import { fitWays, productCases, regretOf } from "./fit.ts";
import { wayRows } from "./report.ts";
import type { Outcome } from "./state.ts";

function outcome(more: Partial<Outcome>): Outcome {
  return {
    model: "small",
    parameters: 5e8,
    set: "s",
    case: "c",
    way: "rewrite+prediction",
    lines: 30,
    files: 1,
    named: false,
    right: true,
    exact: true,
    promptTokens: 100,
    outputTokens: 100,
    acceptedTokens: 60,
    seconds: 1,
    answers: [],
    ...more,
  };
}

/** Short files: the rewrite is right and the blocks are not; long ones: both are, and blocks write less. */
const outcomes = Array.from({ length: 16 }, (_, index) => {
  const one = { case: `c${index}`, lines: index < 8 ? 30 : 300 };
  return [
    outcome({ ...one, outputTokens: 40 * one.lines }),
    outcome({
      ...one,
      way: "search-replace+retry",
      right: index >= 8,
      outputTokens: 80,
      acceptedTokens: 20,
    }),
  ];
}).flat();

describe("fitWays", () => {
  it("learns which way suits which length", () => {
    const table = fitWays(productCases(outcomes));
    const facts = { parameters: 6e8, severalFiles: false, named: false };
    expect(wayByTable(table, { ...facts, lines: 20 })?.way).toBe("rewrite");
    const long = wayByTable(table, { ...facts, lines: 500 });
    expect(long?.way).toBe("search-replace");
    expect(long?.why).toContain("measured with small, 500 lines");
    expect(table.models[0]!.cells.map(({ from, to }) => [from, to])).toEqual([
      [0, 60],
      [200, null],
    ]);
  });

  it("pays for the rewrite of what stays refused", () => {
    const refused = [
      outcome({ outputTokens: 500, acceptedTokens: 0 }),
      outcome({ way: "sketch", code: "no-match", right: false, outputTokens: 70 }),
    ];
    const [one] = productCases(refused);
    expect(one!.ways.get("cascade")).toEqual({ right: true, own: 510 });
    expect(one!.ways.get("rewrite")).toEqual({ right: true, own: 500 });
  });

  it("takes no region where none is named", () => {
    const region = outcome({ way: "region", named: false, code: "usage", right: false });
    expect([...productCases([outcome({}), region])[0]!.ways.keys()]).toEqual(["rewrite"]);
  });
});

describe("regretOf", () => {
  it("compares auto with the best way of each case, by a table that has not seen the case", () => {
    const [all] = regretOf(productCases(outcomes));
    expect(all).toMatchObject({ cases: 16, auto: 16, bestEach: 16, bestFixed: 16 });
    expect(all!.bestFixedWay).toBe("rewrite");
    expect(all!.autoOwn).toBeLessThan(all!.bestFixedOwn);
    // One short case that the blocks alone get right: the others cannot tell.
    const odd = outcomes.map((one) =>
      one.case === "c0" ? { ...one, right: one.way !== "rewrite+prediction" } : one,
    );
    const [regret] = regretOf(productCases(odd));
    expect(regret!.bestEach - regret!.auto).toBe(1);
  });
});

describe("wayRows", () => {
  it("has a row per way, and rows for long files", () => {
    const rows = wayRows(outcomes);
    expect(rows.map(({ lines, way, cases, right }) => [lines, way, cases, right])).toEqual([
      ["all", "rewrite+prediction", 16, 16],
      ["all", "search-replace+retry", 16, 8],
      ["200+", "rewrite+prediction", 8, 8],
      ["200+", "search-replace+retry", 8, 8],
    ]);
    expect(rows[1]).toMatchObject({ tokens: 80, own: 60, percent: 50, refused: 0 });
    const refused = wayRows([outcome({}), outcome({ code: "no-match", right: false })]);
    expect(refused[0]).toMatchObject({ refused: 1, codes: { "no-match": 1 } });
  });
});
