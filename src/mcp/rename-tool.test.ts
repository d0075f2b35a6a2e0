import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "@modelcontextprotocol/client";
import { InMemoryTransport } from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createRedraft } from "../redraft/create-redraft.ts";
import { createMcpServer } from "./server.ts";

let folders: string[] = [];
const closing: (() => Promise<unknown>)[] = [];
beforeEach(async () => {
  folders = [];
  for (let n = 0; n < 2; n++) folders.push(await mkdtemp(join(tmpdir(), "redraft-mcp-")));
});
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

interface Answer {
  readonly error: boolean;
  readonly text: string;
  readonly data: Readonly<Record<string, unknown>>;
}

async function connect(
  roots: readonly string[],
  onprogress?: (progress: { readonly message?: string | undefined }) => void,
): Promise<(args: object) => Promise<Answer>> {
  const [clientSide, serverSide] = InMemoryTransport.createLinkedPair();
  const handle = serveStdio(
    () => createMcpServer({ redraft: createRedraft(), roots, cwd: roots[0]!, version: "0.0.0" }),
    { transport: serverSide },
  );
  const client = new Client({ name: "test", version: "1" });
  await client.connect(clientSide);
  closing.push(
    () => client.close(),
    () => handle.close(),
  );
  return async (args) => {
    const answer = await client.callTool(
      { name: "rename_symbol", arguments: { ...args } },
      onprogress && { onprogress },
    );
    const [first] = answer.content as { text: string }[];
    return {
      error: answer.isError === true,
      text: first!.text,
      data: answer.structuredContent as Record<string, unknown>,
    };
  };
}

const put = (name: string, text: string, folder = 0): Promise<void> =>
  writeFile(join(folders[folder]!, name), text);
const read = (name: string, folder = 0): Promise<string> =>
  readFile(join(folders[folder]!, name), "utf8");

it("renames over files, shows a dry run first, and sees what changed between two calls", async () => {
  await put("a.ts", "export const old = 1; // old\n");
  await put("b.ts", "import { old } from './a';\n");
  const rename = await connect([folders[0]!]);
  const dry = await rename({ old_name: "old", new_name: "next", dry_run: true });
  expect(dry.text).toContain("+export const next = 1;");
  expect(dry.data).toMatchObject({
    written: false,
    mentions: [{ path: "a.ts", line: 1, in: "comment" }],
  });
  expect(await read("a.ts")).toContain("old = 1");
  const done = await rename({ old_name: "old", new_name: "next" });
  expect(done.data).toMatchObject({ written: true, entry: expect.any(String) });
  expect(await read("b.ts")).toBe("import { next } from './a';\n");
  await put("c.ts", "import { next } from './a';\nuse(next);\n");
  await rename({ old_name: "next", new_name: "last" });
  expect(await read("c.ts")).toBe("import { last } from './a';\nuse(last);\n");
});

it("asks which symbol is meant, and takes a line as the answer", async () => {
  await put("a.ts", "const old = 1;\nfunction f(old) { return old; }\n");
  const rename = await connect([folders[0]!]);
  const asked = await rename({ old_name: "old", new_name: "next" });
  expect(asked).toMatchObject({ error: true, data: { error: { code: "ambiguous" } } });
  expect(asked.text).toContain("a.ts:2: function f(old)");
  await rename({ old_name: "old", new_name: "next", path: "a.ts", line: 2 });
  expect(await read("a.ts")).toBe("const old = 1;\nfunction f(next) { return next; }\n");
});

it("works in the folder of the file that is named, and in none outside", async () => {
  for (const folder of [0, 1]) await put("a.ts", "const old = 1;\n", folder);
  const rename = await connect(folders);
  expect((await rename({ old_name: "old", new_name: "next" })).text).toContain("Several folders");
  await rename({ old_name: "old", new_name: "next", path: join(folders[1]!, "a.ts") });
  expect(await read("a.ts", 0)).toBe("const old = 1;\n");
  expect(await read("a.ts", 1)).toBe("const next = 1;\n");
  const outside = await rename({ old_name: "old", new_name: "next", path: "../x.ts" });
  expect(outside.data).toMatchObject({ error: { code: "outside-root" } });
});

it("sends progress to those who ask: what is read, proposed and accepted", async () => {
  await put("a.ts", "export const old = 1;\n");
  const seen: (string | undefined)[] = [];
  const rename = await connect([folders[0]!], ({ message }) => seen.push(message));
  await rename({ old_name: "old", new_name: "next" });
  expect(seen[0]).toMatch(/^reading the files of redraft-mcp-/);
  expect(seen.join("\n")).toMatch(/rename proposes: .*old.*\naccepted: /);
});
