import type { ChildProcess } from "node:child_process";
import type * as vscode from "vscode";
import type { Context } from "./api.ts";
import { type Applier, showRefusal } from "./apply.ts";
import { hunksOfDiff } from "./messages.ts";
import type { Program } from "./program.ts";
import { instructionArguments } from "./settings.ts";

export interface InstructionDeps {
  /** Where Redraft is. */
  readonly program: () => Program;
  readonly spawn: (command: string, args: readonly string[]) => ChildProcess;
}

/**
 * Has a model edit a document: `redraft edit` prints the diff while the model writes, into the log, and the whole diff is applied
 * as any other edit is. The program writes no file.
 */
export async function editByInstruction(
  context: Context,
  applier: Applier,
  deps: InstructionDeps,
  document: vscode.TextDocument,
): Promise<void> {
  const { api, log } = context;
  // The text leaves the editor for a model, so a workspace that nobody trusts has none of it.
  if (!api.workspace.isTrusted) {
    return showRefusal(context, "Edits by instruction need a workspace that you trust.");
  }
  const instruction = await api.window.showInputBox({
    title: `What should change in ${api.workspace.asRelativePath(document.uri)}?`,
    placeHolder: "add a --quiet option",
  });
  if (instruction === undefined || instruction.trim() === "") return;
  // The program reads the file.
  if (document.isDirty && !(await document.save())) {
    return showRefusal(context, "The document could not be saved. Save it, and try again.");
  }
  const { command, args } = deps.program();
  const own = instructionArguments(context.settings(), document.uri.fsPath, instruction.trim());
  log.appendLine(`\n${instruction.trim()}`);
  log.show(true);
  const done = await context.busy(async () =>
    api.window.withProgress(
      { location: api.ProgressLocation.Notification, title: "Redraft edits", cancellable: true },
      (progress, token) =>
        outputOf(deps.spawn(command, [...args, ...own]), {
          onText(text) {
            log.append(text);
            const line = text.trim().split("\n").at(-1) ?? "";
            progress.report({ message: line.slice(0, 80) });
          },
          onCancel: (stop) => token.onCancellationRequested(stop),
        }),
    ),
  );
  if (done.status === "cancelled") return;
  if (done.status === "failed") return showRefusal(context, done.message);
  const diff = hunksOfDiff(done.text);
  if (diff === "") return showRefusal(context, "The model changed nothing.");
  await applier.apply(document, diff, "unified-diff");
}

export type ProgramOutcome =
  | { readonly status: "done"; readonly text: string }
  | { readonly status: "failed"; readonly message: string }
  | { readonly status: "cancelled" };

export interface OutputOptions {
  readonly onText: (text: string) => void;
  readonly onCancel: (stop: () => void) => unknown;
}

/** What a program prints; a failure has what it says on standard error. */
export function outputOf(
  child: ChildProcess,
  { onText, onCancel }: OutputOptions,
): Promise<ProgramOutcome> {
  return new Promise((resolve) => {
    let [text, errors] = ["", ""];
    let isCancelled = false;
    child.stdout?.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
      onText(chunk);
    });
    child.stderr?.setEncoding("utf8").on("data", (chunk: string) => {
      errors += chunk;
      onText(chunk);
    });
    onCancel(() => {
      isCancelled = true;
      child.kill();
    });
    child.on("error", ({ message }) => resolve({ status: "failed", message }));
    child.on("close", (code) => {
      if (isCancelled) resolve({ status: "cancelled" });
      else if (code === 0) resolve({ status: "done", text });
      else
        resolve({ status: "failed", message: errors.trim() || `redraft edit ended with ${code}.` });
    });
  });
}
