import {
  type ClientCapabilities,
  type CodeAction,
  CodeActionKind,
  type CodeActionParams,
  type Command,
  type Diagnostic,
  DiagnosticSeverity,
} from "vscode-languageserver/node.js";
import type { OpenDocument } from "./documents.ts";
import type { PendingCandidate, PendingChoice } from "./pending.ts";

export const commandNames = {
  applyEdit: "redraft.applyEdit",
  takeCandidate: "redraft.takeCandidate",
  /** The editor's own: it calls `applyEdit` with the text of its clipboard. */
  applyClipboardEdit: "redraft.applyClipboardEdit",
} as const;

export interface CodeActionContext {
  readonly document: OpenDocument | undefined;
  readonly choice: PendingChoice | undefined;
  /** Whether the editor has the command `applyClipboardEdit`. */
  readonly hasClipboard: boolean;
  readonly capabilities: ClientCapabilities;
}

/** "Apply the edit in the clipboard", and one quick fix for each candidate of an ambiguous edit. */
export function codeActionsFor(
  { context: { only } }: CodeActionParams,
  { document, choice, hasClipboard, capabilities }: CodeActionContext,
): (CodeAction | Command)[] {
  if (document === undefined) return [];
  const { uri, version } = document;
  const actions: CodeAction[] = (choice?.candidates ?? []).map((candidate) => ({
    title: `Redraft: apply it here, ${candidate.title}`,
    kind: CodeActionKind.QuickFix,
    diagnostics: [diagnosticOf(candidate)],
    command: {
      title: "Apply it here",
      command: commandNames.takeCandidate,
      arguments: [{ uri, id: candidate.id }],
    },
  }));
  if (hasClipboard) {
    actions.push({
      title: "Redraft: apply the edit in the clipboard",
      kind: CodeActionKind.RefactorRewrite,
      command: {
        title: "Apply the edit in the clipboard",
        command: commandNames.applyClipboardEdit,
        arguments: [{ uri, version }],
      },
    });
  }
  const asked = actions.filter(({ kind }) => !only || only.some((one) => includesKind(one, kind!)));
  const takesActions = capabilities.textDocument?.codeAction?.codeActionLiteralSupport;
  return takesActions ? asked : asked.map(({ title, command }) => ({ ...command!, title }));
}

/** Kinds are nested by dots: `refactor` includes `refactor.rewrite`. */
const includesKind = (asked: string, kind: string): boolean =>
  asked === "" || kind === asked || kind.startsWith(`${asked}.`);

/** A mark at each place that an edit may mean, so that editors show their quick fixes there. */
export const ownDiagnostics = (choice: PendingChoice | undefined): Diagnostic[] =>
  (choice?.candidates ?? []).map(diagnosticOf);

const diagnosticOf = ({ range, title, id }: PendingCandidate): Diagnostic => ({
  range,
  severity: DiagnosticSeverity.Information,
  source: "redraft",
  code: id,
  message: `An edit fits here and elsewhere: ${title}`,
});
