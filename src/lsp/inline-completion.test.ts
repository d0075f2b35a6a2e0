import { afterEach, describe, expect, it } from "vitest";
import { type EditorClient, editorBeside } from "../../test/support/editor-client.ts";
import { RedraftError } from "../core/errors.ts";
import { fakeTarget } from "../engines/fake.ts";
import { createRedraft } from "../redraft/create-redraft.ts";
import { sessionsOn } from "../redraft/open-sessions.ts";
import type { LineModel } from "./inline-completion.ts";

const uri = "untitled:a.txt";
let editor: EditorClient;
afterEach(() => editor.close());

/** Continues `check(` with the number of the first line. */
function model(): LineModel {
  const target = fakeTarget({
    vocabSize: 256,
    capabilities: { kvEdit: "splice", cost: (n) => n },
    logits(context) {
      const text = Buffer.from(context).toString();
      const line = `check(${/\d+/.exec(text)?.[0]});`;
      const last = text.slice(text.lastIndexOf("\n") + 1);
      const row = new Float32Array(256);
      row[line[last.length]?.charCodeAt(0) ?? 10] = 9;
      return row;
    },
  });
  return { target, sessions: sessionsOn(target) };
}

async function start(
  loading: Promise<LineModel> | undefined,
  initializationOptions: object = {},
): Promise<object> {
  editor = editorBeside({
    redraft: createRedraft(),
    version: "0.0.0",
    deadlineMs: 300,
    ...(loading && { model: loading }),
  });
  return (await editor.initialize({ initializationOptions, trace: "verbose" })).capabilities;
}

const ask = (line: number, character: number): Promise<unknown> =>
  editor.connection.sendRequest("textDocument/inlineCompletion", {
    textDocument: { uri },
    position: { line, character },
    context: { triggerKind: 1 },
  });
const sent = (method: string): unknown[] =>
  editor.received.flatMap((one) => (one.method === method ? [one.params] : []));

const text = `limit = 10\n${"# some other text of the file\n".repeat(20)}check(`;

describe("inline completion", () => {
  it("answers from unsaved text, and reports what a change cost", async () => {
    expect(await start(Promise.resolve(model()), { sessionReports: true })).toMatchObject({
      inlineCompletionProvider: true,
    });
    editor.open(uri, text);
    expect(await ask(21, 6)).toEqual({
      items: [
        {
          insertText: "10);",
          range: { start: { line: 21, character: 6 }, end: { line: 21, character: 6 } },
        },
      ],
    });
    editor.type(uri, "10", "345");
    expect(await ask(21, 6)).toMatchObject({ items: [{ insertText: "345);" }] });
    const reports = sent("redraft/sessionReport");
    expect(reports.at(-2)).toMatchObject({ uri, version: 2, kind: "change", added: 3 });
    expect(reports.at(-1)).toMatchObject({ uri, version: 2, kind: "answer" });
    expect(sent("$/logTrace").at(-1)).toMatchObject({ message: expect.stringContaining(uri) });
  });

  it("sends no reports to an editor that does not ask for them", async () => {
    await start(Promise.resolve(model()));
    editor.open(uri, text);
    await ask(21, 6);
    expect(sent("redraft/sessionReport")).toEqual([]);
  });

  it("answers nothing while the model is loaded, and says why it cannot be used", async () => {
    let fail = (_: Error): void => {};
    const loading = new Promise<LineModel>((_, reject) => {
      fail = reject;
    });
    await start(loading);
    editor.open(uri, text);
    expect(await ask(21, 6)).toBeNull();
    fail(new RedraftError("model-unavailable", "there is no model x.gguf."));
    await expect
      .poll(() => sent("window/showMessage"))
      .toMatchObject([{ message: expect.stringContaining("x.gguf") }]);
    expect(await ask(21, 6)).toBeNull();
  });

  it("is not offered without a model", async () => {
    expect(await start(undefined)).not.toHaveProperty("inlineCompletionProvider");
    await expect(ask(0, 0)).rejects.toThrow();
  });
});
