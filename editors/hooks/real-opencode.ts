/**
 * Drives the plug-in in a real OpenCode, with a scripted model that calls its own `edit` first. Not part of the tests: OpenCode is no
 * dependency.
 *
 *   node --import tsx editors/hooks/real-opencode.ts <opencode> <empty folder>
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

interface Message {
  readonly role: string;
  readonly content: unknown;
}

/** What the model answers, by the number of tool results that it has seen. */
function answerTo(messages: readonly Message[], tools: readonly string[]): object {
  const results = messages
    .filter(({ role }) => role === "tool")
    .map(({ content }) => String(content));
  const call = (name: string, args: object): object => ({
    tool_calls: [
      {
        index: 0,
        id: `call_${results.length}`,
        type: "function",
        function: { name, arguments: JSON.stringify(args) },
      },
    ],
  });
  seen.splice(0, seen.length, ...results);
  if (tools.length === 0) return { content: "A title" };
  if (results.length === 0) return call("read", { filePath: file });
  if (results.length === 1)
    return call("edit", { filePath: file, oldString: "= 1", newString: "= 2" });
  if (results.length === 2) {
    return call("redraft_replace_text", {
      path: "a.ts",
      edits: [{ oldText: "= 1", newText: "= 3" }],
    });
  }
  return { content: "Done." };
}

const seen: string[] = [];
const server = createServer(async (request, response) => {
  let text = "";
  for await (const piece of request) text += piece;
  const { messages = [], tools = [] } = text === "" ? {} : JSON.parse(text);
  const names = tools.map((tool: { function: { name: string } }) => tool.function.name);
  const delta = answerTo(messages, names);
  const reason = "tool_calls" in delta ? "tool_calls" : "stop";
  const chunk = (choice: object): string =>
    `data: ${JSON.stringify({ id: "1", object: "chat.completion.chunk", created: 1, model: "m", choices: [{ index: 0, ...choice }] })}\n\n`;
  response.writeHead(200, { "content-type": "text/event-stream" });
  response.end(
    `${chunk({ delta: { role: "assistant", ...delta }, finish_reason: null })}${chunk({ delta: {}, finish_reason: reason })}data: [DONE]\n\n`,
  );
});
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
const { port } = server.address() as AddressInfo;

await writeFile(file, "const a = 1;\n");
const tsx = pathToFileURL(join(root, "node_modules/tsx/dist/esm/index.mjs")).href;
const config = {
  provider: {
    scripted: {
      npm: "@ai-sdk/openai-compatible",
      options: { baseURL: `http://127.0.0.1:${port}/v1`, apiKey: "none" },
      models: { m: { name: "m", tool_call: true } },
    },
  },
  model: "scripted/m",
  small_model: "scripted/m",
  autoupdate: false,
  share: "disabled",
  mcp: {
    redraft: {
      type: "local",
      command: ["node", "--import", tsx, join(root, "src/cli/main.ts"), "mcp", "--root", folder],
      enabled: true,
    },
  },
  plugin: [pathToFileURL(join(root, "editors/hooks/opencode.mjs")).href],
};
await writeFile(join(folder, "opencode.json"), JSON.stringify(config));
const env = {
  ...process.env,
  HOME: folder,
  PWD: folder,
  XDG_DATA_HOME: join(folder, ".data"),
  XDG_CONFIG_HOME: join(folder, ".config"),
};
const child = spawn(program, ["run", "--model", "scripted/m", "change a.ts"], {
  cwd: folder,
  env,
  stdio: ["ignore", "inherit", "inherit"],
});
const code = await new Promise((resolve) => child.on("close", resolve));
server.close();
process.stdout.write(`${seen.map((one) => one.slice(0, 300)).join("\n---\n")}\n`);
assert.equal(code, 0);
assert.match(seen[1] ?? "", /redraft_replace_text/);
assert.equal(await readFile(file, "utf8"), "const a = 3;\n");
process.stdout.write("ok\n");
