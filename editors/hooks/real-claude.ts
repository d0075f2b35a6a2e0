/**
 * Drives the hook in a real Claude Code, with a scripted model that calls its own `Edit` first. Not part of the tests: Claude Code is
 * no dependency.
 *
 *   node --import tsx editors/hooks/real-claude.ts <claude> <empty folder>
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const [program, folder] = process.argv.slice(2);
if (program === undefined || folder === undefined) throw new Error("give a program and a folder");
const root = fileURLToPath(new URL("../../", import.meta.url));
const file = join(folder, "a.ts");
const seen: string[] = [];

interface Block {
  readonly type: string;
  readonly content?: unknown;
}

/** What the model answers to the results of tools that it has seen. */
function answer(
  messages: readonly { content: string | Block[] }[],
  tools: readonly string[],
): object {
  const blocks = messages.flatMap(({ content }) => (typeof content === "string" ? [] : content));
  const results = blocks.filter(({ type }) => type === "tool_result");
  const call = (name: string, input: object): object => ({
    type: "tool_use",
    id: `toolu_${results.length}`,
    name,
    input,
  });
  if (tools.length === 0) return { type: "text", text: "A title" };
  const texts = results.map(({ content }) => JSON.stringify(content));
  seen.splice(0, seen.length, ...texts);
  if (texts.length === 0) return call("Read", { file_path: file });
  if (!texts.some((text) => text.includes("edited with Redraft"))) {
    return call("Edit", { file_path: file, old_string: "= 1", new_string: "= 2" });
  }
  if (texts.length > 8 || texts.some((text) => text.includes("routeReason"))) {
    return { type: "text", text: "Done." };
  }
  // The server of Redraft is started from its sources here, which takes seconds.
  if (tools.includes("WaitForMcpServers") && !tools.includes("mcp__redraft__replace_text")) {
    return call("WaitForMcpServers", {});
  }
  const edits = [{ oldText: "= 1", newText: "= 3" }];
  return call("mcp__redraft__replace_text", { path: "a.ts", edits });
}

const server = createServer(async (request, response) => {
  let text = "";
  for await (const piece of request) text += piece;
  if (!request.url?.startsWith("/v1/messages") || request.url.includes("count_tokens")) {
    return void response.writeHead(404, { "content-type": "application/json" }).end("{}");
  }
  const body = JSON.parse(text);
  const block = answer(
    body.messages,
    (body.tools ?? []).map(({ name }: { name: string }) => name),
  ) as Record<string, unknown>;
  const stop = block.type === "tool_use" ? "tool_use" : "end_turn";
  const usage = { input_tokens: 1, output_tokens: 1 };
  const message = {
    id: "msg_1",
    type: "message",
    role: "assistant",
    model: body.model,
    content: [] as object[],
    stop_reason: null as string | null,
    stop_sequence: null,
    usage,
  };
  if (!body.stream) {
    response.writeHead(200, { "content-type": "application/json" });
    return void response.end(JSON.stringify({ ...message, content: [block], stop_reason: stop }));
  }
  const event = (type: string, value: object): string =>
    `event: ${type}\ndata: ${JSON.stringify({ type, ...value })}\n\n`;
  const isCall = block.type === "tool_use";
  const start = isCall ? { ...block, input: {} } : { type: "text", text: "" };
  const delta = isCall
    ? { type: "input_json_delta", partial_json: JSON.stringify(block.input) }
    : { type: "text_delta", text: block.text };
  response.writeHead(200, { "content-type": "text/event-stream" });
  response.end(
    event("message_start", { message }) +
      event("content_block_start", { index: 0, content_block: start }) +
      event("content_block_delta", { index: 0, delta }) +
      event("content_block_stop", { index: 0 }) +
      event("message_delta", { delta: { stop_reason: stop, stop_sequence: null }, usage }) +
      event("message_stop", {}),
  );
});
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
const { port } = server.address() as AddressInfo;

await writeFile(file, "const a = 1;\n");
const tsx = pathToFileURL(join(root, "node_modules/tsx/dist/esm/index.mjs")).href;
const args = ["--import", tsx, join(root, "src/cli/main.ts"), "mcp", "--root", folder];
const hook = { type: "command", command: `node ${join(root, "editors/hooks/pre-tool-use.mjs")}` };
const settings = {
  hooks: { PreToolUse: [{ matcher: "Edit|MultiEdit|Write|NotebookEdit", hooks: [hook] }] },
  permissions: { allow: ["Edit", "Read", "mcp__redraft__replace_text"] },
};
await writeFile(join(folder, "settings.json"), JSON.stringify(settings));
await writeFile(
  join(folder, "mcp.json"),
  JSON.stringify({ mcpServers: { redraft: { command: "node", args } } }),
);
const env = {
  PATH: process.env.PATH,
  HOME: folder,
  PWD: folder,
  ANTHROPIC_BASE_URL: `http://127.0.0.1:${port}`,
  ANTHROPIC_API_KEY: "none",
  CLAUDE_CONFIG_DIR: join(folder, ".claude-home"),
  CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
  MCP_TIMEOUT: "60000",
};
const options = [
  "-p",
  "change a.ts",
  "--settings",
  "settings.json",
  "--mcp-config",
  "mcp.json",
  "--strict-mcp-config",
  "--model",
  "claude-sonnet-4-5",
];
const child = spawn(program, options, {
  cwd: folder,
  env,
  stdio: ["ignore", "inherit", "inherit"],
});
const code = await new Promise((resolve) => child.on("close", resolve));
server.close();
process.stdout.write(`${seen.map((one) => one.slice(0, 400)).join("\n---\n")}\n`);
assert.equal(code, 0);
assert.match(seen.join("\n"), /mcp__redraft__replace_text/);
assert.equal(await readFile(file, "utf8"), "const a = 3;\n");
process.stdout.write("ok\n");
