import { afterEach, describe, expect, it } from "vitest";
import { examineServer } from "../src/cli/doctor/model-server.ts";
import type { TextChunk } from "../src/core/target.ts";
import { openAiTextTarget } from "../src/engines/openai/chat.ts";
import { openServerTokens } from "../src/engines/openai/open.ts";
import { predictionUse } from "../src/engines/openai/server.ts";
import { scoreCandidates } from "../src/settle/model/score-candidates.ts";
import {
  answerWith,
  recordedAbout,
  type WireAnswer,
  type WireServer,
  wire,
  wireServerAbout,
} from "./support/wire-server.ts";

const servers: WireServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function recorded(set: string, ...answers: WireAnswer[]): Promise<WireServer> {
  const server = await wireServerAbout(recordedAbout(set), ...answers);
  servers.push(server);
  return server;
}

const targetOf = ({ url }: WireServer) => openAiTextTarget({ baseUrl: url, retries: 0 });

async function read(chunks: AsyncIterable<TextChunk>) {
  let text = "";
  let last: TextChunk | undefined;
  for await (const chunk of chunks) {
    text += chunk.text;
    last = chunk;
  }
  return { text, last };
}

const written = "let a = 3;\nlet b = 2;\n";
const hello = [{ role: "user" as const, content: "hello" }];
const texts = { prediction: "let a = 1;", candidates: [written], sketch: "let a = 3;" };

/** The prompt that a recording was made with. */
function promptOf(name: string): readonly number[] {
  return (wire(name).request.body as { prompt: number[] }).prompt;
}

describe("vLLM, as recorded", () => {
  const probe = answerWith("vllm/probe");

  it("is told from its models, once, with one token", async () => {
    const server = await recorded("vllm", probe);
    const target = targetOf(server);
    const facts = await target.facts();
    expect(await target.facts()).toBe(facts);
    expect(facts).toMatchObject({ kind: "vllm", version: "0.32.0", plugin: false });
    expect(facts.model).toMatchObject({ id: "m", contextSize: 4096 });
    expect(predictionUse(facts)).toBe("perhaps");
    expect(target.answeredBy).toBe("vLLM 0.32.0");
    expect(server.seen.map(({ body }) => body.max_tokens)).toEqual([1]);
  });

  it("continues a prompt of tokens, with all the texts of an edit in vllm_xargs", async () => {
    const server = await recorded("vllm", probe, answerWith("vllm/raw"));
    const target = targetOf(server);
    const prompts = (await target.tokenPrompts?.())!;
    expect(prompts.contextSize).toBe(4096);
    const { text, last } = await read(prompts.complete(promptOf("vllm/raw"), texts));
    expect(text).toBe(written);
    expect(last).toMatchObject({ finish: "stop", usage: { promptTokens: 31 } });
    expect(server.seen[1]).toMatchObject({ url: "/v1/completions", body: { vllm_xargs: texts } });
    expect(server.seen[1]!.body.max_tokens).toBe(4096 - 31);
    // It says nothing about drafts: the class may be loaded without the middleware.
    expect(target.prediction).toBe("unreported");
  });

  it("cuts the role tokens", async () => {
    const server = await recorded("vllm", probe, answerWith("vllm/tokenize"));
    const prompts = (await targetOf(server).tokenPrompts?.())!;
    expect(await prompts.tokenize("<|file|><|sketch|><|apply|>", { special: true })).toHaveLength(
      3,
    );
    expect(server.seen[1]!.body).toEqual(wire("vllm/tokenize").request.body);
  });

  it.each([
    ["no-chat-template", /--chat-template <file>.*--prompt-format redraft/],
    ["too-long", /maximum context length is 4096.*--max-model-len/],
  ])("what to do is said beside its refusal (%s)", async (name, message) => {
    const server = await recorded("vllm", probe, answerWith(`vllm/${name}`));
    await expect(read(targetOf(server).complete(hello, {}))).rejects.toMatchObject({
      code: "engine-failed",
      retryable: false,
      message: expect.stringMatching(message),
    });
  });
});

