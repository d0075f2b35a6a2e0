import type { InspectApi, LogHunk, LogRow } from "./api.ts";
import { confirmed } from "./confirm.ts";
import { diffText } from "./diff-text.ts";
import { announce, button, count, element, fill } from "./dom.ts";

export interface JournalTab {
  refresh(): Promise<void>;
  /** Undo, or redo, of the entry that is chosen. */
  undo(): void;
  move(by: number): void;
}

/** The log of the roots, newest first: its entries, the hunks of one, and undo after a look at its diff. */
export function createJournalTab(section: HTMLElement, api: InspectApi): JournalTab {
  let rows: readonly LogRow[] = [];
  let chosen = 0;
  const list = element("div", {
    class: "log",
    attributes: {
      tabindex: "0",
      role: "listbox",
      "aria-label": "Entries of the log: arrows choose one, u undoes it",
    },
    on: { keydown: onKey },
  });
  const details = element("div", { class: "log-details", attributes: { "aria-live": "polite" } });
  fill(
    section,
    element(
      "div",
      { class: "bar" },
      button("Read again", () => void refresh()),
      element(
        "span",
        { class: "dim" },
        "The log of the folders that redraft inspect was started with.",
      ),
    ),
    element("div", { class: "columns" }, list, details),
  );

  async function refresh(): Promise<void> {
    try {
      rows = await api.log();
    } catch (error) {
      fill(list, element("p", { class: "bad" }, (error as Error).message));
      return;
    }
    chosen = Math.min(chosen, Math.max(0, rows.length - 1));
    fill(
      list,
      ...(rows.length === 0
        ? [element("p", { class: "dim" }, "No edits were made here yet.")]
        : rows.map(rowView)),
    );
    if (rows.length > 0) await choose(chosen);
    else fill(details);
  }

  function rowView(row: LogRow, index: number): HTMLElement {
    const state = row.state ?? "";
    const mark =
      row.kind === "edit"
        ? state === "in place"
          ? "●"
          : state === "undone"
            ? "○"
            : "◐"
        : row.kind === "undo"
          ? "↶"
          : "↷";
    return element(
      "div",
      {
        class: "log-row",
        id: `entry-${index}`,
        attributes: { role: "option", "aria-selected": "false" },
        on: { click: () => void choose(index) },
      },
      element("span", { class: "mark", attributes: { "aria-hidden": "true" } }, mark),
      element(
        "span",
        {},
        `${row.kind}${row.of ? ` of ${row.of.join(", ")}` : ""}${state && state !== "in place" ? ` (${state})` : ""}${row.interrupted ? " (interrupted)" : ""}`,
      ),
      element(
        "span",
        { class: "dim" },
        `${row.time.slice(0, 19).replace("T", " ")}${row.by ? `, ${row.by}` : ""}`,
      ),
      element("span", {}, row.files.map(({ action, path }) => `${action} ${path}`).join(", ")),
    );
  }

  async function choose(index: number): Promise<void> {
    chosen = index;
    const row = rows[index];
    if (row === undefined) return;
    for (const [at, one] of [...list.querySelectorAll(".log-row")].entries())
      one.setAttribute("aria-selected", String(at === index));
    list.setAttribute("aria-activedescendant", `entry-${index}`);
    document.getElementById(`entry-${index}`)?.scrollIntoView({ block: "nearest" });
    const hunks = await api.hunks(row.id).catch((error: Error) => error);
    if (rows[chosen] !== row) return;
    const isRedo = redoes(row);
    fill(
      details,
      element("h2", {}, `${row.kind} ${row.id}`),
      element(
        "p",
        {},
        button(isRedo ? "Redo…" : "Undo…", undo, {
          id: "undo-button",
          title: "Shows the change first (u)",
        }),
      ),
      hunks instanceof Error ? element("p", { class: "bad" }, hunks.message) : hunkList(hunks),
    );
  }

  function undo(): void {
    const row = rows[chosen];
    if (row === undefined) return;
    void undoShown(row).catch((error: Error) => {
      announce(error.message);
      fill(
        details,
        element("h2", { class: "bad" }, "Nothing was changed"),
        element("pre", { class: "message" }, error.message),
        button("Back", () => void choose(chosen)),
      );
    });
  }

  async function undoShown(row: LogRow): Promise<void> {
    const redo = redoes(row);
    const request = { ids: [row.id], redo };
    const { answer, confirm } = await api.undo(request);
    const { files } = answer;
    const body =
      files.length === 0
        ? element("p", {}, "The files have this text already: only the log changes.")
        : element(
            "div",
            {},
            element("p", {}, `${count(files.length, "file")} will be written:`),
            ...files.map(({ diff }) => diffText(diff)),
          );
    const name = redo ? "Redo" : "Undo";
    if (!(await confirmed({ title: `${name} ${row.kind} ${row.id}?`, body, action: `${name} it` })))
      return;
    await api.undo({ ...request, confirm });
    chosen = 0;
    await refresh();
    announce(`${name} of ${row.id} is done.`);
    list.focus();
  }

  function onKey(event: KeyboardEvent): void {
    const by = { ArrowDown: 1, ArrowUp: -1, Home: -rows.length, End: rows.length }[event.key];
    if (by !== undefined) {
      event.preventDefault();
      move(by);
    }
  }

  function move(by: number): void {
    void choose(Math.max(0, Math.min(rows.length - 1, chosen + by)));
  }

  return { refresh, undo, move };
}

/** An undone edit, and an undo, can be made again. */
const redoes = ({ kind, state }: LogRow): boolean =>
  kind === "undo" || (kind === "edit" && state === "undone");

function hunkList(hunks: readonly LogHunk[]): HTMLElement {
  if (hunks.length === 0)
    return element(
      "p",
      { class: "dim" },
      "No lines of text changed: files were created, deleted or moved.",
    );
  return element(
    "div",
    {},
    ...hunks
      .slice(0, 200)
      .map(({ number, path, line, before, after }) =>
        element(
          "div",
          {},
          element("h3", {}, `Hunk ${number}: ${path}, line ${line}`),
          diffText(
            [...before.map((text) => `-${text}`), ...after.map((text) => `+${text}`)].join("\n"),
          ),
        ),
      ),
    hunks.length > 200 &&
      element(
        "p",
        { class: "dim" },
        `${hunks.length - 200} more hunks: redraft log --id shows them.`,
      ),
  );
}
