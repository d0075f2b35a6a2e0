/**
 * Writes the edits that the merge leaves open, one JSON object per line on stdout, as the engine would ask a model about them,
 * with the ranker's answer.
 *
 *   node --import tsx scripts/collect-open.ts <questions.jsonl, or folder of `bench apply`>... > open.jsonl
 */
import { once } from "node:events";
import { statSync } from "node:fs";
import { jsonLines, readCases } from "../src/bench/apply/cases.ts";
import { type KnownEdit, openTasks } from "../src/bench/evaluate/open-tasks.ts";
import type { FileQuestion } from "../src/bench/evaluate/questions.ts";
import { rankCandidates } from "../src/settle/rank/rank-candidates.ts";
import { rankerWeights } from "../src/settle/rank/ranker-asset.ts";

const paths = process.argv.slice(2);
if (paths.length === 0) throw new Error("name files of questions, or folders of bench apply");

for await (const { known, task } of openTasks(paths.flatMap((path) => [...knownEdits(path)]))) {
  const { source, ...rest } = known;
  const { edit, outcome } = task;
  const rank = rankCandidates(task.request.source, edit, outcome.candidates, rankerWeights());
  const row = { known: rest, source: task.request.source, edit, outcome, rank };
  if (!process.stdout.write(`${JSON.stringify(row)}\n`)) await once(process.stdout, "drain");
}

function* knownEdits(path: string): Generator<KnownEdit> {
  if (statSync(path).isDirectory()) {
    for (const one of readCases(path)) {
      const { before: source, after: expected, repository = "", ...rest } = one;
      yield { ...rest, repository, source, expected };
    }
    return;
  }
  for (const question of jsonLines<FileQuestion>(path)) {
    if (question.kind !== "file") continue;
    const { original: source, format = "lazy", ...rest } = question;
    yield { ...rest, format, source };
  }
}
