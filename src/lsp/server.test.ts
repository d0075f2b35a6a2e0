import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type EditorClient, editorBeside } from "../../test/support/editor-client.ts";
import { createRedraft } from "../redraft/create-redraft.ts";
import type { LspServerOptions } from "./server.ts";

let folder: string;
let editor: EditorClient | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "redraft-lsp-"));
  await writeFile(join(folder, "a.ts"), "const a = 1;\n");
});

afterEach(async () => {
  editor?.close();
  editor = undefined;
  await rm(folder, { recursive: true, force: true });
});

function start(options: Partial<LspServerOptions> = {}): EditorClient {
  editor = editorBeside({ redraft: createRedraft(), version: "0.0.0", ...options });
  return editor;
}

describe("the language server", () => {
  it("says what it can, and shuts down", async () => {
    let isOver = false;
    const client = start({
      onShutdown: async () => {
        isOver = true;
      },
    });
    const workspaceFolders = [{ uri: pathToFileURL(folder).href, name: "f" }];
    const { capabilities, serverInfo } = await client.initialize({ workspaceFolders });
    expect(serverInfo).toEqual({ name: "redraft", version: "0.0.0" });
    expect(capabilities).toMatchObject({
      positionEncoding: "utf-16",
      textDocumentSync: { openClose: true, change: 2 },
    });
    await client.connection.sendRequest("shutdown");
    expect(isOver).toBe(true);
  });
});
