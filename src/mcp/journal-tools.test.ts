import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
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

type Call = (
  name: string,
  args: object,
) => Promise<{ error?: boolean; text: string; data: Record<string, unknown> }>;

/** A server of its own: what one of them was told is known to the next only through the state folder. */
async function connect(roots: readonly string[] = [folder]): Promise<Call> {
  const [clientSide, serverSide] = InMemoryTransport.createLinkedPair();
  const handle = serveStdio(
    () => createMcpServer({ redraft: createRedraft(), roots, cwd: folder, version: "0.0.0" }),
    { transport: serverSide },
  );
  const client = new Client({ name: "test", version: "1" });
  await client.connect(clientSide);
  closing.push(
    () => client.close(),
    () => handle.close(),
  );
  return async (name, args) => {
    const answer = await client.callTool({ name, arguments: { ...args } });
    const [first] = answer.content as { text: string }[];
    return {
      error: answer.isError === true,
      text: first!.text,
      data: answer.structuredContent as Record<string, unknown>,
    };
  };
}

const lines = (changed: Readonly<Record<number, string>> = {}): string =>
  Array.from({ length: 12 }, (_, n) => `${changed[n + 1] ?? `line number ${n + 1}`}\n`).join("");
const read = (name: string): Promise<string> => readFile(join(folder, name), "utf8");
const pair = (n: number, text: string): string =>
  JSON.stringify({ old_string: `line number ${n}\n`, new_string: `${text}\n` });

it("applies edits of many files as one, and takes them back for another server", async () => {
  await writeFile(join(folder, "a"), lines());
  const call = await connect();
  const bad = await call("apply_edits", {
    edits: [
      { path: "a", edit: pair(2, "two") },
      { path: "a", edit: pair(77, "nothing") },
    ],
  });
  expect(bad).toMatchObject({ error: true, text: expect.stringContaining("edit 2 of 2") });
  expect(await read("a")).toBe(lines());
  const done = await call("apply_edits", {
    edits: [
      { path: "a", edit: pair(2, "two") },
      { path: "a", edit: pair(9, "nine") },
      { path: "b", edit: "new\n", format: "whole" },
    ],
  });
  expect(done.data).toMatchObject({ written: true, entry: expect.any(String) });
  expect(await read("a")).toBe(lines({ 2: "two", 9: "nine" }));
  await writeFile(join(folder, "a"), lines({ 2: "two", 9: "nine", 12: "by hand" }));
  const other = await connect();
  const log = await other("edit_log", { id: done.data.entry });
  expect(log.data.entries).toMatchObject([
    { state: "in place", paths: ["a", "b"], hunks: [{ number: 1 }, { number: 2 }] },
  ]);
  await other("undo_edit", { ids: [done.data.entry], hunks: [2] });
  expect(await read("a")).toBe(lines({ 2: "two", 12: "by hand" }));
  const undone = await other("undo_edit", {});
  expect(undone.data).toMatchObject({ kind: "undo", written: true, of: [done.data.entry] });
  expect(await read("a")).toBe(lines({ 12: "by hand" }));
  await expect(read("b")).rejects.toThrow();
  await call("undo_edit", { redo: true });
  expect(await read("b")).toBe("new\n");
});

it("takes back what edit_file and apply_patch wrote, and says what stands in the way", async () => {
  await writeFile(join(folder, "a"), lines());
  const call = await connect();
  const read1 = await call("read_file", { path: "a" });
  await call("edit_file", { path: "a", old_string: "line number 3\n", new_string: "three\n" });
  await writeFile(join(folder, "a"), lines({ 3: "mine" }));
  expect(await call("undo_edit", {})).toMatchObject({
    error: true,
    text: expect.stringMatching(/^stale-file: .*is now line 3 \("mine"\), changed by hand/),
  });
  const other = await connect();
  const based = await other("edit_file", {
    path: "a",
    code_edit: lines({ 9: "nine" }),
    base: read1.data.hash,
  });
  expect(based.error).toBe(false);
  expect(await read("a")).toBe(lines({ 3: "mine", 9: "nine" }));
});

it("leaves alone what is outside of the roots", async () => {
  await mkdir(join(folder, "in"));
  await writeFile(join(folder, "out"), lines());
  await writeFile(join(folder, "in/a"), lines());
  const all = await connect();
  await all("apply_edits", {
    edits: [
      { path: "in/a", edit: pair(2, "two") },
      { path: "out", edit: pair(2, "two") },
    ],
  });
  const inner = await connect([join(folder, "in")]);
  expect(await inner("undo_edit", {})).toMatchObject({
    error: true,
    text: expect.stringMatching(/^outside-root/),
  });
  expect(await read("out")).toBe(lines({ 2: "two" }));
});
