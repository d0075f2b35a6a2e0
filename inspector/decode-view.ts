import { exampleEvents } from "virtual:examples";
import {
  type EventTimeline,
  originSigns,
  type PassBox,
  readTimeline,
  type TimelineRound,
  totalsOf,
} from "../src/inspect/timeline.ts";
import { announce, button, count, element, fill } from "./dom.ts";
import { filePicker } from "./file-picker.ts";

export interface DecodeTab {
  open(log: string): void;
  /** Another pass of the round that is shown. */
  step(by: number): void;
}

/** Widest and highest bar, in px: a pass is as wide as it took time, and as high as it drafted. */
const bars = { height: 96, least: 5, most: 160, usual: [8, 32], all: 900 } as const;

export function createDecodeTab(section: HTMLElement): DecodeTab {
  let timeline: EventTimeline | undefined;
  let round = 0;
  let pass = 0;
  const body = element("div", { id: "timeline" });
  fill(
    section,
    element(
      "div",
      { class: "bar" },
      filePicker("Open an event log", (text) => open(text)),
      exampleEvents !== "" &&
        button("Example", () => open(exampleEvents), { id: "example-events" }),
      element("span", { class: "dim" }, "An event log comes from redraft edit --events <file>."),
    ),
    body,
  );

  function open(log: string): void {
    timeline = readTimeline(log);
    round = 0;
    pass = 0;
    show();
    const passes = timeline.rounds.reduce((sum, one) => sum + one.passes.length, 0);
    announce(
      `${count(timeline.rounds.length, "answer")}, ${count(passes, "pass", "passes")}, ${count(timeline.events.length, "event")}.`,
    );
  }

  function show(): void {
    if (timeline === undefined) return;
    const { rounds, events, instruction, command, time, problems } = timeline;
    const shown = rounds[round];
    fill(
      body,
      element(
        "p",
        {},
        element("strong", {}, command || "event log"),
        ` ${instruction}`,
        element("span", { class: "dim" }, ` ${time}`),
      ),
      ...problems.map((problem) => element("p", { class: "bad" }, problem)),
      rounds.length > 1 &&
        element(
          "p",
          {},
          ...rounds.map(({ title }, index) =>
            button(title, () => choose(index), {
              attributes: { "aria-pressed": String(index === round) },
            }),
          ),
        ),
      shown && roundView(shown),
      eventList(timeline, events),
    );
    choosePass(pass, false);
  }

  function choose(index: number): void {
    round = index;
    pass = 0;
    show();
  }

  function roundView(shown: TimelineRound): HTMLElement {
    const totals = totalsOf(shown);
    const perPass = totals.passes === 0 ? 0 : totals.tokens / totals.passes;
    const facts = [
      count(totals.tokens, "token"),
      shown.hasPasses
        ? `${count(totals.passes, "pass", "passes")}, ${perPass.toFixed(1)} tokens each`
        : count(totals.passes, "piece of text", "pieces of text"),
      ...(totals.drafted > 0
        ? [
            `${totals.accepted.toLocaleString("en")} of ${count(totals.drafted, "drafted token")} accepted (${Math.round((100 * totals.accepted) / totals.drafted)} %)`,
          ]
        : []),
      ...(totals.ms > 0 ? [`${(totals.ms / 1000).toFixed(2)} s in passes`] : []),
    ];
    const text = element("pre", {
      class: "written",
      attributes: { tabindex: "0", "aria-label": "The answer, coloured by source" },
    });
    text.append(...shown.passes.map((one, index) => passText(one, index)));
    return element(
      "div",
      {},
      element("p", { id: "round-facts" }, facts.join("; ")),
      legend(totals.bySource),
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
          on: { keydown: onKey },
        },
        ...bar(shown.passes),
      ),
      element("p", { id: "pass-facts", attributes: { "aria-live": "polite" } }),
      text,
    );
  }

  function bar(passes: readonly PassBox[]): HTMLElement[] {
    const highest = Math.max(1, ...passes.map(({ drafted }) => drafted + 1));
    const times = passes.map(({ ms }) => ms ?? 0).sort((a, b) => a - b);
    const usual = times[times.length >> 1] || 1;
    // Few passes are drawn wider than many.
    const wide = Math.min(bars.usual[1], Math.max(bars.usual[0], bars.all / passes.length));
    return passes.map((one, index) => {
      const unit = bars.height / highest;
      const width =
        one.ms === undefined
          ? wide
          : Math.min(bars.most, Math.max(bars.least, (wide * one.ms) / usual));
      const rejected = Math.max(0, one.drafted - one.accepted);
      const column = element(
        "span",
        {
          class: "pass",
          id: `pass-${index}`,
          title: factsOf(one),
          attributes: { role: "option", "aria-label": factsOf(one) },
          on: { click: () => choosePass(index) },
        },
        rejected > 0 && box("rejected", rejected * unit, ""),
        ...[...one.sources]
          .reverse()
          .map(([origin, tokens]) =>
            box(`from-${origin}`, tokens * unit, originSigns[origin] ?? ""),
          ),
        one.sources.length === 0 && box("from-unknown", Math.max(1, one.tokens) * unit, ""),
      );
      column.style.width = `${width}px`;
      return column;
    });
  }

  function passText(one: PassBox, index: number): HTMLElement {
    const main = [...one.sources].sort((a, b) => b[1] - a[1])[0]?.[0] ?? "unknown";
    return element(
      "span",
      {
        class: `piece from-${main}`,
        id: `piece-${index}`,
        title: factsOf(one),
        on: { click: () => choosePass(index) },
      },
      one.text,
    );
  }

  function onKey(event: KeyboardEvent): void {
    const by = { ArrowRight: 1, ArrowLeft: -1, PageDown: 10, PageUp: -10, Home: -1e9, End: 1e9 }[
      event.key
    ];
    if (by === undefined) return;
    event.preventDefault();
    step(by);
  }

  function step(by: number): void {
    choosePass(pass + by);
  }

  function choosePass(index: number, scroll = true): void {
    const passes = timeline?.rounds[round]?.passes ?? [];
    if (passes.length === 0) return;
    pass = Math.max(0, Math.min(passes.length - 1, index));
    for (const one of body.querySelectorAll(".is-chosen")) one.classList.remove("is-chosen");
    for (const name of ["pass", "piece"]) {
      const found = document.getElementById(`${name}-${pass}`);
      found?.classList.add("is-chosen");
      if (scroll) found?.scrollIntoView({ block: "nearest", inline: "nearest" });
    }
    for (const option of body.querySelectorAll('[role="option"]'))
      option.setAttribute("aria-selected", String(option.id === `pass-${pass}`));
    body.querySelector(".passes")?.setAttribute("aria-activedescendant", `pass-${pass}`);
    const facts = document.getElementById("pass-facts");
    if (facts) facts.textContent = factsOf(passes[pass]!);
  }

  return { open, step };
}

