import { describe, expect, it } from "vitest";
import { editTypeOf } from "./decision.ts";
import { seededDraws } from "./draws.ts";
import { orderArms } from "./order-arms.ts";
import { type ArmRecords, recordsOf } from "./records.ts";

const offers = [
  { name: "a", confidence: 0.5 },
  { name: "b", confidence: 0.5 },
  { name: "c", confidence: 0.5 },
];
const names = (records: ArmRecords, seed?: number): string[] =>
  orderArms("t", offers, records, seed === undefined ? undefined : seededDraws(seed)).turns.map(
    ({ name }) => name,
  );
const tries = (name: string, right: number, wrong: number, seconds: number) =>
  Array.from({ length: right + wrong }, (_, at) => ({
    type: "t",
    tried: [{ name, seconds, right: at < right }],
  }));

describe("draws", () => {
  it("have the means of their distributions, and a seed repeats them", () => {
    const draws = seededDraws(7);
    const mean = (draw: () => number): number => {
      let sum = 0;
      for (let i = 0; i < 20_000; i++) sum += draw();
      return sum / 20_000;
    };
    expect(mean(draws.uniform)).toBeCloseTo(0.5, 1);
    expect(mean(() => draws.gamma(3))).toBeCloseTo(3, 0);
    expect(mean(() => draws.gamma(0.5))).toBeCloseTo(0.5, 1);
    expect(mean(() => draws.beta(2, 6))).toBeCloseTo(0.25, 1);
    const first = seededDraws(3);
    const again = seededDraws(3);
    expect([first.beta(2, 3), first.uniform()]).toEqual([again.beta(2, 3), again.uniform()]);
    expect(seededDraws(4).uniform()).not.toBe(seededDraws(3).uniform());
  });
});

describe("the order of arms", () => {
  it("is the given one while nothing is known, with every arm started at once", () => {
    const cold = orderArms("t", offers, recordsOf(tries("c", 4, 0, 0.1)), seededDraws(1));
    expect(cold).toMatchObject({ isCold: true });
    expect(cold.turns.map(({ name, headStartMs }) => [name, headStartMs])).toEqual([
      ["a", 0],
      ["b", 0],
      ["c", 0],
    ]);
    expect(cold.why).toContain("4 tries of such edits are known, 5 are needed");
    expect(names(recordsOf(tries("c", 9, 0, 0.1).map((one) => ({ ...one, type: "u" }))))).toEqual([
      "a",
      "b",
      "c",
    ]);
  });

  it("is by accepted edits per second, not by acceptance alone", () => {
    // a: 90 % in 10 s; b: 50 % in 1 s; c: 80 % in 2 s.
    const records = recordsOf(
      [...tries("a", 18, 2, 10), ...tries("b", 10, 10, 1), ...tries("c", 16, 4, 2)],
      1,
    );
    expect(names(records)).toEqual(["b", "c", "a"]);
    const { turns, why } = orderArms("t", offers, records);
    expect(turns[0]).toMatchObject({ offer: 1, chance: 0.5 });
    expect(turns[0]!.headStartMs).toBeGreaterThan(1900);
    expect(turns[0]!.headStartMs).toBeLessThan(2500);
    expect(why).toMatch(/^accepted edits per second: b 50 % in /);
  });

  it("explores by draws that a seed repeats, less and less", () => {
    const orders = (records: ArmRecords): Set<string> =>
      new Set(Array.from({ length: 60 }, (_, seed) => names(records, seed + 1)[0]!));
    const few = recordsOf([...tries("a", 3, 3, 1), ...tries("b", 3, 3, 1)], 1);
    const many = recordsOf(
      [...tries("a", 190, 10, 1), ...tries("b", 60, 140, 1), ...tries("c", 20, 180, 1)],
      1,
    );
    expect(names(few, 5)).toEqual(names(few, 5));
    expect(orders(few).size).toBe(3);
    expect([...orders(many)]).toEqual(["a"]);
  });

  it("follows what changes, since older decisions count less", () => {
    const then = [...tries("a", 40, 0, 1), ...tries("b", 0, 40, 1)];
    const now = [...tries("a", 0, 40, 1), ...tries("b", 30, 10, 1).reverse()];
    expect(names(recordsOf([...then, ...now], 0.95))[0]).toBe("b");
    expect(names(recordsOf([...then, ...now], 1))[0]).toBe("a");
  });

  it("starts from what the arms say of themselves", () => {
    const records = recordsOf(tries("c", 3, 3, 1));
    const own = [
      { name: "a", confidence: 0.3 },
      { name: "b", confidence: 0.9 },
    ];
    const known = recordsOf([...tries("a", 3, 3, 1), ...tries("c", 3, 3, 1)]);
    expect(orderArms("t", own, known).turns[0]!.name).toBe("b");
    expect(orderArms("t", own, records).isCold).toBe(true);
  });
});

describe("the kind of a request", () => {
  it("is its fields and the language of its file", () => {
    const diagnostics = [
      { file: "src/a.ts", line: 1, severity: "error", message: "secret" } as const,
    ];
    expect(editTypeOf({ diagnostics })).toBe("fix script");
    expect(editTypeOf({ rename: { from: "secret", to: "other" } })).toBe("rename");
    expect(editTypeOf({ extract: { path: "a.py", from: 1, to: 2, name: "f" } })).toBe(
      "extract python",
    );
    expect(editTypeOf({ instruction: "secret" })).toBe("instruction");
    expect(editTypeOf({})).toBe("other");
  });
});
