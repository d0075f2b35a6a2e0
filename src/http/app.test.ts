import { afterEach, describe, expect, it, vi } from "vitest";
import { tinyEngine } from "../../test/support/tiny-engine.ts";
import type { Token } from "../core/target.ts";
import { type FakeTarget, fakeTarget } from "../engines/fake.ts";
import { createRedraft } from "../redraft/create-redraft.ts";
import { serveModel } from "../redraft/serve-model.ts";
import { createApp } from "./app.ts";
import type { HttpOptions } from "./options.ts";

afterEach(() => vi.useRealTimers());

const update = JSON.stringify({ old_string: "b", new_string: "c" });
const applyPrompt = `<instruction>I rename b.</instruction>\n<code>a\nb\n</code>\n<update>${update}</update>`;
const applyBody = { model: "auto", messages: [{ role: "user", content: applyPrompt }] };

/** Repeats its prompt: byte tokens, the next is the one that came `period` earlier. */
function parrot(period = 3, onPass?: () => Promise<void>) {
  const target = fakeTarget({
    vocabSize: 257,
    end: 256,
    capabilities: { contextSize: 256 },
    logits: (context: readonly Token[]) => {
      const row = new Float32Array(257);
      row[context.at(-period) ?? 0] = 5;
      return row;
    },
    ...(onPass ? { onPass } : {}),
  });
  return serveModel({ target });
}

