import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { textHash } from "../core/text-store.ts";
import { fakeTarget } from "../engines/fake.ts";
import { serveModel } from "../redraft/serve-model.ts";
import { createThreadedRedraft, type ThreadedRedraft } from "../threads/threads.ts";
import { type RunningServer, startServer } from "./serve.ts";

let redraft: ThreadedRedraft;
let server: RunningServer;

beforeAll(async () => {
  redraft = createThreadedRedraft({ size: 1 });
  // Writes `x` for ever.
  const target = fakeTarget({
    vocabSize: 257,
    end: 256,
    capabilities: { contextSize: 2000 },
    logits: () => Float32Array.from({ length: 257 }, (_, token) => (token === 120 ? 1 : 0)),
  });
  server = await startServer({
    redraft,
    threads: redraft,
    model: serveModel({ target }),
    version: "0.0.0",
    host: "127.0.0.1",
    port: 0,
    graceMs: 200,
    limits: { stallMs: 300, maxBodiesBytes: 20_000_000 },
  });
});

afterAll(async () => {
  await server.close();
  await redraft.dispose();
});

const post = (body: unknown, path = "/v1/completions"): Promise<Response> =>
  fetch(`${server.url}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
const lines = (count: number): string =>
  Array.from({ length: count }, (_, i) => `const value${i} = ${i};\n`).join("");
const prompt = (code: string, old: string, fresh: string): string =>
  `<code>${code}</code><update>${JSON.stringify({ old_string: old, new_string: fresh })}</update>`;

interface Answer {
  choices: { text: string }[];
  redraft: { hash: string; route: string; usageBy: string };
  usage: { completion_tokens: number };
}

describe("requests on worker threads", () => {
  it.each([10, 20_000])("places an edit in %i lines, whole and as a stream", async (count) => {
    const code = lines(count);
    const asked = prompt(code, "value7 =", "seven =");
    const expected = code.replace("value7 =", "seven =");
    const whole = await post({ prompt: asked });
    expect(whole.headers.get("content-type")).toContain("application/json");
    const answer = (await whole.json()) as Answer;
    expect(answer.choices[0]!.text).toBe(expected);
    expect(answer.redraft).toMatchObject({ route: "merge", hash: textHash(expected).slice(0, 16) });
    // A token of this model is a byte. Longer texts may take more time than the tokenizer has.
    if (count === 10) {
      expect(answer.redraft.usageBy).toBe("tokenizer");
      expect(answer.usage.completion_tokens).toBe(expected.length);
    }
    const stream = await post({ prompt: asked, stream: true });
    expect(stream.headers.get("content-type")).toContain("text/event-stream");
    const events = (await stream.text()).split("\n\n").filter((event) => event !== "");
    expect(events.pop()).toBe("data: [DONE]");
    const pieces = events.map((event) => (JSON.parse(event.slice(6)) as Answer).choices[0]!.text);
    expect(pieces.join("")).toBe(expected);
  });

  it("finds the text of a base by its hash, an earlier answer's and the code's own", async () => {
    const code = lines(10);
    const first = (await (await post({ prompt: prompt(code, "= 7;", "= 77;") })).json()) as Answer;
    const later = `// new\n${first.choices[0]!.text}`;
    for (const base of [first.redraft.hash, textHash(later)]) {
      const asked = { prompt: prompt(later, "= 8;", "= 88;"), metadata: { base } };
      const answer = (await (await post(asked)).json()) as Answer;
      expect(answer.choices[0]!.text).toBe(later.replace("= 8;", "= 88;"));
    }
    const unknown = { prompt: prompt(later, "= 8;", "= 88;"), metadata: { base: "0".repeat(16) } };
    const refused = await post(unknown);
    expect(refused.status).toBe(409);
    expect(refused.headers.get("x-should-retry")).toBe("false");
  });

  it("answers refusals and wrong requests as without threads", async () => {
    for (const padding of ["", lines(20_000)]) {
      const missing = await post({ prompt: prompt(`a\n${padding}`, "nowhere", "x") });
      expect(missing.status).toBe(422);
      expect(await missing.json()).toMatchObject({ error: { code: "no-match" } });
      const unread = await post({ prompt: 7, user: padding });
      expect(unread.status).toBe(400);
      expect(await unread.json()).toMatchObject({ error: { param: "prompt", code: "usage" } });
    }
  });

  it("sends what is for the model there, read on a worker where it is large", async () => {
    for (const user of ["", lines(20_000)]) {
      const answer = (await (await post({ prompt: "a", max_tokens: 3, user })).json()) as Answer;
      expect(answer.choices[0]!.text).toBe("xxx");
    }
  });

  it("cuts off whoever does not read an answer", async () => {
    const { hostname, port } = new URL(server.url);
    const body = JSON.stringify({ prompt: prompt(`b\n${"x".repeat(8_000_000)}`, "b", "c") });
    const socket = connect(Number(port), hostname);
    socket.write(
      `POST /v1/completions HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    );
    socket.on("error", () => {});
    const gauge = async (): Promise<number> => {
      const text = await (await fetch(`${server.url}/metrics`)).text();
      return Number(/^redraft_body_bytes (\d+)$/m.exec(text)![1]);
    };
    const wait = async (until: (bytes: number) => boolean): Promise<void> => {
      while (!until(await gauge())) await new Promise((resolve) => setTimeout(resolve, 20));
    };
    await wait((bytes) => bytes > 1_000_000);
    // The reader never reads; its place is free again all the same.
    await wait((bytes) => bytes === 0);
    socket.destroy();
  });
});
