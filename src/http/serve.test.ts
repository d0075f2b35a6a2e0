import { request } from "node:http";
import { connect } from "node:net";
import OpenAI from "openai";
import { afterEach, describe, expect, it } from "vitest";
import { tinyEngine } from "../../test/support/tiny-engine.ts";
import { silentLogger } from "../core/logger.ts";
import { fakeTarget } from "../engines/fake.ts";
import { createRedraft } from "../redraft/create-redraft.ts";
import { serveModel } from "../redraft/serve-model.ts";
import type { ServedModel } from "../session/served-model.ts";
import { type RunningServer, type ServeOptions, startServer } from "./serve.ts";

const running: RunningServer[] = [];

afterEach(async () => {
  for (const server of running.splice(0)) await server.close();
});

async function start(options: Partial<ServeOptions> = {}): Promise<string> {
  const server = await startServer({
    redraft: createRedraft(),
    version: "0.0.0",
    host: "127.0.0.1",
    port: 0,
    graceMs: 200,
    ...options,
  });
  running.push(server);
  return server.url;
}

/** A model that writes `x` for ever, `passMs` a pass, and says what it works on. */
function endless(passMs: number): ServedModel & { readonly passes: readonly number[] } {
  const target = fakeTarget({
    vocabSize: 257,
    end: 256,
    capabilities: { contextSize: 100_000 },
    logits: () => Float32Array.from({ length: 257 }, (_, token) => (token === 120 ? 1 : 0)),
    onPass: () => new Promise((resolve) => setTimeout(resolve, passMs)),
  });
  return Object.assign(serveModel({ target }), { passes: target.passes });
}

const json = { "content-type": "application/json" };
const post = (url: string, body: unknown, init: RequestInit = {}): Promise<Response> =>
  fetch(url, { method: "POST", headers: json, body: JSON.stringify(body), ...init });
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Waits until the model works on something: a loaded machine takes its time. */
async function untilBusy(url: string): Promise<void> {
  for (;;) {
    const text = await (await fetch(`${url}/metrics`)).text();
    if (/^redraft_model_requests [1-9]/m.test(text)) return;
    await pause(5);
  }
}

const source = "function a() {\n  return 1;\n}\n\nfunction b() {\n  return 2;\n}\n";
const sketch = "// ... existing code ...\n\nfunction b() {\n  return 3;\n}\n";
const edited = source.replace("return 2", "return 3");
const content = `<instruction>I change b.</instruction>\n<code>${source}</code>\n<update>${sketch}</update>`;

describe("served to the official OpenAI SDK", () => {
  it("makes a real edit, whole and streaming", async () => {
    const client = new OpenAI({ baseURL: `${await start()}/v1`, apiKey: "unused", maxRetries: 0 });
    const messages = [{ role: "user" as const, content }];
    const whole = await client.chat.completions.create({ model: "auto", messages });
    expect(whole.choices[0]!.message.content).toBe(edited);
    const stream = await client.chat.completions.create({ model: "auto", messages, stream: true });
    let text = "";
    for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? "";
    expect(text).toBe(edited);
    const completion = await client.completions.create({ model: "auto", prompt: content });
    expect(completion.choices[0]!.text).toBe(edited);
  });

  it("answers a refusal as the SDK's own error, with the stable code", async () => {
    const client = new OpenAI({ baseURL: `${await start()}/v1`, apiKey: "unused", maxRetries: 0 });
    const unfit = content.replaceAll("function b", "function missing").replace("<code>", "<code>x");
    const wrong = unfit.replace(/<update>[\s\S]*/, "<update>@@ -1 +1 @@\n-no\n+yes\n</update>");
    const failing = client.chat.completions.create({
      model: "auto",
      messages: [{ role: "user", content: wrong }],
    });
    await expect(failing).rejects.toMatchObject({ status: 422, code: "no-match" });
  });

  it("streams from a model with a prediction, lists models, and checks the key", async () => {
    const baseURL = `${await start({ model: endless(0), apiKeys: ["k"] })}/v1`;
    const client = new OpenAI({ baseURL, apiKey: "k", maxRetries: 0 });
    const stream = await client.chat.completions.create({
      model: "fake",
      messages: [{ role: "user", content: "go" }],
      prediction: { type: "content", content: "xxxx" },
      max_completion_tokens: 8,
      stream: true,
      stream_options: { include_usage: true },
    });
    let text = "";
    let usage: OpenAI.CompletionUsage | null | undefined;
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta.content ?? "";
      usage = chunk.usage;
    }
    expect(text).toBe("xxxxxxxx");
    expect(usage).toMatchObject({ completion_tokens: 8 });
    expect(usage!.completion_tokens_details).toHaveProperty("accepted_prediction_tokens");
    const models = await client.models.list();
    expect(models.data.map(({ id }) => id)).toEqual(["redraft", "auto", "fake"]);
    for (const name of ["fake", "auto", "morph-v3-fast", "relace/relace-apply-3"]) {
      expect(await client.models.retrieve(name)).toMatchObject({ id: name, object: "model" });
    }
    const stranger = new OpenAI({ baseURL, apiKey: "wrong", maxRetries: 0 });
    await expect(stranger.models.list()).rejects.toMatchObject({ status: 401 });
  });
});

