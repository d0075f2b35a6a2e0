import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import type { TextDocumentEdit, TextEdit, WorkspaceEdit } from "vscode-languageserver-protocol";
import { type CliAnswer, redraftCommand } from "./support/cli.ts";
import { editorOn } from "./support/editor-client.ts";
import { says, type WireServer, wireServer } from "./support/wire-server.ts";
import { workFolder } from "./support/work-folder.ts";

const work = workFolder();
const { put, read, run } = work;
const status = async (): Promise<{
  on: boolean;
  path: string;
  types: { type: string; decisions: number }[];
}> => JSON.parse((await run(["learn", "status", "--json"])).stdout);

describe("redraft learn", () => {
  it("is off, is turned on and off, and forgets", async () => {
    expect(await status()).toMatchObject({ on: false, types: [] });
    expect((await run(["learn"])).stdout).toContain("learning is off for this repository");
    expect((await run(["learn", "on"])).stdout).toContain("learning is on");
    expect(await status()).toMatchObject({ on: true });
    expect((await run(["learn", "off"])).code).toBe(0);
    expect(await status()).toMatchObject({ on: false });
    expect((await run(["learn", "forget", "--json"])).code).toBe(0);
    expect(await readdir(join(work.state, "learning"))).toEqual([]);
  });

  it("learns from renames and fixes, and from an undo; without a text or a path in its file", async () => {
    const text = "import os\nsecretName = 1\nprint(secretName)\n";
    await put("a.py", text);
    await run(["rename", "secretName", "otherName"]);
    expect((await status()).types).toEqual([]);
    await run(["learn", "on"]);
    await run(["rename", "otherName", "thirdName"]);
    await run(["fix", "--from", "-"], { stdin: "a.py:1:1: 'os' imported but unused\n" });
    expect(await read("a.py")).toBe("thirdName = 1\nprint(thirdName)\n");
    const { path, types } = await status();
    expect(types).toMatchObject([
      { type: "rename", decisions: 1 },
      { type: "fix python: unused import", decisions: 1 },
    ]);
    expect(await readFile(path, "utf8")).not.toContain("undone");
    expect((await run(["undo"])).code).toBe(0);
    expect(await readFile(path, "utf8")).toContain('"undone": true');
    expect((await run(["redo"])).code).toBe(0);
    const kept = await readFile(path, "utf8");
    expect(kept).not.toContain("undone");
    expect(kept).not.toMatch(/Name|a\.py|work/);
  });

  it("learns from a rename that an editor makes, where `redraft learn on` was given", async () => {
    const text = "total = 1\nprint(total)\n";
    await put("a.py", text);
    await run(["learn", "on"]);
    const { command, args } = redraftCommand(["lsp", "--root", work.folder]);
    const env = { ...process.env, REDRAFT_STATE_HOME: work.state };
    const server = spawn(command, args, {
      cwd: work.folder,
      env,
      stdio: ["pipe", "pipe", "inherit"],
    });
    const ended = once(server, "close");
    const editor = editorOn(server.stdout, server.stdin);
    await editor.initialize();
    const uri = pathToFileURL(work.path("a.py")).href;
    editor.open(uri, text);
    const edit = await editor.connection.sendRequest<WorkspaceEdit>("textDocument/rename", {
      textDocument: { uri },
      position: { line: 0, character: 1 },
      newName: "amount",
    });
    const [change] = edit.documentChanges as TextDocumentEdit[];
    for (const one of change!.edits.toReversed()) editor.change(uri, one as TextEdit);
    expect(editor.text(uri)).toBe("amount = 1\nprint(amount)\n");
    await editor.connection.sendRequest("shutdown");
    await editor.connection.sendNotification("exit");
    await ended;
    editor.close();
    expect((await status()).types).toMatchObject([{ type: "rename python", decisions: 1 }]);
  }, 60_000);
});

