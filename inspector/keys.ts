import { kindSigns, lineKinds } from "../src/inspect/picture.ts";
import { originSigns } from "../src/inspect/timeline.ts";
import { byId, element, fill } from "./dom.ts";

/** Keys with what they do; letters only where no text is being written. */
export const keyTable: readonly (readonly [keys: string, what: string])[] = [
  ["m, d, s, j, r", "merge, decode, server, journal, receipt"],
  ["F6, Shift+F6", "next, previous pane"],
  ["Tab", "next control; also out of an editor"],
  ["Esc", "out of an editor, so that letters are keys"],
  ["n, p or F8, Shift+F8", "next, previous change"],
  ["1 to 8 or Alt+1 to Alt+8", "take that reading of an ambiguous edit"],
  ["Ctrl+Enter", "merge now"],
  ["Ctrl+F", "find in a pane"],
  ["c", "copy the result"],
  ["w", "write the result over the opened file, after a question"],
  ["← →, PageUp, PageDown", "passes of a decode"],
  ["↑ ↓", "entries of the journal"],
  ["u", "undo or redo the chosen entry, after a look at its diff"],
  ["? or F1", "this page"],
];

const meanings: Readonly<Record<string, string>> = {
  new: "a line of the edit that the file did not have",
  removed: "a line of the file that the edit removes",
  replaced: "a line of the file that new lines replace",
  moved: "a removed line that is new elsewhere, or with another indentation",
  merged: "new words of the edit in a line of the file",
  layout: "a blank line that sets new code apart",
  quoted: "a line of the edit that is in the file and stays",
};

export function showHelp(): void {
  const dialog = byId("help") as HTMLDialogElement;
  if (dialog.open) return;
  const table = (caption: string, rows: readonly (readonly [string, string])[]): HTMLElement =>
    element(
      "table",
      {},
      element("caption", {}, caption),
      element(
        "tbody",
        {},
        ...rows.map(([key, what]) =>
          element(
            "tr",
            {},
            element("th", { attributes: { scope: "row" } }, key),
            element("td", {}, what),
          ),
        ),
      ),
    );
  const close = element(
    "button",
    { attributes: { type: "button" }, on: { click: () => dialog.close() } },
    "Close",
  );
  fill(
    dialog,
    table("Keys", keyTable),
    table(
      "Signs of lines",
      lineKinds
        .filter((kind) => kind in meanings)
        .map((kind) => [`${kindSigns[kind]} ${kind}`, meanings[kind]!]),
    ),
    table(
      "Sources of tokens",
      Object.entries(originSigns).map(([name, sign]) => [sign, name]),
    ),
    element("p", { class: "buttons" }, close),
  );
  dialog.showModal();
  close.focus();
}

/** Whether what has the focus takes letters as text. */
export function isWriting(): boolean {
  let active = document.activeElement;
  while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
  if (active === null) return false;
  if (active instanceof HTMLElement && active.isContentEditable) {
    const pane = (active.getRootNode() as ShadowRoot).host?.getAttribute("data-pane");
    return pane !== "Result";
  }
  return /^(INPUT|TEXTAREA|SELECT)$/.test(active.tagName);
}
