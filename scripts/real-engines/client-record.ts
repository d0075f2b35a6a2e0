/**
 * Records what a running engine answers, for the tests of the client:
 *
 *     node --import tsx scripts/real-engines/client-record.ts <set> <server> [note on how it is served]
 *
 * Sets: vllm, vllm-plugin, sglang, llama-server (scripts/real-engines/README.md has how each is served). The server holds the
 * apply model of 6 M parameters. Every answer becomes a file of `test/wire/<set>`, with the engine's version and the request.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

interface Exchange {
  readonly name: string;
  readonly method?: "GET" | "POST";
  readonly path: string;
  readonly body?: object;
  /** The fields of the answer that are kept, where it is long. */
  readonly keep?: readonly string[];
}

const model = "m";
const region = "let a = 1;\nlet b = 2;\n";
const sketch = "let a = 3;\nlet b = 2;\n";
const prompt = `<|file|>${region}<|sketch|>${sketch}<|apply|>`;
const question = [{ role: "user", content: prompt }];
const chat = { model, messages: question, temperature: 0, max_tokens: 24 };
const streamed = { stream: true, stream_options: { include_usage: true } };

const [set, server, note] = process.argv.slice(2);
if (set === undefined || server === undefined) {
  process.stderr.write("usage: client-record.ts vllm|vllm-plugin|sglang|llama-server <server>\n");
  process.exit(2);
}
const root = server.replace(/\/+$/, "");

