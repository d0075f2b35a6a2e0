/**
 * Writes what the merge leaves open of the given whole-file questions, one JSON object per line on stdout: the
 * examples that the region task is trained on.
 *
 *   node --import tsx src/bench/evaluate/open-regions-main.ts questions/train-files.jsonl > questions/train-open.jsonl
 */
import { once } from "node:events";
import { settleByMerge } from "./open-region.ts";
import { readQuestions } from "./questions.ts";

const path = process.argv[2];
if (path === undefined) throw new Error("name a file of questions");
const counts: Record<string, number> = {};
const count = (name: string): void => {
  counts[name] = (counts[name] ?? 0) + 1;
};
for await (const question of readQuestions(path)) {
  if (question.kind !== "file") continue;
  try {
    const { outcome, exact, open } = settleByMerge(question);
    count(exact ? "exact" : outcome);
    if (!open) continue;
    count(open.right >= 0 ? "right among candidates" : "right not among candidates");
    if (!process.stdout.write(`${JSON.stringify(open)}\n`)) await once(process.stdout, "drain");
  } catch (error) {
    count(`failed: ${(error as Error).message.slice(0, 60)}`);
  }
}
process.stderr.write(`${JSON.stringify(counts)}\n`);
