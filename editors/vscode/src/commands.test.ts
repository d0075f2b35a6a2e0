import { EventEmitter } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { EditAnswer } from "../../../src/lsp/apply-edit.ts";
import { createRedraft } from "../../../src/redraft/create-redraft.ts";
import {
  capabilities,
  type EditorClient,
  editorBeside,
} from "../../../test/support/editor-client.ts";
import { type FakeDocument, type FakeEditor, fakeEditor } from "../test/fake-vscode.ts";
import type { Context, Server } from "./api.ts";
import { createApplier } from "./apply.ts";
import { commandsOf } from "./commands.ts";
import { createPreviews } from "./preview.ts";
import { readSettings } from "./settings.ts";

const source = "function f() {\n  return a;\n}\n\nfunction g() {\n  return b;\n}\n";
const twice = "if (a) {\n  go();\n}\n\nif (b) {\n  go();\n}\n";
const block = (before: string, after: string): string =>
  `<<<<<<< SEARCH\n${before}\n=======\n${after}\n>>>>>>> REPLACE\n`;
const both = block("  return a;", "  return a + 1;") + block("  return b;", "  return b + 1;");

let folder: string;
let client: EditorClient;
let editor: FakeEditor;
let document: FakeDocument;
let commands: ReturnType<typeof commandsOf>;
let settings: Record<string, unknown>;
let log: string;
let spawned: (readonly string[])[];
let program: { code: number; stdout: string; stderr: string };

/** The real server, without `workspace/applyEdit`, as the extension starts it; the documents are the editor's. */
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "redraft-vscode-"));
  client = editorBeside({ redraft: createRedraft(), version: "0.0.0" });
  await client.initialize({
    capabilities: { ...capabilities, workspace: { ...capabilities.workspace, applyEdit: false } },
    workspaceFolders: [{ uri: pathToFileURL(folder).href, name: "f" }],
    initializationOptions: { showsAnswers: true },
  });
  const texts = { contentOf: (_uri: unknown): string => "" };
  editor = fakeEditor((uri) => texts.contentOf(uri));
  const previews = createPreviews(editor.api);
  texts.contentOf = (uri) =>
    previews.provideTextDocumentContent(uri as never, {} as never) as string;
  settings = {};
  [log, spawned, program] = ["", [], { code: 0, stdout: "", stderr: "" }];
  const server: Server = {
    execute: (command, argument): Promise<EditAnswer> =>
      client.connection.sendRequest("workspace/executeCommand", { command, arguments: [argument] }),
    rename: () => Promise.reject(new Error("f has two definitions. Name the file.")),
  };
  const context: Context = {
    api: editor.api,
    server: async () => server,
    settings: () => readSettings({ get: (key) => settings[key] }),
    log: {
      append(text) {
        log += text;
      },
      appendLine(text) {
        log += `${text}\n`;
      },
      show: (() => {}) as Context["log"]["show"],
    },
    busy: (work) => work(),
  };
  commands = commandsOf(context, createApplier(context, previews), {
    program: () => ({ command: "/bin/redraft", args: [] }),
    spawn(_command, args) {
      spawned.push(args);
      const [stdout, stderr] = [new PassThrough(), new PassThrough()];
      const child = Object.assign(new EventEmitter(), { stdout, stderr, kill() {} });
      stdout.end(program.stdout);
      stderr.end(program.stderr);
      setTimeout(() => child.emit("close", program.code), 20);
      return child as never;
    },
  });
  document = open("a.ts", source);
});
afterEach(async () => {
  client.close();
  await rm(folder, { recursive: true });
});

function open(name: string, text: string): FakeDocument {
  const opened = editor.open(join(folder, name), text);
  const uri = opened.uri.toString();
  client.open(uri, text);
  opened.onChange = () => {
    const contentChanges = [{ text: opened.getText() }];
    const textDocument = { uri, version: opened.version };
    void client.connection.sendNotification("textDocument/didChange", {
      textDocument,
      contentChanges,
    });
  };
  editor.focus(opened);
  return opened;
}

const applyClipboard = (edit: string): Promise<void> => {
  editor.clipboard = edit;
  return commands["redraft.applyClipboardEdit"]!();
};

