import type { EditFate, Proof, ResultOrigin, SourceFate, Tier } from "../../core/merge.ts";
import { spend } from "../../text/budget.ts";
import type { TextLine } from "../../text/lines.ts";
import { once } from "../../text/once.ts";

/** What was written, in runs of source lines and single new lines. */
type WriteStep =
  | {
      readonly kind: "keep";
      readonly from: number;
      readonly to: number;
      readonly because: "elided" | "matched" | "outside";
      readonly edit?: number;
    }
  | {
      readonly kind: "remove";
      readonly from: number;
      readonly to: number;
      readonly fate: SourceFate;
    }
  | { readonly kind: "layout"; readonly end: string; readonly text: "" }
  | {
      readonly kind: "place";
      readonly edit: number;
      readonly text: string;
      readonly end: string;
      /** The source line whose typography the text keeps. */
      readonly source: number | undefined;
    };

export interface WrittenText {
  readonly text: string;
  readonly proof: Proof;
  readonly notes: readonly string[];
}

/**
 * Writes a result and its proof. Many placements are written only to see whether their texts differ: so the text is
 * assembled from whole runs, and the fate of each line is computed only when the proof is read.
 */
export class ResultWriter {
  /** Lines placed or removed so far; inexact matches so far. */
  changes = 0;
  slips = 0;
  private readonly source: readonly TextLine[];
  private readonly steps: WriteStep[] = [];
  private readonly edit: EditFate[];
  private readonly noted = new Map<string, number>();
  private cursor = 0;
  /** Lines of the result so far. */
  private count = 0;

  constructor(source: readonly TextLine[], editLines: number) {
    this.source = source;
    this.edit = new Array<EditFate>(editLines);
  }

  note(text: string): void {
    this.noted.set(text, (this.noted.get(text) ?? 0) + 1);
  }

  private slip(tier: Tier): void {
    this.slips++;
    this.note(`matched by tier ${tier}`);
  }

  keepUntil(line: number, because: "elided" | "outside"): void {
    if (line <= this.cursor) return;
    this.steps.push({ kind: "keep", from: this.cursor, to: line, because });
    this.count += line - this.cursor;
    this.cursor = line;
  }

  removeUntil(line: number, because: string): void {
    if (line <= this.cursor) return;
    const fate = because === "replaced" ? "replaced" : "removed";
    this.steps.push({ kind: "remove", from: this.cursor, to: line, fate: { fate, because } });
    this.changes += line - this.cursor;
    this.cursor = line;
  }

  match(line: number, edit: number, tier: Tier): void {
    if (this.cursor !== line) throw new Error(`merge: line ${line} matched out of order`);
    if (tier !== "exact") this.slip(tier);
    this.edit[edit] = { fate: "matched", source: line, tier };
    this.steps.push({ kind: "keep", from: line, to: line + 1, because: "matched", edit });
    this.count++;
    this.cursor++;
  }

  drop(line: number, edit: number, tier: Tier): void {
    if (this.cursor !== line) throw new Error(`merge: line ${line} dropped out of order`);
    if (tier !== "exact") this.slip(tier);
    this.edit[edit] = { fate: "dropped-source", source: line, tier };
    this.removeUntil(line + 1, "dropped");
  }

  place(edit: number, text: string, source?: number): void {
    this.changes++;
    this.edit[edit] = { fate: "placed", result: this.count++ };
    this.steps.push({ kind: "place", edit, text, end: this.endHere(), source });
  }

  /** Blank lines between new code and the file's, as many as the file has between its own. */
  blanks(count: number): void {
    for (let n = 0; n < count; n++) {
      this.steps.push({ kind: "layout", text: "", end: this.endHere() });
      this.count++;
    }
  }

  /** A blank line beside a marker: in the edit, and in neither text. */
  layout(edit: number): void {
    this.edit[edit] = { fate: "layout" };
  }