describe("vLLM with redraft-vllm, as recorded", () => {
  it("is told from its refusal of a value that nobody sends", async () => {
    const server = await recorded("vllm-plugin", answerWith("vllm-plugin/probe-refused"));
    const target = targetOf(server);
    const facts = await target.facts();
    expect(facts).toMatchObject({ kind: "vllm", plugin: true });
    expect(predictionUse(facts)).toBe("drafted");
    expect(target.answeredBy).toBe("vLLM 0.32.0 with redraft-vllm");
    expect(server.seen[0]!.body).toEqual(wire("vllm-plugin/probe-refused").request.body);
  });

  it("counts what it accepted of the prediction", async () => {
    const server = await recorded(
      "vllm-plugin",
      answerWith("vllm-plugin/probe-refused"),
      answerWith("vllm/tokenize"),
      answerWith("vllm-plugin/raw-predicted"),
    );
    const target = targetOf(server);
    const prompts = (await target.tokenPrompts?.())!;
    await prompts.tokenize("<|file|><|sketch|><|apply|>", { special: true });
    const predicted = { ...texts, prediction: written, candidates: [written], sketch: written };
    const { text, last } = await read(
      prompts.complete(promptOf("vllm-plugin/raw-predicted"), predicted),
    );
    expect(text).toBe(written);
    expect(last).toMatchObject({
      finish: "stop",
      usage: { acceptedPredictionTokens: 10, rejectedPredictionTokens: 0 },
    });
    expect(target.prediction).toBe("used");
    const sent = server.seen.at(-1)!.body as { vllm_xargs: object };
    const { body } = wire("vllm-plugin/raw-predicted").request as { body: typeof sent };
    expect(sent.vllm_xargs).toEqual(body.vllm_xargs);
  });
});

describe("SGLang, as recorded", () => {
  it("is told from its models", async () => {
    const server = await recorded(
      "sglang",
      answerWith("sglang/tokenize"),
      answerWith("sglang/raw"),
    );
    const target = targetOf(server);
    const facts = await target.facts();
    expect(facts).toMatchObject({ kind: "sglang", version: "0.5.23", plugin: false });
    expect(server.seen).toEqual([]);
    const prompts = (await target.tokenPrompts?.())!;
    expect(await prompts.tokenize("<|file|><|sketch|><|apply|>", { special: true })).toHaveLength(
      3,
    );
    const { text } = await read(prompts.complete(promptOf("sglang/raw"), texts));
    expect(text).toBe(written);
    // It does not draft from predictions: none is sent.
    expect(Object.keys(server.seen[1]!.body)).not.toContain("prediction");
    expect(target.prediction).toBe("ignored");
  });

  it.each([
    ["no-chat-template", /--chat-template <file>/],
    ["too-long", /--context-length/],
  ])("what to do is said beside its refusal (%s)", async (name, message) => {
    const server = await recorded("sglang", answerWith(`sglang/${name}`));
    await expect(read(targetOf(server).complete(hello, {}))).rejects.toMatchObject({
      message: expect.stringMatching(message),
    });
  });

  it("says what is wrong with an answer of another form", async () => {
    const server = await recorded("sglang", answerWith("sglang/end"));
    const target = await openServerTokens({ baseUrl: server.url });
    const sequence = await target.open();
    await sequence.append([785]);
    const line = Array.from({ length: 12 }, (_, i) => ({ token: i, parent: i - 1 }));
    await expect(sequence.verify(line)).rejects.toMatchObject({
      code: "engine-failed",
      message: expect.stringMatching(/likelihoods/),
    });
  });

  it("lists the end among the tokens that it writes", async () => {
    const server = await recorded("sglang", answerWith("sglang/end"));
    const target = await openServerTokens({ baseUrl: server.url });
    const sequence = await target.open();
    await sequence.append((wire("sglang/end").request.body as { input_ids: number[] }).input_ids);
    const line: number[] = [];
    for (;;) {
      const next = (await sequence.verify([])).ids[0]!;
      if (target.isEnd(next)) break;
      line.push(next);
      await sequence.commit([]);
      await sequence.append([next]);
    }
    expect(server.seen).toHaveLength(1);
    expect(line).toHaveLength(14);
    expect(target.isEnd(2)).toBe(true);
  });
});

