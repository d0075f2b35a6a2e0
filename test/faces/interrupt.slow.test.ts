import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as wait } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { redraft, redraftCommand } from "../support/cli.ts";
import { hasEngine } from "../support/native.ts";
import { writeTinyModel } from "../support/tiny-models.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "redraft-interrupt-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const lines = Array.from({ length: 5_000 }, (_, i) => `  call_${i}(alpha, beta, ${i});`);
const source = `${lines.join("\n")}\n`;
/** Lines that each have to be compared with every line of the file: a second of synchronous work. */
const search = lines.slice(1_000, 1_060).map((line) => line.replace("alpha", "alhpa"));
const heavy = ["<<<<<<< SEARCH", ...search, "=======", "x();", ">>>>>>> REPLACE", ""].join("\n");

function start(words: readonly string[]): ChildProcess {
  const { command, args } = redraftCommand(words);
  return spawn(command, args, {
    cwd: folder,
    stdio: ["pipe", "pipe", "ignore"],
    env: { ...process.env, XDG_CACHE_HOME: folder },
  });
}

interface Ending {
  readonly ms: number;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A fifth of a second is promised; other work on the machine may take its part. */
const soon = 1_000;

async function interrupt(child: ChildProcess): Promise<Ending> {
  const ended = once(child, "exit") as Promise<[number | null, NodeJS.Signals | null]>;
  const sent = performance.now();
  if (child.exitCode !== null || !child.kill("SIGINT")) {
    return { ms: 0, code: child.exitCode, signal: child.signalCode };
  }
  const [code, signal] = await ended;
  return { ms: performance.now() - sent, code, signal };
}

function expectSoon({ ms, code, signal }: Ending): void {
  expect(ms).toBeLessThan(soon);
  // The shell shows a death by SIGINT as 130.
  expect(signal === "SIGINT" || code === 130).toBe(true);
}

/** Linux's list of the children of a process. */
async function childrenOf(id: number): Promise<number[]> {
  const text = await readFile(`/proc/${id}/task/${id}/children`, "utf8");
  return text.split(" ").filter(Boolean).map(Number);
}

const isRunning = async (id: number): Promise<boolean> =>
  readFile(`/proc/${id}/stat`, "utf8").then(
    (stat) => !/^\d+ \(.*\) [ZX]/.test(stat),
    () => false,
  );

const firstLine = async (child: ChildProcess): Promise<string> => {
  const [line] = (await once(createInterface(child.stdout!), "line")) as [string];
  return line;
};

describe("Ctrl-C ends at once", { timeout: 60_000 }, () => {
  it.skipIf(!hasEngine || process.platform !== "linux")(
    "edit, while a model reads; nothing is written, and the engine's process ends too",
    async () => {
      const model = join(folder, "tiny.gguf");
      writeTinyModel(model, { chatTemplate: "{% for m in messages %}<|im_start|>{% endfor %}" });
      await writeFile(join(folder, "a.js"), source.slice(0, 8_000));
      const words = ["edit", "a.js", "go on", "--via", "rewrite", "--model", model];
      const child = start([...words, "--context", "32768"]);
      let engines: number[] = [];
      while (engines.length === 0 && child.exitCode === null) {
        await wait(20);
        engines = await childrenOf(child.pid!);
      }
      await wait(1_000);
      expect(child.exitCode).toBeNull();
      expectSoon(await interrupt(child));
      const deadline = performance.now() + 10_000;
      for (const id of engines)
        while (await isRunning(id)) {
          expect(performance.now()).toBeLessThan(deadline);
          await wait(20);
        }
      expect(engines.length).toBeGreaterThan(0);
      expect(await readFile(join(folder, "a.js"), "utf8")).toBe(source.slice(0, 8_000));
    },
  );

  it.each([100, 400, 800, 1_600])(
    "apply, after %i ms; the file is old or new, and the next call works",
    async (ms) => {
      await writeFile(join(folder, "a.js"), source);
      await writeFile(join(folder, "edit.txt"), heavy);
      const child = start(["apply", "a.js", "--edit", "edit.txt"]);
      await wait(ms);
      const ending = await interrupt(child);
      if (ending.ms > 0) expectSoon(ending);
      const text = await readFile(join(folder, "a.js"), "utf8");
      expect(text === source || text.includes("x();\n")).toBe(true);
      expect(text.endsWith(`${lines.at(-1)}\n`)).toBe(true);
      const easy = JSON.stringify({ old_string: lines[0], new_string: "first();" });
      const next = await redraft(["apply", "a.js", "--model", "none"], {
        cwd: folder,
        stdin: easy,
      });
      expect(next.code).toBe(0);
      const names = await readdir(folder);
      expect(names.filter((name) => name.startsWith(".redraft-"))).toEqual([]);
    },
  );

  it.each(["none", "default"])("batch with model %s, in the middle of an edit", async (model) => {
    const child = start(["batch", "--model", model]);
    child.stdin!.on("error", () => {});
    const row = (id: number, edit: string): string =>
      `${JSON.stringify({ id, path: "a.js", original: source, edit })}\n`;
    child.stdin!.write(row(0, JSON.stringify({ old_string: lines[0], new_string: "x();" })));
    for (let id = 1; id < 30; id++) child.stdin!.write(row(id, heavy));
    await firstLine(child);
    await wait(50);
    expectSoon(await interrupt(child));
  });

  it("bench", async () => {
    const ids = Array.from({ length: 1_000 }, (_, id) => id);
    const json = (rows: readonly object[]): string =>
      rows.map((row) => `${JSON.stringify(row)}\n`).join("");
    const cases = ids.map((id) => ({ id: `${id}`, path: "a.js", before: source, after: source }));
    const more = { style: "SR", format: "search-replace", sketch: heavy };
    const sketches = ids.map((id) => ({ id: `${id}`, case: `${id}`, ...more }));
    await writeFile(join(folder, "cases.x.jsonl"), json(cases));
    await writeFile(join(folder, "sketches.x.jsonl"), json(sketches));
    const child = start(["bench", "apply", "--data", folder]);
    await wait(1_000);
    expectSoon(await interrupt(child));
  });

  it("mcp, in the middle of a call", async () => {
    await writeFile(join(folder, "a.js"), source);
    const child = start(["mcp", "--model", "default"]);
    child.stdin!.on("error", () => {});
    const send = (message: object): void =>
      void child.stdin!.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
    const clientInfo = { name: "test", version: "1" };
    const params = { protocolVersion: "2025-06-18", capabilities: {}, clientInfo };
    send({ id: 1, method: "initialize", params });
    await firstLine(child);
    send({ method: "notifications/initialized" });
    for (let id = 2; id < 20; id++) {
      const call = { path: "a.js", code_edit: heavy };
      send({ id, method: "tools/call", params: { name: "edit_file", arguments: call } });
    }
    await wait(300);
    expectSoon(await interrupt(child));
  });

  it("serve, in the middle of a request", async () => {
    const child = start(["serve", "--port", "0", "--model", "none", "--log", "error"]);
    const url = await firstLine(child);
    const content = `<code>${source}</code><update>${heavy}</update>`;
    const body = JSON.stringify({ model: "x", messages: [{ role: "user", content }] });
    for (let n = 0; n < 10; n++) {
      const headers = { "content-type": "application/json" };
      fetch(`${url}/v1/chat/completions`, { method: "POST", headers, body }).catch(() => {});
    }
    await wait(300);
    expectSoon(await interrupt(child));
  });

  it("models download, from a server that never finishes", async () => {
    const server: Server = createServer((_, response) => {
      response.writeHead(200, { "content-length": "1000000" });
      response.write("GGUF");
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    const asked = once(server, "request");
    const { port } = server.address() as AddressInfo;
    const child = start(["models", "download", `http://127.0.0.1:${port}/a.gguf`]);
    await asked;
    await wait(100);
    expectSoon(await interrupt(child));
    server.closeAllConnections();
    server.close();
  });

  it("edit: the check is stopped, and every file is put back", async () => {
    await writeFile(join(folder, "a.js"), "const a = 1;\n");
    const answer = "const a = 2;\n";
    const server = createServer((request, response) => {
      const models = { object: "list", data: [{ id: "m" }] };
      const message = { role: "assistant", content: `\`\`\`js\n${answer}\`\`\`` };
      const chat = { choices: [{ index: 0, message, finish_reason: "stop" }] };
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify(request.url?.endsWith("/models") ? models : chat));
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    const { port } = server.address() as AddressInfo;
    const check = 'trap "" TERM; touch checking; sleep 30';
    const words = ["edit", "a.js", "set a to 2", "--via", "rewrite", "--apply-model", "none"];
    const child = start([...words, "--model", `http://127.0.0.1:${port}`, "--check", check]);
    for (let n = 0; n < 400 && !(await readdir(folder)).includes("checking"); n++) await wait(50);
    const { ms, code } = await interrupt(child);
    server.close();
    expect(ms).toBeLessThan(soon);
    expect(code).toBe(1);
    expect(await readFile(join(folder, "a.js"), "utf8")).toBe("const a = 1;\n");
  });
});
