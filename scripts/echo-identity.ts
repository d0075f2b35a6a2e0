/**
 * Verifies drafts against a server by `echo` and `logprobs`, and compares with what the server writes by itself:
 * same text, or a near-tie where they part. For `redraft serve` and any other server with that interface.
 *
 *   node --import tsx scripts/echo-identity.ts --url http://127.0.0.1:8787/v1 --data <apply folder or cases.jsonl>
 *     [--sketches <sketches.jsonl>] [--cases 40] [--tokens 800] [--model <name>] [--dialect auto|echo|vllm]
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { anchorPlanner } from "../src/target/openai/anchor-planner.ts";
import { openServerTokens } from "../src/target/openai/open.ts";
import { decode } from "../src/verify/decode.ts";

const { values } = parseArgs({
  options: {
    url: { type: "string" },
    data: { type: "string" },
    cases: { type: "string", default: "40" },
    tokens: { type: "string", default: "800" },
    model: { type: "string" },
    dialect: { type: "string", default: "auto" },
  },
});
if (values.url === undefined || values.data === undefined)
  throw new Error("--url and --data are needed");
const most = Number(values.tokens);

interface Row {
  readonly id: string;
  readonly case: string;
  readonly style: string;
  readonly sketch: string;
  readonly before: string;
}

const lines = (name: string): Row[] =>
  readFileSync(join(values.data!, name), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Row);
const cases = new Map(lines("cases.public.jsonl").map((row) => [row.id, row]));
const sketches = lines("sketches.public.jsonl").filter(({ style }) => style === "S1");

async function ask(body: object): Promise<{
  choices: {
    text: string;
    logprobs?: { tokens: string[]; top_logprobs: Record<string, number>[] };
  }[];
}> {
  const response = await fetch(`${values.url}/completions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      ...(values.model ? { model: values.model } : {}),
      temperature: 0,
      ...body,
    }),
  });
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
  return (await response.json()) as never;
}

/** A stretch of the file around the first change, small enough for the models of this repository. */
function regionOf(before: string, sketch: string): string {
  const all = before.split(/(?<=\n)/);
  const anchor = sketch.split("\n").find((line) => line.trim().length > 8 && before.includes(line));
  const at = Math.max(
    0,
    all.findIndex((line) => anchor !== undefined && line.startsWith(anchor)),
  );
  let region = "";
  for (const line of all.slice(Math.max(0, at - 5))) {
    if ((region.length + line.length) / 3 > most / 2) break;
    region += line;
  }
  return region;
}

/** What the server writes by itself: the text, and per token of it how far the second choice was behind, in nats. */
async function plainly(
  prompt: string,
): Promise<{ text: string; texts: string[]; margins: number[] }> {
  const { choices } = await ask({ prompt, max_tokens: most, logprobs: 2 });
  const { text, logprobs } = choices[0]!;
  const margins = logprobs!.top_logprobs.map((top) => {
    const [first, second] = Object.values(top).sort((x, y) => y - x);
    return first! - (second ?? Number.NEGATIVE_INFINITY);
  });
  return { text, texts: logprobs!.tokens, margins };
}

const dialect = values.dialect as "auto" | "echo" | "vllm";
const target = await openServerTokens({
  dialect,
  baseUrl: values.url,
  ...(values.model ? { model: values.model } : {}),
});
let done = 0;
let identical = 0;
let nearTies = 0;
let different = 0;
let requests = 0;
let tokens = 0;
for (const { id, case: name, sketch } of sketches) {
  if (done >= Number(values.cases)) break;
  const region = regionOf(cases.get(name)!.before, sketch);
  if (region.length < 200 || sketch.length > region.length) continue;
  const prompt = `<|file|>${region}<|sketch|>${sketch}<|apply|>`;
  const { text: plain, texts, margins } = await plainly(prompt);
  const before = target.tally.requests;
  const sequence = await target.open();
  const steps = decode(sequence, {
    request: {
      prompt: await target.tokenize(prompt, { special: true }),
      source: await target.tokenize(region),
    },
    planner: anchorPlanner(),
    capabilities: target.capabilities,
    maxTokens: most,
    isEnd: (token) => target.isEnd(token),
  });
  let step = await steps.next();
  while (step.done !== true) step = await steps.next();
  await sequence.dispose();
  const text = Buffer.from(await target.detokenize(step.value.tokens)).toString("utf8");
  done += 1;
  requests += target.tally.requests - before;
  tokens += step.value.tokens.length;
  // Where both ran into the limit, the pieces may be cut elsewhere: only the shared length is compared.
  const limited = step.value.finish === "length";
  const length = limited
    ? Math.min(text.length, plain.length)
    : Math.max(text.length, plain.length);
  if (text.slice(0, length) === plain.slice(0, length)) {
    identical += 1;
    continue;
  }
  let shared = 0;
  while (text[shared] === plain[shared]) shared += 1;
  // The first token in which they part (the same text may be cut otherwise before): noise turns only a near-tie.
  let at = 0;
  for (const token of step.value.tokens) {
    const piece = Buffer.from(await target.detokenize([token])).toString("utf8");
    if (piece !== texts[at] || at + 1 >= texts.length) break;
    at += 1;
  }
  const gap = margins[at]!;
  if (gap < 0.05) nearTies += 1;
  else different += 1;
  process.stdout.write(
    `${id}: parts at character ${shared} of ${plain.length}, margin ${gap.toFixed(4)}: ${JSON.stringify(plain.slice(shared - 20, shared + 20))} against ${JSON.stringify(text.slice(shared - 20, shared + 20))}\n`,
  );
}
process.stdout.write(
  `${JSON.stringify({ cases: done, identical, nearTies, different, requestsPerCase: requests / done, tokensPerCase: tokens / done, tally: target.tally })}\n`,
);
