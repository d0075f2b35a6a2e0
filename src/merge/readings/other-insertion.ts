import type { Reading } from "./reading.ts";

export const otherInsertion: Reading = {
  name: "other-insertion",
  why: "its quoted lines allow several positions for the new lines",
  *find({ prepared, draw }, { placement }) {
    for (const [block, choices] of prepared.insertions.entries()) {
      for (let choice = 1; choice < (choices?.length ?? 0); choice++) {
        const { position } = choices![choice]!;
        const ranges = placement.ranges.with(block, { start: position, end: position });
        yield draw({ cost: placement.cost, ranges }, { insertion: { block, choice } });
      }
    }
  },
};