async function ask({ method, path, body }: Omit<Exchange, "name">) {
  const response = await fetch(`${root}${path}`, {
    method: method ?? (body === undefined ? "GET" : "POST"),
    ...(body && { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
  });
  return {
    status: response.status,
    type: response.headers.get("content-type") ?? "",
    body: await response.text(),
  };
}

// biome-ignore lint/suspicious/noExplicitAny: answers of engines, read as they come
const json = async (path: string, body?: object): Promise<any> =>
  JSON.parse((await ask({ path, ...(body && { body }) })).body);

async function tokensOf(text: string): Promise<number[]> {
  const isLlama = set === "llama-server";
  const body = isLlama
    ? { content: text, add_special: false, parse_special: true }
    : { model, prompt: text, add_special_tokens: false };
  return (await json("/tokenize", body)).tokens;
}

async function engineOf(): Promise<string> {
  switch (set) {
    case "sglang":
      return `SGLang ${(await json("/server_info")).version}`;
    case "llama-server":
      return `llama-server ${(await json("/props")).build_info}`;
    case "vllm-plugin":
      return `vLLM ${(await json("/version")).version} with redraft-vllm`;
    default:
      return `vLLM ${(await json("/version")).version}`;
  }
}

async function exchanges(): Promise<Exchange[]> {
  const models: Exchange = { name: "models", path: "/v1/models" };
  const ids = await tokensOf(prompt);
  const right = await tokensOf(sketch);
  const wrong = await tokensOf(region);
  const raw = { model, prompt: ids, temperature: 0, max_tokens: 40 };
  const shared: Exchange[] = [
    models,
    { name: "raw.sse", path: "/v1/completions", body: { ...raw, ...streamed } },
    { name: "too-long", path: "/v1/completions", body: { ...raw, prompt: Array(9000).fill(300) } },
  ];
  const scores = {
    model,
    temperature: 0,
    logprobs: 1,
    return_tokens_as_token_ids: true,
    max_tokens: 1,
    prompt_logprobs: 1,
  };
  const scored = {
    sampling_params: { temperature: 0, max_new_tokens: 1, skip_special_tokens: false },
  };
  const likelihoods = {
    return_logprob: true,
    return_text_in_logprobs: true,
    logprob_start_len: ids.length - 1,
    top_logprobs_num: 1,
  };
  const probe = {
    model,
    prompt: " ",
    max_tokens: 1,
    vllm_xargs: { draft: "is redraft-vllm here?" },
  };
  const prediction = { prediction: sketch, candidates: [sketch], sketch };
  switch (set) {
    case "vllm":
      return [
        ...shared,
        { name: "version", path: "/version" },
        { name: "probe", path: "/v1/completions", body: probe },
        { name: "no-chat-template", path: "/v1/chat/completions", body: chat },
        {
          name: "tokenize",
          path: "/tokenize",
          body: { model, prompt: "<|file|><|sketch|><|apply|>", add_special_tokens: false },
        },
        {
          name: "scored",
          path: "/v1/completions",
          body: {
            ...scores,
            prompt: [
              [...ids, ...right],
              [...ids, ...wrong],
            ],
          },
        },
        {
          name: "end",
          path: "/v1/completions",
          body: { ...scores, prompt_logprobs: undefined, prompt: ids, max_tokens: 60 },
        },
      ];
    case "vllm-plugin":
      return [
        models,
        { name: "version", path: "/version" },
        { name: "probe-refused", path: "/v1/completions", body: probe },
        {
          name: "raw-predicted.sse",
          path: "/v1/completions",
          body: { ...raw, ...streamed, vllm_xargs: prediction },
        },
      ];
    case "sglang":
      return [
        ...shared,
        { name: "server_info", path: "/server_info", keep: ["version", "served_model_name"] },
        { name: "no-chat-template", path: "/v1/chat/completions", body: chat },
        {
          name: "tokenize",
          path: "/tokenize",
          body: { model, prompt: "<|file|><|sketch|><|apply|>", add_special_tokens: false },
        },
        {
          name: "detokenize",
          path: "/v1/detokenize",
          body: { model, tokens: right, skip_special_tokens: false },
        },
        {
          name: "scored",
          path: "/generate",
          body: {
            ...scored,
            ...likelihoods,
            input_ids: [
              [...ids, ...right],
              [...ids, ...wrong],
            ],
          },
        },
        {
          name: "end",
          path: "/generate",
          body: {
            ...scored,
            return_logprob: true,
            return_text_in_logprobs: true,
            input_ids: ids,
            sampling_params: { ...scored.sampling_params, max_new_tokens: 60 },
          },
        },
      ];
    case "llama-server":
      return [
        ...shared,
        { name: "props", path: "/props" },
        { name: "chat.sse", path: "/v1/chat/completions", body: { ...chat, ...streamed } },
        {
          name: "tokenize",
          path: "/tokenize",
          body: { content: "<|file|><|sketch|><|apply|>", add_special: false, parse_special: true },
        },
        {
          name: "echo",
          path: "/v1/completions",
          body: { model, prompt, max_tokens: 1, temperature: 0, logprobs: 1, echo: true },
        },
        {
          name: "predicted",
          path: "/v1/chat/completions",
          body: { ...chat, prediction: { type: "content", content: sketch } },
        },
      ];
    default:
      throw new Error(`no set ${set}`);
  }
}

/** Machine paths and addresses of the recording are no part of it. */
const cleaned = (text: string): string =>
  text
    .replaceAll(/(?<=[":\s])\/(?:tmp|home|root)\/[\w./-]*/g, "/models/m")
    .replaceAll(/127\.0\.0\.1:\d+/g, "localhost");

const engine = `${await engineOf()}${note ? `, ${note}` : ""}`;
const folder = fileURLToPath(new URL(`../../test/wire/${set}/`, import.meta.url));
mkdirSync(folder, { recursive: true });
for (const { name, method, path, body, keep } of await exchanges()) {
  const answer = await ask({ path, ...(method && { method }), ...(body && { body }) });
  const request = {
    method: method ?? (body === undefined ? "GET" : "POST"),
    path,
    ...(body && { body: shortened(body) }),
  };
  const record = { engine, request, ...answer, body: cleaned(kept(answer.body, keep)) };
  const file = `${name.replace(/\.sse$/, "")}.json`;
  writeFileSync(`${folder}${file}`, `${JSON.stringify(record, undefined, 2)}\n`);
  process.stdout.write(`${set}/${file}: ${answer.status}, ${answer.body.length} characters\n`);
}

function kept(body: string, keep: readonly string[] | undefined): string {
  if (keep === undefined) return body;
  const fields = JSON.parse(body) as Record<string, unknown>;
  return JSON.stringify(Object.fromEntries(keep.map((name) => [name, fields[name]])));
}

/** A prompt that is only long is kept as its length. */
function shortened(body: object): object {
  const { prompt: asked } = body as { prompt?: unknown };
  const isLong = Array.isArray(asked) && asked.length > 5000;
  return isLong ? { ...body, prompt: `${asked.length} tokens` } : body;
}
