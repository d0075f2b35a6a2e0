import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { redraft, redraftCommand, startRedraft } from "./support/cli.ts";
import { says, type WireServer, wireServer } from "./support/wire-server.ts";

const source = "a()\nx\nb()\nx\nc()\n";
const sketch = "// ... existing code ...\nx\nfresh()\n// ... existing code ...\n";
const second = "a()\nx\nb()\nx\nfresh()\nc()\n";

let folder: string;
let model: WireServer;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "redraft-url-"));
  await writeFile(join(folder, "a.txt"), source);
  // It writes the region, then chooses; a second edit is asked the same.
  const written = says(`<updated-code>\n${second}</updated-code>`);
  model = await wireServer(written, says("2"), written, says("2"));
});
afterEach(async () => {
  await model.close();
  await rm(folder, { recursive: true });
});

const env = { REDRAFT_API_KEY: "k1", REDRAFT_MODEL_NAME: "big" };
const read = (): Promise<string> => readFile(join(folder, "a.txt"), "utf8");

describe("--model <url> for what the merge leaves open", () => {
  it("apply: asks with the source as prediction, writes the file, and says how", async () => {
    const words = ["apply", "a.txt", "--model", model.url, "--json"];
    const { code, stdout, stderr } = await redraft(words, { cwd: folder, stdin: sketch, env });
    expect(stderr).toBe("");
    expect(code).toBe(0);
    expect(await read()).toBe(second);
    expect(JSON.parse(stdout)).toMatchObject({ route: "model", text: second });
    expect(model.seen.map(({ body }) => body.model)).toEqual(["big", "big"]);
    expect(model.seen[0]!.headers.authorization).toBe("Bearer k1");
    expect(model.seen[0]!.body.prediction).toMatchObject({ type: "content" });
  });

  it("apply: leaves the file alone where the server fails, and exits with 4", async () => {
    await model.close();
    const words = ["apply", "a.txt", "--model", model.url];
    const { code, stderr } = await redraft(words, { cwd: folder, stdin: sketch, env });
    expect(code).toBe(4);
    expect(stderr).toMatch(/127\.0\.0\.1/);
    expect(await read()).toBe(source);
  });

  it("batch: asks for each edit that needs it", async () => {
    const line = JSON.stringify({ path: "a.txt", original: source, edit: sketch });
    const answer = await redraft(["batch", "--model", model.url], {
      cwd: folder,
      stdin: `${line}\n${line}\n`,
      env,
    });
    const results = answer.stdout
      .trim()
      .split("\n")
      .map((text) => JSON.parse(text));
    expect(results.map(({ result }) => result)).toEqual([second, second]);
  });

  it("edit: applies the sketch of one server by the model of another", async () => {
    const block = `<edit_file>\n<target_file>a.txt</target_file>\n<code_edit>\n${sketch}</code_edit>\n</edit_file>`;
    const large = await wireServer(says(block));
    const words = ["edit", "a.txt", "add fresh", "--via", "cascade", "--model", large.url];
    const { code, stdout } = await redraft([...words, "--apply-model", model.url, "--json"], {
      cwd: folder,
      env,
    });
    await large.close();
    expect(code).toBe(0);
    expect(await read()).toBe(second);
    expect(JSON.parse(stdout).report.small.tokens).toBe(60);
  });

  it("serve: settles apply requests, and does not send its own key on", async () => {
    const words = ["serve", "--port", "0", "--log", "error", "--model", model.url];
    const { url, stop } = await startRedraft(words, { env });
    try {
      const ask = (key: string): Promise<Response> =>
        fetch(`${url}/v1/completions`, {
          method: "POST",
          headers: { "content-type": "application/json", authorization: `Bearer ${key}` },
          body: JSON.stringify({
            model: "auto",
            prompt: `<code>${source}</code>\n<update>${sketch}</update>`,
          }),
        });
      expect((await ask("wrong")).status).toBe(401);
      const answer = await ask("k1");
      expect(answer.status).toBe(200);
      expect(await answer.json()).toMatchObject({ choices: [{ text: second }] });
      expect(model.seen).toHaveLength(2);
      for (const { headers } of model.seen) expect(headers.authorization).toBeUndefined();
    } finally {
      await stop();
    }
  });

  it("mcp: settles an edit of a tool call", async () => {
    const { command, args } = redraftCommand(["mcp", "--root", folder, "--model", model.url]);
    const client = new Client({ name: "test", version: "1" });
    await client.connect(new StdioClientTransport({ command, args, env }));
    try {
      const answer = await client.callTool({
        name: "edit_file",
        arguments: { path: join(folder, "a.txt"), instructions: "add fresh", code_edit: sketch },
      });
      expect(answer.isError).not.toBe(true);
      expect(await read()).toBe(second);
    } finally {
      await client.close();
    }
  });
});
