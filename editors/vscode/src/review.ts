import type * as vscode from "vscode";
import type { EditorApi } from "./api.ts";
import { type Hunk, hunkSize, hunksOf, hunkTitle, type TextChange, withChanges } from "./hunks.ts";
import { counted } from "./messages.ts";
import { pickItems } from "./pick.ts";
import type { Previews } from "./preview.ts";

export type ReviewOutcome =
  | { readonly status: "applied"; readonly taken: number; readonly of: number }
  | { readonly status: "rejected" }
  /** The document changed after the edit was made. */
  | { readonly status: "stale" };

export interface ReviewedEdit {
  readonly document: vscode.TextDocument;
  /** The version that the changes were made for. */
  readonly version: number;
  readonly changes: readonly TextChange[];
  /** False: everything is taken, and nothing is asked. */
  readonly asks: boolean;
}

/** Shows a diff and a list of hunks, all taken at first, and makes those that the user leaves taken, in one step of undo. */
export async function review(
  api: EditorApi,
  previews: Previews,
  { document, version, changes, asks }: ReviewedEdit,
): Promise<ReviewOutcome> {
  if (document.version !== version) return { status: "stale" };
  const text = document.getText();
  const hunks = hunksOf(text, changes);
  const taken = asks ? await takenHunks(api, previews, document, hunks) : hunks;
  if (taken === undefined || taken.length === 0) return { status: "rejected" };
  if (document.version !== version || !(await replaceIn(api, document, taken))) {
    return { status: "stale" };
  }
  return { status: "applied", taken: taken.length, of: hunks.length };
}

async function takenHunks(
  api: EditorApi,
  previews: Previews,
  document: vscode.TextDocument,
  hunks: readonly Hunk[],
): Promise<readonly Hunk[] | undefined> {
  const text = document.getText();
  const name = document.uri.path.split("/").at(-1) ?? "";
  const title = `${name}: ${counted(hunks.length, "change")} by Redraft`;
  const preview = await previews.open(document, withChanges(text, hunks), title);
  try {
    const items = hunks.map((hunk) => ({ label: hunkTitle(hunk), description: hunkSize(hunk) }));
    const numbers = await pickItems(api, items, {
      title,
      placeholder: "Enter applies the checked changes (arrows and Space), Escape none",
      many: true,
      onActive(active, chosen) {
        const some = chosen.map((number) => hunks[number]!);
        const hunk = hunks[active ?? 0];
        if (hunk !== undefined) preview.show(withChanges(text, some), lineAfter(some, hunk));
      },
    });
    return numbers?.map((number) => hunks[number]!);
  } finally {
    await preview.close();
  }
}

/** Where a hunk is once those that are taken before it are made, from 0. */
function lineAfter(taken: readonly Hunk[], { line }: Hunk): number {
  const ends = (text: string): number => text.split(/\r\n|\r|\n/u).length;
  const before = taken.filter((one) => one.line < line);
  return before.reduce((at, one) => at + ends(one.newText) - ends(one.oldText), line - 1);
}

async function replaceIn(
  api: EditorApi,
  document: vscode.TextDocument,
  changes: readonly TextChange[],
): Promise<boolean> {
  const edit = new api.WorkspaceEdit();
  for (const { range, newText } of changes) {
    const { start, end } = range;
    const at = new api.Range(start.line, start.character, end.line, end.character);
    edit.replace(document.uri, at, newText);
  }
  return api.workspace.applyEdit(edit);
}
