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

export interface EditSender {
  /** Has the editor change a document that is at a version; `wanted` = its whole text afterwards. */
  send(document: OpenDocument, edits: readonly TextEdit[], wanted: string): Promise<SentEdits>;
  /**
   * Waits until the editor sent the text after the last edit: the next one must not be made of the text before it.
   *
   * @throws `stale-file` where it does not
   */
  upToDate(uri: string): Promise<void>;
}

/** How long an editor may take to say that a document changed as it was asked to. */
const patienceMs = 2000;
/** And to send further changes for one edit. */
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
  /** Versions that were changed, by document, until the editor sends another one. */
  const changing = new Map<string, number>();
  documents.listen({
    changed: ({ uri, version }) => version !== changing.get(uri) && changing.delete(uri),
    closed: (uri) => changing.delete(uri),
  });

  return {
    async send({ uri, version }, edits, wanted) {
      const edit = workspaceEditOf([{ uri, version, edits }], capabilities());
      if (capabilities().workspace?.applyEdit !== true) {
        return { status: "not-sent", workspaceEdit: edit };
      }
      changing.set(uri, version);
      const request = { label: "Redraft", edit };
      // Some editors answer an edit that they do not take with an error.
      const { applied, failureReason } = await connection.workspace
        .applyEdit(request)
        .catch((error: Error) => ({ applied: false, failureReason: error.message }));
      if (!applied) {
        changing.delete(uri);
        return { status: "refused", error: notApplied(failureReason) };
      }
      const changed = documents.get(uri);
      // Some editors send the new text only after the answer of the command that they wait for.
      if (changed?.version === version) return { status: "applied", asWanted: true };
      const isAsWanted = (): boolean => documents.get(uri)?.text === wanted;
      if (changed !== undefined && !isAsWanted()) {
        await documents.movedOn(uri, changed.version, furtherMs);
      }
      return { status: "applied", asWanted: isAsWanted() };
    },
    async upToDate(uri) {
      const version = changing.get(uri);
      if (version === undefined) return;
      await documents.movedOn(uri, version, patienceMs);
      if (!changing.has(uri)) return;
      throw new RedraftError(
        "stale-file",
        `the editor did not send the text of ${uri} after the last edit. Nothing was changed. Apply the edit again.`,
        { retryable: true },
      );
    },
  };
}

function notApplied(reason: string | undefined): RedraftError {
  return new RedraftError(
    "stale-file",
    `the editor did not take the edit${reason ? `: ${reason}` : ""}. Nothing was changed. If the document changed meanwhile, apply the edit again.`,
    { retryable: true },
  );
}
