import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { ambiguousPrompt, applyPrompt, parrotModel, testApp } from "../../test/support/http-app.ts";
import { systemClock } from "../core/clock.ts";
import { createEventFeed, type EventFeed, type RecordedRequest } from "./event-feed.ts";

type ServerEvent = Readonly<Record<string, unknown>>;

/** Reads events until `done` says so; then leaves. */
async function eventsOf(
  response: Response,
  done: (events: readonly ServerEvent[]) => boolean,
): Promise<readonly ServerEvent[]> {
  expect(response.status).toBe(200);
  const reader = response.body!.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  const events: ServerEvent[] = [];
  while (!done(events)) {
    const { value, done: isEnd } = await reader.read();
    if (isEnd) break;
    const lines = (rest + decoder.decode(value, { stream: true })).split("\n");
    rest = lines.pop()!;
    for (const line of lines)
      if (line.startsWith("data: {")) events.push(JSON.parse(line.slice(6)) as ServerEvent);
  }
  await reader.cancel();
  return events;
}
const ended = (n: number) => (events: readonly ServerEvent[]) =>
  events.filter(({ type }) => type === "request-ended").length >= n;

const chatOf = (content: string) => ({ messages: [{ role: "user", content }] });
const keyed = (key: string): Record<string, string> => ({ authorization: `Bearer ${key}` });
const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

describe("GET /v1/events", () => {
  it("says what requests came to, and no text of them", async () => {
    const { post, get } = testApp({ model: parrotModel() });
    await post("/v1/chat/completions", { ...chatOf(applyPrompt), metadata: { path: "a.ts" } });
    await post("/v1/chat/completions", chatOf(ambiguousPrompt));
    await post("/v1/chat/completions", { ...chatOf("abc"), max_tokens: 3, stream: true }).then(
      (answer) => answer.text(),
    );
    const events = await eventsOf(await get("/v1/events?texts=true"), ended(3));
    expect(events[0]).toMatchObject({ redraft: "events", version: 1, command: "serve 0.0.0" });
    expect(events.slice(1)).toMatchObject([
      { seq: 1, type: "request-started", request: 1, endpoint: "chat" },
      { type: "request-ended", request: 1, status: 200, route: "merge", path: "a.ts" },
      { type: "request-started", request: 2 },
      { type: "request-ended", request: 2, status: 422, code: "ambiguous" },
      { type: "request-started", request: 3 },
      { seq: 6, type: "request-ended", request: 3, status: 200, tokens: 3 },
    ]);
    // Of `texts=true` too: the server was not started to show them.
    expect(JSON.stringify(events)).not.toMatch(/I rename|old_string|a\\nb/);
  });

  it("goes on from the event that a reader has, and from the first after a restart", async () => {
    const { post, get } = testApp();
    await post("/v1/chat/completions", chatOf(applyPrompt));
    await post("/v1/chat/completions", chatOf(applyPrompt));
    const seqs = async (after: number): Promise<unknown[]> => {
      const events = await eventsOf(await get(`/v1/events?after=${after}`), (all) =>
        all.some(({ seq }) => seq === 4),
      );
      return events.slice(1).map(({ seq }) => seq);
    };
    expect(await seqs(2)).toEqual([3, 4]);
    expect(await seqs(900)).toEqual([1, 2, 3, 4]);
    expect((await get("/v1/events?after=x")).status).toBe(400);
    expect((await get("/v1/events?texts=1")).status).toBe(400);
  });

  it("needs the key of the server, as every other endpoint", async () => {
    const { get, made } = testApp({ apiKeys: ["k"] });
    expect((await get("/v1/events")).status).toBe(401);
    const app = testApp({ allowedHosts: ["localhost"] }).made.app;
    expect((await app.request("/v1/events", { headers: { host: "evil.example" } })).status).toBe(
      403,
    );
    const answer = await made.app.request("/v1/events", { headers: keyed("k") });
    expect((await eventsOf(answer, (all) => all.length > 0))[0]).toMatchObject({ version: 1 });
  });

  it("shows texts and paths of an apply request to the key that sent it alone", async () => {
    const { post, made } = testApp({ apiKeys: ["one", "two"], eventTexts: true });
    const open = async (key: string, query: string) =>
      made.app.request(`/v1/events${query}`, { headers: keyed(key) });
    const watching = ["?texts=true", ""].map(async (query) =>
      eventsOf(await open("one", query), ended(2)),
    );
    const other = open("two", "?texts=true").then((answer) => eventsOf(answer, ended(2)));
    await new Promise((done) => setTimeout(done, 20));
    for (const content of [applyPrompt, ambiguousPrompt]) {
      const request = { ...chatOf(content), metadata: { path: "secret.ts" } };
      await post("/v1/chat/completions", request, keyed("one"));
    }
    const [mine, unasked] = await Promise.all(watching);
    const ends = mine!.filter(({ type }) => type === "request-ended");
    const edit = '{"old_string":"b","new_string":"c"}';
    expect(ends).toMatchObject([
      { path: "secret.ts", texts: { source: "a\nb\n", edit } },
      { status: 422, path: "secret.ts", texts: { source: "b\na\nb\n", edit } },
    ]);
    expect(JSON.stringify(unasked)).toContain("secret.ts");
    expect(JSON.stringify(unasked)).not.toContain("old_string");
    expect(JSON.stringify(await other)).not.toMatch(/secret|old_string/);
    expect(await other).toHaveLength(mine!.length);
  });

  it("names the files below the roots, and the entry of the log", async () => {
    const folder = await mkdtemp(join(tmpdir(), "redraft-events-"));
    folders.push(folder);
    await writeFile(join(folder, "a"), "one\n");
    const { post, get } = testApp({ files: { roots: [folder] } });
    const edits = [{ path: "a", edit: "two\n", format: "whole" }];
    const { entry } = (await (await post("/v1/edits", { edits })).json()) as { entry: string };
    await post("/v1/edits/undo", {});
    const pieces = '{"path":"a","format":"whole"}\n{"text":"three\\n"}\n';
    await (await post("/v1/edits/stream", pieces)).text();
    await (await post("/v1/edits/stream", '{"path":"a"}\n{"text":"none of it"}\n')).text();
    const events = await eventsOf(await get("/v1/events"), ended(4));
    const files = [{ path: "a", action: "update" }];
    expect(events.filter(({ type }) => type === "request-ended")).toMatchObject([
      { endpoint: "edits", written: true, entry, files, route: "merge" },
      { endpoint: "undo", written: true, files },
      { endpoint: "edit-stream", status: 200, files },
      { endpoint: "edit-stream", status: 422, code: expect.any(String) },
    ]);
    expect(JSON.stringify(events)).not.toContain(folder);
  });

  it("ends when the server shuts down", async () => {
    const { get, made } = testApp();
    const reading = eventsOf(await get("/v1/events"), () => false);
    made.drain();
    expect(await reading).toHaveLength(1);
  });
});

