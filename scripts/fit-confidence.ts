/**
 * Fits the confidence of one way (`rank` or `write`) from what scripts/judge-questions.ts wrote, and prints the
 * calibration for src/settle/model/calibrations.ts. The threshold is chosen on predictions for repositories that the
 * fit has not seen.
 *
 *   node --import tsx scripts/fit-confidence.ts --data judged.jsonl --way rank --model name [--precision 0.99]
 */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import {
  crossValidated,
  fitLogistic,
  type Judged,
  thresholdFor,
} from "../src/bench/evaluate/fit-confidence.ts";
import type { Calibration } from "../src/settle/model/confidence.ts";

const { values } = parseArgs({
  options: {
    data: { type: "string" },
    way: { type: "string", default: "rank" },
    model: { type: "string", default: "" },
    precision: { type: "string", default: "0.99" },
  },
});
if (!values.data) throw new Error("needs --data");
interface Row extends Judged {
  readonly way?: string;
  readonly present: number;
  readonly ms: number;
}
const all = readFileSync(values.data, "utf8")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as Row);
const rows = all.filter(({ way }) => way === values.way);
const confidences = crossValidated(rows);
const found = thresholdFor(rows, confidences, Number(values.precision));
const present = rows.filter((row) => row.present >= 0);
const share = (part: number, whole: number): string =>
  `${part} of ${whole} (${((100 * part) / whole).toFixed(1)} %)`;
process.stderr.write(
  `${rows.length} answers; right: ${share(rows.filter(({ right }) => right).length, rows.length)}; ` +
    `where the right text is a candidate: ${share(present.filter(({ right }) => right).length, present.length)}; ` +
    `the merge's first: ${share(present.filter((row) => row.present === 0).length, present.length)}\n`,
);
for (const precision of [0.9, 0.95, 0.97, 0.98, 0.99, 0.995, 1]) {
  const at = thresholdFor(rows, confidences, precision);
  if (at)
    process.stderr.write(
      `precision ${precision}: takes ${share(at.taken, rows.length)}, ${at.wrong} wrong, bound ${at.bound.toFixed(4)}, threshold ${at.threshold.toFixed(4)}\n`,
    );
}
if (found) {
  const { threshold, taken, wrong, bound } = found;
  const round = (value: number): number => Number(value.toPrecision(5));
  const calibration: Calibration = {
    weights: fitLogistic(rows).map(round),
    threshold: round(threshold),
    measured: {
      model: values.model!,
      repositories: [...new Set(rows.map(({ repository }) => repository))].sort(),
      questions: rows.length,
      taken,
      wrong,
      bound: round(bound),
    },
  };
  process.stdout.write(`${JSON.stringify(calibration, null, 2)}\n`);
}