function box(name: string, height: number, sign: string): HTMLElement {
  const made = element("span", { class: `box ${name}` }, height >= 12 ? sign : "");
  made.style.height = `${Math.max(2, height)}px`;
  return made;
}

function factsOf({ number, tokens, drafted, accepted, ms, sources }: PassBox): string {
  const from = sources.map(([origin, n]) => `${n} ${origin}`).join(", ");
  const draft =
    drafted > 0
      ? `; ${accepted} of ${drafted} drafted accepted, ${drafted - accepted} rejected`
      : "";
  const cost =
    ms === undefined
      ? ""
      : `; ${ms.toFixed(1)} ms, ${(ms / Math.max(1, tokens)).toFixed(1)} ms a token`;
  return `Pass ${number}: ${count(tokens, "token")}${from ? ` (${from})` : ""}${draft}${cost}`;
}

function legend(sources: readonly (readonly [string, number])[]): HTMLElement {
  const chips = sources.map(([origin, tokens]) =>
    element(
      "span",
      { class: `chip from-${origin}` },
      `${originSigns[origin] ?? "?"} ${origin}: ${tokens.toLocaleString("en")}`,
    ),
  );
  return element(
    "p",
    { class: "legend" },
    ...chips,
    element("span", { class: "chip rejected" }, "rejected"),
  );
}

function eventList(
  { rounds }: EventTimeline,
  events: EventTimeline["events"],
): HTMLElement | undefined {
  if (events.length === 0)
    return rounds.length === 0 ? element("p", {}, "The log has no events.") : undefined;
  return element(
    "table",
    { class: "events" },
    element("caption", {}, "Events"),
    element(
      "thead",
      {},
      element(
        "tr",
        {},
        ...["ms", "event", ""].map((name) => element("th", { attributes: { scope: "col" } }, name)),
      ),
    ),
    element(
      "tbody",
      {},
      ...events.map(({ at, title, detail, tone }) =>
        element(
          "tr",
          { class: `tone-${tone}` },
          element("td", { class: "number" }, at === undefined ? "" : at.toFixed(1)),
          element("td", {}, `${tone === "good" ? "✓ " : tone === "bad" ? "✗ " : ""}${title}`),
          element("td", {}, detail),
        ),
      ),
    ),
  );
}