describe("an edit in the clipboard", () => {
  it("is shown with a check mark for each change, and all are made", async () => {
    let labels: readonly string[] = [];
    editor.onList = (list) => {
      labels = list.labels;
      return [0, 1];
    };
    await applyClipboard(both);
    expect(labels).toEqual(["2: + return a + 1;", "6: + return b + 1;"]);
    const expected = source.replace("a;", "a + 1;").replace("b;", "b + 1;");
    expect(editor.diffs).toEqual([expected]);
    expect(document.getText()).toBe(expected);
    expect(editor.closed).toHaveLength(1);
    expect(editor.status.at(-1)).toBe("Redraft: applied 2 changes.");
  });

  it("is made in part where a change is rejected", async () => {
    editor.onList = () => [1];
    await applyClipboard(both);
    expect(document.getText()).toBe(source.replace("b;", "b + 1;"));
    expect(editor.status.at(-1)).toBe("Redraft: applied 1 of 2 changes.");
  });

  it.each([undefined, []])("is rejected by leaving the list (%j)", async (taken) => {
    editor.onList = () => taken;
    await applyClipboard(both);
    expect(document.getText()).toBe(source);
    expect(editor.closed).toHaveLength(1);
  });

  it("is made of the text that is not saved, and at once where the user wants no review", async () => {
    settings.review = "none";
    document.put(source.replace("return a", "return typed"));
    await applyClipboard(block("  return typed;", "  return 1;"));
    expect(document.getText()).toBe(source.replace("return a", "return 1"));
    expect(editor.diffs).toEqual([]);
  });

  it("is not made over what is typed while it is shown, until it is applied again", async () => {
    let lists = 0;
    editor.onList = () => {
      lists += 1;
      if (lists === 1) document.put(`// typed\n${source}`);
      return [0];
    };
    await applyClipboard(block("  return a;", "  return 1;"));
    expect(lists).toBe(1);
    expect(document.getText()).toBe(`// typed\n${source}`);
    expect(editor.warnings[0]).toContain("changed while the edit was shown");
    editor.button = "Apply Again";
    lists = 0;
    document.put(source);
    await applyClipboard(block("  return a;", "  return 1;"));
    expect(lists).toBe(2);
    expect(document.getText()).toBe(`// typed\n${source.replace("return a", "return 1")}`);
  });

  it("that fits two places asks for one, with a preview of each", async () => {
    const ambiguous = open("b.ts", twice);
    let title = "";
    editor.onList = (list) => {
      title = list.title;
      expect(list.labels).toEqual(["2: + stop();", "6: + stop();"]);
      list.active(1);
      return [1];
    };
    await applyClipboard(block("  go();", "  stop();"));
    expect(title).toContain("fits 2 places");
    expect(editor.diffs).toEqual([twice.replace("go", "stop")]);
    expect(ambiguous.getText()).toBe("if (a) {\n  go();\n}\n\nif (b) {\n  stop();\n}\n");
    expect(client.received.some(({ method }) => method === "window/showMessage")).toBe(false);
  });

  it("changes nothing where no place is chosen; its quick fix takes one later", async () => {
    const ambiguous = open("b.ts", twice);
    editor.onList = () => undefined;
    await applyClipboard(block("  go();", "  stop();"));
    expect(ambiguous.getText()).toBe(twice);
    const marks = client.received.flatMap(({ method, params }) =>
      method === "textDocument/publishDiagnostics"
        ? (params as { diagnostics: { code: string }[] }).diagnostics
        : [],
    );
    await commands["redraft.takeCandidate"]!({ uri: ambiguous.uri.toString(), id: marks[0]!.code });
    expect(ambiguous.getText()).toBe(twice.replace("go", "stop"));
  });

  it("that is refused shows why, and gives the message for the model", async () => {
    editor.button = "Copy for the Model";
    await applyClipboard(block("  nothing like it;", "  x();"));
    expect(document.getText()).toBe(source);
    expect(editor.warnings).toHaveLength(1);
    expect(editor.clipboard.length).toBeGreaterThan(40);
    expect(editor.clipboard).not.toContain("SEARCH\n");
    expect(log).toContain(editor.clipboard.trim());
  });

  it("needs a clipboard with text, and a file", async () => {
    await applyClipboard(" \n");
    expect(editor.warnings[0]).toContain("clipboard has no text");
    (document.uri as { scheme: string }).scheme = "untitled";
    await applyClipboard(both);
    expect(editor.warnings[1]).toContain("no file");
  });
});

describe("an edit from elsewhere", () => {
  it("is a selection of another document", async () => {
    const answer = open("answer.md", `Change it so:\n\n${block("  return a;", "  return 1;")}`);
    editor.focus(answer, [2, 0, 7, 0]);
    await commands["redraft.applySelectedEdit"]!();
    expect(document.getText()).toBe(source.replace("return a", "return 1"));
    expect(answer.isDirty).toBe(false);
  });

  it("is a file, if it is text", async () => {
    const bytes = new TextEncoder().encode(both);
    editor.file = { path: "/edit.txt", bytes };
    await commands["redraft.applyEditFile"]!();
    expect(document.getText()).toContain("return b + 1;");
    editor.file = { path: "/edit.bin", bytes: new Uint8Array([0xff, 0xfe, 0xff]) };
    await commands["redraft.applyEditFile"]!();
    expect(editor.warnings[0]).toContain("not UTF-8");
  });
});

describe("an edit by instruction", () => {
  const diff =
    "--- a/a.ts\n+++ b/a.ts\n@@ -1,3 +1,3 @@\n function f() {\n-  return a;\n+  return 10;\n }\n";

  it("is the diff that redraft edit prints, reviewed as other edits are", async () => {
    editor.input = "return 10";
    program.stdout = diff;
    await commands["redraft.editByInstruction"]!();
    expect(spawned[0]).toContain("--dry-run");
    expect(spawned[0]?.slice(-3)).toEqual(["--", join(folder, "a.ts"), "return 10"]);
    expect(log).toContain("+  return 10;");
    expect(document.getText()).toBe(source.replace("return a", "return 10"));
  });

  it("shows why the program failed", async () => {
    editor.input = "x";
    program = { code: 4, stdout: "", stderr: "model-unavailable: start the server.\n" };
    await commands["redraft.editByInstruction"]!();
    expect(editor.warnings[0]).toContain("start the server");
    expect(document.getText()).toBe(source);
  });

  it("starts nothing in a workspace that is not trusted", async () => {
    (editor.api.workspace as { isTrusted: boolean }).isTrusted = false;
    editor.input = "x";
    await commands["redraft.editByInstruction"]!();
    expect(spawned).toEqual([]);
    expect(editor.warnings[0]).toContain("trust");
  });
});

describe("a rename", () => {
  it("shows why it was refused", async () => {
    editor.focus(document, [0, 9, 0, 9]);
    editor.input = "first";
    await commands["redraft.renameSymbol"]!();
    expect(editor.warnings[0]).toContain("two definitions");
  });
});
