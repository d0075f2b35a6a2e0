import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { applyPrompt } from "../../test/support/http-app.ts";
import { type RunningServer, startServer } from "../http/serve.ts";
import { createRedraft } from "../redraft/create-redraft.ts";
import { openEventLog } from "./event-log.ts";
import {
  type FollowedSource,
  type FollowMessage,
  type FollowTimes,
  followSource,
} from "./follow.ts";
import { startInspector } from "./serve.ts";

const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

function logPath(): string {
  const folder = mkdtempSync(join(tmpdir(), "redraft-follow-"));
  endings.push(() => rmSync(folder, { recursive: true }));
  return join(folder, "log.jsonl");
}

/** What is said about it, a message at a time. */
function following(followed: FollowedSource, times: FollowTimes = { look: 10, pause: 20 }) {
  const ending = new AbortController();
  endings.push(() => ending.abort());
  const messages = followSource(followed, ending.signal, times);
  const seen: FollowMessage[] = [];
  return {
    seen,
    async until(wanted: (message: FollowMessage) => boolean): Promise<FollowMessage[]> {
      for (;;) {
        const { value, done } = await messages.next();
        if (done) throw new Error(`ended after ${JSON.stringify(seen)}`);
        seen.push(value);
        if (wanted(value)) return seen.splice(0);
      }
    },
    next: () => messages.next(),
  };
}
const linesWith = (text: string) => (message: FollowMessage) =>
  message.type === "lines" && message.text.includes(text);
const textIn = (messages: readonly FollowMessage[]): string =>
  messages.map((message) => (message.type === "lines" ? message.text : "")).join("");

