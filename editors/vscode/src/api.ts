import type * as vscode from "vscode";
import type { EditAnswer } from "../../../src/lsp/apply-edit.ts";
import type { Settings } from "./settings.ts";

/** The part of the editor's interface that is used. It is an argument everywhere, so that tests bring one of their own. */
export type EditorApi = Pick<
  typeof vscode,
  | "commands"
  | "env"
  | "EventEmitter"
  | "Position"
  | "ProgressLocation"
  | "Range"
  | "Selection"
  | "StatusBarAlignment"
  | "TabInputTextDiff"
  | "TextEditorRevealType"
  | "ThemeColor"
  | "Uri"
  | "window"
  | "workspace"
  | "WorkspaceEdit"
>;

/** The commands that the server has, and its renames. */
export interface Server {
  execute(command: string, argument: object): Promise<EditAnswer>;
  /** What a new name changes. @throws with the message of the refusal */
  rename(
    document: vscode.TextDocument,
    position: vscode.Position,
    newName: string,
  ): Promise<vscode.WorkspaceEdit>;
}

/** What the commands share. */
export interface Context {
  readonly api: EditorApi;
  readonly server: () => Promise<Server>;
  readonly settings: () => Settings;
  readonly log: Pick<vscode.OutputChannel, "append" | "appendLine" | "show">;
  /** Counts the work for the status bar. */
  busy<T>(work: () => Promise<T>): Promise<T>;
}
