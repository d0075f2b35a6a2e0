import { describe, expect, it } from "vitest";
import {
  alwaysFirst,
  bestFixed,
  drawStream,
  learnt,
  roundRobin,
  runStream,
  streams,
} from "../../scripts/select-streams.ts";

const seeds = [1, 2, 3, 4, 5, 6, 7];
const median = (list: readonly number[]): number =>
  [...list].sort((a, b) => a - b)[list.length >> 1]!;

describe.each(Object.entries(streams))("a stream of edits: %s", (_name, phases) => {
  const drawn = seeds.map((seed) => drawStream(phases(400), seed));
  const best = drawn.map((stream) => bestFixed(stream, "type"));
  const ratios = (run: (index: number) => number): number[] =>
    drawn.map((_, index) => run(index) / best[index]!);
  const own = ratios((at) => runStream(drawn[at]!, learnt(seeds[at]!)).seconds);

  it("takes little more time than the best fixed order of each kind in hindsight", () => {
    expect(median(own)).toBeLessThan(1.12);
    expect(Math.max(...own)).toBeLessThan(1.2);
  });

  it("takes less than the given order, and than each way first in turn", () => {
    const first = ratios((at) => runStream(drawn[at]!, alwaysFirst()).seconds);
    const round = ratios((at) => runStream(drawn[at]!, roundRobin()).seconds);
    for (const [at, ratio] of own.entries()) {
      expect(ratio).toBeLessThan(0.95 * first[at]!);
      expect(ratio).toBeLessThan(0.95 * round[at]!);
    }
  });

  it("accepts the same edits, and is repeated by its seed", () => {
    const [stream] = drawn;
    const once = runStream(stream!, learnt(9));
    expect(once).toEqual(runStream(stream!, learnt(9)));
    expect(once.accepted).toBe(runStream(stream!, alwaysFirst()).accepted);
    expect(once.seconds).not.toBe(runStream(stream!, learnt(10)).seconds);
  });
});
