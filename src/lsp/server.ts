import {
  type Connection,
  type InitializeParams,
  type InitializeResult,
  TextDocumentSyncKind,
} from "vscode-languageserver/node.js";
import type { Logger } from "../core/logger.ts";
import type { Redraft } from "../core/redraft.ts";
import { createDocuments } from "./documents.ts";
import { openFoldersOf } from "./folders.ts";

export interface LspServerOptions {
  readonly redraft: Redraft;
  /** The folders of the command line. The editor's folders may narrow them, never widen them. */
  readonly roots?: readonly string[];
  readonly version: string;
  readonly logger?: Logger;
  /** Called by the `shutdown` request. */
  readonly onShutdown?: () => Promise<void>;
}

/** Answers an editor on a connection that does not listen yet. The editor owns its documents: this server never writes a file. */
export function serveEditor(connection: Connection, options: LspServerOptions): void {
  const documents = createDocuments();
  const folders = openFoldersOf(options.roots ?? []);

  connection.onInitialize((params): InitializeResult => {
    folders.set(foldersIn(params));
    return {
      capabilities: {
        positionEncoding: "utf-16",
        textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental },
        workspace: { workspaceFolders: { supported: true, changeNotifications: true } },
      },
      serverInfo: { name: "redraft", version: options.version },
    };
  });
  connection.onInitialized(() => {});
  connection.onNotification("workspace/didChangeWorkspaceFolders", ({ event }) => {
    const uris = (list: readonly { uri: string }[]): string[] => list.map(({ uri }) => uri);
    folders.change(uris(event.added), uris(event.removed));
  });
  connection.onDidOpenTextDocument(documents.didOpen);
  connection.onDidChangeTextDocument(documents.didChange);
  connection.onDidCloseTextDocument(documents.didClose);
  connection.onShutdown(async () => options.onShutdown?.());
}

/** The folders that the editor has open; older ones name one root. */
function foldersIn({ workspaceFolders, rootUri }: InitializeParams): string[] {
  if (workspaceFolders?.length) return workspaceFolders.map(({ uri }) => uri);
  return rootUri ? [rootUri] : [];
}
