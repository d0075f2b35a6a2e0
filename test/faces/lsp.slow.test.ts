import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import type { SessionReport } from "../../src/lsp/next-lines.ts";
import { redraftCommand } from "../support/cli.ts";
import { type EditorClient, editorOn } from "../support/editor-client.ts";
import { hasEngine } from "../support/native.ts";
import { modelFolder } from "../support/tiny-models.ts";

const models = modelFolder();
afterAll(models.remove);
/** Weights of this repository: an apply model, which continues code well enough to end its lines. */
const weights = fileURLToPath(new URL("../../weights/redraft-draft-1m-q8_0.gguf", import.meta.url));

let folder: string;
let uri: string;
let editor: EditorClient;
let server: ChildProcessWithoutNullStreams;
let ended: Promise<number | null>;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "redraft-lsp-"));
  uri = pathToFileURL(join(folder, "a.ts")).href;
  await writeFile(join(folder, "a.ts"), "const a = 1;\n");
});

afterEach(async () => {
  editor.close();
  server.kill();
  await ended;
  await rm(folder, { recursive: true, force: true });
});

function start(...words: string[]): void {
  const { command, args } = redraftCommand(["lsp", "--root", folder, ...words]);
  server = spawn(command, args, { stdio: ["pipe", "pipe", "pipe"] });
  server.stderr.pipe(process.stderr);
  ended = new Promise((done) => server.on("close", done));
  editor = editorOn(server.stdout, server.stdin);
}

const lineAt = (line: number, character: number): Promise<unknown> =>
  editor.connection.sendRequest("textDocument/inlineCompletion", {
    textDocument: { uri },
    position: { line, character },
    context: { triggerKind: 1 },
  });
const reports = (): SessionReport[] =>
  editor.received.flatMap(({ method, params }) =>
    method === "redraft/sessionReport" ? [params as SessionReport] : [],
  );

describe("redraft lsp", () => {
  it("applies an edit to the editor's text, leaves the file alone, and ends with `exit`", async () => {
    start("--stdio");
    await editor.initialize();
    editor.open(uri, "const a = 1; // 😀\nconst b = 2;\n");
    const answer = await editor.connection.sendRequest("workspace/executeCommand", {
      command: "redraft.applyEdit",
      arguments: [{ uri, edit: '{"old_string":"// 😀","new_string":"// 😀, really"}' }],
    });
    expect(answer).toMatchObject({ status: "applied", edits: 1 });
    expect(editor.text(uri)).toBe("const a = 1; // 😀, really\nconst b = 2;\n");
    expect(await readFile(join(folder, "a.ts"), "utf8")).toBe("const a = 1;\n");
    await editor.connection.sendRequest("shutdown");
    await editor.connection.sendNotification("exit");
    expect(await ended).toBe(0);
  });

  it("ends when the editor closes its input", async () => {
    start();
    await editor.initialize();
    server.stdin.end();
    expect(await ended).toBe(0);
  });

  it.skipIf(!hasEngine)("proposes lines from a cache that follows changes", async () => {
    start(
      "--model",
      models.file("tiny", { contextLength: 4096 }),
      "--threads",
      "1",
      "--deadline",
      "60",
    );
    await editor.initialize({ initializationOptions: { sessionReports: true } });
    const lines = Array.from({ length: 40 }, (_, i) => `x${i} = limit * ${i}\n`).join("");
    editor.open(uri, `limit = 3\n${lines}return`);
    await lineAt(41, 6);
    expect(reports().at(-1)).toMatchObject({ kind: "answer", version: 1 });
    editor.type(uri, "= 3", "= 4000");
    await lineAt(41, 6);
    const [change, answer] = reports().slice(-2);
    expect(change).toMatchObject({ kind: "change", version: 2 });
    expect(answer).toMatchObject({ kind: "answer", version: 2 });
    expect(answer?.kind === "answer" && answer.cached).toBeGreaterThan(300);
    await editor.connection.sendRequest("shutdown");
    await editor.connection.sendNotification("exit");
    expect(await ended).toBe(0);
  });

  it.skipIf(!hasEngine)("answers with the weights of this repository", async () => {
    start("--model", weights, "--threads", "1", "--deadline", "60");
    await editor.initialize({ initializationOptions: { sessionReports: true } });
    const text =
      'import { readFileSync } from "node:fs";\n\nexport function read(path: string): string {\n  return ';
    editor.open(uri, text);
    const first = await lineAt(3, 9);
    expect(reports().at(-1)).toMatchObject({ kind: "answer" });
    expect(await lineAt(3, 9)).toEqual(first);
  });

  it("says that there is no such model", async () => {
    start("--model", join(folder, "none.gguf"));
    expect(await ended).toBe(4);
  });
});
