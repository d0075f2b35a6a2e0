/**
 * What llama.cpp makes of a GGUF on some questions, one JSON object per line: the tokens of prompt and answer, and the
 * likeliest token after each token of the answer. `training/parity.py` compares them with PyTorch's.
 *
 *   node --import tsx src/bench/evaluate/parity-main.ts model.gguf questions.jsonl 12 | python training/parity.py model.gguf
 */
import { engines } from "../../engines/registry.ts";
import { applyPrompt, regionTokens } from "./prompt.ts";
import { readQuestions } from "./questions.ts";

const [model, questions, limit = "12"] = process.argv.slice(2);
if (model === undefined || questions === undefined) throw new Error("name a model and questions");
const target = await engines.gguf.openTokens(model, { contextSize: 4096 });
let asked = 0;
for await (const question of readQuestions(questions)) {
  if (question.kind !== "region") continue;
  if (asked++ >= Number(limit)) break;
  const prompt = await applyPrompt(target, question.original, question.sketch);
  const answer = (await regionTokens(target, question.expected)).slice(
    0,
    target.capabilities.maxVerify,
  );
  const sequence = await target.open();
  await sequence.append(prompt);
  const nodes = answer.map((token, i) => ({ token, parent: i - 1 }));
  const rows = await sequence.verify(nodes, { topK: 1 });
  await sequence.dispose();
  const { original, sketch, expected } = question;
  const argmax = [...rows.ids];
  const logits = [...rows.logits];
  process.stdout.write(
    `${JSON.stringify({ original, sketch, expected, prompt, answer, argmax, logits })}\n`,
  );
}
await target.dispose();
