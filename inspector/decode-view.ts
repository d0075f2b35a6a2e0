import { exampleEvents } from "virtual:examples";
import {
  createTimelineReader,
  type EventTimeline,
  originSigns,
  type PassBox,
  type RoundTotals,
  type TimelineRound,
  totalsOf,
} from "../src/inspect/timeline.ts";
import type { FollowMessage } from "./api.ts";
import { announce, button, count, element, fill } from "./dom.ts";
import { filePicker } from "./file-picker.ts";

/** Sizes of bars in px: a pass is as wide as it took time, and as high as its draft. */
const bars = { height: 96, least: 5, most: 160, usual: [8, 32], all: 900 } as const;

/** Passes that are drawn at once, and rows of events. */
const mostDrawn = 3000;
const mostEventRows = 1000;

/** The tab with an event log: each answer of a model as a row of passes, its text by source, and all other events. */
export class DecodeTab {
  private timeline: EventTimeline | undefined;
  private round = 0;
  private pass = 0;
  private reader = createTimelineReader();
  private isFollowing = false;
  /** Of a log that grows: the last pass of the last answer is shown until another one is chosen. */
  private isAtEnd = false;
  /** The first pass that is drawn. */
  private from = 0;
  private shownLines = 0;
  private drawing: number | undefined;
  private readonly state = element("span", { id: "follow-state" });
  private readonly body = element("div", { id: "timeline" });

  constructor(section: HTMLElement) {
    fill(
      section,
      element(
        "div",
        { class: "bar" },
        filePicker("Open an event log", (text) => this.open(text)),
        exampleEvents !== "" &&
          button("Example", () => this.open(exampleEvents), { id: "example-events" }),
        element("span", { class: "dim" }, "redraft edit --events <file> writes one."),
        this.state,
      ),
      this.body,
    );
  }

  open(log: string): void {
    this.isFollowing = false;
    this.isAtEnd = false;
    this.reader = createTimelineReader();
    this.reader.push(log);
    this.timeline = this.reader.timeline();
    this.round = 0;
    this.pass = 0;
    this.show();
    const { rounds, events } = this.timeline;
    const passes = rounds.reduce((sum, one) => sum + one.passes.length, 0);
    announce(
      `${count(rounds.length, "answer")}, ${count(passes, "pass", "passes")}, ${count(events.length, "event")}.`,
    );
  }

  /** The next piece of a log that grows. */
  take(message: FollowMessage): void {
    if (message.type === "state") {
      this.state.textContent = message.message;
      this.state.className = message.state === "open" ? "dim" : "bad";
      announce(message.message);
      return;
    }
    if (message.type === "reset") {
      this.reader = createTimelineReader();
      this.isFollowing = true;
      this.isAtEnd = true;
    } else this.reader.push(message.text);
    this.drawing ??= window.setTimeout(() => this.drawLive(), 100);
  }

  /** Draws at most a tenth of the time, however long the log is. */
  private drawLive(): void {
    const started = performance.now();
    this.timeline = this.reader.timeline();
    if (this.isAtEnd) {
      this.round = Math.max(0, this.timeline.rounds.length - 1);
      this.pass = Number.MAX_SAFE_INTEGER;
    }
    this.show();
    const again = this.reader;
    const pause = Math.max(100, 10 * (performance.now() - started));
    this.drawing = window.setTimeout(() => {
      this.drawing = undefined;
      if (this.reader !== again || this.reader.lines !== this.shownLines) this.drawLive();
    }, pause);
    this.shownLines = this.reader.lines;
  }

  private show(): void {
    if (this.timeline === undefined) return;
    const { rounds, instruction, command, time, problems } = this.timeline;
    const shown = rounds[this.round];
    fill(
      this.body,
      element(
        "p",
        {},
        element("strong", {}, command || "event log"),
        ` ${instruction}`,
        element("span", { class: "dim" }, ` ${time}`),
      ),
      ...problems.map((problem) => element("p", { class: "bad" }, problem)),
      rounds.length > 1 && this.roundButtons(rounds),
      shown && this.roundView(shown),
      eventList(this.timeline),
    );
    this.choosePass(this.pass, false);
  }

