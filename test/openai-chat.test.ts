import { afterEach, describe, expect, it } from "vitest";
import type { TextTarget } from "../src/core/target.ts";
import { type OpenAiTextOptions, openAiTextTarget } from "../src/engines/openai/chat.ts";
import {
  maxTokensRefused,
  predictedAnswer,
  predictionRefused,
  quotaUsedUp,
  rateLimited,
} from "./support/openai-documented.ts";
import {
  answerWith,
  says,
  type WireAnswer,
  type WireServer,
  wireServer,
} from "./support/wire-server.ts";

const servers: WireServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function serverWith(...answers: WireAnswer[]): Promise<WireServer> {
  const server = await wireServer(...answers);
  servers.push(server);
  return server;
}

const waits: number[] = [];
function targetOf(server: WireServer, more: Partial<OpenAiTextOptions> = {}) {
  waits.length = 0;
  return openAiTextTarget({
    baseUrl: server.url,
    model: "m",
    random: () => 1,
    wait: async (ms) => void waits.push(ms),
    ...more,
  });
}

async function write(
  target: TextTarget,
  options: { prediction?: string; maxTokens?: number; signal?: AbortSignal } = {},
) {
  let text = "";
  let last = {};
  const prompt = [{ role: "user" as const, content: "go" }];
  for await (const chunk of target.complete(prompt, options)) {
    text += chunk.text;
    last = chunk;
  }
  return { text, last };
}

const fail =
  (status: number, headers: Record<string, string> = {}): WireAnswer =>
  (_request, response) =>
    void response.writeHead(status, headers).end("busy");

describe("chat with a prediction", () => {
  it("sends the prediction and reports what came of it, whatever the pieces of the stream", async () => {
    const server = await serverWith(predictedAnswer(7));
    const target = targetOf(server, { apiKey: "k" });
    const { text, last } = await write(target, { prediction: "def add(a, b):\n" });
    expect(text).toBe("def add(a, b):\n    return a + b  # ✓ größer\n");
    expect(last).toMatchObject({ finish: "stop", usage: { acceptedPredictionTokens: 12 } });
    expect(server.seen[0]!.body).toMatchObject({
      model: "m",
      stream: true,
      prediction: { type: "content", content: "def add(a, b):\n" },
    });
    expect(server.seen[0]!.headers.authorization).toBe("Bearer k");
    expect(target.prediction).toBe("used");
    expect(target.tally).toMatchObject({ requests: 1, promptTokens: 61, completionTokens: 24 });
  });

  it("does without where the server refuses it, and remembers", async () => {
    const server = await serverWith(predictionRefused, says("x = 1"));
    const target = targetOf(server);
    expect((await write(target, { prediction: "x = 0" })).text).toBe("x = 1");
    expect(target.prediction).toBe("refused");
    await write(target, { prediction: "x = 0" });
    expect(server.seen.map(({ body }) => "prediction" in body)).toEqual([true, false, false]);
  });

  it("says so when a server takes the prediction without a word about it", async () => {
    const server = await serverWith(says("ok"));
    const target = targetOf(server);
    expect((await write(target, { prediction: "ok" })).text).toBe("ok");
    expect(target.prediction).toBe("unreported");
  });

  it("renames the limit for models that want the new name", async () => {
    const server = await serverWith(maxTokensRefused, says("x = 1"));
    await write(targetOf(server), { maxTokens: 9 });
    expect(server.seen[1]!.body).toMatchObject({ max_completion_tokens: 9 });
    expect(server.seen[1]!.body).not.toHaveProperty("max_tokens");
  });

  it("passes on that a request is too long, instead of hiding the limit", async () => {
    const server = await serverWith(answerWith("vllm/too-long"));
    await expect(write(targetOf(server), { maxTokens: 9000 })).rejects.toMatchObject({
      code: "engine-failed",
      retryable: false,
      message: expect.stringContaining("maximum context length"),
    });
    expect(server.seen).toHaveLength(1);
  });

  it("takes a whole answer where the server does not stream", async () => {
    const server = await serverWith((_request, response) => {
      const message = { role: "assistant", content: "y = 2" };
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify({ choices: [{ index: 0, message, finish_reason: "stop" }] }));
    });
    expect((await write(targetOf(server))).text).toBe("y = 2");
  });
});

