import { readFileSync } from "node:fs";
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

/** The bytes of a file in `test/wire`. */
export function wire(name: string): string {
  return readFileSync(fileURLToPath(new URL(`../wire/${name}`, import.meta.url)), "utf8");
}

/** Answers with such a file: an event stream or JSON, by its name. `pieceSize` cuts it, characters in two included. */
export function answerWith(
  name: string,
  {
    status = 200,
    headers = {},
    pieceSize,
  }: {
    readonly status?: number;
    readonly headers?: Readonly<Record<string, string>>;
    readonly pieceSize?: number;
  } = {},
): WireAnswer {
  return async (_request, response) => {
    const bytes = Buffer.from(wire(name));
    const type = name.endsWith(".sse") ? "text/event-stream; charset=utf-8" : "application/json";
    response.writeHead(status, { "content-type": type, ...headers });
    for (let at = 0; at < bytes.length; at += pieceSize ?? bytes.length) {
      response.write(bytes.subarray(at, at + (pieceSize ?? bytes.length)));
      if (pieceSize !== undefined) await new Promise((resolve) => setImmediate(resolve));
    }
    response.end();
  };
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
