/**
 * Compares drafting over a completions API with plain decoding by the same server, on real weights and real edits:
 *
 *   node --import tsx scripts/verify-http-target.ts --server http://127.0.0.1:8095 --data <cases.jsonl> [--cases 60] [--dialect echo]
 *
 * The server holds an apply model of the form `<|file|>` file `<|sketch|>` sketch `<|apply|>`. Two that it was run with:
 *
 *   python -m venv v && v/bin/pip install 'llama-cpp-python[server]'       (compiles its own llama.cpp)
 *   v/bin/python -m llama_cpp.server --model m.gguf --logits_all true --n_ctx 2048 --port 8095
 *   npm run redraft -- serve --model m.gguf --port 8095        (then --server http://127.0.0.1:8095#m)
 *
 * Every output must equal the server's own; where one does not, the server is asked how far apart the two tokens
 * were: at most `--tie` (0.1) in logits is a near-tie, which passes over one and over many tokens settle
 * differently; anything else is a divergence, and the script ends with 1. With `--out <rows.jsonl>` each case is kept
 * as it ends, and the same command goes on with those that are missing.
 */
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { readRegions } from "../src/bench/decode/regions.ts";
import { serverAddress } from "../src/engines/openai/address.ts";
import { anchorPlanner } from "../src/engines/openai/anchor-planner.ts";
import { openServerTokens } from "../src/engines/openai/open.ts";
import { decode } from "../src/verify/decode.ts";

const { values } = parseArgs({
  options: {
    server: { type: "string" },
    data: { type: "string" },
    cases: { type: "string", default: "60" },
    "max-lines": { type: "string", default: "60" },
    "max-tokens": { type: "string", default: "800" },
    tie: { type: "string", default: "0.1" },
    dialect: { type: "string", default: "auto" },
    each: { type: "boolean" },
    out: { type: "string" },
  },
});
if (!values.server || !values.data) throw new Error("--server <url> --data <cases.jsonl>");

const { baseUrl, model } = serverAddress(values.server);
const named = model === undefined ? {} : { model };
const dialect = values.dialect as Required<Parameters<typeof openServerTokens>[0]>["dialect"];
const maxTokens = Number(values["max-tokens"]);
const bound = Number(values.tie);

// biome-ignore lint/suspicious/noExplicitAny: answers of a server, read as they come
async function ask(body: object): Promise<any> {
  const response = await fetch(`${baseUrl}/completions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    // llama-cpp-python penalises repetition unless told otherwise; the others do not know the field.
    body: JSON.stringify({ temperature: 0, repeat_penalty: 1, ...named, ...body }),
  });
  if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
  return response.json();
}

/** How far apart the two likeliest tokens were where the server wrote the token that holds this character, in logits. */
function gapAt(
  logprobs: { tokens: string[]; top_logprobs: Record<string, number>[] },
  at: number,
): number {
  let offset = 0;
  const index = logprobs.tokens.findIndex((token) => {
    offset += token.length;
    return offset > at;
  });
  const top = Object.values(logprobs.top_logprobs[index] ?? {}).sort((a, b) => b - a);
  return top.length < 2 ? Number.POSITIVE_INFINITY : top[0]! - top[1]!;
}

const sharedLength = (a: string, b: string): number => {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  return at;
};

interface Row {
  readonly id: string;
  readonly kind: "identical" | "nearTie" | "diverged";
  readonly requests: number;
  readonly generated: number;
  readonly read: number;
  /** Tokens of the plain answer. */
  readonly tokens: number;
}

const rows: Row[] =
  values.out && existsSync(values.out)
    ? readFileSync(values.out, "utf8")
        .split("\n")
        .flatMap((line) => (line === "" ? [] : [JSON.parse(line) as Row]))
    : [];
const known = new Set(rows.map(({ id }) => id));
const first = await openServerTokens({ baseUrl, dialect, ...named });
for (const { id, original, sketch } of readRegions(values.data, Number(values["max-lines"]))) {
  if (rows.length >= Number(values.cases)) break;
  if (known.has(id)) continue;
  const prompt = `<|file|>${original}<|sketch|>${sketch}<|apply|>`;
  const tokens = await first.tokenize(prompt);
  const size = (await first.tokenize(original)).length;
  if (size > maxTokens || tokens.length + size > 1800) continue;
  const limit = Math.min(maxTokens + 200, 2000 - tokens.length);
  const plain = await ask({ prompt, max_tokens: limit, logprobs: 2 });
  const plainText: string = plain.choices[0].text;

  const target = await openServerTokens({
    baseUrl,
    dialect: first.dialect,
    ...named,
    logprobShift: first.logprobShift!,
  });
  const steps = decode(await target.open(), {
    request: {
      prompt: await target.tokenize(prompt, { special: true }),
      source: await target.tokenize(original),
      sketch: await target.tokenize(sketch),
    },
    planner: anchorPlanner(),
    capabilities: target.capabilities,
    maxTokens: limit,
    isEnd: (token) => target.isEnd(token),
  });
  let step = await steps.next();
  while (!step.done) step = await steps.next();
  const text = Buffer.from(await target.detokenize(step.value.tokens)).toString("utf8");

  const at = sharedLength(text, plainText);
  let kind: Row["kind"] = "identical";
  let gap = 0;
  // At the limit of tokens the two may end a token apart; only what both have counts.
  const cut =
    plain.choices[0].finish_reason === "length" && at === Math.min(text.length, plainText.length);
  if (text !== plainText && !cut) {
    gap = gapAt(plain.choices[0].logprobs, at);
    kind = gap <= bound ? "nearTie" : "diverged";
  }
  const row: Row = {
    id,
    kind,
    requests: target.tally.requests,
    generated: target.tally.completionTokens,
    read: target.tally.promptTokens,
    tokens: plain.usage.completion_tokens,
  };
  rows.push(row);
  if (values.out) appendFileSync(values.out, `${JSON.stringify(row)}\n`);
  if (values.each || kind !== "identical") {
    process.stderr.write(
      `${id}: ${kind} at ${at}, gap ${gap.toFixed(3)}, ${JSON.stringify(plainText.slice(at - 15, at + 25))} / ${JSON.stringify(text.slice(at - 15, at + 25))}\n`,
    );
  }
}
const count = (kind: Row["kind"]): number => rows.filter((row) => row.kind === kind).length;
const sum = (of: "requests" | "generated" | "read" | "tokens"): number =>
  rows.reduce((total, row) => total + row[of], 0);
const mean = (of: Parameters<typeof sum>[0]): number => Number((sum(of) / rows.length).toFixed(1));
process.stdout.write(
  `${JSON.stringify({
    suite: "http-target",
    dialect: first.dialect,
    logprobShift: first.logprobShift,
    cases: rows.length,
    identical: count("identical"),
    nearTies: count("nearTie"),
    diverged: count("diverged"),
    tokens: mean("tokens"),
    longest: Math.max(...rows.map(({ tokens }) => tokens)),
    requests: mean("requests"),
    generatedTokens: mean("generated"),
    generatedShare: Number((sum("generated") / sum("tokens")).toFixed(3)),
    promptTokensRead: mean("read"),
  })}\n`,
);
process.exitCode = count("diverged") > 0 ? 1 : 0;
