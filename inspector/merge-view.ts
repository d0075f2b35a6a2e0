import { examples } from "virtual:examples";
import type { Extension } from "@codemirror/state";
import { formatNames } from "../src/core/edit.ts";
import { joinedLines, originOf, type PaneName } from "../src/inspect/joined-lines.ts";
import type { MergePicture } from "../src/inspect/picture.ts";
import type { MergeAnswer, MergeView } from "../src/inspect/view-merge.ts";
import type { InspectApi, OpenedTexts } from "./api.ts";
import { confirmed } from "./confirm.ts";
import { createConnectors } from "./connectors.ts";
import { announce, button, count, element, fill } from "./dom.ts";
import { languageOf } from "./language.ts";
import { createMerger } from "./merger.ts";
import { chips, reasonOf, spokenOutcome, verdictOf } from "./outcome.ts";
import { createPane, type Pane } from "./pane.ts";
import { scrollTogether } from "./scroll-together.ts";

/** ms without typing before the merge runs. */
const pause = 150;

export interface MergeTexts {
  readonly path: string;
  readonly source: string;
  readonly edit: string;
}

/** The tab with the three panes: merges what is in two of them, and shows the outcome in the third and below. */
export class MergeTab {
  private view: MergeView | undefined;
  private times: MergeAnswer["ms"] | undefined;
  /** Of an ambiguous edit: the candidate that is looked at, and whether it was taken. */
  private chosen = 0;
  private taken = false;
  private change = -1;
  private language: Extension = [];
  private languagePath = "";
  private file: OpenedTexts["file"];
  private source = "";
  private asked = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  private readonly section: HTMLElement;
  private readonly api: InspectApi | undefined;
  private readonly merger = createMerger((answer) => this.answered(answer));
  private readonly pane: Readonly<Record<PaneName, Pane>> = {
    file: this.createPane("file", "File"),
    result: this.createPane("result", "Result"),
    edit: this.createPane("edit", "Edit"),
  };
  private readonly fromFile = createConnectors(this.pane.file, this.pane.result, false);
  private readonly fromEdit = createConnectors(this.pane.edit, this.pane.result, true);
  private readonly together = scrollTogether(this.pane, () => this.picture);

  private readonly path = element("input", {
    id: "path",
    attributes: {
      value: "file.ts",
      spellcheck: "false",
      size: "20",
      "aria-label": "Name of the file",
    },
    on: { change: () => void this.setLanguage().then(() => this.merge()) },
  });
  private readonly format = choice("format", "Format of the edit", ["auto", ...formatNames], () =>
    this.merge(),
  );
  private readonly example = choice(
    "example",
    "Examples",
    ["Examples", ...examples.map(({ name }) => name)],
    (index) => this.openExample(index - 1),
  );
  private readonly verdict = element("strong", { id: "verdict" });
  private readonly tally = element("span", { id: "tally" });
  private readonly position = element("span", { class: "dim", id: "position" });
  private readonly previous = button("▲", () => this.nextChange(-1), {
    title: "Previous change (p, Shift+F8)",
    attributes: { "aria-label": "Previous change" },
  });
  private readonly next = button("▼", () => this.nextChange(1), {
    title: "Next change (n, F8)",
    attributes: { "aria-label": "Next change" },
  });
  private readonly copyButton = button("Copy result", () => this.copy(), {
    title: "Copy the result (c)",
  });
  private readonly writeButton = button("Write file…", () => this.write(), {
    title: "Write the result over the opened file (w)",
  });
  private readonly origin = element("p", {
    id: "origin",
    class: "dim",
    attributes: { "aria-live": "polite" },
  });
  private readonly reason = element("div", { id: "reason" });

  constructor(section: HTMLElement, api: InspectApi | undefined) {
    this.section = section;
    this.api = api;
    const { pane } = this;
    const controls = element(
      "div",
      { class: "bar" },
      element("label", {}, "File ", this.path),
      element("label", {}, "Edit as ", this.format),
      this.example,
      element("span", { class: "gap" }),
      this.verdict,
      this.tally,
      this.previous,
      this.position,
      this.next,
      this.copyButton,
      api !== undefined && this.writeButton,
    );
    const panes = element(
      "div",
      { class: "panes" },
      titled(pane.file, "File"),
      this.fromFile.host,
      titled(pane.result, "Result"),
      this.fromEdit.host,
      titled(pane.edit, "Edit"),
    );
    fill(section, controls, panes, this.origin, this.reason);
    new ResizeObserver(() => this.redraw()).observe(section);
    this.show();
  }

