import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { type ClientRequest, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createParser } from "eventsource-parser";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createRedraft } from "../redraft/create-redraft.ts";
import { followEdit } from "./follow-edit.ts";
import { type RunningServer, startServer } from "./serve.ts";

let folder = "";
let server: RunningServer;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "redraft-http-"));
  server = await startServer({
    redraft: createRedraft(),
    version: "0.0.0",
    files: { roots: [folder] },
    port: 0,
    host: "127.0.0.1",
  });
});
afterEach(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

interface StreamedEvent {
  readonly type: string;
  readonly [field: string]: unknown;
}

/** A client that reads events while it still sends its edit. */
class StreamClient {
  readonly events: StreamedEvent[] = [];
  status = 0;
  readonly ended: Promise<void>;
  private readonly sending: ClientRequest;
  private wake: () => void = () => {};

  constructor(head: object) {
    this.sending = request(`${server.url}/v1/edits/stream`, {
      method: "POST",
      headers: { "content-type": "application/x-ndjson" },
    });
    this.ended = new Promise((resolve, reject) => {
      this.sending.on("error", reject);
      this.sending.on("response", (answer) => {
        this.status = answer.statusCode!;
        const parser = createParser({
          onEvent: ({ data }) => {
            this.events.push(JSON.parse(data) as StreamedEvent);
            this.wake();
          },
        });
        answer.setEncoding("utf8").on("data", (text: string) => parser.feed(text));
        answer.on("end", () => resolve());
      });
    });
    this.line(head);
  }

  line(value: object): void {
    this.sending.write(`${JSON.stringify(value)}\n`);
  }

  async event(): Promise<StreamedEvent> {
    while (this.events.length === 0) await new Promise<void>((done) => (this.wake = done));
    return this.events.shift()!;
  }

  async end(): Promise<StreamedEvent[]> {
    this.sending.end();
    await this.ended;
    return this.events;
  }
}

const body = (name: string): string => `  const ${name} = read("${name}");\n  use(${name});\n`;
const section = (name: string): string => `function ${name}() {\n${body(name)}}\n\n`;
const source = ["first", "second", "third", "fourth"].map(section).join("");
const marker = "// ... existing code ...\n";
const early = `function first() {\n  const first = read("FIRST");\n  use(first);\n}\n\n${marker}`;
const late = `function fourth() {\n  const fourth = read("FOURTH");\n  use(fourth);\n}\n`;
const wanted = source.replace('"first"', '"FIRST"').replace('"fourth"', '"FOURTH"');
const put = (text: string): Promise<void> => writeFile(join(folder, "a.ts"), text);
const now = (): Promise<string> => readFile(join(folder, "a.ts"), "utf8");

it("sends a hunk while the edit still arrives, then the rest and the result", async () => {
  await put(source);
  const client = new StreamClient({ path: "a.ts", format: "lazy" });
  for (const text of early.match(/[\s\S]{1,7}/g)!) client.line({ text });
  expect(await client.event()).toEqual({
    type: "hunk",
    start: 1,
    end: 2,
    lines: ['  const first = read("FIRST");\n'],
  });
  expect(await now()).toBe(source);
  client.line({ text: late });
  const [hunk, result] = await client.end();
  expect(hunk).toMatchObject({ type: "hunk", start: 16, end: 17 });
  expect(result).toMatchObject({ type: "result", written: true, files: [{ path: "a.ts" }] });
  expect(await now()).toBe(wanted);
});

it("writes nothing where the end is refused, or where it is a dry run", async () => {
  await put(source);
  const client = new StreamClient({ path: "a.ts", format: "lazy" });
  client.line({ text: early });
  await client.event();
  client.line({ text: "function fifth() {\n  const fifth = 5;\n  use(fifth, again);\n" });
  expect((await client.end()).at(-1)).toMatchObject({
    type: "error",
    error: { code: expect.any(String) },
  });
  const dry = new StreamClient({ path: "a.ts", format: "lazy", dry_run: true });
  dry.line({ text: early + late });
  expect((await dry.end()).at(-1)).toMatchObject({ type: "result", written: false });
  expect(await now()).toBe(source);
});

it("refuses an edit of a file that changed meanwhile: its hunks are of another text", async () => {
  await put(source);
  const client = new StreamClient({ path: "a.ts", format: "lazy" });
  client.line({ text: early });
  await client.event();
  await put(`// new\n${source}`);
  client.line({ text: late });
  expect(await client.end()).toMatchObject([{ type: "error", error: { code: "stale-file" } }]);
  expect(await now()).toBe(`// new\n${source}`);
});

it("answers a wrong head with a status, and a wrong line with an event", async () => {
  const outside = new StreamClient({ path: "../a.ts" });
  await outside.end();
  expect(outside.status).toBe(403);
  const client = new StreamClient({ path: "b.ts", format: "whole" });
  client.line({ txt: "a" });
  expect(await client.end()).toMatchObject([{ type: "error", error: { code: "usage" } }]);
});

it("merges no more beginnings where they took long", () => {
  let time = 0;
  const slow = followEdit(source, "a.ts", "lazy", () => (time += 1000));
  expect(slow.push(early.slice(0, 20))).toEqual([]);
  expect(slow.push(early.slice(20))).toEqual([]);
  expect(slow.text).toBe(early);
  expect(followEdit(source, "a.ts", "lazy").push(early)).toHaveLength(1);
});