describe("bad weather", () => {
  it("answers a body of 100 MB without keeping it", async () => {
    const url = new URL(await start());
    const before = process.memoryUsage().rss;
    for (const declared of [true, false]) {
      const status = await new Promise<number>((resolve, reject) => {
        const size = 100 * 1024 * 1024;
        const sending = request({
          host: url.hostname,
          port: url.port,
          method: "POST",
          path: "/v1/chat/completions",
          headers: { ...json, ...(declared ? { "content-length": size } : {}) },
        });
        let answered = false;
        sending.on("response", (response) => {
          answered = true;
          response.resume();
          resolve(response.statusCode ?? 0);
        });
        // The server may stop reading once it has answered.
        sending.on("error", (error) => (answered ? undefined : reject(error)));
        const chunk = Buffer.alloc(1024 * 1024, 32);
        let sent = 0;
        const write = (): void => {
          while (sent < size && !answered) {
            sent += chunk.length;
            if (!sending.write(chunk)) {
              sending.once("drain", write);
              return;
            }
          }
          if (!answered) sending.end();
        };
        write();
      });
      expect(status, declared ? "declared" : "chunked").toBe(413);
    }
    expect(process.memoryUsage().rss - before).toBeLessThan(150 * 1024 * 1024);
  });

  it("answers what is no HTTP and goes on", async () => {
    const url = new URL(await start());
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(Number(url.port), url.hostname, () =>
        socket.write("NONSENSE\r\n\r\n"),
      );
      let text = "";
      socket.on("data", (data) => {
        text += data;
      });
      socket.on("close", () => resolve(text));
      socket.on("error", reject);
    });
    expect(answer).toMatch(/^HTTP\/1.1 400/);
    expect((await fetch(`${url.origin}/health`)).status).toBe(200);
  });

  it("frees the sequence of a client that leaves, streaming or not", async () => {
    const model = endless(2);
    const logged: string[] = [];
    const error = (message: string): void => void logged.push(message);
    const logger = { ...silentLogger, error };
    const url = await start({ model, logger, limits: { sequences: 1 } });
    for (const stream of [true, false]) {
      const leaving = new AbortController();
      const gone = post(
        `${url}/v1/completions`,
        { prompt: "a", max_tokens: 50_000, stream },
        { signal: leaving.signal },
      ).then((response) => response.text());
      await untilBusy(url);
      leaving.abort();
      await expect(gone).rejects.toThrow();
      // The only sequence answers the next client at once, long before 50,000 tokens are written.
      const next = await post(`${url}/v1/completions`, { prompt: "b", max_tokens: 2 });
      expect(await next.json()).toMatchObject({ choices: [{ text: "xx" }] });
    }
    // Nothing failed: it is counted as cancelled, and the log is not troubled with it.
    const metrics = await (await fetch(`${url}/metrics`)).text();
    expect(metrics).toContain('redraft_refusals_total{code="cancelled"} 2');
    expect(metrics).not.toContain("engine-failed");
    expect(logged).toEqual([]);
  });

  it("lets a reader that reads nothing hold no sequence, and cuts it off", async () => {
    const url = new URL(
      await start({ redraft: tinyEngine(), limits: { merges: 1, stallMs: 200 } }),
    );
    const large = "x".repeat(12 * 1024 * 1024);
    const apply = (update: string): string => `<code>a</code><update>${update}</update>`;
    const socket = connect(Number(url.port), url.hostname);
    const body = JSON.stringify({ prompt: apply(large), stream: true });
    socket.write(
      `POST /v1/completions HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    );
    socket.once("readable", () => {});
    socket.on("error", () => {});
    await pause(400);
    const next = await post(`${url.origin}/v1/completions`, { prompt: apply("small") });
    expect(await next.json()).toMatchObject({ choices: [{ text: "small" }] });
    // The server has ended the connection once it holds nothing of the request any more.
    const metrics = async (): Promise<string> => (await fetch(`${url.origin}/metrics`)).text();
    while (!/^redraft_body_bytes 0$/m.test(await metrics())) await pause(20);
    // What the system had taken still arrives, and then the end, long before all of it.
    let received = 0;
    const closed = new Promise<void>((resolve) => socket.on("close", () => resolve()));
    socket.on("data", (data) => {
      received += data.length;
    });
    await closed;
    expect(received).toBeLessThan(large.length);
  });

  it("finishes what is in work when it shuts down, and then ends it", async () => {
    const url = await start({ model: endless(2), graceMs: 10_000 });
    const short = post(`${url}/v1/completions`, { prompt: "a", max_tokens: 100 });
    await untilBusy(url);
    await running.pop()!.close();
    expect(await (await short).json()).toMatchObject({ choices: [{ finish_reason: "length" }] });
    await expect(fetch(`${url}/health`)).rejects.toThrow();

    const second = await start({ model: endless(2), graceMs: 50 });
    const long = post(`${second}/v1/completions`, { prompt: "a", max_tokens: 50_000 });
    await untilBusy(second);
    await running.pop()!.close();
    expect((await long).status).toBe(503);
  });

  it("says why it cannot listen", async () => {
    const port = Number(new URL(await start()).port);
    await expect(start({ port, redraft: tinyEngine() })).rejects.toMatchObject({
      code: "usage",
      message: expect.stringContaining("in use"),
    });
  });
});
