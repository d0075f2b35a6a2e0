import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { costs, infinity } from "./costs.ts";
import { type BlockRange, placements } from "./placements.ts";
import type { AlignRow, Problem } from "./recurrence.ts";
import { traceBlock } from "./trace.ts";

const steps = 7;

/** An edit line that matches some source lines, and may always be new. */
const row = fc
  .record({
    added: fc.integer({ min: 4, max: 60 }),
    loose: fc.nat(90),
    at: fc.uniqueArray(fc.nat(steps - 1), { maxLength: 3 }),
    cost: fc.nat(20),
  })
  .map(({ added, loose, at, cost }): AlignRow => {
    const places = Int32Array.from(at).sort();
    return {
      added,
      looseStart: loose,
      looseEnd: loose,
      at: places,
      to: places.map((place) => place + 1),
      cost: places.map((place) => cost + place),
      removal: false,
      unique: true,
    };
  });

/** One block in the middle of a source. */
const problem = fc
  .record({
    rows: fc.array(row, { minLength: 1, maxLength: 5 }),
    line: fc.array(fc.integer({ min: 1, max: 200 }), { minLength: steps, maxLength: steps }),
  })
  .map(({ rows, line }): Problem => {
    const short = Int32Array.from(line);
    const blocks = [{ rows, removalAtEnd: false }];
    const long = short.map((cost) => cost >> 2);
    return {
      steps,
      short,
      long,
      blocks,
      anchoredStart: false,
      anchoredEnd: false,
      explicit: false,
    };
  });

const sumOf = (array: Int32Array): number => array.reduce((a, b) => a + b, 0);

/** What lines cost where a trace says that they stand, one after the other; undefined = new lines are at an edge. */
function priced(
  { short, long, blocks }: Problem,
  range: BlockRange,
  source: Int32Array,
): number | undefined {
  const { rows } = blocks[0]!;
  if (source[0]! < 0 || source.at(-1)! < 0) return undefined;
  let sum = range.start === 0 ? costs.emptyElision : 0;
  let next = range.start;
  let isAdded = false;
  for (const [i, { added, at, cost }] of rows.entries()) {
    const line = source[i]!;
    if (line < 0) {
      sum += added;
      isAdded = true;
      continue;
    }
    if (line > next) {
      const quick = isAdded ? 0 : costs.removeOpen;
      const slow = isAdded ? costs.replaceManyOpen : costs.removeManyOpen;
      sum += Math.min(
        quick + sumOf(short.subarray(next, line)),
        slow + sumOf(long.subarray(next, line)),
      );
    }
    sum += cost[at.indexOf(line)]!;
    next = line + 1;
    isAdded = false;
  }
  expect(next).toBe(range.end);
  return sum + (range.end === steps ? costs.emptyElision : 0);
}

describe("the recurrence", () => {
  it("records the lines that its cost is made of", () => {
    let checked = 0;
    const isPriced = fc.property(problem, (one) => {
      const { best } = placements(one);
      if (best === undefined || best.cost >= infinity) return;
      const [range] = best.ranges;
      const none = one.blocks[0]!.rows.map(() => []);
      const sum = priced(one, range!, traceBlock(one, 0, none, range!).source);
      if (sum === undefined) return;
      checked++;
      expect(best.cost).toBe(sum);
    });
    fc.assert(isPriced, { numRuns: 3000 });
    expect(checked).toBeGreaterThan(300);
  });
});
