import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { llamaVocabulary } from "../../src/engines/llama/target.ts";
import { withTextEdits } from "../../src/session/text-edits.ts";
import { createTokenText, type TextVocabulary } from "../../src/session/token-text.ts";
import { randomEdits, randomFrom, randomText } from "../../test/support/text-walk.ts";

/**
 * Random edits of a document; after each, its tokens must be those of the whole text.
 *
 * @returns edits made, those after which the tokens differed (must be 0), and whether windows were tokenised by themselves
 */
export async function soakTokens(
  vocabulary: TextVocabulary,
  edits: number,
  seed: number,
): Promise<{ readonly edits: number; readonly wrong: number; readonly local: boolean }> {
  const random = randomFrom(seed);
  const document = await createTokenText(vocabulary, randomText(random, 80));
  let wrong = 0;
  for (let i = 0; i < edits; i++) {
    const step = randomEdits(random, document.text, 300);
    const text = withTextEdits(document.text, step);
    await document.change(step);
    const whole = await vocabulary.tokenize(text);
    const same = document.text === text && String(document.tokens) === String(whole);
    if (!same) wrong += 1;
  }
  return { edits, wrong, local: document.local };
}

/** Processor time of one change in a document of some lines: the median and the slowest of several, in ms. */
export async function timeChanges(
  vocabulary: TextVocabulary,
  lines: number,
): Promise<{ readonly lines: number; readonly median: number; readonly slowest: number }> {
  const text = Array.from(
    { length: lines },
    (_, i) => `  const value${i} = compute(${i}, "name") ?? other.field;\n`,
  ).join("");
  const document = await createTokenText(vocabulary, text);
  const times: number[] = [];
  for (let i = 0; i < 41; i++) {
    const at = Math.floor((document.text.length * ((i * 17) % 41)) / 41);
    const before = process.cpuUsage();
    await document.change([{ start: at, end: at + 3, text: "changed + x" }]);
    const { user, system } = process.cpuUsage(before);
    if (i > 0) times.push((user + system) / 1000);
  }
  times.sort((a, b) => a - b);
  return { lines, median: times[20]!, slowest: times.at(-1)! };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const { values } = parseArgs({
    options: {
      vocab: { type: "string" },
      edits: { type: "string", default: "100000" },
      seed: { type: "string", default: "1" },
    },
  });
  if (values.vocab === undefined) {
    throw new Error("usage: npm run soak:session -- --vocab <gguf> [--edits n] [--seed n]");
  }
  const vocabulary = await llamaVocabulary(values.vocab);
  try {
    const report = await soakTokens(vocabulary, Number(values.edits), Number(values.seed));
    process.stdout.write(`${JSON.stringify(report)}\n`);
    process.stdout.write(`${JSON.stringify(await timeChanges(vocabulary, 10_000))}\n`);
    process.exitCode = report.wrong === 0 ? 0 : 1;
  } finally {
    await vocabulary.dispose();
  }
}
