import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CancellationTokenSource, type CodeAction } from "vscode-languageserver-protocol";
import { capabilities, type EditorClient, editorBeside } from "../../test/support/editor-client.ts";
import { RedraftError } from "../core/errors.ts";
import type { Redraft } from "../core/redraft.ts";
import { createRedraft } from "../redraft/create-redraft.ts";
import type { EditAnswer } from "./apply-edit.ts";
import type { LspServerOptions } from "./server.ts";

let folder: string;
let uri: string;
let editor: EditorClient;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "redraft-lsp-"));
  uri = pathToFileURL(join(folder, "a.ts")).href;
});

afterEach(async () => {
  editor.close();
  await rm(folder, { recursive: true, force: true });
});

async function start(
  options: Partial<LspServerOptions> = {},
  params: Parameters<EditorClient["initialize"]>[0] = {},
): Promise<void> {
  editor = editorBeside({ redraft: createRedraft(), version: "0.0.0", ...options });
  const workspaceFolders = [{ uri: pathToFileURL(folder).href, name: "f" }];
  await editor.initialize({ workspaceFolders, ...params });
}

const execute = (command: string, argument: unknown, more: object = {}): Promise<EditAnswer> =>
  editor.connection.sendRequest("workspace/executeCommand", {
    command,
    arguments: [argument],
    ...more,
  });
const apply = (edit: string, more: object = {}): Promise<EditAnswer> =>
  execute("redraft.applyEdit", { uri, edit, ...more });
const sent = (method: string): unknown[] =>
  editor.received.flatMap((one) => (one.method === method ? [one.params] : []));

const source = "const a = 1;\r\nfunction f() {\r\n  return a;\r\n}\r\n";
const pair = (old_string: string, new_string: string): string =>
  JSON.stringify({ old_string, new_string });
const twice = "if (a) {\n  go();\n}\n\nif (b) {\n  go();\n}\n";

/** An engine that waits until it is cancelled, or until `release` is called, and then is the real one. */
function slowEngine(): { redraft: Redraft; started: Promise<void>; release(): void } {
  const engine = createRedraft();
  let begin = (): void => {};
  let release = (): void => {};
  const started = new Promise<void>((done) => {
    begin = done;
  });
  const released = new Promise<void>((done) => {
    release = done;
  });
  const redraft: Redraft = {
    ...engine,
    async apply(request, { signal } = {}) {
      begin();
      const cancelled = new Promise<never>((_, reject) => {
        const cancel = (): void => reject(new RedraftError("cancelled", "the edit was cancelled."));
        if (signal?.aborted) cancel();
        signal?.addEventListener("abort", cancel);
      });
      await Promise.race([released, cancelled]);
      return engine.apply(request, signal && { signal });
    },
  };
  return { redraft, started, release };
}