function makeApp(options: Partial<HttpOptions> = {}) {
  const made = createApp({ redraft: tinyEngine(), version: "0.0.0", ...options });
  const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    made.app.request(path, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
  return { ...made, post };
}

/** As much of an answer as these tests look at. */
interface Answer {
  choices: {
    text?: string;
    delta?: { content?: string };
    logprobs: {
      tokens: string[];
      token_logprobs: number[];
      top_logprobs: Record<string, number>[];
      text_offset: number[];
    };
  }[];
}

const answerOf = async (response: Response | Promise<Response>): Promise<Answer> =>
  (await (await response).json()) as Answer;

async function events(response: Response): Promise<(Partial<Answer> | "done")[]> {
  const text = await response.text();
  return text
    .split("\n\n")
    .filter((event) => event.startsWith("data: "))
    .map((event) => (event === "data: [DONE]" ? "done" : JSON.parse(event.slice(6))));
}

describe("apply requests", () => {
  it("answers the edited file and how it was made", async () => {
    const response = await makeApp().post("/v1/chat/completions", applyBody);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({
      object: "chat.completion",
      model: "auto",
      choices: [{ message: { role: "assistant", content: "a\nc\n" }, finish_reason: "stop" }],
      usage: { completion_tokens: 1 },
      redraft: { route: "merge", usageBy: "characters/4" },
    });
  });

  it("carries an edit over that was written for an earlier text, named whole or by hash", async () => {
    const { post } = makeApp({ redraft: createRedraft() });
    const lines = (first: string, last: string): string => `${first}\nb\nc\nd\n${last}\n`;
    const ask = async (code: string, old: string, fresh: string, base: string) => {
      const edit = JSON.stringify({ old_string: old, new_string: fresh });
      const content = `<code>${code}</code><update>${edit}</update>`;
      const response = await post("/v1/chat/completions", {
        messages: [{ role: "user", content }],
        metadata: { base },
      });
      return (await response.json()) as {
        choices: { message: { content: string } }[];
        redraft: { hash: string };
        error: { code: string; message: string };
      };
    };
    const first = await ask(lines("A", "e"), "e", "E", lines("a", "e"));
    expect(first.choices[0]!.message.content).toBe(lines("A", "E"));
    const { hash } = first.redraft;
    const second = await ask(lines("AA", "E"), "E", "EE", hash);
    expect(second.choices[0]!.message.content).toBe(lines("AA", "EE"));
    expect((await ask(lines("AA", "E"), "A", "AAA", hash)).error.code).toBe("stale-file");
    expect((await ask(lines("AA", "E"), "A", "AAA", "f".repeat(16))).error.message).toContain(
      "not stored here",
    );
    expect((await ask(lines("AA", "E"), "A", "AAA", "f".repeat(8))).error.code).toBe("usage");
  });

  it("streams the same text, with usage where it is asked for", async () => {
    const body = { ...applyBody, stream: true, stream_options: { include_usage: true } };
    const response = await makeApp().post("/v1/chat/completions", body);
    expect(response.headers.get("content-type")).toContain("text/event-stream");
    const all = await events(response);
    const text = all
      .map((event) => (event === "done" ? "" : event.choices?.[0]?.delta?.content))
      .join("");
    expect(text).toBe("a\nc\n");
    expect(all.at(-1)).toBe("done");
    expect(all.at(-2)).toMatchObject({ choices: [], usage: { total_tokens: 14 } });
    expect(all.at(-3)).toMatchObject({ choices: [{ finish_reason: "stop" }] });
  });

  it("answers them as completions too, and inside tags where the prompt asks for tags", async () => {
    const prompt = `Output within <updated-code> and </updated-code>.\n<code>a\nb\n</code>\n<update>${update}</update>`;
    const response = await makeApp().post("/v1/completions", { prompt });
    expect(await response.json()).toMatchObject({
      object: "text_completion",
      choices: [{ text: "<updated-code>a\nc\n</updated-code>" }],
    });
  });

  it("answers a refusal in the API's shape, streaming or not", async () => {
    for (const stream of [false, true]) {
      const messages = [{ role: "user", content: applyPrompt.replace("a\nb", "a\nx") }];
      const response = await makeApp().post("/v1/chat/completions", { messages, stream });
      expect(response.status).toBe(422);
      expect(await response.json()).toMatchObject({
        error: { code: "no-match", type: "invalid_request_error", param: null },
      });
    }
  });

  it("never shows a stack trace", async () => {
    const errors: unknown[] = [];
    const silent = () => {};
    const { post } = makeApp({
      redraft: tinyEngine({ beforeResult: () => Promise.reject(new Error("at /home/me/x.ts")) }),
      logger: { debug: silent, info: silent, warn: silent, error: (...all) => errors.push(all) },
    });
    const response = await post("/v1/chat/completions", applyBody);
    expect(response.status).toBe(500);
    expect(await response.text()).not.toMatch(/home|stack|\.ts/);
    expect(JSON.stringify(errors)).toContain("/home/me/x.ts");
  });
});

describe("the model", () => {
  it("continues a chat and a completion", async () => {
    const { post } = makeApp({ model: parrot() });
    const chat = await post("/v1/chat/completions", {
      messages: [{ role: "user", content: "abc" }],
      max_tokens: 5,
    });
    expect(await chat.json()).toMatchObject({
      choices: [{ message: { content: "abcab" }, finish_reason: "length" }],
      usage: { prompt_tokens: 3, completion_tokens: 5, total_tokens: 8 },
    });
    const completion = await post("/v1/completions", { prompt: "xyz", max_tokens: 4, stop: "x" });
    expect(await completion.json()).toMatchObject({
      choices: [{ text: "", finish_reason: "stop" }],
    });
  });

  it("streams a completion from token ids", async () => {
    const { post } = makeApp({ model: parrot() });
    const body = { prompt: [97, 98, 99], max_tokens: 4, stream: true };
    const all = await events(await post("/v1/completions", body));
    expect(all.map((event) => (event === "done" ? "" : event.choices?.[0]?.text)).join("")).toBe(
      "abca",
    );
  });

  it("says so when there is none", async () => {
    const response = await makeApp().post("/v1/chat/completions", {
      messages: [{ role: "user", content: "hello" }],
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { code: "model-unavailable" } });
  });

  it("scores the prompt with echo and logprobs", async () => {
    const { post } = makeApp({ model: parrot() });
    const body = { prompt: "abcabx", max_tokens: 1, echo: true, logprobs: 2 };
    const answer = await answerOf(post("/v1/completions", body));
    const { logprobs, text } = answer.choices[0]!;
    expect(text).toBe("abcabxa");
    expect(logprobs.tokens.join("")).toBe("abcabxa");
    expect(logprobs.text_offset).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(logprobs.token_logprobs[0]).toBeNull();
    // The target would have written c where the prompt has x, and the score of x is given all the same.
    const best = logprobs.top_logprobs.slice(3).map((top) => Object.keys(top)[0]);
    expect(best).toEqual(["a", "b", "c", "a"]);
    expect(logprobs.token_logprobs[5]).toBeLessThan(-4);
    expect(logprobs.token_logprobs[4]).toBeGreaterThan(-3);
    const norm = Math.log(Math.exp(5) + 256);
    expect(logprobs.token_logprobs[4]).toBeCloseTo(5 - norm, 4);
    expect(logprobs.token_logprobs[5]).toBeCloseTo(-norm, 4);
  });

  it("scores a prompt that goes on an earlier one without reading that again", async () => {
    const texts = ["abcabcab", "abcabcabcabx", "abcabcabcaby", "abcab"];
    const ask = (post: ReturnType<typeof makeApp>["post"], prompt: string) =>
      answerOf(post("/v1/completions", { prompt, max_tokens: 1, echo: true, logprobs: 2 }));
    const { target, ...model } = parrot();
    const { passes } = target as FakeTarget;
    const { post } = makeApp({ model: { ...model, target } });
    const positions: number[] = [];
    for (const prompt of texts) {
      const before = passes.reduce((sum, size) => sum + size, 0);
      const warm = await ask(post, prompt);
      positions.push(passes.reduce((sum, size) => sum + size, 0) - before);
      const cold = await ask(makeApp({ model: parrot() }).post, prompt);
      expect(warm.choices[0]!.logprobs).toEqual(cold.choices[0]!.logprobs);
    }
    expect(positions).toEqual([8, 5, 2, 1]);
  });

  it("scores what it writes, and names tokens by id where asked", async () => {
    const { post } = makeApp({ model: parrot() });
    const body = { prompt: "abc", max_tokens: 3, logprobs: 1, return_tokens_as_token_ids: true };
    const answer = await answerOf(post("/v1/completions", body));
    expect(answer.choices[0]!.text).toBe("abc");
    expect(answer.choices[0]!.logprobs.tokens).toEqual([
      "token_id:97",
      "token_id:98",
      "token_id:99",
    ]);
  });

  it("names a session to the model together with its client", async () => {
    const model = parrot();
    const seen: (string | undefined)[] = [];
    const generate: typeof model.generate = (request) => {
      seen.push(request.session);
      return model.generate(request);
    };
    const { post } = makeApp({ model: { ...model, generate }, apiKeys: ["one", "two"] });
    for (const [key, session] of [["one", "a"], ["two", "a"], ["one"]] as const) {
      const headers = { authorization: `Bearer ${key}` };
      const body = { prompt: "abc", max_tokens: 2, ...(session && { session }) };
      expect((await answerOf(post("/v1/completions", body, headers))).choices[0]!.text).toBe("ab");
    }
    expect(seen[0]).toContain('"a"');
    expect(seen[1]).not.toBe(seen[0]);
    expect(seen[2]).toBeUndefined();
  });

  it("turns text into tokens and back", async () => {
    const { post } = makeApp({ model: parrot() });
    const tokens = await (await post("/tokenize", { prompt: "hé" })).json();
    expect(tokens).toMatchObject({ tokens: [104, 195, 169], count: 3, max_model_len: 256 });
    const text = await (await post("/detokenize", { tokens: [104, 195, 169] })).json();
    expect(text).toEqual({ prompt: "hé" });
  });

  it("refuses what it cannot honour instead of ignoring it", async () => {
    const { post } = makeApp({ model: parrot() });
    const messages = [{ role: "user", content: "abc" }];
    for (const [param, value] of [
      ["tools", [{ type: "function" }]],
      ["response_format", { type: "json_object" }],
      ["n", 2],
      ["logit_bias", { 5: 1 }],
    ] as const) {
      const response = await post("/v1/chat/completions", { messages, [param]: value });
      expect(response.status, param).toBe(400);
      expect(await response.json()).toMatchObject({ error: { param } });
    }
    const tooLong = await post("/v1/completions", { prompt: "x".repeat(300) });
    expect(tooLong.status).toBe(400);
    const unknown = await post("/v1/completions", { prompt: [5000] });
    expect(unknown.status).toBe(400);
  });

  it("answers 429 and 503 instead of taking more than it can hold", async () => {
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { post } = makeApp({
      model: parrot(3, () => held),
      limits: { sequences: 1, maxWaiting: 1, maxWaitMs: 500 },
    });
    const body = { prompt: "abc", max_tokens: 1 };
    const first = post("/v1/completions", body);
    const second = post("/v1/completions", body);
    await new Promise((resolve) => setTimeout(resolve, 5));
    const third = await post("/v1/completions", body);
    expect(third.status).toBe(429);
    expect(third.headers.get("retry-after")).toBe("1");
    expect((await second).status).toBe(503);
    release();
    expect((await first).status).toBe(200);
  });

  it("ends a request that takes too long", async () => {
    const { post } = makeApp({
      model: parrot(3, () => new Promise((resolve) => setTimeout(resolve, 20))),
      limits: { requestMs: 300 },
    });
    const response = await post("/v1/completions", { prompt: "abc", max_tokens: 200 });
    expect(response.status).toBe(504);
    const stream = await post("/v1/completions", { prompt: "abc", max_tokens: 200, stream: true });
    const all = await events(stream);
    expect(all.at(-2)).toMatchObject({ error: { code: "timeout" } });
  });
});

describe("the door", () => {
  it("asks for a key where it has one, except for /health", async () => {
    const { app, post } = makeApp({ apiKeys: ["secret", "other"] });
    expect((await app.request("/health")).status).toBe(200);
    expect((await app.request("/metrics")).status).toBe(401);
    for (const wrong of ["", "Bearer", "Bearer wrong", "Basic secret", "Bearer secre"]) {
      const response = await post("/v1/chat/completions", applyBody, { authorization: wrong });
      expect(response.status, wrong).toBe(401);
      expect(await response.json()).toMatchObject({ error: { code: "invalid_api_key" } });
    }
    const right = await post("/v1/chat/completions", applyBody, { authorization: "Bearer other" });
    expect(right.status).toBe(200);
  });

  it("answers malformed, foreign and oversized bodies cleanly", async () => {
    const { app, post } = makeApp({ limits: { maxBodyBytes: 1000 } });
    const path = "/v1/chat/completions";
    expect((await post(path, '{"messages": [')).status).toBe(400);
    expect((await post(path, "[]")).status).toBe(400);
    expect((await post(path, { messages: [] })).status).toBe(400);
    expect((await post(path, { messages: [{ role: "user", content: 5 }] })).status).toBe(400);
    expect((await post(path, applyBody, { "content-type": "text/plain" })).status).toBe(415);
    expect((await post(path, `"${"x".repeat(2000)}"`)).status).toBe(413);
    expect((await app.request("/v1/nothing")).status).toBe(404);
    expect((await app.request(`/v1/models/${"x".repeat(300)}`)).status).toBe(404);
  });

  it("opens to no browser unless told, and to no foreign name", async () => {
    const origin = { origin: "https://page.example" };
    const closed = await makeApp().post("/v1/chat/completions", applyBody, origin);
    expect(closed.headers.get("access-control-allow-origin")).toBeNull();
    const { post } = makeApp({
      corsOrigins: ["https://page.example"],
      allowedHosts: ["localhost"],
    });
    const open = await post("/v1/chat/completions", applyBody, { ...origin, host: "localhost:1" });
    expect(open.headers.get("access-control-allow-origin")).toBe("https://page.example");
    const foreign = await post("/v1/chat/completions", applyBody, { host: "evil.example" });
    expect(foreign.status).toBe(403);
  });

  it("counts what it does", async () => {
    const { app, post } = makeApp({ model: parrot() });
    await post("/v1/chat/completions", applyBody);
    await post("/v1/completions", { prompt: "abc", max_tokens: 5 });
    await post("/v1/completions", { prompt: 5 });
    const text = await (await app.request("/metrics")).text();
    expect(text).toContain('redraft_requests_total{endpoint="chat",status="200"} 1');
    expect(text).toContain('redraft_requests_total{endpoint="completions",status="400"} 1');
    expect(text).toContain('redraft_routes_total{route="merge"} 1');
    expect(text).toContain('redraft_refusals_total{code="usage"} 1');
    expect(text).toContain("redraft_output_tokens_total 5");
    expect(text).toMatch(/redraft_request_seconds_bucket\{endpoint="chat",le="\+Inf"\} 1/);
    expect(text).toContain("redraft_model_requests 0");
  });
});
