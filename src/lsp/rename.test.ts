import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { TextDocumentEdit, WorkspaceEdit } from "vscode-languageserver-protocol";
import { TextDocument } from "vscode-languageserver-textdocument";
import { capabilities, type EditorClient, editorBeside } from "../../test/support/editor-client.ts";
import { createRedraft } from "../redraft/create-redraft.ts";
import type { LspServerOptions } from "./server.ts";

let folder: string;
let editor: EditorClient;
const uriOf = (path: string): string => pathToFileURL(join(folder, path)).href;

const declares = "export function parse(text: string): string {\n  return text;\n}\n";
const uses = 'import { parse } from "./a.ts";\n\nparse("😀"); parse("b");\n';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "redraft-lsp-"));
  await writeFile(join(folder, "a.ts"), declares);
  await writeFile(join(folder, "b.ts"), uses);
});

afterEach(async () => {
  editor.close();
  await rm(folder, { recursive: true, force: true });
});

async function start(
  options: Partial<LspServerOptions> = {},
  params: Parameters<EditorClient["initialize"]>[0] = {},
): Promise<object> {
  editor = editorBeside({ redraft: createRedraft(), version: "0.0.0", ...options });
  const workspaceFolders = [{ uri: pathToFileURL(folder).href, name: "f" }];
  return (await editor.initialize({ workspaceFolders, ...params })).capabilities;
}

const at = (path: string, line: number, character: number): object => ({
  textDocument: { uri: uriOf(path) },
  position: { line, character },
});
const rename = (
  path: string,
  [line, character]: readonly [number, number],
  newName: string,
): Promise<WorkspaceEdit> =>
  editor.connection.sendRequest("textDocument/rename", { ...at(path, line, character), newName });

/** The texts after an edit, by file name; open documents must have their version. */
async function applied(edit: WorkspaceEdit): Promise<Record<string, string>> {
  const texts: Record<string, string> = {};
  for (const { textDocument, edits } of edit.documentChanges as TextDocumentEdit[]) {
    const isOpen = textDocument.version !== null;
    const path = new URL(textDocument.uri);
    const text = isOpen ? editor.text(textDocument.uri) : await readFile(path, "utf8");
    if (isOpen) expect(textDocument.version).toBe(editor.version(textDocument.uri));
    const document = TextDocument.create(textDocument.uri, "", 0, text);
    texts[path.pathname.split("/").at(-1)!] = TextDocument.applyEdits(
      document,
      edits as Parameters<typeof TextDocument.applyEdits>[1],
    );
  }
  return texts;
}

describe("rename", () => {
  it("changes open documents, saved or not, and files that are not open", async () => {
    await start();
    editor.open(uriOf("b.ts"), uses);
    editor.type(uriOf("b.ts"), 'parse("b");', 'parse("c"); const parser = 1;');
    const edit = await rename("b.ts", [2, 0], "read");
    expect(await applied(edit)).toEqual({
      "a.ts": declares.replace("parse", "read"),
      "b.ts": 'import { read } from "./a.ts";\n\nread("😀"); read("c"); const parser = 1;\n',
    });
    expect(await readFile(join(folder, "a.ts"), "utf8")).toBe(declares);
  });

  it("finds uses in a new document that is not saved yet, and none in a closed one", async () => {
    await start();
    editor.open(uriOf("a.ts"), declares);
    editor.open(uriOf("new.ts"), uses);
    expect(Object.keys(await applied(await rename("a.ts", [0, 18], "read")))).toEqual([
      "a.ts",
      "b.ts",
      "new.ts",
    ]);
    await editor.connection.sendNotification("textDocument/didClose", {
      textDocument: { uri: uriOf("new.ts") },
    });
    expect(Object.keys(await applied(await rename("a.ts", [0, 18], "read")))).toEqual([
      "a.ts",
      "b.ts",
    ]);
  });

  it("says which name is at a position", async () => {
    const found = await start(
      {},
      {
        capabilities: { ...capabilities, textDocument: { rename: { prepareSupport: true } } },
      },
    );
    expect(found).toMatchObject({ renameProvider: { prepareProvider: true } });
    editor.open(uriOf("b.ts"), uses);
    editor.open(uriOf("c.txt"), "parse");
    const prepare = (path: string, line: number, character: number): Promise<unknown> =>
      editor.connection.sendRequest("textDocument/prepareRename", at(path, line, character));
    const name = {
      range: { start: { line: 2, character: 13 }, end: { line: 2, character: 18 } },
      placeholder: "parse",
    };
    for (const character of [13, 15, 18]) expect(await prepare("b.ts", 2, character)).toEqual(name);
    expect(await prepare("b.ts", 1, 0)).toBeNull();
    expect(await prepare("c.txt", 0, 2)).toBeNull();
  });

  it("refuses with the message of the rename, and its code as data", async () => {
    await start();
    editor.open(uriOf("a.ts"), `${declares}const read = 1;\nread;\n`);
    await expect(rename("a.ts", [0, 17], "read")).rejects.toMatchObject({
      code: -32803,
      message: expect.stringContaining("a.ts:4"),
      data: { code: "check-failed" },
    });
    await expect(rename("a.ts", [0, 17], "a b")).rejects.toMatchObject({ data: { code: "usage" } });
    await expect(rename("a.ts", [2, 1], "x")).rejects.toMatchObject({ data: { code: "no-match" } });
  });

  it("decides about unsure places as the command line says", async () => {
    const text =
      "class A {\n  load() {}\n}\nfunction f(x) {\n  x.load();\n}\nnew A().load();\nf(1);\n";
    await start();
    editor.open(uriOf("d.js"), text);
    await expect(rename("d.js", [1, 2], "read")).rejects.toMatchObject({
      data: { code: "ambiguous" },
    });
    editor.close();
    await start({ unsure: "leave" });
    editor.open(uriOf("d.js"), text);
    const texts = await applied(await rename("d.js", [1, 2], "read"));
    expect(texts["d.js"]).toBe(
      text.replace("  load() {", "  read() {").replace(").load", ").read"),
    );
  });

  it("needs a folder, and looks at no file outside of it", async () => {
    await mkdir(join(folder, "inner"));
    await writeFile(join(folder, "inner", "c.ts"), uses.replace("./a", "../a"));
    await start({}, { workspaceFolders: null });
    editor.open(uriOf("a.ts"), declares);
    await expect(rename("a.ts", [0, 17], "read")).rejects.toMatchObject({
      message: expect.stringContaining("--root"),
      data: { code: "outside-root" },
    });
    editor.close();
    await start({ roots: [join(folder, "inner")] });
    editor.open(uriOf("a.ts"), declares);
    await expect(rename("a.ts", [0, 17], "read")).rejects.toMatchObject({
      data: { code: "outside-root" },
    });
  });

  it("refuses where a document changes while it is made", async () => {
    const engine = createRedraft();
    await start({
      redraft: {
        ...engine,
        async apply(request, call) {
          if (request.path === "a.ts") {
            editor.type(uriOf("a.ts"), "text;", "text + text;");
            await editor.connection.sendRequest("textDocument/prepareRename", at("a.ts", 0, 17));
          }
          return engine.apply(request, call);
        },
      },
    });
    editor.open(uriOf("a.ts"), declares);
    await expect(rename("a.ts", [0, 17], "read")).rejects.toMatchObject({
      data: { code: "stale-file", retryable: true },
    });
  });
});