describe("redraft.applyEdit", () => {
  it("has the editor change the unsaved text of an open document, by small edits with its version", async () => {
    await start();
    editor.open(uri, source);
    editor.type(uri, "= 1", "= 10");
    const answer = await apply("  return a;\n", { format: "lazy" }).then(() =>
      apply("<<<<<<< SEARCH\n  return a;\n=======\n  return a + 1;\n>>>>>>> REPLACE\n"),
    );
    expect(answer).toMatchObject({ status: "applied", format: "search-replace", route: "merge" });
    expect(editor.text(uri)).toBe(source.replace("= 1", "= 10").replace("a;\r", "a + 1;\r"));
    expect(editor.applied.at(-1)?.edit.documentChanges).toEqual([
      {
        textDocument: { uri, version: 2 },
        edits: [
          {
            range: { start: { line: 2, character: 10 }, end: { line: 2, character: 10 } },
            newText: " + 1",
          },
        ],
      },
    ]);
  });

  it("says that a document has the edit already", async () => {
    await start();
    editor.open(uri, source);
    expect(await apply(source, { format: "whole" })).toMatchObject({ status: "unchanged" });
    expect(editor.applied).toEqual([]);
  });

  it("makes edits of one document in turn, each of the text that the one before leaves", async () => {
    await start();
    editor.open(uri, source);
    const answers = await Promise.all([
      apply(pair("const a = 1;", "const a = 2;")),
      apply(pair("const a = 2;", "const a = 3;")),
      apply(pair("const a = 3;", "const a = 4;")),
    ]);
    expect(answers.map(({ status }) => status)).toEqual(["applied", "applied", "applied"]);
    expect(editor.text(uri)).toBe(source.replace("= 1", "= 4"));
  });

  it("answers an editor that sends the new text after the answer, and waits for it with the next edit", async () => {
    await start();
    editor.open(uri, source);
    const release = editor.holdChanges();
    expect(await apply(pair("= 1", "= 2"))).toMatchObject({ status: "applied" });
    const next = apply(pair("a = 2", "a = 3"));
    release();
    expect(await next).toMatchObject({ status: "applied" });
    expect(editor.text(uri)).toBe(source.replace("= 1", "= 3"));
  });

  it("refuses where the editor does not take the edit, by its answer or by an error", async () => {
    await start();
    editor.open(uri, source);
    const { connection } = editor;
    connection.onRequest("workspace/applyEdit", () => ({ applied: false, failureReason: "busy" }));
    expect(await apply(pair("= 1", "= 2"))).toMatchObject({
      status: "refused",
      message: expect.stringContaining("busy"),
      error: { code: "stale-file", retryable: true },
    });
    connection.onRequest("workspace/applyEdit", () => {
      throw new Error("another version");
    });
    const failed = await apply(pair("= 1", "= 2"));
    expect(failed.message).toMatch(/another version/);
    expect(failed.error?.code).toBe("stale-file");
  });

  it("refuses with a message that the user sees too, and changes nothing", async () => {
    await start();
    editor.open(uri, source);
    const answer = await apply(pair("return b;", "return c;"));
    expect(answer).toMatchObject({
      status: "refused",
      error: { code: "no-match", retryable: false },
    });
    expect(answer.message).toMatch(/return b;/);
    await expect.poll(() => sent("window/showMessage")).toHaveLength(1);
    expect(sent("window/showMessage")[0]).toMatchObject({ type: 2 });
    expect(editor.text(uri)).toBe(source);
  });

  it("refuses documents outside of the folders, documents that are not open, and old versions", async () => {
    await start();
    const outside = pathToFileURL(join(tmpdir(), "elsewhere.ts")).href;
    editor.open(outside, source);
    const edit = pair("= 1", "= 2");
    const codes = [
      await execute("redraft.applyEdit", { uri: outside, edit }),
      await apply(edit),
    ].map(({ error }) => error?.code);
    expect(codes).toEqual(["outside-root", "file-error"]);
    editor.open(uri, source);
    const old = await apply(edit, { version: 7 });
    expect(old.error?.code).toBe("stale-file");
    expect(editor.text(outside) + editor.text(uri)).toBe(source + source);
  });

  it("lets the editor narrow the folders of the command line, and not widen them", async () => {
    await start({ roots: [join(folder, "inner")] });
    editor.open(uri, source);
    expect((await apply(pair("= 1", "= 2"))).error?.code).toBe("outside-root");
    await editor.connection.sendNotification("workspace/didChangeWorkspaceFolders", {
      event: { added: [{ uri: pathToFileURL("/").href, name: "/" }], removed: [] },
    });
    expect((await apply(pair("= 1", "= 2"))).error?.code).toBe("outside-root");
    expect(editor.text(uri)).toBe(source);
  });

  it("edits any open document where neither the command line nor the editor names a folder", async () => {
    await start({}, { workspaceFolders: null });
    editor.open("untitled:Untitled-1", source);
    const edit = pair("= 1", "= 2");
    const answer = await execute("redraft.applyEdit", { uri: "untitled:Untitled-1", edit });
    expect(answer).toMatchObject({ status: "applied" });
    expect(answer.message).toMatch(/^Untitled-1: applied/);
  });

  it("refuses what is more than one text: deletions, moves, edits of several files", async () => {
    await start();
    editor.open(uri, source);
    const edits = [
      "*** Begin Patch\n*** Delete File: a.ts\n*** End Patch\n",
      "*** Begin Patch\n*** Update File: a.ts\n*** Move to: b.ts\n@@\n-const a = 1;\n+const a = 2;\n*** End Patch\n",
      "*** Begin Patch\n*** Update File: a.ts\n@@\n-const a = 1;\n+const a = 2;\n*** Update File: b.ts\n@@\n-x\n+y\n*** End Patch\n",
    ];
    for (const edit of edits) {
      expect((await apply(edit)).error?.code, edit).toBe("usage");
    }
    expect(editor.text(uri)).toBe(source);
  });

  it("gives the edit to an editor that takes none from a server", async () => {
    await start({}, { capabilities: {} });
    editor.open(uri, source);
    const answer = await apply(pair("= 1", "= 2"));
    expect(answer.status).toBe("not-sent");
    expect(answer.workspaceEdit?.changes?.[uri]).toMatchObject([{ newText: "2" }]);
    expect(editor.text(uri)).toBe(source);
  });

  it("shows no message to an editor that shows the answers itself", async () => {
    await start({}, { initializationOptions: { showsAnswers: true } });
    editor.open(uri, twice);
    expect(await apply(pair("nothing", "b"))).toMatchObject({ status: "refused" });
    expect(await apply(pair("  go();", "  stop();"))).toMatchObject({ status: "ambiguous" });
    expect(await apply(pair("if (b)", "if (c)"))).toMatchObject({ status: "applied" });
    expect(sent("window/showMessage")).toEqual([]);
  });

  it("carries an edit over to what was typed meanwhile", async () => {
    const slow = slowEngine();
    await start({ redraft: slow.redraft });
    editor.open(uri, source);
    const answer = apply("const a = 1;\nfunction f() {\n  return a * 2;\n}\n", { format: "whole" });
    await slow.started;
    editor.type(uri, "const a = 1;", "const a = 100;");
    await editor.connection.sendRequest("textDocument/codeAction", {
      textDocument: { uri },
      range: { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } },
      context: { diagnostics: [] },
    });
    slow.release();
    expect(await answer).toMatchObject({ status: "applied" });
    expect(editor.text(uri)).toBe(source.replace("= 1", "= 100").replace("a;\r", "a * 2;\r"));
  });

  it("refuses arguments that it does not know", async () => {
    await start();
    editor.open(uri, source);
    await expect(apply("x", { formt: "lazy" })).rejects.toThrow(/formt/);
    await expect(execute("redraft.nothing", {})).rejects.toThrow(/redraft.nothing/);
  });
});

