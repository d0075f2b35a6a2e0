import { createRequestLog, type RequestRow } from "../src/inspect/request-log.ts";
import type { FollowMessage } from "./api.ts";
import { announce, button, count, element, fill } from "./dom.ts";

export interface ServerTabOptions {
  readonly name: string;
  /** Shows an edit as a picture. */
  readonly onEdit: (texts: {
    readonly path: string;
    readonly source: string;
    readonly edit: string;
  }) => void;
  /** Shows an entry of the log. */
  readonly onEntry: (id: string) => void;
}

/** The tab of a running server: its requests as they happen, newest first. Only rows that changed are drawn. */
export class ServerTab {
  private readonly log = createRequestLog();
  private readonly drawn = new Map<number, HTMLTableRowElement>();
  private readonly options: ServerTabOptions;
  private readonly state = element("span", { id: "server-state" });
  private readonly facts = element("span", { class: "dim", id: "server-facts" });
  private readonly body = element("tbody");
  private dropped = 0;

  constructor(section: HTMLElement, options: ServerTabOptions) {
    this.options = options;
    const head = ["request", "endpoint", "files", "outcome", "ms", "show"].map((name) =>
      element("th", { attributes: { scope: "col" } }, name),
    );
    fill(
      section,
      element("div", { class: "bar" }, this.state, this.facts),
      element(
        "div",
        { class: "scrolled" },
        element(
          "table",
          { class: "requests" },
          element("caption", {}, `Requests to ${options.name}, newest first`),
          element("thead", {}, element("tr", {}, ...head)),
          this.body,
        ),
      ),
    );
    this.showFacts();
  }

  take(message: FollowMessage): void {
    if (message.type === "state") {
      this.state.textContent = message.message;
      this.state.className = message.state === "open" ? "" : "bad";
      announce(message.message);
      return;
    }
    if (message.type === "reset") {
      this.log.clear();
      this.drawn.clear();
      this.dropped = 0;
      fill(this.body);
    } else {
      this.dropped += droppedIn(message.text);
      for (const row of this.log.push(message.text)) this.draw(row);
      for (const number of this.log.takeForgotten()) {
        this.drawn.get(number)?.remove();
        this.drawn.delete(number);
      }
    }
    this.showFacts();
  }

  private showFacts(): void {
    const missed =
      this.dropped > 0 ? `; ${count(this.dropped, "event")} came too fast to be shown` : "";
    this.facts.textContent = `${count(this.log.size, "request")}${missed}`;
  }

  private draw(row: RequestRow): void {
    const made = this.rowView(row);
    const old = this.drawn.get(row.request);
    if (old) old.replaceWith(made);
    else this.body.prepend(made);
    this.drawn.set(row.request, made);
  }

  private rowView(row: RequestRow): HTMLTableRowElement {
    const { request, endpoint, paths, outcome, tone, ms, entry, texts } = row;
    const mark = { good: "✓ ", bad: "✗ ", neutral: "" }[tone];
    const path = paths[0] ?? "";
    const { onEdit, onEntry } = this.options;
    return element(
      "tr",
      { class: `tone-${tone}`, attributes: { "data-request": String(request) } },
      element("td", { class: "number" }, String(request)),
      element("td", {}, endpoint),
      element("td", {}, paths.join(", ")),
      element("td", {}, mark + outcome),
      element("td", { class: "number" }, ms === undefined ? "" : ms.toFixed(1)),
      element(
        "td",
        {},
        texts &&
          button("Merge", () => onEdit({ path, ...texts }), {
            attributes: { "aria-label": `Show request ${request} as a merge` },
          }),
        entry !== undefined &&
          button("Journal", () => onEntry(entry), {
            attributes: { "aria-label": `Show entry ${entry} of the journal` },
          }),
      ),
    );
  }
}

function droppedIn(lines: string): number {
  if (!lines.includes("events-dropped")) return 0;
  const numbers = [...lines.matchAll(/"type":"events-dropped","events":(\d+)/g)];
  return numbers.reduce((sum, [, events]) => sum + Number(events), 0);
}
