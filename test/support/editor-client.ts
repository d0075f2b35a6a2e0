import { PassThrough } from "node:stream";
import {
  createConnection,
  ProposedFeatures,
  StreamMessageReader as ServerReader,
  StreamMessageWriter as ServerWriter,
} from "vscode-languageserver/node.js";
import {
  type ApplyWorkspaceEditParams,
  type ApplyWorkspaceEditResult,
  type ClientCapabilities,
  type InitializeParams,
  type InitializeResult,
  type MessageConnection,
  type TextDocumentEdit,
  TextEdit,
} from "vscode-languageserver-protocol";
import {
  createProtocolConnection,
  type ProtocolConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from "vscode-languageserver-protocol/node";
import { TextDocument } from "vscode-languageserver-textdocument";
import { type LspServerOptions, serveEditor } from "../../src/lsp/server.ts";

/** An editor as a client of the protocol's own library: it holds documents and applies the edits that it is sent. */
export interface EditorClient {
  readonly connection: ProtocolConnection;
  /** Notifications that the server sent, in order. */
  readonly received: { readonly method: string; readonly params: unknown }[];
  /** The edits that the server asked for. */
  readonly applied: ApplyWorkspaceEditParams[];
  initialize(params?: Partial<InitializeParams>): Promise<InitializeResult>;
  open(uri: string, text: string): void;
  /** Replaces the first occurrence of a text, as typing does. */
  type(uri: string, before: string, after: string): void;
  /** Makes one edit, as an editor does. */
  change(uri: string, edit: TextEdit): void;
  /** Sends no changes of documents until the function is called that it returns. */
  holdChanges(): () => void;
  text(uri: string): string;
  version(uri: string): number;
  close(): void;
}

export const capabilities: ClientCapabilities = {
  workspace: {
    applyEdit: true,
    workspaceEdit: { documentChanges: true },
    workspaceFolders: true,
  },
  window: { workDoneProgress: true },
  textDocument: { codeAction: { codeActionLiteralSupport: { codeActionKind: { valueSet: [] } } } },
};

/** An editor that talks to a server in this process. */
export function editorBeside(options: LspServerOptions): EditorClient {
  const [toServer, toClient] = [new PassThrough(), new PassThrough()];
  const reader = new ServerReader(toServer);
  const server = createConnection(ProposedFeatures.all, reader, new ServerWriter(toClient));
  serveEditor(server, options);
  server.listen();
  const client = editorOn(toClient, toServer);
  return {
    ...client,
    close() {
      client.close();
      server.dispose();
    },
  };
}

/** An editor on the streams of a server. */
export function editorOn(
  input: NodeJS.ReadableStream,
  output: NodeJS.WritableStream,
): EditorClient {
  const connection = createProtocolConnection(
    new StreamMessageReader(input),
    new StreamMessageWriter(output),
  );
  const documents = new Map<string, TextDocument>();
  const received: { method: string; params: unknown }[] = [];
  const applied: ApplyWorkspaceEditParams[] = [];
  let held: (() => void)[] | undefined;

  function change(uri: string, edits: TextEdit[]): void {
    const document = documents.get(uri)!;
    const sorted = edits.toSorted(
      (a, b) => document.offsetAt(b.range.start) - document.offsetAt(a.range.start),
    );
    const version = document.version + 1;
    const contentChanges = sorted.map(({ range, newText }) => ({ range, text: newText }));
    TextDocument.update(document, contentChanges, version);
    const params = { textDocument: { uri, version }, contentChanges };
    const send = (): void => void connection.sendNotification("textDocument/didChange", params);
    if (held === undefined) send();
    else held.push(send);
  }

  connection.onRequest(
    "workspace/applyEdit",
    (params: ApplyWorkspaceEditParams): ApplyWorkspaceEditResult => {
      applied.push(params);
      const { documentChanges = [], changes = {} } = params.edit;
      const versioned = documentChanges as TextDocumentEdit[];
      for (const { textDocument } of versioned) {
        const known = documents.get(textDocument.uri)?.version ?? null;
        if (textDocument.version !== known) return { applied: false, failureReason: "old version" };
      }
      for (const { textDocument, edits } of versioned)
        change(textDocument.uri, edits as TextEdit[]);
      for (const [uri, edits] of Object.entries(changes)) change(uri, edits);
      return { applied: true };
    },
  );
  connection.onRequest("window/workDoneProgress/create", () => null);
  // The type of a protocol connection has typed handlers only.
  const messages = connection as unknown as MessageConnection;
  messages.onNotification((method, params) => void received.push({ method, params }));
  // The library takes these for itself.
  messages.onNotification(
    "$/logTrace",
    (params) => void received.push({ method: "$/logTrace", params }),
  );
  messages.onUnhandledProgress((params) => void received.push({ method: "$/progress", params }));
  connection.listen();

  return {
    connection,
    received,
    applied,
    async initialize(params = {}) {
      const result = await connection.sendRequest<InitializeResult>("initialize", {
        processId: null,
        rootUri: null,
        capabilities,
        ...params,
      });
      await connection.sendNotification("initialized", {});
      return result;
    },
    open(uri, text) {
      documents.set(uri, TextDocument.create(uri, "plaintext", 1, text));
      void connection.sendNotification("textDocument/didOpen", {
        textDocument: { uri, languageId: "plaintext", version: 1, text },
      });
    },
    type(uri, before, after) {
      const document = documents.get(uri)!;
      const start = document.getText().indexOf(before);
      if (start < 0) throw new Error(`no ${before} in ${uri}`);
      const range = {
        start: document.positionAt(start),
        end: document.positionAt(start + before.length),
      };
      change(uri, [TextEdit.replace(range, after)]);
    },
    change: (uri, edit) => change(uri, [edit]),
    holdChanges() {
      held = [];
      return () => {
        for (const send of held ?? []) send();
        held = undefined;
      };
    },
    text: (uri) => documents.get(uri)!.getText(),
    version: (uri) => documents.get(uri)!.version,
    close: () => connection.dispose(),
  };
}
