/**
 * Asks a model about every edit of held-out repositories that the merge leaves open, and writes what it says and
 * whether it is right: the evidence that training/confidence.py fits.
 *
 *   node --import tsx scripts/judge-questions.ts --model <gguf> --data held_out-files.jsonl --out judged.jsonl [--limit n] [--write]
 */
import { appendFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { readQuestions } from "../src/bench/evaluate/questions.ts";
import { readEdit } from "../src/edit/read.ts";
import { llamaTarget } from "../src/engines/llama/target.ts";
import { merge } from "../src/merge/merge.ts";
import { generateWith } from "../src/redraft/local-model.ts";
import { applyFormats, detectApplyFormat } from "../src/settle/model/apply-formats.ts";
import { featuresOf, weigh } from "../src/settle/model/confidence.ts";
import { openRegion } from "../src/settle/model/region.ts";
import { withRegion, wrongInRegion } from "../src/settle/model/region-answer.ts";
import { judgeRegion, scoreWritten, writeRegion } from "../src/settle/model/region-route.ts";

const { values } = parseArgs({
  options: {
    model: { type: "string" },
    data: { type: "string" },
    out: { type: "string" },
    limit: { type: "string", default: "1000000" },
    write: { type: "boolean", default: false },
    longest: { type: "string", default: "1792" },
  },
});
if (!values.model || !values.data || !values.out)
  throw new Error("needs --model, --data and --out");

const target = await llamaTarget({ model: values.model, contextSize: 4096, cost: "measured" });
const format = await detectApplyFormat(target).catch(() => applyFormats.redraft);
const options = { target, format, generate: generateWith(target), longest: Number(values.longest) };
writeFileSync(values.out, "");
let open = 0;
for await (const question of readQuestions(values.data)) {
  if (question.kind !== "file" || open >= Number(values.limit)) continue;
  const { original, expected, path, repository, language, style, id } = question;
  const edit = (() => {
    try {
      return readEdit(question.edit, { path, source: original, format: question.format ?? "lazy" });
    } catch {
      return undefined;
    }
  })();
  const outcome = edit && merge(original, edit);
  if (edit === undefined || outcome?.kind !== "ambiguous") continue;
  open++;
  const started = performance.now();
  const labels = {
    id,
    repository,
    language,
    style,
    present: outcome.candidates.findIndex(({ text }) => text === expected),
  };
  const sequence = await target.open();
  try {
    const region = openRegion(original, edit, outcome.candidates);
    const judged = await judgeRegion(sequence, region, outcome, options);
    if (judged === undefined) {
      save({ ...labels, long: true });
      continue;
    }
    const evidence = weigh(judged.scores);
    const right = outcome.candidates[evidence.best]!.text === expected;
    const rankMs = performance.now() - started;
    save({ ...labels, way: "rank", right, ms: rankMs, features: featuresOf(evidence) });
    if (!values.write) continue;
    const written = await writeRegion(sequence, judged, options);
    if (
      judged.cropped ||
      written === undefined ||
      wrongInRegion(region, edit, written.lines) !== undefined
    )
      continue;
    const own = await scoreWritten(sequence, judged, written.lines, options);
    const text = withRegion(outcome.candidates[0]!, region.candidates[0]!, written.lines);
    save({
      ...labels,
      way: "write",
      right: text === expected,
      ms: performance.now() - started,
      features: featuresOf(own),
    });
  } finally {
    await sequence.dispose();
  }
}
await target.dispose();

function save(row: object): void {
  appendFileSync(values.out!, `${JSON.stringify(row)}\n`);
}