describe("when the server has trouble", () => {
  it("asks again after what Retry-After says", async () => {
    const server = await serverWith(rateLimited, fail(503), says("x = 1"));
    const target = targetOf(server);
    expect((await write(target)).text).toBe("x = 1");
    expect(waits).toEqual([2000, 1000]);
    expect(target.tally.requests).toBe(1);
  });

  it("uses its connections again, after refusals too", async () => {
    const server = await serverWith(predictionRefused, says("x = 1"));
    const target = targetOf(server);
    for (let round = 0; round < 8; round++) await write(target, { prediction: "x" });
    expect(server.seen).toHaveLength(9);
    expect(server.connections).toBeLessThan(4);
  });

  it("asks again where the connection breaks before the answer", async () => {
    const server = await serverWith(
      (_request, response) => void response.socket?.destroy(),
      says("x = 1"),
    );
    expect((await write(targetOf(server))).text).toBe("x = 1");
  });

  it("gives up after its attempts, saying what it was", async () => {
    const server = await serverWith(fail(503));
    await expect(write(targetOf(server, { retries: 2 }))).rejects.toMatchObject({
      code: "model-unavailable",
      retryable: true,
      details: { status: 503 },
    });
    expect(server.seen).toHaveLength(3);
    expect(waits).toEqual([500, 1000]);
  });

  it.each([
    ["a used-up quota", quotaUsedUp, "model-unavailable"],
    ["a wrong key", fail(401), "model-unavailable"],
    ["an unknown model", fail(404), "model-unavailable"],
    ["a request it does not understand", fail(400), "engine-failed"],
    ["a wait of an hour", fail(429, { "retry-after": "3600" }), "model-unavailable"],
  ])("asks only once after %s", async (_what, answer, code) => {
    const server = await serverWith(answer);
    await expect(write(targetOf(server, { apiKey: "secret-key" }))).rejects.toMatchObject({ code });
    expect(server.seen).toHaveLength(1);
    expect(waits).toEqual([]);
  });

  it("never shows the key", async () => {
    const server = await serverWith(fail(401));
    const error = await write(targetOf(server, { apiKey: "secret-key" })).catch((e: unknown) => e);
    expect(JSON.stringify([error, (error as Error).message])).not.toContain("secret-key");
  });

  it("passes on a failure inside the stream, and does not repeat what was already shown", async () => {
    const server = await serverWith((_request, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write('data: {"choices":[{"index":0,"delta":{"content":"half"}}]}\n\n');
      response.end('data: {"error":{"message":"EngineCore died.","code":500}}\n\n');
    });
    await expect(write(targetOf(server))).rejects.toMatchObject({
      code: "engine-failed",
      message: expect.stringContaining("EngineCore died"),
    });
    expect(server.seen).toHaveLength(1);
  });

  it("calls an answer without an end cut off", async () => {
    const server = await serverWith((_request, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.end('data: {"choices":[{"index":0,"delta":{"content":"ha"}}]}\n\n');
    });
    await expect(write(targetOf(server))).rejects.toMatchObject({ code: "engine-failed" });
  });

  it("says that nothing listens", async () => {
    const server = await serverWith(fail(500));
    await server.close();
    await expect(write(targetOf(server, { retries: 0 }))).rejects.toMatchObject({
      code: "model-unavailable",
      message: expect.stringContaining("Is the server running?"),
    });
  });

  it("stops waiting: for the head, for the next piece, and when told to", async () => {
    const silent = await serverWith(() => {});
    await expect(write(targetOf(silent, { timeout: 1500 }))).rejects.toMatchObject({
      code: "timeout",
    });
    expect(silent.seen).toHaveLength(1);

    const stuck = await serverWith((_request, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write('data: {"choices":[{"index":0,"delta":{"content":"ha"}}]}\n\n');
    });
    await expect(write(targetOf(stuck, { idleTimeout: 30 }))).rejects.toMatchObject({
      code: "timeout",
    });

    const controller = new AbortController();
    const told = write(targetOf(silent), { signal: controller.signal });
    setTimeout(() => controller.abort(), 20);
    await expect(told).rejects.toMatchObject({ code: "cancelled" });
  });

  it("lets go of the server when the reader stops early", async () => {
    let closed = (): void => {};
    const gone = new Promise<void>((resolve) => {
      closed = resolve;
    });
    const server = await serverWith((_request, response) => {
      response.on("close", closed);
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write('data: {"choices":[{"index":0,"delta":{"content":"ha"}}]}\n\n');
    });
    for await (const _ of targetOf(server).complete([{ role: "user", content: "go" }], {})) break;
    await gone;
  });
});
