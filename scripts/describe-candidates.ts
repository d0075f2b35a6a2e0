/**
 * Describes what the merge leaves open of edits that name their lines and whose result is known: per question the features of its candidates and which of them is
 * right. The data of training/ranker.py.
 *
 *   node --import tsx scripts/describe-candidates.ts questions.jsonl > candidates.jsonl
 */
import { once } from "node:events";
import { type FileQuestion, readQuestions } from "../src/bench/evaluate/questions.ts";
import { RedraftError } from "../src/core/errors.ts";
import { createRedraft } from "../src/redraft/create-redraft.ts";
import { candidateFeatures, featureNames } from "../src/settle/rank/candidate-features.ts";

const [path] = process.argv.slice(2);
if (path === undefined) throw new Error("name a file of questions");
let asked: FileQuestion | undefined;
const rows: string[] = [];
const redraft = createRedraft({
  settle: {
    name: "describe",
    async dispose() {},
    // What the engine would ask a model is what the ranker is asked.
    async settle({ outcome, edit, request }) {
      if (outcome?.kind !== "ambiguous" || edit === undefined || asked === undefined)
        return undefined;
      if (edit.extent === "file") return undefined;
      const { id, repository, language, style, expected } = asked;
      const solid = (text: string): string => text.replace(/\s+/g, "");
      const { candidates } = outcome;
      rows.push(
        JSON.stringify({
          id,
          repository,
          language,
          style,
          right: candidates.findIndex(({ text }) => text === expected),
          // A text that differs in white space alone is no dangerous answer.
          alike: candidates.map(({ text }) => solid(text) === solid(expected)),
          rows: candidateFeatures(request.source, edit, candidates).map((row) =>
            row.map((value) => Number(value.toFixed(4))),
          ),
        }),
      );
      return undefined;
    },
  },
});
const print = async (line: string): Promise<void> => {
  if (!process.stdout.write(`${line}\n`)) await once(process.stdout, "drain");
};
await print(JSON.stringify({ features: featureNames }));
for await (const question of readQuestions(path)) {
  if (question.kind !== "file" || (question.format ?? "lazy") === "lazy") continue;
  asked = question;
  const { original, edit, format = "lazy" } = question;
  try {
    await redraft.apply({ path: question.path, source: original, edit, format });
  } catch (error) {
    if (!RedraftError.is(error)) throw error;
  }
  for (const row of rows.splice(0)) await print(row);
}
