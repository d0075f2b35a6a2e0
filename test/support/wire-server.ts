import { readdirSync, readFileSync } from "node:fs";
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";

export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Record<string, unknown>;
}

export type WireAnswer = (request: SeenRequest, response: ServerResponse) => void | Promise<void>;

export interface WireServer {
  readonly url: string;
  readonly seen: readonly SeenRequest[];
  /** TCP connections that clients have opened. */
  readonly connections: number;
  close(): Promise<void>;
}

/**
 * A real HTTP server on loopback that answers the n-th request with the n-th answer, then always with the last. Requests
 * that find out what it is (GET) get the answer of their path, by default status 404; they do not count.
 */
export async function wireServer(...answers: readonly WireAnswer[]): Promise<WireServer> {
  return wireServerAbout({}, ...answers);
}

export async function wireServerAbout(
  about: Readonly<Record<string, WireAnswer>>,
  ...answers: readonly WireAnswer[]
): Promise<WireServer> {
  const seen: SeenRequest[] = [];
  let connections = 0;
  const server = createServer(async (incoming, response) => {
    let text = "";
    for await (const piece of incoming) text += piece;
    const { method = "", url = "", headers } = incoming;
    const request = { method, url, headers, body: text === "" ? {} : JSON.parse(text) };
    if (method === "GET" || about[url] !== undefined) {
      await (about[url] ?? nothingThere)(request, response);
      return;
    }
    seen.push(request);
    await answers[Math.min(seen.length, answers.length) - 1]!(request, response);
  });
  server.on("connection", () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    seen,
    get connections() {
      return connections;
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

const nothingThere: WireAnswer = (_request, response) => void response.writeHead(404).end();

/** An answer as `scripts/real-engines/client-record.ts` recorded it. */
export interface RecordedAnswer {
  /** Name and version. */
  readonly engine: string;
  readonly request: { readonly method: string; readonly path: string; readonly body?: object };
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

/** A recording in `test/wire`, such as `vllm/models`. */
export function wire(name: string): RecordedAnswer {
  const path = fileURLToPath(new URL(`../wire/${name}.json`, import.meta.url));
  return JSON.parse(readFileSync(path, "utf8")) as RecordedAnswer;
}

/** Answers as the engine did. */
export function answerWith(name: string): WireAnswer {
  const { status, type, body } = wire(name);
  return (_request, response) => {
    response.writeHead(status, { "content-type": type });
    response.end(body);
  };
}

/** What an engine says about itself, for `wireServerAbout`: every recorded GET of the set. */
export function recordedAbout(set: string): Record<string, WireAnswer> {
  const folder = fileURLToPath(new URL(`../wire/${set}/`, import.meta.url));
  const about: Record<string, WireAnswer> = {};
  for (const file of readdirSync(folder)) {
    const name = `${set}/${file.replace(/\.json$/, "")}`;
    const { request } = wire(name);
    if (request.method === "GET") about[request.path] = answerWith(name);
  }
  return about;
}

/** Streams a text as a chat answer. */
export const says =
  (text: string): WireAnswer =>
  (_request, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    const event = (value: object): void =>
      void response.write(`data: ${JSON.stringify(value)}\n\n`);
    for (const piece of text.match(/[\s\S]{1,11}/g) ?? []) {
      event({ choices: [{ index: 0, delta: { content: piece }, finish_reason: null }] });
    }
    event({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }] });
    event({ choices: [], usage: { prompt_tokens: 50, completion_tokens: 30, total_tokens: 80 } });
    response.end("data: [DONE]\n\n");
  };
