import type { InspectApi, LogHunk, LogRow } from "./api.ts";
import { confirmed } from "./confirm.ts";
import { diffText } from "./diff-text.ts";
import { announce, button, count, element, fill } from "./dom.ts";

/** Hunks of an entry that are shown. */
const mostHunks = 200;

/** The log of the roots, newest first: its entries, the hunks of one, and undo after a look at its diff. */
export class JournalTab {
  private rows: readonly LogRow[] = [];
  private chosen = 0;
  private readonly api: InspectApi;
  private readonly list = element("div", {
    class: "log",
    attributes: {
      tabindex: "0",
      role: "listbox",
      "aria-label": "Entries of the log: arrows choose one, u undoes it",
    },
    on: { keydown: (event) => this.onKey(event) },
  });
  private readonly details = element("div", {
    class: "log-details",
    attributes: { "aria-live": "polite" },
  });

  constructor(section: HTMLElement, api: InspectApi) {
    this.api = api;
    fill(
      section,
      element(
        "div",
        { class: "bar" },
        button("Read again", () => void this.refresh()),
        element(
          "span",
          { class: "dim" },
          "The log of the folders that redraft inspect was started for.",
        ),
      ),
      element("div", { class: "columns" }, this.list, this.details),
    );
  }

  async refresh(): Promise<void> {
    try {
      this.rows = await this.api.log();
    } catch (error) {
      fill(this.list, element("p", { class: "bad" }, (error as Error).message));
      return;
    }
    this.chosen = Math.min(this.chosen, Math.max(0, this.rows.length - 1));
    if (this.rows.length === 0) {
      fill(this.list, element("p", { class: "dim" }, "No edits were made here yet."));
      fill(this.details);
      return;
    }
    fill(this.list, ...this.rows.map((row, index) => this.rowView(row, index)));
    await this.choose(this.chosen);
  }

  /** Chooses an entry by its id. */
  async reveal(id: string): Promise<void> {
    await this.refresh();
    const index = this.rows.findIndex((row) => row.id === id);
    if (index >= 0) await this.choose(index);
    else
      announce(`The log of these folders has no entry ${id}: start redraft inspect with --root.`);
  }

  /** Undo, or redo, of the chosen entry or of some of its hunks: shown first, made after a confirmation. */
  undo(hunks?: readonly number[]): void {
    const row = this.rows[this.chosen];
    if (row === undefined) return;
    void this.undoShown(row, hunks).catch((error: Error) => {
      announce(error.message);
      fill(
        this.details,
        element("h2", { class: "bad" }, "Nothing was changed"),
        element("pre", { class: "message" }, error.message),
        button("Back", () => void this.choose(this.chosen)),
      );
    });
  }

  private async undoShown(row: LogRow, hunks?: readonly number[]): Promise<void> {
    const redo = redoes(row);
    const request = { ids: [row.id], redo, ...(hunks && { hunks }) };
    const { answer, confirm } = await this.api.undo(request);
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
    const part = hunks ? `hunk ${hunks.join(", ")} of ` : "";
    const title = `${name} ${part}${row.kind} ${row.id}?`;
    if (!(await confirmed({ title, body, action: `${name} it` }))) return;
    await this.api.undo({ ...request, confirm });
    this.chosen = 0;
    await this.refresh();
    announce(`${name} of ${part}${row.id} is done.`);
    this.list.focus();
  }

  private rowView(row: LogRow, index: number): HTMLElement {
    const { kind, of, state = "in place", interrupted, time, by, files } = row;
    const mark = { undo: "↶", redo: "↷" }[kind] ?? { "in place": "●", undone: "○" }[state] ?? "◐";
    const what = [
      `${kind}${of ? ` of ${of.join(", ")}` : ""}`,
      ...(state === "in place" ? [] : [state]),
      ...(interrupted ? ["interrupted"] : []),
    ];
    return element(
      "div",
      {
        class: "log-row",
        id: `entry-${index}`,
        attributes: { role: "option", "aria-selected": "false" },
        on: { click: () => void this.choose(index) },
      },
      element("span", { attributes: { "aria-hidden": "true" } }, mark),
      element("span", {}, what.join(", ")),
      element(
        "span",
        { class: "dim" },
        `${time.slice(0, 19).replace("T", " ")}${by ? `, ${by}` : ""}`,
      ),
      element("span", {}, files.map(({ action, path }) => `${action} ${path}`).join(", ")),
    );
  }

  private async choose(index: number): Promise<void> {
    this.chosen = index;
    const row = this.rows[index];
    if (row === undefined) return;
    for (const [at, one] of [...this.list.querySelectorAll(".log-row")].entries())
      one.setAttribute("aria-selected", String(at === index));
    this.list.setAttribute("aria-activedescendant", `entry-${index}`);
    document.getElementById(`entry-${index}`)?.scrollIntoView({ block: "nearest" });
    const hunks = await this.api.hunks(row.id).catch((error: Error) => error);
    if (this.rows[this.chosen] !== row) return;
    const name = redoes(row) ? "Redo…" : "Undo…";
    fill(
      this.details,
      element("h2", {}, `${row.kind} ${row.id}`),
      element(
        "p",
        {},
        button(name, () => this.undo(), { id: "undo-button", title: "Shows the change first (u)" }),
      ),
      hunks instanceof Error
        ? element("p", { class: "bad" }, hunks.message)
        : this.hunkList(row, hunks),
    );
  }

  private hunkList(row: LogRow, hunks: readonly LogHunk[]): HTMLElement {
    if (hunks.length === 0) {
      const what = "No lines of text changed: files were created, deleted or moved.";
      return element("p", { class: "dim" }, what);
    }
    // One hunk is the whole edit; of an edit that is undone there is nothing left to take back by hunks.
    const single = row.kind === "edit" && row.state !== "undone" && hunks.length > 1;
    const more = hunks.length - mostHunks;
    return element(
      "div",
      {},
      ...hunks
        .slice(0, mostHunks)
        .map(({ number, path, line, before, after }) =>
          element(
            "div",
            {},
            element(
              "h3",
              {},
              `Hunk ${number}: ${path}, line ${line} `,
              single && button("Undo this hunk…", () => this.undo([number])),
            ),
            diffText(
              [...before.map((text) => `-${text}`), ...after.map((text) => `+${text}`)].join("\n"),
            ),
          ),
        ),
      more > 0 &&
        element("p", { class: "dim" }, `${count(more, "more hunk")}: redraft log --id shows them.`),
    );
  }

  private onKey(event: KeyboardEvent): void {
    const { length } = this.rows;
    const by = { ArrowDown: 1, ArrowUp: -1, Home: -length, End: length }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    void this.choose(Math.max(0, Math.min(length - 1, this.chosen + by)));
  }
}

/** An undone edit, and an undo, can be made again. */
const redoes = ({ kind, state }: LogRow): boolean =>
  kind === "undo" || (kind === "edit" && state === "undone");
