import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { TextDocumentEdit, TextEdit, WorkspaceEdit } from "vscode-languageserver-protocol";
import { type CliAnswer, redraft, redraftCommand } from "./support/cli.ts";
import { editorOn } from "./support/editor-client.ts";

let top = "";
let folder = "";
beforeEach(async () => {
  top = await mkdtemp(join(tmpdir(), "redraft-learn-"));
  folder = join(top, "work");
  await mkdir(folder);
});
afterEach(async () => {
  await rm(top, { recursive: true, force: true });
});

const run = (words: readonly string[], stdin = ""): Promise<CliAnswer> =>
  redraft(words, { cwd: folder, stdin, env: { REDRAFT_STATE_HOME: join(top, "state") } });
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
    expect(await readdir(join(top, "state", "learning"))).toEqual([]);
  });

  it("learns from renames and fixes, and from an undo; without a text or a path in its file", async () => {
    const text = "import os\nsecretName = 1\nprint(secretName)\n";
    await writeFile(join(folder, "a.py"), text);
    await run(["rename", "secretName", "otherName"]);
    expect((await status()).types).toEqual([]);
    await run(["learn", "on"]);
    await run(["rename", "otherName", "thirdName"]);
    await run(["fix", "--from", "-"], "a.py:1:1: 'os' imported but unused\n");
    expect(await readFile(join(folder, "a.py"), "utf8")).toBe("thirdName = 1\nprint(thirdName)\n");
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
    await writeFile(join(folder, "a.py"), text);
    await run(["learn", "on"]);
    const { command, args } = redraftCommand(["lsp", "--root", folder]);
    const env = { ...process.env, REDRAFT_STATE_HOME: join(top, "state") };
    const server = spawn(command, args, { cwd: folder, env, stdio: ["pipe", "pipe", "inherit"] });
    const ended = once(server, "close");
    const editor = editorOn(server.stdout, server.stdin);
    await editor.initialize();
    const uri = pathToFileURL(join(folder, "a.py")).href;
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
