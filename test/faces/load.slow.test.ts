import { afterEach, describe, expect, it } from "vitest";
import { applyRequest, type LoadRequest, runLoad } from "../../scripts/soak/load-clients.ts";
import { fakeTarget } from "../../src/engines/fake.ts";
import { type RunningServer, type ServeOptions, startServer } from "../../src/http/serve.ts";
import { createRedraft } from "../../src/redraft/create-redraft.ts";
import { serveModel } from "../../src/redraft/serve-model.ts";

let server: RunningServer | undefined;

afterEach(() => server?.close());

async function start(limits: ServeOptions["limits"]): Promise<string> {
  // Answers `x` for ever, 1 ms a pass, one pass at a time, as an engine does.
  let last: Promise<void> = Promise.resolve();
  const target = fakeTarget({
    vocabSize: 257,
    end: 256,
    logits: () => Float32Array.from({ length: 257 }, (_, token) => (token === 120 ? 1 : 0)),
    onPass: () => {
      last = last.then(() => new Promise((resolve) => setTimeout(resolve, 1)));
      return last;
    },
  });
  server = await startServer({
    redraft: createRedraft(),
    model: serveModel({ target }),
    host: "127.0.0.1",
    port: 0,
    graceMs: 500,
    version: "0.0.0",
    ...(limits ? { limits } : {}),
  });
  return server.url;
}

function modelRequest(client: number): LoadRequest {
  return {
    kind: "model",
    path: "/v1/completions",
    body: { prompt: `client ${client}`, max_tokens: 4, user: String(client) },
    check: (answer) => (answer as { choices: { text: string }[] }).choices[0]?.text === "xxxx",
  };
}

const mixed = (client: number, index: number): LoadRequest =>
  (client + index) % 2 === 0 ? modelRequest(client) : applyRequest(client, index);

async function gauge(url: string, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(new RegExp(`^${name} (\\d+)$`, "m").exec(text)?.[1]);
}

describe("many clients at once", () => {
  it("answers all of them rightly, and none is left behind", async () => {
    const url = await start({ sequences: 4, maxWaiting: 64 });
    const report = await runLoad({ url, clients: 32, ms: 1200, next: mixed });
    expect(report.errors).toEqual({});
    expect(report.turnedAway).toBe(0);
    expect(report.leastServed).toBeGreaterThan(0);
    expect(await gauge(url, "redraft_model_requests")).toBe(0);
    expect(await gauge(url, "redraft_waiting_requests")).toBe(0);
  });

  it("turns clients away when the queue is full, and makes no other error", async () => {
    const url = await start({ sequences: 1, maxWaiting: 2 });
    const report = await runLoad({ url, clients: 16, ms: 800, next: modelRequest });
    expect(report.errors).toEqual({});
    expect(report.turnedAway).toBeGreaterThan(0);
    expect(report.done).toBeGreaterThan(0);
  });
});