describe("redraft edit where learning is on", () => {
  const text = "export function load(key: string) {\n  const old = key;\n  return old;\n}\n";
  const specialist = ["edit", "a.ts", "rename old to next"];
  let server: WireServer | undefined;
  afterEach(() => server?.close());

  /** All that is kept, whether an update was made of it or not. */
  const kept = async (): Promise<object[]> => {
    const { types } = JSON.parse(await readFile((await status()).path, "utf8"));
    return Object.values<{ pending: object[] }>(types).flatMap(({ pending }) => pending);
  };
  const askModel = async (answer: string, ...words: string[]): Promise<CliAnswer> => {
    server = await wireServer(says(answer));
    const env = { REDRAFT_API_KEY: "k", REDRAFT_MODEL_NAME: "m" };
    return run(["edit", "a.ts", "trim it", ...words, "--model", server.url], { env });
  };
  const rewritten = `<updated_file path="a.ts">\n${text.replace("= key", "= key.trim()")}</updated_file>`;

  it.each([["auto"], ["orchestrate"]])("learns from a specialist's, --via %s", async (via) => {
    await put("a.ts", text);
    const words = [...specialist, "--via", via];
    expect((await run(words)).code).toBe(0);
    await put("a.ts", text);
    await run(["learn", "off"]);
    expect((await run(words)).code).toBe(0);
    expect((await status()).types).toEqual([]);
    await put("a.ts", text);
    await run(["learn", "on"]);
    expect((await run([...words, "--dry-run"])).code).toBe(0);
    expect((await status()).types).toEqual([]);
    expect((await run([...words, "--check", "false"])).code).toBe(1);
    expect((await run(words)).code).toBe(0);
    const [refused, accepted] = await kept();
    expect(refused).toMatchObject({ type: "instruction script", tried: [{ right: false }] });
    expect(refused).not.toHaveProperty("entry");
    const entry = expect.any(String);
    expect(accepted).toMatchObject({ tried: [{ name: "rename", right: true }], entry });
    expect((await run(["undo"])).code).toBe(0);
    expect((await kept())[1]).toMatchObject({ entry: expect.any(String), undone: true });
    const { path } = await status();
    expect(await readFile(path, "utf8")).not.toMatch(/a\.ts|work|next|load/u);
    await run(["learn", "forget"]);
    expect(await readdir(join(work.state, "learning"))).toEqual([]);
  });

  it("learns from a model's: what is written, what a check refuses, what nothing places", async () => {
    await put("a.ts", text);
    expect((await askModel(rewritten, "--via", "rewrite")).code).toBe(0);
    expect(await status()).toMatchObject({ on: false, types: [] });
    await put("a.ts", text);
    await run(["learn", "on"]);
    await askModel(rewritten, "--via", "rewrite", "--dry-run");
    expect(await kept()).toEqual([]);
    expect((await askModel(rewritten, "--via", "rewrite", "--check", "false")).code).toBe(1);
    expect((await askModel(rewritten, "--via", "rewrite")).code).toBe(0);
    // No sketch comes, twice, and then no rewrite either.
    expect((await askModel("I cannot.", "--via", "cascade")).code).toBe(1);
    // The model is not asked: nothing is known of what it writes.
    expect((await askModel("", "--via", "rewrite", "--symbol", "load")).code).toBe(2);
    expect(await kept()).toMatchObject([
      { type: "model script: cascade", tried: [{ name: "cascade", right: false }] },
      { type: "model script: rewrite", tried: [{ name: "rewrite", right: false }] },
      { tried: [{ name: "rewrite", right: true }], entry: expect.any(String) },
      { tried: [{ name: "rewrite", right: false }] },
    ]);
    expect((await run(["undo"])).code).toBe(0);
    expect(JSON.stringify(await kept())).toContain('"undone":true');
    await run(["learn", "forget"]);
    expect(await readdir(join(work.state, "learning"))).toEqual([]);
  });
});

describe("a check of redraft rename where learning is on", () => {
  it("says that a rename was wrong, if it ran and failed", async () => {
    await put("a.ts", "export const old = 1;\n");
    await run(["learn", "on"]);
    expect((await run(["rename", "old", "next", "--check", "false"])).code).toBe(1);
    expect((await run(["rename", "old", "next", "--check", "true"])).code).toBe(0);
    const { types } = JSON.parse(await readFile((await status()).path, "utf8"));
    expect(types.rename.pending).toMatchObject([
      { tried: [{ name: "rename", right: false }] },
      { tried: [{ name: "rename", right: true }], entry: expect.any(String) },
    ]);
  });
});