describe.each([
  { set: "vllm", prompts: "prompt" },
  { set: "sglang", prompts: "input_ids" },
])("verifying with $set, as recorded", ({ set, prompts }) => {
  const asked = wire(`${set}/scored`).request.body as Record<string, number[][]>;
  const [right, wrong] = asked[prompts]!;
  const size = wire(`${set}/raw`).request.body as { prompt: number[] };
  const prefix = size.prompt.length;
  const fork = right!.findIndex((token, i) => token !== wrong![i]) - prefix;
  const line = (tokens: readonly number[]) => tokens.map((token, i) => ({ token, parent: i - 1 }));

  async function verified(nodes: readonly { token: number; parent: number }[]) {
    const server = await recorded(set, answerWith(`${set}/scored`));
    const target = await openServerTokens({ baseUrl: server.url });
    const sequence = await target.open();
    await sequence.append(right!.slice(0, prefix));
    return { server, target, rows: await sequence.verify(nodes) };
  }

  it("scores two given texts in one request, likely or not", async () => {
    const server = await recorded(set, answerWith(`${set}/scored`));
    const target = await openServerTokens({ baseUrl: server.url });
    const sequence = await target.open();
    await sequence.append(right!.slice(0, prefix));
    const texts = [right!.slice(prefix), wrong!.slice(prefix)];
    const [likely, unlikely] = await scoreCandidates(sequence, target.capabilities, texts);
    expect(server.seen.map(({ body }) => body)).toEqual([asked]);
    // The sums of the recorded log-probabilities; the two engines differ in the fifth digit.
    expect(likely!.total).toBeCloseTo(-0.0838, 3);
    expect(unlikely!.total).toBeCloseTo(-21.1773, 3);
    expect(unlikely!.worst).toBeCloseTo(-13.5505, 4);
    expect(likely!.tokens).toBe(texts[0]!.length);
  });

  it("takes two drafts in one request", async () => {
    const good = line(right!.slice(prefix));
    const bad = wrong!.slice(prefix + fork).map((token, i) => ({
      token,
      parent: i === 0 ? fork - 1 : good.length + i - 1,
    }));
    const { server, target, rows } = await verified([...good, ...bad]);
    expect(target.capabilities.trees).toBe(true);
    expect(server.seen.map(({ body }) => body)).toEqual([asked]);
    expect([...rows.ids].slice(0, good.length)).toEqual(right!.slice(prefix));
    expect(target.isEnd(rows.ids[good.length]!)).toBe(true);
    expect(target.tally).toMatchObject({ requests: 1, promptTokens: 90, completionTokens: 2 });
  });
});

describe("llama-server, as recorded", () => {
  it("is told from its models, and continues a prompt of tokens", async () => {
    const server = await recorded(
      "llama-server",
      answerWith("llama-server/tokenize"),
      answerWith("llama-server/raw"),
    );
    const target = targetOf(server);
    const facts = await target.facts();
    expect(facts).toMatchObject({ kind: "llama-server", version: "b0-unknown", plugin: false });
    expect(facts.model).toMatchObject({ id: "m", contextSize: 4096 });
    expect(server.seen).toEqual([]);
    const prompts = (await target.tokenPrompts?.())!;
    expect(await prompts.tokenize("<|file|><|sketch|><|apply|>", { special: true })).toEqual([
      4, 5, 6,
    ]);
    const { text } = await read(prompts.complete(promptOf("llama-server/raw"), texts));
    expect(text).toBe(written);
    // It takes a prediction and drafts nothing from it: none is sent.
    expect(Object.keys(server.seen[1]!.body)).not.toContain("prediction");
    expect(target.prediction).toBe("ignored");
  });

  it("streams a chat to its end, with the tokens counted", async () => {
    const server = await recorded("llama-server", answerWith("llama-server/chat"));
    const { text, last } = await read(targetOf(server).complete(hello, {}));
    expect(text).toBe("");
    expect(last).toMatchObject({ finish: "stop", usage: { completionTokens: 1 } });
  });

  it("what to do is said where the context is too short", async () => {
    const server = await recorded("llama-server", answerWith("llama-server/too-long"));
    await expect(read(targetOf(server).complete(hello, {}))).rejects.toMatchObject({
      message: expect.stringMatching(/llama-server: -c/),
    });
  });

  it("cannot verify drafts, and is not asked to", async () => {
    const server = await recorded("llama-server", answerWith("llama-server/echo"));
    await expect(openServerTokens({ baseUrl: server.url })).rejects.toMatchObject({
      message: expect.stringMatching(/llama-server scores no prompts/),
    });
    expect(server.seen).toEqual([]);
  });
});

describe("redraft doctor", () => {
  it("says which engine serves a model, and how the model is asked", async () => {
    const probe = answerWith("vllm/probe");
    const server = await recorded("vllm", probe, answerWith("vllm/tokenize"));
    const [finding] = await examineServer(server.url);
    expect(finding).toMatchObject({
      status: "warn",
      cure: expect.stringContaining("redraft-vllm"),
    });
    expect(finding!.text).toMatch(
      /^vLLM 0\.32\.0 at http.*, model m, 4096 tokens; asked by its role tokens/,
    );
    const sglang = await recorded("sglang", answerWith("sglang/tokenize"));
    const [other] = await examineServer(sglang.url);
    expect(other).toMatchObject({ status: "ok", text: expect.stringMatching(/^SGLang 0\.5\.23/) });
  });

  it("fails where nothing answers", async () => {
    const server = await recorded("sglang");
    await server.close();
    await expect(examineServer(server.url)).rejects.toMatchObject({ code: "model-unavailable" });
  });
});
