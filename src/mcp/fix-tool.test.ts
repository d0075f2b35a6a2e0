import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "@modelcontextprotocol/client";
import { InMemoryTransport } from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createRedraft } from "../redraft/create-redraft.ts";
import { createMcpServer } from "./server.ts";

let folder = "";
const closing: (() => Promise<unknown>)[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "redraft-mcp-"));
});
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
  await rm(folder, { recursive: true, force: true });
});

interface Answer {
  readonly error: boolean;
  readonly text: string;
  readonly data: Readonly<Record<string, unknown>>;
}

async function connect(): Promise<(args: object) => Promise<Answer>> {
  const [clientSide, serverSide] = InMemoryTransport.createLinkedPair();
  const redraft = createRedraft();
  const handle = serveStdio(
    () => createMcpServer({ redraft, roots: [folder], cwd: folder, version: "0.0.0" }),
    { transport: serverSide },
  );
  const client = new Client({ name: "test", version: "1" });
  await client.connect(clientSide);
  closing.push(
    () => client.close(),
    () => handle.close(),
  );
  return async (args) => {
    const answer = await client.callTool({ name: "fix_diagnostics", arguments: { ...args } });
    const [first] = answer.content as { text: string }[];
    return {
      error: answer.isError === true,
      text: first!.text,
      data: answer.structuredContent as Record<string, unknown>,
    };
  };
}

const read = (name: string): Promise<string> => readFile(join(folder, name), "utf8");
const source = "import os\nimport sys\n\ndef f(count):\n    return cuont + sys.x\n";
const output = "a.py:1:1: 'os' imported but unused\na.py:5:12: undefined name 'cuont'\n";

it("writes what is certain, lists the rest with scores, and takes one by its index", async () => {
  await writeFile(join(folder, "a.py"), source);
  const fix = await connect();
  const dry = await fix({ output, dry_run: true });
  expect(dry.text).toContain("-import os");
  expect(dry.data).toMatchObject({ written: false });
  expect(await read("a.py")).toBe(source);
  const done = await fix({ output });
  expect(done.data).toMatchObject({
    written: true,
    entry: expect.any(String),
    candidates: [
      { index: 0, accepted: true, chosen: true, score: 1 },
      { index: 1, accepted: false, title: "a.py:5: `cuont` -> `count`" },
    ],
  });
  expect(await read("a.py")).toBe(source.replace("import os\n", ""));
  const left = [{ file: "a.py", line: 4, message: "undefined name 'cuont'" }];
  const asked = await fix({ diagnostics: left });
  expect(asked.text).toContain("No fix is certain.");
  expect(asked.data).toMatchObject({ written: false });
  const chosen = await fix({ diagnostics: left, choose: 0 });
  expect(chosen.data).toMatchObject({ written: true });
  expect(await read("a.py")).toContain("return count + sys.x");
});

it("refuses without diagnostics, with an index that is none, and files outside", async () => {
  await writeFile(join(folder, "a.py"), source);
  const fix = await connect();
  expect((await fix({})).data).toMatchObject({ error: { code: "usage" } });
  expect((await fix({ output: "all is well" })).data).toMatchObject({ error: { code: "usage" } });
  expect((await fix({ output, choose: 9 })).data).toMatchObject({ error: { code: "usage" } });
  const outside = [{ file: "../b.py", line: 1, message: "undefined name 'x'" }];
  expect((await fix({ diagnostics: outside })).error).toBe(true);
  expect(await read("a.py")).toBe(source);
});