describe("following a log", () => {
  it("gives whole lines as they are written, characters and lines that come in parts included", async () => {
    const path = logPath();
    const write = openEventLog(path, { command: "edit" });
    const log = following({ kind: "file", path });
    write({ type: "text", text: "one" });
    expect(textIn(await log.until(linesWith("one")))).toMatch(/^\{"redraft":"events".*\n.*\n$/);
    const bytes = Buffer.from('{"type":"text","text":"ä"}\n{"type":"half"');
    appendFileSync(path, bytes.subarray(0, 24));
    setTimeout(() => appendFileSync(path, bytes.subarray(24)), 60);
    expect(textIn(await log.until(linesWith("ä")))).toBe('{"type":"text","text":"ä"}\n');
    appendFileSync(path, "}\n");
    expect(textIn(await log.until(linesWith("half")))).toBe('{"type":"half"}\n');
  });

  it("begins again with another log of that name, also a longer one", async () => {
    const path = logPath();
    writeFileSync(path, '{"redraft":"events","time":"1"}\n');
    const log = following({ kind: "file", path });
    await log.until(linesWith("1"));
    const other = '{"redraft":"events","time":"2"}\n{"type":"more"}\n';
    writeFileSync(path, other);
    const messages = await log.until(linesWith("more"));
    expect(messages[0]).toEqual({ type: "reset" });
    expect(textIn(messages)).toBe(other);
  });

  it("waits where the file is gone, and reads the next one", async () => {
    const path = logPath();
    writeFileSync(path, "{}\n");
    const log = following({ kind: "file", path });
    await log.until(linesWith("{}"));
    rmSync(path);
    await log.until((message) => message.type === "state" && message.state === "waiting");
    writeFileSync(path, "[]\n");
    const messages = await log.until(linesWith("[]"));
    expect(messages.map(({ type }) => type)).toEqual(["state", "reset", "lines"]);
  });

  it("reads a long log in pieces, the next when the last was taken", async () => {
    const path = logPath();
    const line = `${JSON.stringify({ text: "x".repeat(1000) })}\n`;
    writeFileSync(path, line.repeat(5000));
    const log = following({ kind: "file", path });
    let pieces = 0;
    let size = 0;
    await log.until((message) => {
      if (message.type !== "lines") return false;
      pieces += 1;
      size += message.text.length;
      expect(message.text.length).toBeLessThan(1.1 * 1024 * 1024);
      return size === line.length * 5000;
    });
    expect(pieces).toBeGreaterThan(4);
  });

  it("ends at what is no event log", async () => {
    const path = logPath();
    writeFileSync(path, "x".repeat(20 << 20));
    const log = following({ kind: "file", path });
    const [, , last] = await log.until(
      (message) => message.type === "state" && message.state === "ended",
    );
    expect(last).toMatchObject({ message: expect.stringContaining("it is no event log") });
    expect((await log.next()).done).toBe(true);
  });
});

describe("following a server", () => {
  const serve = async (port = 0, apiKeys: string[] = []): Promise<RunningServer> => {
    const redraft = createRedraft();
    const server = await startServer({
      redraft,
      port,
      host: "127.0.0.1",
      version: "0.0.0",
      graceMs: 100,
      apiKeys,
      eventTexts: true,
    });
    endings.push(() => server.close());
    return server;
  };
  /** On a connection of its own: one that is kept may be of a server that ended. */
  const ask = (url: string, key = ""): Promise<void> =>
    new Promise((resolve, reject) => {
      const headers = { "content-type": "application/json", authorization: `Bearer ${key}` };
      const asking = request(
        `${url}/v1/chat/completions`,
        { method: "POST", headers, agent: false },
        (answer) => answer.resume().on("end", resolve),
      );
      asking.on("error", reject);
      asking.end(JSON.stringify({ messages: [{ role: "user", content: applyPrompt }] }));
    });

  it("gives its events once each, over a lost connection, and begins again with another run", async () => {
    const first = await serve();
    const { url } = first;
    const log = following({ kind: "server", url });
    await log.until(({ type }) => type === "state");
    await ask(url);
    const before = textIn(await log.until(linesWith("request-ended")));
    expect(before.match(/"seq":\d+/g)).toEqual(['"seq":1', '"seq":2']);
    expect(before).toContain('"texts"');
    await first.close();
    await log.until((message) => message.type === "state" && message.state === "waiting");
    await serve(Number(new URL(url).port));
    await ask(url);
    const after = await log.until(linesWith("request-ended"));
    expect(after.some(({ type }) => type === "reset")).toBe(true);
    expect(textIn(after).match(/"seq":\d+/g)).toEqual(['"seq":1', '"seq":2']);
  });

  it("needs its key, and ends where it has none or another", async () => {
    const { url } = await serve(0, ["k"]);
    for (const apiKey of [undefined, "other"]) {
      const log = following({ kind: "server", url, ...(apiKey && { apiKey }) });
      const [, ended] = await log.until(({ type }) => type === "state");
      expect(ended).toMatchObject({ state: "ended", message: expect.stringContaining("401") });
      expect((await log.next()).done).toBe(true);
    }
    const log = following({ kind: "server", url, apiKey: "k" });
    await ask(url, "k");
    await log.until(linesWith("request-ended"));
  });

  it("counts a server that says nothing as lost", async () => {
    const { url } = await serve();
    const log = following({ kind: "server", url }, { look: 1, pause: 10, silence: 50 });
    await log.until((message) => message.type === "state" && message.state === "waiting");
    await log.until((message) => message.type === "state" && message.state === "open");
  });

  it("is passed on by the inspector to its page, and to nobody else", async () => {
    const { url } = await serve();
    const inspector = await startInspector({
      roots: [tmpdir()],
      opened: { followed: { kind: "server", url } },
      version: "0.0.0",
      port: 0,
    });
    endings.push(() => inspector.close());
    expect(await (await fetch(`${inspector.url}api/opened`)).json()).toMatchObject({
      followed: { kind: "server", name: url },
    });
    const { origin } = new URL(inspector.url);
    expect((await fetch(`${origin}/api/events`)).status).toBe(404);
    const leaving = new AbortController();
    const open = () => fetch(`${inspector.url}api/events`, { signal: leaving.signal });
    const answers = await Promise.all(Array.from({ length: 8 }, open));
    expect((await open()).status).toBe(503);
    await ask(url);
    const reader = answers[0]!.body!.getReader();
    let text = "";
    while (!text.includes("request-ended")) {
      text += new TextDecoder().decode((await reader.read()).value);
    }
    expect(text).toMatch(/^data: \{"type":"reset"\}\n\n/);
    leaving.abort();
    await expect.poll(async () => (await fetch(`${inspector.url}api/opened`)).status).toBe(200);
    await expect
      .poll(async () => {
        const again = new AbortController();
        const { status } = await fetch(`${inspector.url}api/events`, { signal: again.signal });
        again.abort();
        return status;
      })
      .toBe(200);
  });
});
