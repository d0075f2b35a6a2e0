import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "@modelcontextprotocol/client";
import { InMemoryTransport } from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createRedraft } from "../redraft/create-redraft.ts";
import { openLearning } from "../redraft/learning.ts";
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

async function connected(): Promise<Client> {
  const [clientSide, serverSide] = InMemoryTransport.createLinkedPair();
  const handle = serveStdio(
    () =>
      createMcpServer({ redraft: createRedraft(), roots: [folder], cwd: folder, version: "0.0.0" }),
    { transport: serverSide },
  );
  const client = new Client({ name: "test", version: "1" });
  await client.connect(clientSide);
  closing.push(
    () => client.close(),
    () => handle.close(),
  );
  return client;
}

const edited = "function foo() {}\nfoo(1, null);\nfoo(2);\nfoo(3);\n";
const diff =
  "--- a/a.js\n+++ b/a.js\n@@ -1,3 +1,3 @@\n function foo() {}\n-foo(1);\n+foo(1, null);\n foo(2);\n";

it("learns from edits and their undo where that is turned on", async () => {
  const learning = openLearning({ folder });
  const client = await connected();
  await writeFile(join(folder, "a.js"), edited);
  const repeated = { name: "repeat_edit", arguments: { diff, only: [2] } };
  await client.callTool(repeated);
  await client.callTool({ name: "undo_edit", arguments: {} });
  expect((await learning.status()).types).toEqual([]);
  await learning.turn(true);
  await client.callTool(repeated);
  const { types, path } = await learning.status();
  expect(types).toMatchObject([{ decisions: 1 }]);
  expect(await readFile(path, "utf8")).toContain('"right": true');
  await client.callTool({ name: "undo_edit", arguments: {} });
  expect(await readFile(path, "utf8")).toContain('"undone": true');
  await learning.forget();
});

it("numbers the places on a dry run, and changes those that are chosen", async () => {
  const client = await connected();
  const text = edited;
  await writeFile(join(folder, "a.js"), text);
  const dry = await client.callTool({ name: "repeat_edit", arguments: { diff } });
  const [first] = dry.content as { text: string }[];
  expect(first!.text).toContain("2. a.js:4: foo(3);");
  expect(await readFile(join(folder, "a.js"), "utf8")).toBe(text);
  const done = await client.callTool({ name: "repeat_edit", arguments: { diff, only: [2] } });
  expect(done.structuredContent).toMatchObject({ written: true });
  expect(await readFile(join(folder, "a.js"), "utf8")).toBe(text.replace("foo(3)", "foo(3, null)"));
  const unknown = await client.callTool({ name: "repeat_edit", arguments: { diff, only: [9] } });
  expect(unknown).toMatchObject({ isError: true, structuredContent: { error: { code: "usage" } } });
});
