/**
 * Drives the hook in a real Codex, with a scripted model that calls its own `apply_patch` first. Not part of the tests: Codex is no
 * dependency.
 *
 *   node --import tsx editors/hooks/real-codex.ts <codex> <empty folder>
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const [program, folder] = process.argv.slice(2);
if (program === undefined || folder === undefined) throw new Error("give a program and a folder");
const root = fileURLToPath(new URL("../../", import.meta.url));
const patch = (text: string): string =>
  `*** Begin Patch\n*** Update File: a.ts\n@@\n-const a = 1;\n+const a = ${text};\n*** End Patch\n`;

const seen: string[] = [];

/** What the model answers, by the number of tool results that it has seen. */
function answer(input: readonly { type: string; output?: unknown }[]): object {
  const results = input.filter(({ type }) => type.endsWith("_output"));
  seen.splice(0, seen.length, ...results.map((one) => JSON.stringify(one)));
  const id = `call_${results.length}`;
  if (results.length === 0) {
    return { type: "custom_tool_call", call_id: id, name: "apply_patch", input: patch("2") };
  }
  // Codex shows the tools of MCP servers after a search.
  if (results.length === 1) {
    const search = { query: "redraft apply_patch", limit: 20 };
    return { type: "tool_search_call", call_id: id, execution: "client", arguments: search };
  }
  if (results.length === 2) {
    const args = JSON.stringify({ patch: patch("3") });
    return {
      type: "function_call",
      call_id: id,
      namespace: "mcp__redraft",
      name: "apply_patch",
      arguments: args,
    };
  }
  return { type: "message", role: "assistant", content: [{ type: "output_text", text: "Done." }] };
}

const server = createServer(async (request, response) => {
  let text = "";
  for await (const piece of request) text += piece;
  if (!request.url?.endsWith("/responses")) return void response.writeHead(404).end();
  const body = JSON.parse(text);
  const event = (value: { type: string }): string =>
    `event: ${value.type}\ndata: ${JSON.stringify(value)}\n\n`;
  const item = answer(body.input);
  const usage = { input_tokens: 1, output_tokens: 1, total_tokens: 2 };
  response.writeHead(200, { "content-type": "text/event-stream" });
  response.end(
    event({ type: "response.created", response: { id: "r" } } as { type: string }) +
      event({ type: "response.output_item.done", output_index: 0, item } as { type: string }) +
      event({ type: "response.completed", response: { id: "r", usage } } as { type: string }),
  );
});
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
const { port } = server.address() as AddressInfo;

const home = join(folder, ".codex-home");
await mkdir(home, { recursive: true });
await writeFile(join(folder, "a.ts"), "const a = 1;\n");
const tsx = pathToFileURL(join(root, "node_modules/tsx/dist/esm/index.mjs")).href;
const args = ["--import", tsx, join(root, "src/cli/main.ts"), "mcp", "--root", folder];
await writeFile(
  join(home, "config.toml"),
  `model = "gpt-5.5"
model_provider = "scripted"
approval_policy = "never"
sandbox_mode = "danger-full-access"

[model_providers.scripted]
name = "scripted"
base_url = "http://127.0.0.1:${port}/v1"
wire_api = "responses"

[mcp_servers.redraft]
command = "node"
args = ${JSON.stringify(args)}
startup_timeout_sec = 60
required = true

[[hooks.PreToolUse]]
matcher = "apply_patch"

[[hooks.PreToolUse.hooks]]
type = "command"
command = "node ${join(root, "editors/hooks/pre-tool-use.mjs")}"
`,
);
const env = { ...process.env, CODEX_HOME: home, PWD: folder };
const options = [
  "exec",
  "--skip-git-repo-check",
  // Nobody is there to trust the hook, which is ours.
  "--dangerously-bypass-hook-trust",
  "change a.ts",
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
assert.match(seen[0] ?? "", /mcp__redraft__apply_patch/);
assert.equal(await readFile(join(folder, "a.ts"), "utf8"), "const a = 3;\n");
process.stdout.write("ok\n");
