import type {
  ClientCapabilities,
  Connection,
  TextEdit,
  WorkspaceEdit,
} from "vscode-languageserver/node.js";
import { RedraftError } from "../core/errors.ts";
import type { Documents, OpenDocument } from "./documents.ts";

export type SentEdits =
  /** `asWanted`: false where the editor, or its user, changed the text further. */
  | { readonly status: "applied"; readonly asWanted: boolean }
  | { readonly status: "not-sent"; readonly workspaceEdit: WorkspaceEdit }
  | { readonly status: "refused"; readonly error: RedraftError };

/** Has the editor change a document that is at a version; `wanted` = its whole text afterwards. */
export type EditSender = (
  document: OpenDocument,
  edits: readonly TextEdit[],
  wanted: string,
) => Promise<SentEdits>;

/** How long an editor may take to say that a document changed as it was asked to. */
const patienceMs = 2000;
const furtherMs = 200;

/** A change of several documents: with their versions, where the editor knows versions. `null` = a document that is not open. */
export function workspaceEditOf(
  changes: readonly {
    readonly uri: string;
    readonly version: number | null;
    readonly edits: readonly TextEdit[];
  }[],
  capabilities: ClientCapabilities,
): WorkspaceEdit {
  if (capabilities.workspace?.workspaceEdit?.documentChanges !== true) {
    return { changes: Object.fromEntries(changes.map(({ uri, edits }) => [uri, [...edits]])) };
  }
  return {
    documentChanges: changes.map(({ uri, version, edits }) => ({
      textDocument: { uri, version },
      edits: [...edits],
    })),
  };
}

export function createEditSender(
  connection: Connection,
  documents: Documents,
  capabilities: () => ClientCapabilities,
): EditSender {
  return async ({ uri, version }, edits, wanted) => {
    const edit = workspaceEditOf([{ uri, version, edits }], capabilities());
    if (capabilities().workspace?.applyEdit !== true) {
      return { status: "not-sent", workspaceEdit: edit };
    }
    const { applied, failureReason } = await connection.workspace.applyEdit({
      label: "Redraft",
      edit,
    });
    if (!applied) return { status: "refused", error: notApplied(failureReason) };
    // The next edit must not be made of the text before this one.
    await documents.movedOn(uri, version, patienceMs);
    const changed = documents.get(uri);
    const isAsWanted = (): boolean => documents.get(uri)?.text === wanted;
    if (changed !== undefined && changed.version !== version && !isAsWanted()) {
      // An editor may send several changes for one edit.
      await documents.movedOn(uri, changed.version, furtherMs);
    }
    if (changed?.version !== version) return { status: "applied", asWanted: isAsWanted() };
    return {
      status: "refused",
      error: new RedraftError(
        "engine-failed",
        `the editor says that it changed ${uri}, and did not send the new text. Look at the document before you go on.`,
      ),
    };
  };
}

function notApplied(reason: string | undefined): RedraftError {
  return new RedraftError(
    "stale-file",
    `the editor did not take the edit${reason ? `: ${reason}` : ""}. Nothing was changed. If the document changed meanwhile, apply the edit again.`,
    { retryable: true },
  );
}