  private roundButtons(rounds: readonly TimelineRound[]): HTMLElement {
    const choose = (index: number): void => {
      this.isAtEnd = this.isFollowing && index === rounds.length - 1;
      this.round = index;
      this.pass = this.isAtEnd ? Number.MAX_SAFE_INTEGER : 0;
      this.show();
    };
    return element(
      "p",
      {},
      ...rounds.map(({ title }, index) =>
        button(title, () => choose(index), {
          attributes: { "aria-pressed": String(index === this.round) },
        }),
      ),
    );
  }

  private roundView(shown: TimelineRound): HTMLElement {
    const totals = totalsOf(shown);
    const { length } = shown.passes;
    this.from = Math.max(0, Math.min(length, this.pass) - mostDrawn / 2);
    this.from = Math.floor(Math.max(0, Math.min(this.from, length - mostDrawn)));
    const passes = shown.passes.slice(this.from, this.from + mostDrawn);
    const text = element("pre", {
      class: "written",
      attributes: { tabindex: "0", "aria-label": "The answer, underlined by source" },
    });
    text.append(...passes.map((one, index) => this.passText(one, this.from + index)));
    return element(
      "div",
      {},
      element("p", { id: "round-facts" }, roundFacts(shown, totals)),
      legend(totals.bySource),
      passes.length < length &&
        element(
          "p",
          { class: "dim", id: "passes-drawn" },
          `Passes ${(this.from + 1).toLocaleString("en")} to ${(this.from + passes.length).toLocaleString("en")} of ${length.toLocaleString("en")}: the arrows lead to the others.`,
        ),
      element(
        "div",
        {
          class: "passes",
          attributes: {
            tabindex: "0",
            role: "listbox",
            "aria-label": "Passes: arrows choose one",
            "aria-orientation": "horizontal",
          },
          on: { keydown: (event) => this.onKey(event) },
        },
        ...this.columns(passes),
      ),
      element("p", { id: "pass-facts", attributes: { "aria-live": "polite" } }),
      text,
    );
  }

  private columns(passes: readonly PassBox[]): HTMLElement[] {
    const unit = bars.height / Math.max(1, ...passes.map(({ drafted }) => drafted + 1));
    const times = passes.map(({ ms }) => ms ?? 0).sort((a, b) => a - b);
    const usual = times[times.length >> 1] || 1;
    // Few passes are drawn wider than many.
    const wide = Math.min(bars.usual[1], Math.max(bars.usual[0], bars.all / passes.length));
    return passes.map((one, index) => {
      const { ms, drafted, accepted, sources, tokens } = one;
      const column = element(
        "span",
        {
          class: "pass",
          id: `pass-${this.from + index}`,
          title: passFacts(one),
          attributes: { role: "option", "aria-label": passFacts(one) },
          on: { click: () => this.go(this.from + index) },
        },
        drafted > accepted && box("rejected", (drafted - accepted) * unit, ""),
        ...sources
          .toReversed()
          .map(([origin, n]) => box(`from-${origin}`, n * unit, originSigns[origin] ?? "")),
        sources.length === 0 && box("from-unknown", Math.max(1, tokens) * unit, ""),
      );
      const width = ms === undefined ? wide : (wide * ms) / usual;
      column.style.width = `${Math.min(bars.most, Math.max(bars.least, width))}px`;
      return column;
    });
  }

  private passText(one: PassBox, index: number): HTMLElement {
    const [main = ["unknown", 0]] = one.sources.toSorted((a, b) => b[1] - a[1]);
    return element(
      "span",
      {
        class: `piece from-${main[0]}`,
        id: `piece-${index}`,
        title: passFacts(one),
        on: { click: () => this.go(index) },
      },
      one.text,
    );
  }

  private onKey(event: KeyboardEvent): void {
    const by = {
      ArrowRight: 1,
      ArrowLeft: -1,
      PageDown: 10,
      PageUp: -10,
      Home: -1e9,
      End: 1e9,
    }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    this.go(this.pass + by);
  }

  /** A pass that a person chose. */
  private go(index: number): void {
    const rounds = this.timeline?.rounds ?? [];
    const { length } = rounds[this.round]?.passes ?? [];
    if (length === 0) return;
    const pass = Math.max(0, Math.min(length - 1, index));
    this.isAtEnd = this.isFollowing && pass === length - 1 && this.round === rounds.length - 1;
    if (pass < this.from || pass >= this.from + mostDrawn) {
      this.pass = pass;
      this.show();
      this.body.querySelector<HTMLElement>(".passes")?.focus();
    }
    this.choosePass(pass);
  }

