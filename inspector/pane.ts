import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import {
  Compartment,
  EditorState,
  type Extension,
  StateEffect,
  StateField,
} from "@codemirror/state";
import {
  Decoration,
  type DecorationSet,
  drawSelection,
  EditorView,
  GutterMarker,
  gutter,
  keymap,
  lineNumbers,
  ViewPlugin,
  type ViewUpdate,
} from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { kindSigns, lineKinds } from "../src/inspect/picture.ts";
import { element } from "./dom.ts";

/** Which lines are what, and which are joined to the line that is looked at. */
interface Marks {
  readonly kinds: Uint8Array | undefined;
  /** 0-based, end not included. */
  readonly joined: readonly (readonly [start: number, end: number])[];
}

const setMarks = StateEffect.define<Partial<Marks>>();
const noMarks: Marks = { kinds: undefined, joined: [] };

const marksField = StateField.define<Marks>({
  create: () => noMarks,
  update(marks, transaction) {
    // What was said about other lines is no longer true of these.
    let now = transaction.docChanged ? noMarks : marks;
    for (const effect of transaction.effects) {
      if (effect.is(setMarks)) now = { ...now, ...effect.value };
    }
    return now;
  },
});

class KindMarker extends GutterMarker {
  private readonly sign: string;
  private readonly name: string;
  constructor(name: string, sign: string) {
    super();
    this.name = name;
    this.sign = sign;
    this.elementClass = `sign-${name}`;
  }
  override toDOM(): Node {
    const made = element("span", { title: this.name }, this.sign);
    return made;
  }
}

const markers = lineKinds.map((name) =>
  kindSigns[name] === " " ? undefined : new KindMarker(name, kindSigns[name]),
);
const lineClasses = lineKinds.map((name) => Decoration.line({ class: `line-${name}` }));
const joinedClass = Decoration.line({ class: "line-joined" });

function visibleDecorations(view: EditorView): DecorationSet {
  const { kinds, joined } = view.state.field(marksField);
  const ranges = [];
  for (const { from, to } of view.visibleRanges) {
    for (let at = from; at <= to; ) {
      const line = view.state.doc.lineAt(at);
      const index = line.number - 1;
      const code = kinds?.[index];
      if (code !== undefined) ranges.push(lineClasses[code]!.range(line.from));
      if (joined.some(([start, end]) => index >= start && index < end))
        ranges.push(joinedClass.range(line.from));
      at = line.to + 1;
    }
  }
  return Decoration.set(ranges, true);
}

const decorate = ViewPlugin.fromClass(
  class {
    decorations: DecorationSet;
    constructor(view: EditorView) {
      this.decorations = visibleDecorations(view);
    }
    update(update: ViewUpdate): void {
      const changed = update.startState.field(marksField) !== update.state.field(marksField);
      if (changed || update.docChanged || update.viewportChanged)
        this.decorations = visibleDecorations(update.view);
    }
  },
  { decorations: (plugin) => plugin.decorations },
);

const signGutter = gutter({
  class: "signs",
  lineMarker(view, block) {
    const code = view.state.field(marksField).kinds?.[view.state.doc.lineAt(block.from).number - 1];
    return code === undefined ? null : (markers[code] ?? null);
  },
  lineMarkerChange: (update) =>
    update.startState.field(marksField) !== update.state.field(marksField),
});

const codeStyle = HighlightStyle.define([
  { tag: tags.comment, color: "var(--code-comment)", fontStyle: "italic" },
  { tag: [tags.string, tags.special(tags.string), tags.regexp], color: "var(--code-string)" },
  { tag: [tags.keyword, tags.modifier, tags.operatorKeyword], color: "var(--code-keyword)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--code-number)" },
  { tag: [tags.typeName, tags.className], color: "var(--code-type)" },
]);

/** Highlighting in the page's colours. */
export const codeColours: Extension = syntaxHighlighting(codeStyle);

