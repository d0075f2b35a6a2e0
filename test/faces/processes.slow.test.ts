import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { Client as OlderClient } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport as OlderTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import OpenAI from "openai";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { redraftProgram } from "../../scripts/code.ts";

const command = (...words: string[]): string[] => [...redraftProgram, ...words];

let folder: string;
const source = "function a() {\n  return 1;\n}\n\nfunction b() {\n  return 2;\n}\n";
const sketch = "// ... existing code ...\n\nfunction b() {\n  return 3;\n}\n";
const edited = source.replace("return 2", "return 3");

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "redraft-process-"));
  await writeFile(join(folder, "a.js"), source);
});

afterEach(() => rm(folder, { recursive: true, force: true }));

describe("redraft mcp", () => {
  const args = command("mcp", "--log", "debug");
  const call = {
    name: "edit_file",
    arguments: { path: "a.js", instructions: "I change b.", code_edit: sketch },
  };

  it("makes a real edit for the current official client", async () => {
    const client = new Client(
      { name: "current", version: "1" },
      { versionNegotiation: { mode: "auto" } },
    );
    const transport = new StdioClientTransport({
      command: process.execPath,
      args,
      cwd: folder,
      stderr: "ignore",
    });
    await client.connect(transport);
    expect(client.getNegotiatedProtocolVersion()).toBe("2026-07-28");
    const answer = await client.callTool(call);
    expect(answer.structuredContent).toMatchObject({ route: "merge", written: true });
    expect(await readFile(join(folder, "a.js"), "utf8")).toBe(edited);
    const outside = await client.callTool({ name: "read_file", arguments: { path: "/etc/hosts" } });
    expect(outside.isError).toBe(true);
    await client.close();
  });

  it("makes a real edit for the older official client, and ends when it leaves", async () => {
    const client = new OlderClient({ name: "older", version: "1" });
    const transport = new OlderTransport({
      command: process.execPath,
      args,
      cwd: folder,
      stderr: "ignore",
    });
    await client.connect(transport);
    const { pid } = transport;
    const answer = await client.callTool(call);
    expect(answer.structuredContent).toMatchObject({ route: "merge", written: true });
    expect(await readFile(join(folder, "a.js"), "utf8")).toBe(edited);
    await client.close();
    expect(() => process.kill(pid!, 0)).toThrow();
  });

  it("refuses a root that is no folder", async () => {
    const child = spawn(process.execPath, command("mcp", "--root", join(folder, "none")));
    const [code] = await once(child, "exit");
    expect(code).toBe(2);
  });
});

describe("redraft serve", () => {
  it("serves the official SDK, asks for its key, and ends politely", async () => {
    const child = spawn(process.execPath, command("serve", "--port", "0", "--log", "warn"), {
      env: { ...process.env, REDRAFT_API_KEY: "secret" },
      stdio: ["ignore", "pipe", "inherit"],
    });
    const exit = once(child, "exit");
    const [url] = (await once(createInterface(child.stdout), "line")) as [string];
    const content = `<instruction>I change b.</instruction><code>${source}</code><update>${sketch}</update>`;
    const ask = (apiKey: string) =>
      new OpenAI({ baseURL: `${url}/v1`, apiKey, maxRetries: 0 }).chat.completions.create({
        model: "auto",
        messages: [{ role: "user", content }],
      });
    expect((await ask("secret")).choices[0]!.message.content).toBe(edited);
    await expect(ask("wrong")).rejects.toMatchObject({ status: 401 });
    child.kill("SIGTERM");
    expect((await exit)[0]).toBe(0);
  });
});
