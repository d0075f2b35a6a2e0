import type * as vscode from "vscode";
import type { Context } from "./api.ts";
import { type Applier, showRefusal } from "./apply.ts";
import { editByInstruction, type InstructionDeps } from "./instruct.ts";
import { counted } from "./messages.ts";
import { pickItems } from "./pick.ts";

/** Edits in files that are larger are no edits. */
const largestEditFile = 32 * 1024 * 1024;

/** The commands of the extension, by the names in its package.json. */
export function commandsOf(
  context: Context,
  applier: Applier,
  instruction: InstructionDeps,
): Record<string, (argument?: unknown) => Promise<void>> {
  const { api } = context;
  const refuse = (message: string): Promise<void> => showRefusal(context, message);

  async function target(): Promise<vscode.TextDocument | undefined> {
    const document = api.window.activeTextEditor?.document;
    if (document?.uri.scheme === "file") return document;
    await refuse(
      document === undefined
        ? "No document is open. Open the file that the edit is for, and apply it again."
        : "This document is no file. Save it, or open the file that the edit is for.",
    );
    return undefined;
  }

  async function applyClipboard(): Promise<void> {
    const document = await target();
    if (document === undefined) return;
    const edit = await api.env.clipboard.readText();
    if (edit.trim() !== "") return applier.apply(document, edit);
    await refuse("The clipboard has no text. Copy the edit, and apply it again.");
  }

  async function applySelection(): Promise<void> {
    const editor = api.window.activeTextEditor;
    const edit = editor?.document.getText(editor.selection) ?? "";
    if (editor === undefined || edit.trim() === "") {
      return refuse("Nothing is selected. Select the edit, and apply it again.");
    }
    const others = api.workspace.textDocuments.filter(
      ({ uri, isClosed }) =>
        uri.scheme === "file" && !isClosed && uri.toString() !== editor.document.uri.toString(),
    );
    const document = await chooseDocument(others);
    if (document !== undefined) await applier.apply(document, edit);
  }

  async function chooseDocument(
    documents: readonly vscode.TextDocument[],
  ): Promise<vscode.TextDocument | undefined> {
    if (documents.length === 0) {
      await refuse("No other document is open. Open the file that the edit is for.");
      return undefined;
    }
    const visible = new Set(api.window.visibleTextEditors.map(({ document }) => document));
    const sorted = [...documents].sort((a, b) => Number(visible.has(b)) - Number(visible.has(a)));
    const items = sorted.map((one) => ({
      label: api.workspace.asRelativePath(one.uri),
      description: one.isDirty ? "not saved" : "",
    }));
    const taken = await pickItems(api, items, {
      title: "Apply the selected edit to",
      placeholder: "The document that the edit is for",
      many: false,
    });
    return sorted[taken?.[0] ?? -1];
  }

  async function applyFile(): Promise<void> {
    const document = await target();
    if (document === undefined) return;
    const [uri] =
      (await api.window.showOpenDialog({ openLabel: "Apply", title: "A file with an edit" })) ?? [];
    if (uri === undefined) return;
    const { size } = await api.workspace.fs.stat(uri);
    if (size > largestEditFile) return refuse(`${uri.path} is larger than 32 MiB: it is no edit.`);
    const bytes = await api.workspace.fs.readFile(uri);
    let edit: string;
    try {
      edit = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    } catch {
      return refuse(`${uri.path} is not UTF-8 text. Save the edit as UTF-8.`);
    }
    await applier.apply(document, edit);
  }

  async function rename(): Promise<void> {
    const editor = api.window.activeTextEditor;
    const document = await target();
    if (document === undefined || editor === undefined) return;
    const position = editor.selection.active;
    const range = document.getWordRangeAtPosition(position);
    if (range === undefined) return refuse("There is no name at the cursor. Put it on one.");
    const old = document.getText(range);
    const name = await api.window.showInputBox({
      title: `Rename ${old} in all files`,
      value: old,
      validateInput: (value) => (value.trim() === "" ? "Write the new name" : undefined),
    });
    if (name === undefined || name.trim() === old) return;
    const server = await context.server();
    const edit = await context.busy(() => server.rename(document, position, name.trim()));
    if (!(await api.workspace.applyEdit(edit, { isRefactoring: true }))) {
      return refuse("A document changed meanwhile. Nothing was changed. Rename again.");
    }
    const files = edit.entries();
    const places = files.reduce((sum, [, edits]) => sum + edits.length, 0);
    const done = `renamed ${old} at ${counted(places, "place")} in ${counted(files.length, "file")}.`;
    context.log.appendLine(done);
    api.window.setStatusBarMessage(`Redraft: ${done}`, 8000);
  }

  async function instruct(): Promise<void> {
    const document = await target();
    if (document !== undefined) await editByInstruction(context, applier, instruction, document);
  }

  /** The quick fix at a place of an ambiguous edit. */
  async function takeCandidate(argument: unknown): Promise<void> {
    const { uri, id } = argument as { uri: string; id: string };
    const document = api.workspace.textDocuments.find((one) => one.uri.toString() === uri);
    if (document !== undefined) await applier.take(document, id);
  }

  const commands = {
    "redraft.applyClipboardEdit": applyClipboard,
    "redraft.applySelectedEdit": applySelection,
    "redraft.applyEditFile": applyFile,
    "redraft.editByInstruction": instruct,
    "redraft.renameSymbol": rename,
    "redraft.takeCandidate": takeCandidate,
  };
  return Object.fromEntries(
    Object.entries(commands).map(([name, run]) => [
      name,
      (argument?: unknown) =>
        run(argument).catch((error: unknown) =>
          refuse(error instanceof Error ? error.message : String(error)),
        ),
    ]),
  );
}
