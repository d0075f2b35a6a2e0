import { describe, expect, it } from "vitest";
import { mostUnsound, unsoundItems } from "./by-halves.ts";

/** Looks at numbers, of which some are unsound; the answer and how often it was looked. */
async function looked(
  count: number,
  isUnsound: (one: number) => boolean,
): Promise<{ unsound: number[]; left: number; looks: number }> {
  let looks = 0;
  const found = await unsoundItems([...Array(count).keys()], async (some) => {
    looks += 1;
    return !some.some(isUnsound);
  });
  const of = (what: string): number[] =>
    [...found].flatMap(([one, why]) => (why === what ? one : []));
  return { unsound: of("unsound"), left: of("not looked at").length, looks };
}

describe("unsoundItems", () => {
  it("looks once where all are sound", async () => {
    expect(await looked(1000, () => false)).toEqual({ unsound: [], left: 0, looks: 1 });
  });

  it("finds the unsound ones among many", async () => {
    const { unsound, left, looks } = await looked(1000, (one) => one === 7 || one === 600);
    expect([unsound, left]).toEqual([[7, 600], 0]);
    expect(looks).toBeLessThan(50);
  });

  it("gives up where each one is unsound by itself", async () => {
    const { unsound, left, looks } = await looked(1000, () => true);
    expect(unsound).toHaveLength(mostUnsound);
    expect(left).toBe(1000 - mostUnsound);
    expect(looks).toBeLessThan(100);
  });

  it("leaves one half out where only both together are unsound", async () => {
    const found = await unsoundItems(
      [1, 2, 3, 4],
      async (some) => !(some.includes(1) && some.includes(4)),
    );
    expect([...found.keys()]).toEqual([3, 4]);
  });
});