  /** New lines end like the line before them, or else like the line after them. */
  private endHere(): string {
    for (let line = this.cursor - 1; line >= 0; line--) {
      if (this.source[line]!.end !== "") return this.source[line]!.end;
    }
    for (let line = this.cursor; line < this.source.length; line++) {
      if (this.source[line]!.end !== "") return this.source[line]!.end;
    }
    return "\n";
  }

  finish(cost: number, finalNewline: boolean | undefined): WrittenText {
    const { steps, edit, source } = this;
    const proof = once(() => accountOf(steps, source.length));
    return {
      text: this.text(finalNewline),
      notes: [...this.noted].map(([note, count]) => (count > 1 ? `${note} (${count})` : note)),
      proof: {
        get result() {
          return proof().result;
        },
        get source() {
          return proof().source;
        },
        edit,
        cost,
        runnerUp: Number.POSITIVE_INFINITY,
      },
    };
  }

  private text(finalNewline: boolean | undefined): string {
    const { source } = this;
    const runs = runsOfSteps(source);
    const unfinished = source.length > 0 && source.at(-1)!.end === "";
    const lines = this.steps.filter((step) => step.kind !== "remove");
    let text = "";
    /** The end of the last line so far, not written yet. */
    let end = "";
    for (const step of lines) {
      // A line that ended the file unfinished ends here.
      if (text !== "" && end === "") end = this.endHere();
      const first = step.kind === "keep" ? source[step.from]! : step;
      // A lone "\r" before an empty line that ends with "\n" would make one line's end of two.
      if (end === "\r" && first.text === "" && first.end === "\n") end = "\r\n";
      text += end;
      if (step.kind !== "keep") {
        text += step.text;
        end = step.end;
      } else {
        const last = source[step.to - 1]!;
        text += runs.text.slice(runs.starts[step.from], runs.starts[step.to]! - last.end.length);
        end = last.end;
      }
    }
    const final = lines.at(-1);
    if (final === undefined) return text;
    const finalText = final.kind === "keep" ? source[final.to - 1]!.text : final.text;
    // An empty line that nothing ends would be no line.
    const wanted = finalText === "" || (finalNewline ?? !unfinished);
    if (!wanted) return text;
    return text + (end === "" ? this.endHere() : end);
  }
}

/** The fate of every source line and the origin of every result line. */
function accountOf(
  steps: readonly WriteStep[],
  lines: number,
): { result: ResultOrigin[]; source: SourceFate[] } {
  spend(2 * lines);
  const result: ResultOrigin[] = [];
  const source = new Array<SourceFate>(lines);
  for (const step of steps) {
    if (step.kind === "place") {
      const { edit, source: from } = step;
      result.push(
        from === undefined ? { from: "edit", edit } : { from: "merged", source: from, edit },
      );
      continue;
    }
    if (step.kind === "layout") {
      result.push({ from: "layout" });
      continue;
    }
    for (let line = step.from; line < step.to; line++) {
      if (step.kind === "remove") {
        source[line] = step.fate;
        continue;
      }
      source[line] = { fate: "kept", result: result.length, because: step.because };
      const { edit } = step;
      result.push({ from: "source", source: line, ...(edit !== undefined && { edit }) });
    }
  }
  return { result, source };
}

interface LineRuns {
  readonly text: string;
  /** Where each line starts in the text; one more, where the text ends. */
  readonly starts: Int32Array;
}

const knownOrigins = new WeakMap<readonly TextLine[], LineRuns>();

/** The text of lines that are cut out of it again and again. */
function runsOfSteps(lines: readonly TextLine[]): LineRuns {
  const found = knownOrigins.get(lines);
  if (found) return found;
  const starts = new Int32Array(lines.length + 1);
  let text = "";
  for (const [line, { text: words, end }] of lines.entries()) {
    starts[line] = text.length;
    text += words + end;
  }
  starts[lines.length] = text.length;
  const runs = { text, starts };
  knownOrigins.set(lines, runs);
  return runs;
}