describe("an ambiguous edit", () => {
  it("is answered with candidates, which are quick fixes until one is taken", async () => {
    await start();
    editor.open(uri, twice);
    const answer = await apply(pair("  go();", "  stop();"));
    expect(answer).toMatchObject({ status: "ambiguous", error: { code: "ambiguous" } });
    expect(answer.candidates?.map(({ title, range }) => [title, range.start.line])).toEqual([
      ["line 2: stop", 1],
      ["line 6: stop", 5],
    ]);
    const actions = await editor.connection.sendRequest<CodeAction[]>("textDocument/codeAction", {
      textDocument: { uri },
      range: { start: { line: 5, character: 0 }, end: { line: 5, character: 0 } },
      context: { diagnostics: [] },
    });
    expect(actions.map(({ kind }) => kind)).toEqual(["quickfix", "quickfix"]);
    const { command, arguments: [argument] = [] } = actions[1]!.command!;
    expect(sent("textDocument/publishDiagnostics")).toMatchObject([
      { uri, version: 1, diagnostics: [{ source: "redraft" }, { source: "redraft" }] },
    ]);
    expect(await execute(command, argument)).toMatchObject({ status: "applied" });
    expect(editor.text(uri)).toBe("if (a) {\n  go();\n}\n\nif (b) {\n  stop();\n}\n");
    await expect
      .poll(() => sent("textDocument/publishDiagnostics").at(-1))
      .toMatchObject({ uri, diagnostics: [] });
  });

  it("is no longer offered once the document changes", async () => {
    await start();
    editor.open(uri, twice);
    const [first] = (await apply(pair("  go();", "  stop();"))).candidates!;
    editor.type(uri, "if (a)", "if (c)");
    const late = await execute("redraft.takeCandidate", { uri, id: first!.id });
    expect(late).toMatchObject({ status: "refused", error: { code: "stale-file" } });
    expect(editor.text(uri)).toBe(twice.replace("(a)", "(c)"));
  });
});