export const paneTheme: Extension = EditorView.theme({
  "&": { height: "100%", fontSize: "13px", color: "var(--text)", backgroundColor: "var(--pane)" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": {
    fontFamily: "ui-monospace, SFMono-Regular, Menlo, Consolas, monospace",
    lineHeight: "1.5",
  },
  ".cm-gutters": { backgroundColor: "var(--pane)", color: "var(--dim)", border: "none" },
  ".cm-content": { caretColor: "var(--text)" },
  ".cm-cursor": { borderLeftColor: "var(--text)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground":
    {
      backgroundColor: "var(--selection)",
    },
  ".signs": { minWidth: "1.4em", textAlign: "center", fontWeight: "700" },
  ".line-new": { backgroundColor: "var(--new-soft)" },
  ".line-removed": { backgroundColor: "var(--removed-soft)" },
  ".line-replaced": { backgroundColor: "var(--removed-soft)" },
  ".line-moved": { backgroundColor: "var(--moved-soft)" },
  ".line-merged": { backgroundColor: "var(--merged-soft)" },
  ".line-quoted": { color: "var(--dim)" },
  ".line-syntax": { color: "var(--dim)", fontStyle: "italic" },
  ".sign-new": { color: "var(--new)" },
  ".sign-removed, .sign-replaced": { color: "var(--removed)" },
  ".sign-moved": { color: "var(--moved)" },
  ".sign-merged": { color: "var(--merged)" },
  ".line-joined": { boxShadow: "inset 3px 0 0 var(--text), inset 0 0 0 1000px var(--joined)" },
  ".cm-panels": { backgroundColor: "var(--bar)", color: "var(--text)" },
  ".cm-placeholder": { color: "var(--dim)" },
});

export interface PaneOptions {
  readonly label: string;
  readonly editable: boolean;
  readonly extensions?: Extension;
  readonly onChange?: () => void;
  /** The caret is in another line, 0-based. */
  readonly onLine?: (line: number) => void;
  readonly onScroll?: () => void;
}

/** One text with its line kinds. The editor is in a shadow root, so that its styles need no exception in the CSP. */
export interface Pane {
  readonly host: HTMLElement;
  readonly view: EditorView;
  /** With the line ends that it was set with, as long as it is not edited; then with the most frequent one of these. */
  readonly text: string;
  /** Whether the text was changed since it was set. */
  readonly edited: boolean;
  setText(text: string): void;
  setLanguage(language: Extension): void;
  mark(marks: Partial<Marks>): void;
  /** Centres a 0-based line and puts the caret there. */
  reveal(line: number): void;
  focus(): void;
}

export function createPane(options: PaneOptions): Pane {
  const { label, editable } = options;
  const host = element("div", { class: "pane-host", attributes: { "data-pane": label } });
  const root = host.attachShadow({ mode: "open" });
  const language = new Compartment();
  let original = "";
  let isOriginal = true;
  let line = -1;
  let setting = false;
  const stateOf = (text: string, languageNow: Extension): EditorState =>
    EditorState.create({
      doc: text,
      extensions: [
        lineNumbers(),
        signGutter,
        marksField,
        decorate,
        history(),
        drawSelection(),
        search({ top: true }),
        highlightSelectionMatches(),
        codeColours,
        keymap.of([...defaultKeymap, ...searchKeymap, ...historyKeymap]),
        paneTheme,
        EditorView.contentAttributes.of({ "aria-label": label }),
        editable ? [] : [EditorState.readOnly.of(true)],
        language.of(languageNow),
        options.extensions ?? [],
        EditorView.updateListener.of((update) => {
          if (update.docChanged) {
            isOriginal = false;
            if (!setting) options.onChange?.();
          }
          const now = update.state.doc.lineAt(update.state.selection.main.head).number - 1;
          if (now !== line || update.focusChanged) {
            line = now;
            if (update.view.hasFocus && !setting) options.onLine?.(line);
          }
        }),
      ],
    });
  let languageNow: Extension = [];
  const view = new EditorView({ root, parent: root, state: stateOf("", languageNow) });
  view.scrollDOM.addEventListener("scroll", () => options.onScroll?.(), { passive: true });

  return {
    host,
    view,
    get text() {
      return isOriginal
        ? original
        : view.state.doc.toString().replaceAll("\n", lineEndOf(original));
    },
    get edited() {
      return !isOriginal;
    },
    setText(text) {
      setting = true;
      const top = view.scrollDOM.scrollTop;
      const isNew = view.state.doc.length === 0;
      view.setState(stateOf(text, languageNow));
      if (!isNew) view.scrollDOM.scrollTop = top;
      original = text;
      isOriginal = true;
      setting = false;
    },
    setLanguage(next) {
      languageNow = next;
      view.dispatch({ effects: language.reconfigure(next) });
    },
    mark(marks) {
      view.dispatch({ effects: setMarks.of(marks) });
    },
    reveal(target) {
      const number = Math.max(1, Math.min(view.state.doc.lines, target + 1));
      const { from } = view.state.doc.line(number);
      view.dispatch({
        selection: { anchor: from },
        effects: EditorView.scrollIntoView(from, { y: "center" }),
      });
    },
    focus: () => view.focus(),
  };
}

/** The editor knows no line ends: an edited text gets the one that most of its lines had. */
function lineEndOf(text: string): string {
  const pairs = text.match(/\r\n/g)?.length ?? 0;
  const feeds = (text.match(/\n/g)?.length ?? 0) - pairs;
  return pairs > feeds ? "\r\n" : "\n";
}
