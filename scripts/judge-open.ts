/**
 * Has a model judge edits that the merge leaves open: the likelihood of every candidate, and which one is right. The evidence that
 * training/confidence.py fits. An answer that the output has already is not asked for again, so a stopped run goes on.
 *
 *   node --import tsx scripts/collect-open.ts <questions.jsonl or folder>... > open.jsonl
 *   node --import tsx scripts/judge-open.ts --model <gguf> --data open.jsonl --out judged.jsonl [--forms place,ask] [--limit n]
 */
import { appendFileSync, existsSync } from "node:fs";
import { parseArgs } from "node:util";
import { jsonLines } from "../src/bench/apply/cases.ts";
import type { OpenTaskRow } from "../src/bench/evaluate/open-tasks.ts";
import { llamaTarget } from "../src/engines/llama/target.ts";
import { applyFormats, detectApplyFormat } from "../src/settle/model/apply-formats.ts";
import { isJudgeForm, judge } from "../src/settle/model/judge.ts";

const { values } = parseArgs({
  options: {
    model: { type: "string" },
    data: { type: "string" },
    out: { type: "string" },
    forms: { type: "string", default: "place" },
    limit: { type: "string", default: "1000000" },
    longest: { type: "string", default: "2048" },
    threads: { type: "string", default: "1" },
  },
});
const { model, data, out } = values;
if (!model || !data || !out) throw new Error("needs --model, --data and --out");
const forms = values.forms.split(",").filter(isJudgeForm);

interface Row {
  readonly id: string;
  readonly form: string;
}

const done = new Set<string>();
if (existsSync(out)) for (const { id, form } of jsonLines<Row>(out)) done.add(`${form} ${id}`);
const target = await llamaTarget({
  model,
  contextSize: 4096,
  threads: Number(values.threads),
  outputs: 256,
});
const format = await detectApplyFormat(target).catch(() => applyFormats.redraft);
let count = 0;
for (const row of jsonLines<OpenTaskRow>(data)) {
  if (count++ >= Number(values.limit)) break;
  const { known, edit, outcome, rank } = row;
  for (const form of forms) {
    if (done.has(`${form} ${known.id}`)) continue;
    const question = { path: known.path, source: row.source, edit };
    const scores = await judge(form, question, outcome.candidates, {
      target,
      format,
      longest: Number(values.longest),
    });
    const { id, repository, language, style, expected } = known;
    const right = outcome.candidates.findIndex(({ text }) => text === expected);
    const reading = outcome.details?.reading ?? "";
    const labels = { id, repository, language, style, extent: edit.extent, reading, right, rank };
    const answer = { ...labels, model: target.info.name, form, scores: scores ?? null };
    appendFileSync(out, `${JSON.stringify(answer)}\n`);
  }
}
await target.dispose();
