/**
 * Adds to what scripts/judge-open.ts recorded the numbers that a calibration weighs, and whether the likeliest candidate is
 * right, one JSON object per line on stdout: the input of training/confidence.py.
 *
 *   node --import tsx scripts/describe-judged.ts judged.jsonl > described.jsonl
 */
import { jsonLines } from "../src/bench/apply/cases.ts";
import type { Likelihood } from "../src/settle/model/score-candidates.ts";
import { judgementFeatures, judgementOf } from "../src/settle/model/settle-by-judge.ts";

interface Judged {
  readonly form: string;
  readonly extent: string;
  /** `details.reading` of the outcome. */
  readonly reading: string;
  /** Index of the right candidate; -1 = there is none. */
  readonly right: number;
  readonly rank: { readonly best: number; readonly confidence: number; readonly taken: boolean };
  /** null = the question was too long. */
  readonly scores: readonly Likelihood[] | null;
}

const path = process.argv[2];
if (path === undefined) throw new Error("name a file that scripts/judge-open.ts wrote");
for (const row of jsonLines<Judged>(path)) {
  const { form, extent, right: present, rank, scores, ...labels } = row;
  const isSketch = extent === "file";
  // As settleByRanking: sketches are not ranked.
  const ranked = { taken: rank.taken && !isSketch, right: rank.best === present };
  const common = { ...labels, way: form, extent, present, ranked };
  if (scores === null) {
    process.stdout.write(`${JSON.stringify({ ...common, long: true })}\n`);
    continue;
  }
  const judgement = judgementOf(scores, labels.reading);
  const { best } = judgement;
  const features = judgementFeatures(judgement);
  process.stdout.write(
    `${JSON.stringify({ ...common, best, right: best === present, margin: judgement.margin, features })}\n`,
  );
}
