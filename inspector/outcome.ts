import type { Extension } from "@codemirror/state";
import { kindSigns, type LineKind, type MergePicture } from "../src/inspect/picture.ts";
import type { MergeAnswer, MergeView } from "../src/inspect/view-merge.ts";
import { count, element } from "./dom.ts";
import { rivalCards } from "./rivals.ts";

const countedKinds: readonly LineKind[] = [
  "new",
  "removed",
  "replaced",
  "merged",
  "moved",
  "layout",
];

const round = (value: number): string => String(Math.round(value * 10) / 10);

/** A few words about the outcome, and how they are coloured. `taken`: the reading that was taken, 0-based. */
export function verdictOf(
  view: MergeView | undefined,
  taken: number | undefined,
): { readonly text: string; readonly tone: string } {
  if (view === undefined) return { text: "", tone: "" };
  if (view.kind === "proved") return { text: "✓ proved", tone: "good" };
  if (view.kind === "refused") return { text: `✗ refused: ${view.code}`, tone: "bad" };
  if (taken !== undefined) return { text: `✓ reading ${taken + 1} taken`, tone: "good" };
  return { text: `? ambiguous: ${view.candidates.length} readings`, tone: "open" };
}

/** How many lines of each kind there are. */
export function chips(counts: MergePicture["counts"] | undefined): HTMLElement[] {
  if (counts === undefined) return [];
  return countedKinds
    .filter((kind) => counts[kind] > 0)
    .map((kind) =>
      element(
        "span",
        { class: `chip chip-${kind}`, title: `${counts[kind]} lines ${kind}` },
        `${kindSigns[kind]} ${counts[kind]} ${kind}`,
      ),
    );
}

/** What a screen reader says of the outcome. */
export function spokenOutcome(view: MergeView | undefined, shownMs: number): string {
  if (view === undefined) return "";
  if (view.kind === "refused") return `Refused: ${view.code}. ${view.message.split("\n")[0]}`;
  if (view.kind === "ambiguous")
    return `Ambiguous: ${view.candidates.length} readings. Take one with its number.`;
  const { counts } = view.picture;
  const list = countedKinds
    .filter((kind) => counts[kind] > 0)
    .map((kind) => `${counts[kind]} ${kind}`);
  return `Proved: ${list.join(", ") || "nothing changes"}. Shown in ${Math.round(shownMs)} ms.`;
}

export interface ReasonContext {
  readonly source: string;
  readonly language: Extension;
  readonly times: MergeAnswer["ms"] | undefined;
  readonly onLook: (index: number) => void;
  readonly onTake: (index: number) => void;
}

/** Why the outcome is what it is, and for an ambiguous edit the readings to choose from. */
export function reasonOf(view: MergeView | undefined, context: ReasonContext): Node[] {
  if (view === undefined) {
    return [element("p", { class: "dim" }, "Paste a file on the left and an edit on the right.")];
  }
  if (view.kind === "refused") {
    return [
      element("h2", { class: "bad" }, "Nothing is written"),
      element("pre", { class: "message" }, view.message),
    ];
  }
  if (view.kind === "proved") {
    const next = Number.isFinite(view.runnerUp)
      ? `the next text costs ${round(view.runnerUp)}`
      : "no other text is possible";
    const took = context.times ? `; merged in ${round(context.times.merge)} ms` : "";
    const facts = `Every line is accounted for. Read as ${view.format} (${view.why}). Cost ${round(view.cost)}, ${next}${took}.`;
    return [
      element("p", { class: "dim" }, facts),
      ...view.notes.map((note) => element("p", {}, note)),
    ];
  }
  const [first = "", ...rest] = view.message.split("\n");
  const more = view.more > 0 ? ` ${count(view.more, "more reading")} not shown.` : "";
  const { source, language, onLook, onTake } = context;
  const whole = element(
    "details",
    {},
    element("summary", {}, "The whole message"),
    element("pre", { class: "message" }, rest.join("\n")),
  );
  return [
    element("h2", {}, "Which of these is meant?"),
    element("p", { class: "message" }, first + more),
    ...(rest.length > 0 ? [whole] : []),
    rivalCards({ source, candidates: view.candidates, language, onLook, onTake }),
  ];
}