  /** In the order of the focus. */
  get panes(): readonly Pane[] {
    return [this.pane.file, this.pane.result, this.pane.edit];
  }

  /** Another text in both panes. */
  open(texts: MergeTexts): void {
    this.path.value = texts.path;
    this.pane.file.setText(texts.source);
    this.pane.edit.setText(texts.edit);
    this.merge();
    void this.setLanguage();
  }

  /** What the server was started with. */
  opened({ file, edit }: OpenedTexts): void {
    this.file = file;
    if (file === undefined && edit === undefined) return;
    this.open({
      path: file?.path ?? this.path.value,
      source: file?.text ?? "",
      edit: edit ?? "",
    });
  }

  merge(): void {
    clearTimeout(this.timer);
    const { file, edit } = this.pane;
    if (edit.text.trim() === "") {
      this.view = undefined;
      this.show();
      return;
    }
    this.asked = performance.now();
    this.source = file.text;
    this.verdict.textContent = "merging…";
    const format = this.format.value as "auto";
    this.merger.ask({ path: this.path.value, source: this.source, edit: edit.text, format });
  }

  nextChange(step: 1 | -1, isAsked = true): void {
    const changes = this.picture?.changes ?? [];
    if (changes.length === 0) return;
    this.change =
      (Math.max(this.change, step < 0 ? 0 : -1) + step + changes.length) % changes.length;
    const { file, result, edit } = changes[this.change]!;
    this.pane.file.reveal(file[0]);
    this.pane.result.reveal(result[0]);
    if (edit >= 0) this.pane.edit.reveal(edit);
    this.pane.file.mark({ joined: [file] });
    this.pane.result.mark({ joined: [result] });
    this.pane.edit.mark({ joined: edit >= 0 ? [[edit, edit + 1]] : [] });
    this.position.textContent = `${this.change + 1} of ${changes.length}`;
    const where =
      result[0] === result[1]
        ? originOf(this.picture!, "file", file[0])
        : originOf(this.picture!, "result", result[0]);
    this.origin.textContent = where;
    if (isAsked) announce(`Change ${this.change + 1} of ${changes.length}. ${where}`);
    this.redraw();
  }

  /** Makes a reading of an ambiguous edit the result. */
  take(index: number): void {
    if (this.view?.kind !== "ambiguous" || index >= this.view.candidates.length) return;
    this.taken = false;
    this.look(index);
    this.taken = true;
    for (const [at, card] of [...this.reason.querySelectorAll(".rival")].entries())
      card.classList.toggle("is-taken", at === index);
    this.showVerdict();
    announce(`Reading ${index + 1} is taken. Copy the result with c.`);
  }

  copy(): void {
    if (this.copyButton.disabled || this.result === undefined) return;
    const by = navigator.clipboard?.writeText(this.result) ?? Promise.reject();
    by.then(
      () => announce("The result is copied."),
      () => announce("The browser does not allow copying: select all in the result, and copy it."),
    );
  }

  /** Writes the result over the opened file, after a question. */
  write(): void {
    const { result, file, api } = this;
    if (this.writeButton.disabled || result === undefined || !api || !file) return;
    const changes = count(this.picture?.changes.length ?? 0, "change");
    void confirmed({
      title: `Write ${file.path}?`,
      body: element("p", {}, `${changes}, as the picture shows. redraft undo takes it back.`),
      action: "Write",
    }).then(async (yes) => {
      if (!yes) return;
      try {
        const { hash, entry } = await api.write({ text: result, hash: file.hash });
        this.file = { ...file, hash };
        // Applied once more, the edit would find what it has written.
        this.writeButton.disabled = true;
        announce(`Written.${entry === undefined ? "" : ` Entry ${entry} of the log.`}`);
      } catch (error) {
        announce((error as Error).message);
      }
    });
  }

  private createPane(name: PaneName, label: string): Pane {
    const pane: Pane = createPane({
      label,
      editable: name !== "result",
      onChange: () => {
        clearTimeout(this.timer);
        this.timer = setTimeout(() => this.merge(), pause);
      },
      onLine: (line) => this.join(name, line),
      onScroll: () => {
        this.together.scrolled(pane);
        this.redraw();
      },
    });
    return pane;
  }

  private answered({ view, ms }: MergeAnswer): void {
    this.view = view;
    this.times = ms;
    this.chosen = 0;
    this.taken = false;
    this.show();
  }

