import { expect, it } from "vitest";
import { killTransactions } from "../scripts/attack/kill.ts";
import { undoSequences } from "../scripts/soak/undo.ts";

/** Seconds on a quiet machine; minutes where every process start takes one. */
const patience = 300_000;

/** Short versions of `npm run attack:kill` and `npm run soak:undo`. */
it(
  "leaves all files old or all new when a transaction is killed",
  async () => {
    const many = await killTransactions({ kills: 14, files: 12 });
    const one = await killTransactions({ kills: 6, files: 1 });
    expect([many, one]).toMatchObject([
      { mixed: 0, leftovers: 0 },
      { mixed: 0, leftovers: 0 },
    ]);
    // Most kills are aimed at the part in which files are replaced.
    const { idle, staging } = many.phases;
    expect(idle + staging).toBeLessThan(14);
  },
  patience,
);

it(
  "takes random edits back and makes them again as a reference model does",
  async () => {
    const report = await undoSequences(150);
    expect(report.wrong).toEqual([]);
    expect(report.made).toBeGreaterThan(50);
    expect(report.refused).toBeGreaterThan(25);
  },
  patience,
);