describe("code actions", () => {
  it("offer the clipboard to editors that have the command", async () => {
    const asked = {
      range: { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } },
      context: { diagnostics: [] },
    };
    await start({}, { initializationOptions: { clipboardCommand: true } });
    editor.open(uri, source);
    const actions = (only?: string[]): Promise<CodeAction[]> =>
      editor.connection.sendRequest("textDocument/codeAction", {
        textDocument: { uri },
        range: asked.range,
        context: { diagnostics: [], ...(only && { only }) },
      });
    expect(await actions()).toMatchObject([
      { command: { command: "redraft.applyClipboardEdit", arguments: [{ uri, version: 1 }] } },
    ]);
    expect(await actions(["refactor"])).toHaveLength(1);
    expect(await actions(["quickfix"])).toEqual([]);
  });

  it("are plain commands for editors that know no others", async () => {
    const { textDocument: _, ...older } = capabilities;
    await start({}, { capabilities: older, initializationOptions: { clipboardCommand: true } });
    editor.open(uri, source);
    const found = await editor.connection.sendRequest("textDocument/codeAction", {
      textDocument: { uri },
      range: { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } },
      context: { diagnostics: [] },
    });
    expect(found).toMatchObject([{ command: "redraft.applyClipboardEdit" }]);
  });
});

describe("long work", () => {
  it("shows progress after half a second and can be cancelled by the request", async () => {
    const slow = slowEngine();
    await start({ redraft: slow.redraft });
    editor.open(uri, source);
    const cancelling = new CancellationTokenSource();
    const answer = editor.connection.sendRequest(
      "workspace/executeCommand",
      {
        command: "redraft.applyEdit",
        arguments: [{ uri, edit: pair("= 1", "= 2") }],
        workDoneToken: "t",
      },
      cancelling.token,
    );
    await expect.poll(() => sent("$/progress")).toHaveLength(1);
    expect(sent("$/progress")[0]).toMatchObject({ token: "t", value: { kind: "begin" } });
    cancelling.cancel();
    await expect(answer).rejects.toMatchObject({ code: -32800 });
    await expect.poll(() => sent("$/progress").at(-1)).toMatchObject({ value: { kind: "end" } });
    expect(editor.text(uri)).toBe(source);
  });

  it("can be cancelled by the progress that the server began", async () => {
    const slow = slowEngine();
    await start({ redraft: slow.redraft });
    editor.open(uri, source);
    const answer = apply(pair("= 1", "= 2"));
    const failed = expect(answer).rejects.toMatchObject({ code: -32800 });
    await expect.poll(() => sent("$/progress")).toHaveLength(1);
    const { token } = sent("$/progress")[0] as { token: string };
    await editor.connection.sendNotification("window/workDoneProgress/cancel", { token });
    await failed;
    expect(editor.applied).toEqual([]);
  });
});
