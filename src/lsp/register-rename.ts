import type {
  ClientCapabilities,
  Connection,
  RenameParams,
  WorkspaceEdit,
} from "vscode-languageserver/node.js";
import type { Renamer } from "./rename.ts";
import { workspaceEditOf } from "./send-edits.ts";
import { doWork, refusedRequest } from "./work.ts";

export interface RenameClient {
  readonly mayBegin: () => boolean;
  readonly capabilities: () => ClientCapabilities;
}

/** `textDocument/prepareRename` and `textDocument/rename`: the editor makes the change; a refusal is an error with its message. */
export function registerRename(
  connection: Connection,
  renamer: Renamer,
  { mayBegin, capabilities }: RenameClient,
): void {
  connection.onPrepareRename(async ({ textDocument: { uri }, position }) => {
    try {
      return (await renamer.prepare(uri, position)) ?? null;
    } catch (error) {
      throw refusedRequest(error);
    }
  });
  // Not `onRenameRequest`: it takes the token of the progress away.
  connection.onRequest(
    "textDocument/rename",
    async (params: RenameParams, cancel): Promise<WorkspaceEdit> => {
      const { textDocument, position, newName, workDoneToken: progress } = params;
      const work = { title: "Redraft: rename", cancel, progress, mayBegin: mayBegin() };
      try {
        const files = await doWork(connection, work, (signal) =>
          renamer.rename(textDocument.uri, position, newName, signal),
        );
        return workspaceEditOf(files, capabilities());
      } catch (error) {
        throw refusedRequest(error);
      }
    },
  );
}
