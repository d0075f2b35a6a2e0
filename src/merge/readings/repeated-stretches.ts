import type { LineRange } from "../../core/merge.ts";
import { spend } from "../../text/budget.ts";
import type { TextLine } from "../../text/lines.ts";
import { hasWords } from "../../text/words.ts";

/** Lines and stretches that a file has more than once. */
export class RepeatedStretches {
  private readonly source: readonly TextLine[];
  private lineCounts: Map<string, number> | undefined;

  constructor(source: readonly TextLine[]) {
    this.source = source;
  }

  /** Whether what a range has beyond another one is in the file elsewhere too, and has words. */
  addsOnlyRepeats(now: LineRange, other: LineRange): boolean {
    const stretches = [
      { start: other.start, end: Math.min(now.start, other.end) },
      { start: Math.max(now.end, other.start), end: other.end },
    ].filter(({ start, end }) => end > start);
    let words = 0;
    for (const { start, end } of stretches) {
      for (let line = start; line < end; line++) {
        if (!this.isRepeated(line)) return false;
        if (hasWords(this.source[line]!.text)) words++;
      }
    }
    return words > 1 && stretches.every((stretch) => this.isElsewhere(stretch));
  }

  private isRepeated(line: number): boolean {
    if (this.lineCounts === undefined) {
      this.lineCounts = new Map();
      for (const { text } of this.source) {
        this.lineCounts.set(text, (this.lineCounts.get(text) ?? 0) + 1);
      }
    }
    return this.lineCounts.get(this.source[line]!.text)! > 1;
  }

  private isElsewhere({ start, end }: LineRange): boolean {
    const { source } = this;
    for (let from = 0; from + (end - start) <= source.length; from++) {
      if (from === start) continue;
      let line = start;
      spend(1);
      while (line < end && source[line]!.text === source[from + line - start]!.text) line++;
      if (line === end) return true;
    }
    return false;
  }
}
