/**
 * Counts what rewriting whole files over a completions API takes when we draft and the server verifies:
 *
 *   node --import tsx scripts/count-http-requests.ts --data <traces>/file.jsonl --vocab <qwen2 vocabulary>.gguf
 *
 * The server is the small one of the tests. It replays recorded edits as a model's greedy output, so every
 * acceptance is real; its tokens are those of the model that wrote them. Prints one JSON object per dialect.
 * `--limit <n>` takes only the first n; `--near`, `--far` and `--reach` change the planner.
 */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { loadTokenizer } from "../src/engines/bpe.ts";
import { anchorPlanner } from "../src/engines/openai/anchor-planner.ts";
import { openServerTokens } from "../src/engines/openai/open.ts";
import { decode } from "../src/verify/decode.ts";
import { type EchoModel, type EchoStyle, echoServer } from "../test/support/echo-server.ts";

interface Trace {
  readonly id: string;
  readonly instruction: string;
  readonly original: string;
  readonly edited: string;
}

const { values } = parseArgs({
  options: {
    data: { type: "string" },
    vocab: { type: "string" },
    limit: { type: "string" },
    near: { type: "string" },
    far: { type: "string" },
    reach: { type: "string" },
    style: { type: "string", multiple: true },
    each: { type: "boolean" },
  },
});
if (!values.data || !values.vocab)
  throw new Error("--data <traces.jsonl> --vocab <vocabulary.gguf>");

const tokenizer = await loadTokenizer(values.vocab);
const traces = readFileSync(values.data, "utf8")
  .trim()
  .split("\n")
  .slice(0, Number(values.limit ?? 1e9))
  .map((line) => JSON.parse(line) as Trace);

/** The prompt and the output that the decode suites count with. */
const promptOf = ({ instruction, original }: Trace): string =>
  `###User:\nYou are an expert code editor. Please modify the given ##Code File according to the ##Instruction provided. Provide the complete revised code file with all modifications implemented.\n##Instruction\n${instruction}\n##Code File\n\`\`\`python\n${original}\n\`\`\`\n###Assistant\n##Code File\n\`\`\`python\n`;
const outputOf = ({ edited }: Trace): string => `${edited.replace(/\n$/, "")}\n\`\`\``;

const split = (text: Buffer): Buffer[] =>
  tokenizer
    .tokenize(text.toString("utf8"))
    .map((token) => Buffer.from(tokenizer.detokenize([token])));

const elsewhere = Buffer.from("\u0000");

/** Writes the recorded output after its prompt, token by token, and nothing sensible anywhere else. */
function replay(trace: Trace): EchoModel {
  const prompt = Buffer.from(promptOf(trace));
  const output = Buffer.from(outputOf(trace));
  const tokenAt = new Map<number, Buffer>();
  let offset = 0;
  for (const token of split(output)) {
    tokenAt.set(offset, token);
    offset += token.length;
  }
  return {
    split,
    next(text) {
      const written = text.length - prompt.length;
      if (written < 0 || !text.subarray(prompt.length).equals(output.subarray(0, written))) {
        return elsewhere;
      }
      return written === output.length ? null : (tokenAt.get(written) ?? elsewhere);
    },
  };
}

const planner = () =>
  anchorPlanner({
    ...(values.near && { near: Number(values.near) }),
    ...(values.far && { far: Number(values.far) }),
    ...(values.reach && { reach: Number(values.reach) }),
  });

for (const style of (values.style ?? ["openai", "vllm"]) as EchoStyle[]) {
  let requests = 0;
  let most = 0;
  let outputTokens = 0;
  let plainPrompt = 0;
  let generated = 0;
  let read = 0;
  let identical = 0;
  for (const trace of traces) {
    const server = await echoServer(replay(trace), style);
    const target = await openServerTokens({ baseUrl: server.url, logprobShift: 0 });
    const prompt = await target.tokenize(promptOf(trace), { special: true });
    const source = await target.tokenize(trace.original);
    const sequence = await target.open();
    const steps = decode(sequence, {
      request: { prompt, source },
      planner: planner(),
      capabilities: target.capabilities,
      maxTokens: 20_000,
      isEnd: (token) => target.isEnd(token),
    });
    let step = await steps.next();
    while (!step.done) step = await steps.next();
    const text = Buffer.from(await target.detokenize(step.value.tokens)).toString("utf8");
    if (text === outputOf(trace)) identical += 1;
    const { tally } = target;
    requests += tally.requests;
    most = Math.max(most, tally.requests);
    generated += tally.completionTokens;
    read += tally.promptTokens;
    outputTokens += tokenizer.tokenize(outputOf(trace)).length;
    plainPrompt += tokenizer.tokenize(promptOf(trace)).length;
    if (values.each) {
      process.stderr.write(`${tally.requests}\t${tally.completionTokens}\t${trace.id}\n`);
    }
    await server.close();
  }
  const mean = (sum: number): number => Number((sum / traces.length).toFixed(1));
  process.stdout.write(
    `${JSON.stringify({
      suite: "http-requests",
      dialect: style === "vllm" ? "vllm" : "echo",
      files: traces.length,
      identical,
      requests: mean(requests),
      mostRequests: most,
      outputTokens: mean(outputTokens),
      generatedTokens: mean(generated),
      generatedShare: Number((generated / outputTokens).toFixed(3)),
      requestsPerOutputToken: Number((requests / outputTokens).toFixed(4)),
      promptTokensRead: mean(read),
      plainPromptTokens: mean(plainPrompt),
    })}\n`,
  );
}