describe("the feed of events", () => {
  const feedOf = (): EventFeed =>
    createEventFeed({ clock: systemClock, stallMs: 60_000, texts: true, version: "0" });
  const reader = { key: "", texts: true, after: 0, cutOff: () => {} };
  const run = (feed: EventFeed, use: (record: RecordedRequest) => void = () => {}): void => {
    const record = feed.begin("chat", "");
    use(record);
    record.end(200);
  };

  it("keeps a bounded number of events, and leaves out what a slow reader cannot take", async () => {
    const feed = feedOf();
    for (let n = 0; n < 1000; n++) run(feed);
    const response = feed.open(reader)!;
    // Nobody reads: what waits is bounded, and requests go on.
    const texts = { source: "x".repeat(3 << 20), edit: "" };
    for (let n = 0; n < 10; n++) run(feed, (record) => record.note({}, { texts }));
    for (let n = 0; n < 50_000; n++) run(feed);
    // A short event may fit where a longer one did not, so that there is more than one notice.
    const dropped = (all: readonly ServerEvent[]): number =>
      all.reduce(
        (sum, { type, events }) => sum + (type === "events-dropped" ? Number(events) : 0),
        0,
      );
    const events = await eventsOf(response, (all) => {
      if (dropped(all) > 1000) return true;
      if (all.length > 1000) run(feed);
      return false;
    });
    expect(JSON.stringify(events).length).toBeLessThan(20 << 20);
    expect(events.filter((event) => "texts" in event).length).toBeLessThanOrEqual(3);
    expect(events[1]!.seq).toBe(1801);
    expect(dropped(events)).toBeGreaterThan(1000);
    feed.close();
  });

  it("leaves out long texts and cuts long names", async () => {
    const feed = feedOf();
    const reading = eventsOf(feed.open(reader)!, ended(1));
    const texts = { source: "x".repeat(5 << 20), edit: "" };
    run(feed, (record) => record.note({}, { path: "p".repeat(5000), texts }));
    const end = (await reading).at(-1)!;
    expect(end).not.toHaveProperty("texts");
    expect(end.path).toHaveLength(300);
    feed.close();
  });

  it("lets so many read at once, and notices when one leaves", async () => {
    const feed = feedOf();
    const open = Array.from({ length: 8 }, () => feed.open(reader)!);
    expect(feed.open(reader)).toBeUndefined();
    await open[0]!.body!.cancel();
    expect(feed.readers).toBe(7);
    expect(feed.open(reader)).toBeDefined();
    feed.close();
  });

  it("asks for texts only while somebody reads who may see them", () => {
    const feed = feedOf();
    expect(feed.begin("chat", "").wantsTexts).toBe(false);
    feed.open({ ...reader, key: "other" });
    feed.open({ ...reader, texts: false });
    expect(feed.begin("chat", "").wantsTexts).toBe(false);
    feed.open(reader);
    expect(feed.begin("chat", "").wantsTexts).toBe(true);
    feed.close();
  });
});
