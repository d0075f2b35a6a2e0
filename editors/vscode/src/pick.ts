import type * as vscode from "vscode";
import type { EditorApi } from "./api.ts";

export interface PickOptions {
  readonly title: string;
  readonly placeholder: string;
  /** Whether several may be taken; all are at first. */
  readonly many: boolean;
  /** Called with the item that the cursor is on, and with those that are taken. */
  onActive?(active: number | undefined, taken: readonly number[]): void;
}

/** A list that stays open while the user looks elsewhere. Answers the numbers of the items that were taken, or undefined where it was left. */
export function pickItems(
  api: EditorApi,
  items: readonly vscode.QuickPickItem[],
  { title, placeholder, many, onActive }: PickOptions,
): Promise<readonly number[] | undefined> {
  const list = api.window.createQuickPick();
  list.title = title;
  list.placeholder = placeholder;
  list.canSelectMany = many;
  list.matchOnDescription = true;
  list.matchOnDetail = true;
  list.ignoreFocusOut = true;
  list.items = items;
  if (many) list.selectedItems = items;
  const numbers = (some: readonly vscode.QuickPickItem[]): number[] =>
    some
      .map((one) => list.items.indexOf(one))
      .filter((at) => at >= 0)
      .sort((a, b) => a - b);
  const report = (): void => {
    const [active] = numbers(list.activeItems);
    onActive?.(active, numbers(many ? list.selectedItems : list.activeItems));
  };
  return new Promise((resolve) => {
    list.onDidChangeActive(report);
    list.onDidChangeSelection(report);
    list.onDidAccept(() => {
      resolve(numbers(list.selectedItems));
      list.hide();
    });
    list.onDidHide(() => {
      resolve(undefined);
      list.dispose();
    });
    list.show();
  });
}
