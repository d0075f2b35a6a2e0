import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { TextDocumentEdit, TextEdit, WorkspaceEdit } from "vscode-languageserver-protocol";
import { type EditorClient, editorBeside } from "../../test/support/editor-client.ts";
import { createRedraft } from "../redraft/create-redraft.ts";
import { type Learning, openLearning } from "../redraft/learning.ts";

let folder: string;
let home: string;
let editor: EditorClient;
let learning: Learning;
const uriOf = (path: string): string => pathToFileURL(join(folder, path)).href;

const declares = "export function parse(text: string): string {\n  return text;\n}\n";
const uses = 'import { parse } from "./a.ts";\n\nparse("b");\n';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "redraft-lsp-"));
  home = await mkdtemp(join(tmpdir(), "redraft-lsp-home-"));
  await writeFile(join(folder, "a.ts"), declares);
  await writeFile(join(folder, "b.ts"), uses);
  const learningOf = (root: string): Learning => openLearning({ folder: root, home });
  learning = learningOf(folder);
  editor = editorBeside({ redraft: createRedraft(), version: "0.0.0", learningOf });
  await editor.initialize({ workspaceFolders: [{ uri: pathToFileURL(folder).href, name: "f" }] });
  editor.open(uriOf("a.ts"), declares);
  editor.open(uriOf("b.ts"), uses);
});

afterEach(async () => {
  editor.close();
  await rm(folder, { recursive: true, force: true });
  await rm(home, { recursive: true, force: true });
});

const rename = (newName: string): Promise<WorkspaceEdit> =>
  editor.connection.sendRequest("textDocument/rename", {
    textDocument: { uri: uriOf("a.ts") },
    position: { line: 0, character: 17 },
    newName,
  });

/** Makes an edit, change by change, as an editor does; in some documents only where they are named. */
function make(
  { documentChanges }: WorkspaceEdit,
  names: readonly string[] = ["a.ts", "b.ts"],
): void {
  for (const { textDocument, edits } of documentChanges as TextDocumentEdit[]) {
    if (!names.some((name) => textDocument.uri.endsWith(name))) continue;
    for (const edit of edits.toReversed()) editor.change(textDocument.uri, edit as TextEdit);
  }
}
const replaceAll = (
  from: string,
  to: string,
  names: readonly string[] = ["a.ts", "b.ts"],
): void => {
  for (const name of names) {
    const uri = uriOf(name);
    while (editor.text(uri).includes(from)) editor.type(uri, from, to);
  }
};
/** All that was sent before is read, and learnt. */
async function learnt(): Promise<{ types: unknown[]; undone: boolean }> {
  await editor.connection.sendRequest("shutdown");
  const { types, path } = await learning.status();
  const kept = await readFile(path, "utf8").catch(() => "");
  expect(kept).not.toMatch(/parse|a\.ts|text:/u);
  return { types: [...types], undone: kept.includes('"undone": true') };
}

describe("what is learnt of renames of an editor", () => {
  it("is nothing while learning is off", async () => {
    make(await rename("read"));
    expect(editor.text(uriOf("b.ts"))).toContain('read("b")');
    expect(await learnt()).toEqual({ types: [], undone: false });
  });

  it("is that one was made, also where further text is typed", async () => {
    await learning.turn(true);
    make(await rename("read"));
    editor.type(uriOf("b.ts"), '"b"', '"c"');
    expect((await learnt()).types).toMatchObject([{ type: "rename script", decisions: 1 }]);
  });

  it("is nothing of one that the editor does not make, or makes in one of its documents", async () => {
    await learning.turn(true);
    await rename("read");
    editor.type(uriOf("b.ts"), '"b"', '"c"');
    make(await rename("load"), ["a.ts"]);
    expect((await learnt()).types).toEqual([]);
  });

  it("is that it was wrong where all of it is taken back, and that it was not where it is made again", async () => {
    await learning.turn(true);
    make(await rename("read"));
    replaceAll("read", "parse", ["a.ts"]);
    await editor.connection.sendRequest("shutdown");
    expect((await learning.status()).types).toMatchObject([{ decisions: 1 }]);
    expect((await learnt()).undone).toBe(false);
    replaceAll("read", "parse", ["b.ts"]);
    expect(await learnt()).toMatchObject({ types: [{ decisions: 1 }], undone: true });
    replaceAll("parse", "read");
    expect(await learnt()).toMatchObject({ types: [{ decisions: 1 }], undone: false });
  });

  it("is nothing of an answer that a later request replaces, and once of one that is made", async () => {
    await learning.turn(true);
    await rename("read");
    make(await rename("read"));
    expect((await learnt()).types).toMatchObject([{ decisions: 1 }]);
  });

  it("says no more once a document is closed", async () => {
    await learning.turn(true);
    make(await rename("read"));
    await editor.connection.sendNotification("textDocument/didClose", {
      textDocument: { uri: uriOf("b.ts") },
    });
    replaceAll("read", "parse", ["a.ts"]);
    editor.open(uriOf("b.ts"), uses);
    editor.type(uriOf("a.ts"), "text;", "text ;");
    editor.type(uriOf("a.ts"), "text ;", "text;");
    expect(await learnt()).toMatchObject({ types: [{ decisions: 1 }], undone: false });
  });
});