  private get candidate() {
    return this.view?.kind === "ambiguous" ? this.view.candidates[this.chosen] : undefined;
  }
  private get picture(): MergePicture | undefined {
    return this.view?.kind === "proved" ? this.view.picture : this.candidate?.picture;
  }
  private get result(): string | undefined {
    return this.view?.kind === "proved" ? this.view.text : this.candidate?.text;
  }

  private show(): void {
    const { view, section } = this;
    this.showPicture();
    this.showVerdict();
    this.showReason();
    if (view?.kind === "refused") this.showRefused(view);
    const shownMs = performance.now() - this.asked;
    section.dataset.outcome = view?.kind ?? "none";
    section.dataset.shownMs = String(Math.round(shownMs));
    announce(spokenOutcome(view, shownMs));
  }

  private showReason(): void {
    const context = {
      source: this.source,
      language: this.language,
      times: this.times,
      onLook: (index: number) => this.look(index),
      onTake: (index: number) => this.take(index),
    };
    fill(this.reason, ...reasonOf(this.view, context));
  }

  private showPicture(): void {
    const drawn = this.picture;
    const { file, result, edit } = this.pane;
    this.change = -1;
    this.origin.textContent = "";
    result.setText(this.result ?? "");
    file.mark({ kinds: drawn?.file, joined: [] });
    result.mark({ kinds: drawn?.result });
    edit.mark({ kinds: drawn?.edit, joined: [] });
    this.fromFile.show(drawn?.fromFile ?? []);
    this.fromEdit.show(drawn?.fromEdit ?? []);
    this.nextChange(1, false);
  }

  private showRefused({ editLines, fileLines }: Extract<MergeView, { kind: "refused" }>): void {
    for (const [pane, lines] of [
      [this.pane.edit, editLines],
      [this.pane.file, fileLines],
    ] as const) {
      if (lines[0] !== undefined) pane.reveal(lines[0]);
      pane.mark({ joined: lines.map((line) => [line, line + 1]) });
    }
  }

  private showVerdict(): void {
    const { view, file } = this;
    const { text, tone } = verdictOf(view, this.taken ? this.chosen : undefined);
    this.verdict.className = tone;
    this.verdict.textContent = text;
    this.verdict.title = view?.format === undefined ? "" : `read as ${view.format}: ${view.why}`;
    fill(this.tally, ...chips(this.picture?.counts));
    const isFinal = view?.kind === "proved" || this.taken;
    this.copyButton.disabled = !isFinal;
    this.writeButton.disabled = !isFinal || !file?.writable || this.pane.file.edited;
    const changes = this.picture?.changes.length ?? 0;
    this.previous.disabled = this.next.disabled = changes === 0;
    this.position.textContent = changes === 0 ? "" : `${this.change + 1} of ${changes}`;
  }

  private look(index: number): void {
    if (this.view?.kind !== "ambiguous" || this.taken || index === this.chosen) return;
    this.chosen = index;
    this.showPicture();
    this.showVerdict();
  }

  /** Marks what is joined to a line, and says where the line comes from. */
  private join(side: PaneName, line: number): void {
    const drawn = this.picture;
    if (drawn === undefined) return;
    const joined = joinedLines(drawn, side, line);
    for (const name of ["file", "result", "edit"] as const) {
      const at = joined[name];
      this.pane[name].mark({ joined: at >= 0 ? [[at, at + 1]] : [] });
    }
    this.origin.textContent = originOf(drawn, side, line);
  }

  private redraw(): void {
    this.fromFile.redraw();
    this.fromEdit.redraw();
  }

  private async setLanguage(): Promise<void> {
    if (this.path.value === this.languagePath) return;
    this.languagePath = this.path.value;
    this.language = await languageOf(this.path.value);
    // An edit is prose, fences and signs as well: a grammar would colour it wrongly.
    for (const pane of [this.pane.file, this.pane.result]) pane.setLanguage(this.language);
    if (this.view?.kind === "ambiguous" && !this.taken) this.showReason();
  }

  private openExample(index: number): void {
    const example = examples[index];
    if (example === undefined) return;
    this.file = undefined;
    this.open(example);
    this.example.selectedIndex = 0;
  }
}

function choice(
  id: string,
  label: string,
  names: readonly string[],
  onChoice: (index: number) => void,
): HTMLSelectElement {
  const select = element(
    "select",
    { id, attributes: { "aria-label": label } },
    ...names.map((name) => element("option", { attributes: { value: name } }, name)),
  );
  select.addEventListener("change", () => onChoice(select.selectedIndex));
  return select;
}

function titled(pane: Pane, title: string): HTMLElement {
  return element("div", { class: "pane" }, element("h2", {}, title), pane.host);
}
