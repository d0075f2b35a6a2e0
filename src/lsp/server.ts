import {
  type ClientCapabilities,
  CodeActionKind,
  type InitializeParams,
  type InitializeResult,
  type ProposedFeatures,
  TextDocumentSyncKind,
} from "vscode-languageserver/node.js";
import type { Logger } from "../core/logger.ts";
import type { Redraft } from "../core/redraft.ts";
import { createEditApplier } from "./apply-edit.ts";
import { codeActionsFor, commandNames, ownDiagnostics } from "./code-actions.ts";
import { registerCommands } from "./commands.ts";
import { createDocuments } from "./documents.ts";
import { openFoldersOf } from "./folders.ts";
import { type LineModel, registerInlineCompletion } from "./inline-completion.ts";
import { createPendingChoices } from "./pending.ts";
import { registerRename } from "./register-rename.ts";
import { createRenamer, type RenamerOptions } from "./rename.ts";
import { createEditSender } from "./send-edits.ts";

export interface LspServerOptions {
  readonly redraft: Redraft;
  /** The folders of the command line. The editor's folders may narrow them, never widen them. */
  readonly roots?: readonly string[];
  /** Proposes the next line at a cursor; absent = none is proposed. */
  readonly model?: Promise<LineModel>;
  /** How long a request for a line waits, in ms (default 2,000). */
  readonly deadlineMs?: number;
  /** What a rename does with places that may mean the symbol (default `refuse`). */
  readonly unsure?: RenamerOptions["unsure"];
  /** What is learnt of a folder from renames (default: nothing). */
  readonly learningOf?: RenamerOptions["learningOf"];
  readonly version: string;
  readonly logger?: Logger;
  /** Called by the `shutdown` request. */
  readonly onShutdown?: () => Promise<void>;
}

/** Answers an editor on a connection that does not listen yet. The editor owns its documents: this server never writes a file. */
export function serveEditor(
  connection: ProposedFeatures.Connection,
  options: LspServerOptions,
): void {
  const documents = createDocuments();
  const folders = openFoldersOf(options.roots ?? []);
  let capabilities: ClientCapabilities = {};
  let editorOptions: EditorOptions = {};
  const pending = createPendingChoices(documents, (uri, choice) => {
    const diagnostics = ownDiagnostics(choice);
    const version = choice === undefined ? {} : { version: choice.version };
    connection.sendDiagnostics({ uri, diagnostics, ...version }).catch(() => {});
  });
  const sender = createEditSender(connection, documents, () => capabilities);
  const { redraft } = options;
  const applier = createEditApplier({ redraft, documents, folders, pending, sender });

  connection.onInitialize((params): InitializeResult => {
    folders.set(foldersIn(params));
    capabilities = params.capabilities;
    editorOptions = optionsIn(params);
    return {
      capabilities: {
        positionEncoding: "utf-16",
        textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental },
        executeCommandProvider: {
          commands: [commandNames.applyEdit, commandNames.takeCandidate],
          workDoneProgress: true,
        },
        ...(options.model && { inlineCompletionProvider: true }),
        renameProvider: params.capabilities.textDocument?.rename?.prepareSupport
          ? { prepareProvider: true, workDoneProgress: true }
          : true,
        codeActionProvider: {
          codeActionKinds: [CodeActionKind.QuickFix, CodeActionKind.RefactorRewrite],
        },
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
  const mayBegin = (): boolean => capabilities.window?.workDoneProgress === true;
  const showsAnswers = (): boolean => editorOptions.showsAnswers === true;
  registerCommands(connection, applier, { mayBegin, showsAnswers });
  const renamer = createRenamer({
    redraft,
    documents,
    folders,
    upToDate: sender.upToDate,
    unsure: options.unsure,
    learningOf: options.learningOf,
  });
  registerRename(connection, renamer, { mayBegin, capabilities: () => capabilities });
  connection.onCodeAction((params) => {
    const { uri } = params.textDocument;
    return codeActionsFor(params, {
      document: documents.get(uri),
      choice: pending.of(uri),
      hasClipboard: editorOptions.clipboardCommand === true,
      capabilities,
    });
  });
  const { model, deadlineMs, logger } = options;
  const lines =
    model &&
    registerInlineCompletion(connection, {
      model,
      documents,
      folders,
      wantsReports: () => editorOptions.sessionReports === true,
      ...(deadlineMs !== undefined && { deadlineMs }),
      ...(logger && { logger }),
    });
  connection.onShutdown(async () => {
    await Promise.all([lines?.dispose(), renamer.settled(), options.onShutdown?.()]);
  });
}

/** The folders that the editor has open; older ones name one root. */
function foldersIn({ workspaceFolders, rootUri }: InitializeParams): string[] {
  if (workspaceFolders?.length) return workspaceFolders.map(({ uri }) => uri);
  return rootUri ? [rootUri] : [];
}

/** What an editor asks for in `initializationOptions`: nothing that opens a folder, a command or a model. */
interface EditorOptions {
  /** The editor has the command `redraft.applyClipboardEdit`. */
  readonly clipboardCommand?: boolean;
  /** The editor shows what commands answer: refusals and candidates are not shown by `window/showMessage`, too. */
  readonly showsAnswers?: boolean;
  /** The editor reads notifications `redraft/sessionReport`: what changes of a document cost the model. */
  readonly sessionReports?: boolean;
}

function optionsIn({ initializationOptions }: InitializeParams): EditorOptions {
  const isObject = typeof initializationOptions === "object" && initializationOptions !== null;
  return isObject ? (initializationOptions as EditorOptions) : {};
}
