import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import OpenAI from "openai";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ambiguousPrompt, applyPrompt, testApp } from "../../test/support/http-app.ts";
import { createRedraft } from "../redraft/create-redraft.ts";
import { answeredBy } from "./fallback.ts";
import { type RunningServer, startServer } from "./serve.ts";

interface Seen {
  readonly path: string;
  readonly authorization: string | undefined;
  readonly body: string;
}

let other: Server;
let url = "";
let seen: Seen[];
let answer: (response: ServerResponse, request: IncomingMessage) => void;
let running: RunningServer | undefined;

beforeEach(async () => {
  seen = [];
  answer = (response) => {
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ choices: [{ message: { content: "theirs" } }] }));
  };
  other = createServer((request, response) => {
    let body = "";
    request.on("data", (data) => {
      body += data;
    });
    request.on("end", () => {
      const { authorization } = request.headers;
      seen.push({ path: request.url!, authorization, body });
      answer(response, request);
    });
  });
  await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(other.address() as AddressInfo).port}/v1`;
});
afterEach(async () => {
  await running?.close();
  running = undefined;
  other.closeAllConnections();
  await new Promise((resolve) => other.close(resolve));
});

const chat = (content: string, more: object = {}) => ({
  model: "their-model",
  messages: [{ role: "user", content }],
  ...more,
});
const client = { authorization: "Bearer secret-of-the-client" };
const path = "/v1/chat/completions";

describe("--fallback", () => {
  it("is asked for what the merge refuses, with the request as it came and a key of its own", async () => {
    const { post, get } = testApp({ fallback: { url, apiKey: "theirs" } });
    const body = ` ${JSON.stringify(chat(ambiguousPrompt, { unknown: 1 }))}\n`;
    const passed = await post(path, body, client);
    expect(await passed.json()).toMatchObject({ choices: [{ message: { content: "theirs" } }] });
    expect(passed.headers.get(answeredBy)).toBe("fallback");
    expect(passed.headers.get("x-redraft-refused")).toBe("ambiguous");
    expect(seen).toEqual([{ path, authorization: "Bearer theirs", body }]);
    await post("/v1/completions", { prompt: ambiguousPrompt });
    await post("/v1/responses", { input: ambiguousPrompt });
    expect(seen.slice(1).map((one) => one.path)).toEqual(["/v1/completions", "/v1/responses"]);
    const metrics = await (await get("/metrics")).text();
    expect(metrics).toContain('redraft_routes_total{route="fallback"} 3');
  });

  it("is not asked for what the merge answers, nor for what is wrong with the request", async () => {
    const { post } = testApp({ fallback: { url } });
    const own = await post(path, chat(applyPrompt));
    expect(own.headers.get(answeredBy)).toBe("redraft");
    for (const body of [
      chat("hello"),
      { messages: [] },
      "{",
      chat("<instruction>a</instruction><code>b"),
    ]) {
      expect((await post(path, body)).status).toBe(400);
    }
    const base = chat(applyPrompt, { metadata: { base: "0".repeat(16) } });
    expect((await post(path, base)).status).toBe(409);
    // It is no endpoint of the OpenAI API.
    const relace = { initial_code: "b\nb\n", edit_snippet: '{"old_string":"b","new_string":"c"}' };
    expect((await post("/v1/code/apply", relace)).status).toBe(422);
    expect(seen).toEqual([]);
  });

  it("is not there unless the server is started with it", async () => {
    const headers = { "x-redraft-fallback": url, fallback: url };
    const refused = await testApp().post(path, chat(ambiguousPrompt, { fallback: url }), headers);
    expect(refused.status).toBe(422);
    expect(seen).toEqual([]);
  });

  it("is not asked for what a Redraft sent on already, so that a server may name itself", async () => {
    const { post } = testApp({ fallback: { url, apiKey: "theirs" } });
    const headers = { via: "1.0 proxy, 1.1 redraft" };
    const response = await post(path, chat(ambiguousPrompt), headers);
    expect(response.status).toBe(422);
    expect(seen).toEqual([]);
    answer = (reply, request) => {
      reply.setHeader("content-type", "application/json");
      reply.end(JSON.stringify({ via: request.headers.via }));
    };
    const first = await post(path, chat(ambiguousPrompt));
    expect(await first.json()).toEqual({ via: "1.1 redraft" });
  });

  it("streams as it comes", async () => {
    running = await startServer({
      redraft: createRedraft(),
      fallback: { url: `${url}/` },
      version: "0.0.0",
      host: "127.0.0.1",
      port: 0,
      graceMs: 200,
    });
    let go = (): void => {};
    const event = (content: string): string =>
      `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content } }] })}\n\n`;
    answer = (response) => {
      response.setHeader("content-type", "text/event-stream");
      response.write(event("one"));
      go = () => void response.end(`${event("two")}data: [DONE]\n\n`);
    };
    const openai = new OpenAI({ baseURL: `${running.url}/v1`, apiKey: "k", maxRetries: 0 });
    const messages = [{ role: "user" as const, content: ambiguousPrompt }];
    const stream = await openai.chat.completions.create({ model: "m", messages, stream: true });
    const pieces: string[] = [];
    for await (const { choices } of stream) {
      pieces.push(choices[0]!.delta.content!);
      // The second piece is written only when the first has arrived.
      go();
    }
    expect(pieces).toEqual(["one", "two"]);
  });

  it("ends the other side's work when the client leaves", async () => {
    running = await startServer({
      redraft: createRedraft(),
      fallback: { url },
      version: "0.0.0",
      host: "127.0.0.1",
      port: 0,
      graceMs: 200,
    });
    const closed = new Promise<void>((resolve) => {
      answer = (response) => {
        response.setHeader("content-type", "text/event-stream");
        response.write("data: {}\n\n");
        response.on("close", resolve);
      };
    });
    const leaving = new AbortController();
    const response = await fetch(`${running.url}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(chat(ambiguousPrompt, { stream: true })),
      signal: leaving.signal,
    });
    expect(response.status).toBe(200);
    leaving.abort();
    await closed;
  });

  it.each([
    [401, { error: { message: "wrong key" } }, "status 401: wrong key", null],
    [429, {}, "status 429", "1"],
    [500, "<html>", "status 500", "1"],
  ])("tells a failure of the other side as such: %i", async (status, body, said, retry) => {
    answer = (response) => {
      response.statusCode = status;
      response.end(typeof body === "string" ? body : JSON.stringify(body));
    };
    const { post } = testApp({ fallback: { url } });
    const failed = await post(path, chat(ambiguousPrompt));
    expect(failed.status).toBe(502);
    expect(failed.headers.get("retry-after")).toBe(retry);
    const { error } = (await failed.json()) as { error: { message: string; details: object } };
    expect(error).toMatchObject({
      code: "model-unavailable",
      details: { status, refusal: { code: "ambiguous" } },
    });
    expect(error.message).toContain(said);
  });

  it("says that the other side cannot be reached, and follows no redirect", async () => {
    const nobody = testApp({ fallback: { url: "http://127.0.0.1:1/v1", apiKey: "theirs" } });
    const unreached = await nobody.post(path, chat(ambiguousPrompt));
    expect(unreached.status).toBe(502);
    const text = await unreached.text();
    expect(text).toContain("could not be reached");
    expect(text).not.toMatch(/127\.0\.0\.1|theirs/);
    answer = (response) => {
      response.writeHead(307, { location: `${url}/elsewhere` }).end();
    };
    const { post } = testApp({ fallback: { url } });
    expect((await post(path, chat(ambiguousPrompt))).status).toBe(502);
    expect(seen).toHaveLength(1);
  });

  it("is given up when it takes longer than a request may", async () => {
    answer = () => {};
    const { post } = testApp({ fallback: { url }, limits: { requestMs: 200 } });
    expect((await post(path, chat(ambiguousPrompt))).status).toBe(504);
  });
});