  private choosePass(index: number, scroll = true): void {
    const passes = this.timeline?.rounds[this.round]?.passes ?? [];
    if (passes.length === 0) return;
    this.pass = Math.max(0, Math.min(passes.length - 1, index));
    for (const one of this.body.querySelectorAll(".is-chosen")) one.classList.remove("is-chosen");
    for (const name of ["pass", "piece"]) {
      const found = document.getElementById(`${name}-${this.pass}`);
      found?.classList.add("is-chosen");
      if (scroll) found?.scrollIntoView({ block: "nearest", inline: "nearest" });
    }
    for (const option of this.body.querySelectorAll('[role="option"]'))
      option.setAttribute("aria-selected", String(option.id === `pass-${this.pass}`));
    this.body.querySelector(".passes")?.setAttribute("aria-activedescendant", `pass-${this.pass}`);
    const facts = document.getElementById("pass-facts");
    if (facts) facts.textContent = passFacts(passes[this.pass]!);
  }
}

function roundFacts({ hasPasses }: TimelineRound, totals: RoundTotals): string {
  const { tokens, passes, drafted, accepted, ms } = totals;
  const each = passes === 0 ? 0 : tokens / passes;
  const facts = [
    count(tokens, "token"),
    hasPasses
      ? `${count(passes, "pass", "passes")}, ${each.toFixed(1)} tokens each`
      : `${count(passes, "piece of text", "pieces of text")}: the log has no passes`,
  ];
  if (drafted > 0) {
    const share = Math.round((100 * accepted) / drafted);
    const of = count(drafted, "drafted token");
    facts.push(`${accepted.toLocaleString("en")} of ${of} accepted (${share} %)`);
  }
  if (ms > 0) facts.push(`${(ms / 1000).toFixed(2)} s in passes`);
  return facts.join("; ");
}

function passFacts({ number, tokens, drafted, accepted, ms, sources }: PassBox): string {
  const from = sources.map(([origin, n]) => `${n} ${origin}`).join(", ");
  const draft =
    drafted > 0
      ? `; ${accepted} of ${drafted} drafted accepted, ${drafted - accepted} rejected`
      : "";
  const each = ms === undefined ? 0 : ms / Math.max(1, tokens);
  const cost = ms === undefined ? "" : `; ${ms.toFixed(1)} ms, ${each.toFixed(1)} ms a token`;
  return `Pass ${number}: ${count(tokens, "token")}${from ? ` (${from})` : ""}${draft}${cost}`;
}

function box(name: string, height: number, sign: string): HTMLElement {
  const made = element("span", { class: `box ${name}` }, height >= 12 ? sign : "");
  made.style.height = `${Math.max(2, height)}px`;
  return made;
}

function legend(sources: RoundTotals["bySource"]): HTMLElement {
  const chips = sources.map(([origin, tokens]) =>
    element(
      "span",
      { class: `chip from-${origin}` },
      `${originSigns[origin] ?? "?"} ${origin}: ${tokens.toLocaleString("en")}`,
    ),
  );
  return element("p", {}, ...chips, element("span", { class: "chip rejected" }, "rejected"));
}

function eventList({ rounds, events }: EventTimeline): HTMLElement | undefined {
  if (events.length === 0)
    return rounds.length === 0 ? element("p", {}, "The log has no events.") : undefined;
  const head = ["ms", "event", "particulars"].map((name) =>
    element("th", { attributes: { scope: "col" } }, name),
  );
  const marks = { good: "✓ ", bad: "✗ ", neutral: "" };
  const earlier = events.length - mostEventRows;
  const rows = events
    .slice(-mostEventRows)
    .map(({ at, title, detail, tone }) =>
      element(
        "tr",
        { class: `tone-${tone}` },
        element("td", { class: "number" }, at === undefined ? "" : at.toFixed(1)),
        element("td", {}, marks[tone] + title),
        element("td", {}, detail),
      ),
    );
  return element(
    "table",
    { class: "events" },
    element("caption", {}, earlier > 0 ? `The last of ${count(events.length, "event")}` : "Events"),
    element("thead", {}, element("tr", {}, ...head)),
    element("tbody", {}, ...rows),
  );
}
