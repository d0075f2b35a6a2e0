import { describe, expect, it } from "vitest";
import { spend, withinBudget } from "./budget.ts";

const steps = (count: number) => (): string => {
  for (let i = 0; i < count; i++) spend(1);
  return "done";
};

describe("withinBudget", () => {
  it("answers what is done within the limit, and undefined for what is not", () => {
    expect(withinBudget(10, steps(10))).toBe("done");
    expect(withinBudget(10, steps(11))).toBeUndefined();
  });

  it("has no limit outside", () => {
    spend(1e12);
    expect(withinBudget(10, steps(10))).toBe("done");
  });

  it("counts each call for itself, also one inside another", () => {
    const inner = withinBudget(5, () => {
      expect(withinBudget(100, steps(50))).toBe("done");
      expect(withinBudget(1, steps(2))).toBeUndefined();
      return steps(5)();
    });
    expect(inner).toBe("done");
  });

  it("passes other errors on, and counts anew after them", () => {
    const fail = (): never => {
      throw new TypeError("no");
    };
    expect(() => withinBudget(5, fail)).toThrow(TypeError);
    spend(100);
  });
});
