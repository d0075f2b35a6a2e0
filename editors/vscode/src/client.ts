import type * as vscode from "vscode";
import {
  type ClientCapabilities,
  ExecuteCommandRequest,
  LanguageClient,
  RenameRequest,
  State,
  type StaticFeature,
} from "vscode-languageclient/node";
import type { EditAnswer } from "../../../src/lsp/apply-edit.ts";
import type { Server } from "./api.ts";
import type { Program } from "./program.ts";

export interface ClientOptions {
  readonly program: Program;
  readonly args: readonly string[];
  readonly log: vscode.LogOutputChannel;
  /** A folder that is no workspace: the server is started in it. */
  readonly folder: string;
  readonly renameOnF2: () => boolean;
  /** A command of the server that the editor was asked to run, such as a quick fix. */
  readonly onCommand: (command: string, argument: unknown) => Promise<void>;
  readonly onState: (isRunning: boolean) => void;
}

export interface Client extends Server {
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** The server answers with the changes, and the user accepts them: the editor offers it no `workspace/applyEdit`. */
const reviewedEdits: StaticFeature = {
  fillClientCapabilities(capabilities: ClientCapabilities): void {
    capabilities.workspace = { ...capabilities.workspace, applyEdit: false };
  },
  initialize() {},
  getState: () => ({ kind: "static" }),
  clear() {},
};

/** `redraft lsp` as a process of its own. */
export function createClient(options: ClientOptions): Client {
  const { program, args, log, folder } = options;
  const client = new LanguageClient(
    "redraft",
    "Redraft",
    {
      command: program.command,
      args: [...program.args, ...args],
      options: { cwd: folder },
    },
    {
      documentSelector: [{ scheme: "file" }],
      outputChannel: log,
      initializationOptions: { clipboardCommand: true, showsAnswers: true },
      middleware: {
        executeCommand: (command, [argument]) => options.onCommand(command, argument),
        // Another provider is asked where this one refuses.
        prepareRename: (document, position, token, next) =>
          options.renameOnF2()
            ? next(document, position, token)
            : Promise.reject(new Error("Redraft renames by its own command.")),
        provideRenameEdits: (document, position, name, token, next) =>
          options.renameOnF2()
            ? next(document, position, name, token)
            : Promise.reject(new Error("Redraft renames by its own command.")),
      },
    },
  );
  client.registerFeature(reviewedEdits);
  client.onDidChangeState(({ newState }) => options.onState(newState === State.Running));
  return {
    start: () => client.start(),
    stop: () => client.dispose(),
    execute: (command, argument): Promise<EditAnswer> =>
      client.sendRequest(ExecuteCommandRequest.type, { command, arguments: [argument] }),
    async rename(document, position, newName) {
      const convert = client.code2ProtocolConverter;
      const edit = await client.sendRequest(RenameRequest.type, {
        textDocument: convert.asTextDocumentIdentifier(document),
        position: convert.asPosition(position),
        newName,
      });
      return client.protocol2CodeConverter.asWorkspaceEdit(edit!);
    },
  };
}
