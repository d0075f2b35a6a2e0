import { Change, unifiedMergeView } from "@codemirror/merge";
import { EditorState, type Extension } from "@codemirror/state";
import { EditorView, lineNumbers } from "@codemirror/view";
import { regionOf } from "../src/inspect/regions.ts";
import type { CandidateView } from "../src/inspect/view-merge.ts";
import { lineTexts } from "../src/text/lines.ts";
import { button, element } from "./dom.ts";
import { codeColours, paneTheme } from "./pane.ts";

export interface RivalsOptions {
  readonly source: string;
  readonly candidates: readonly CandidateView[];
  readonly language: Extension;
  /** The card of a candidate has the focus. */
  readonly onLook: (index: number) => void;
  readonly onTake: (index: number) => void;
}

/** The texts that an edit may mean, side by side, each as a diff of the region in which they differ, with a button that takes it. */
export function rivalCards(options: RivalsOptions): HTMLElement {
  const { source, candidates } = options;
  const before = lineTexts(source);
  const cards = candidates.map((candidate, index) => {
    const places = candidate.picture.changes.map(({ result: [start] }) => start + 1);
    const where = `${places.length === 1 ? "line" : "lines"} ${places.slice(0, 6).join(", ")}${places.length > 6 ? ", …" : ""}`;
    const card = element(
      "article",
      {
        class: "rival",
        attributes: { tabindex: "0", "aria-label": `Reading ${index + 1}: changes at ${where}` },
      },
      element(
        "header",
        {},
        element("strong", {}, `Reading ${index + 1}`),
        element("span", { class: "dim" }, ` changes at ${where}`),
        button(`Take ${index + 1}`, () => options.onTake(index), {
          class: "take",
          title: `Take this reading (${index + 1})`,
        }),
      ),
      diffOf(before, candidate, options.language),
    );
    card.addEventListener("focusin", () => options.onLook(index));
    return card;
  });
  return element("div", { class: "rivals" }, ...cards);
}

function diffOf(
  before: readonly string[],
  candidate: CandidateView,
  language: Extension,
): HTMLElement {
  const { text, picture, sourceRange, textRange } = candidate;
  const region = regionOf(before, lineTexts(text), picture, sourceRange, textRange);
  const differences = region.differences.map(
    ({ fromA, toA, fromB, toB }) => new Change(fromA, toA, fromB, toB),
  );
  const host = element("div", { class: "rival-diff" });
  const root = host.attachShadow({ mode: "open" });
  new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      doc: region.after,
      extensions: [
        EditorState.readOnly.of(true),
        EditorView.editable.of(false),
        lineNumbers({
          formatNumber: (number) =>
            String(textRange.start - (sourceRange.start + 1 - region.line) + number),
        }),
        paneTheme,
        rivalTheme,
        codeColours,
        language,
        unifiedMergeView({
          original: region.before,
          // The merge's own account: nothing is compared again.
          diffConfig: { override: () => differences },
          mergeControls: false,
          highlightChanges: false,
          gutter: true,
          collapseUnchanged: { margin: 3, minSize: 6 },
        }),
      ],
    }),
  });
  return host;
}

const rivalTheme = EditorView.theme({
  "&": { height: "auto", maxHeight: "16em" },
  ".cm-scroller": { overflow: "auto" },
  ".cm-changedLine": { backgroundColor: "var(--new-soft) !important" },
  ".cm-deletedChunk": { backgroundColor: "var(--removed-soft) !important" },
  ".cm-changedLineGutter": { background: "var(--new) !important" },
  ".cm-deletedLineGutter": { background: "var(--removed) !important" },
  ".cm-collapsedLines:before, .cm-collapsedLines:after": { content: '"…"' },
  ".cm-collapsedLines": { background: "var(--bar)", color: "var(--dim)" },
  // A sign as well as a colour.
  ".cm-changedLine::before": { content: '"+ "', color: "var(--new)", fontWeight: "700" },
  ".cm-deletedLine::before": { content: '"- "', color: "var(--removed)", fontWeight: "700" },
});
