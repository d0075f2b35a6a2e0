import { percentile } from "./percentile.ts";

/** What became of one case. */
export interface Answer {
  readonly style: string;
  readonly noise: readonly string[];
  readonly language: string;
  /** null = refused. */
  readonly result: string | null;
  readonly code: string | null;
  readonly candidates: readonly string[];
  readonly ms: number;
  /** Whether the merge left it open and the model route settled it. */
  readonly byModel: boolean;
}

/** One row of the table; counts where no share is named, shares in percent, times in milliseconds. */
export interface ApplyRow {
  readonly suite: "apply";
  readonly style: string;
  readonly cases: number;
  /** Byte for byte the file after the edit, in percent. */
  readonly exact: number;
  /** Equal with all white space taken out, in percent. */
  readonly token: number;
  /** Answered, and not exact. */
  readonly wrong: number;
  /** Of these, different beyond white space: the dangerous ones. */
  readonly wrongBeyondSpace: number;
  readonly refused: number;
  /** Of the refused, ambiguous; and with the right text among the first three candidates. */
  readonly ambiguous: number;
  readonly ambiguousTop3: number;
  /** Settled by the model route; of these, different beyond white space; and their median time, NaN for none. */
  readonly byModel: number;
  readonly byModelWrong: number;
  readonly modelP50: number;
  readonly p50: number;
  readonly p95: number;
}

/** A text without its white space. */
export const solid = (text: string): string => text.replace(/\s+/g, "");

/** Adds answers up, group by group; every group keeps counts only. */
export class Scorer {
  private readonly groups = new Map<string, Group>();

  add(group: string, answer: Answer, wanted: string): void {
    let sums = this.groups.get(group);
    if (!sums) {
      sums = {
        cases: 0,
        exact: 0,
        token: 0,
        wrong: 0,
        beyond: 0,
        refused: 0,
        ambiguous: 0,
        top3: 0,
        byModelWrong: 0,
        ms: [],
        modelMs: [],
      };
      this.groups.set(group, sums);
    }
    sums.cases++;
    sums.ms.push(answer.ms);
    if (answer.result === null) {
      sums.refused++;
      if (answer.code === "ambiguous") sums.ambiguous++;
      if (answer.candidates.slice(0, 3).includes(wanted)) sums.top3++;
      return;
    }
    const exact = answer.result === wanted;
    const token = exact || solid(answer.result) === solid(wanted);
    if (answer.byModel) {
      sums.modelMs.push(answer.ms);
      if (!token) sums.byModelWrong++;
    }
    if (exact) sums.exact++;
    else sums.wrong++;
    if (token) sums.token++;
    else sums.beyond++;
  }

  rows(): ApplyRow[] {
    return [...this.groups].map(([style, sums]) => ({
      suite: "apply",
      style,
      cases: sums.cases,
      exact: share(sums.exact, sums.cases),
      token: share(sums.token, sums.cases),
      wrong: sums.wrong,
      wrongBeyondSpace: sums.beyond,
      refused: sums.refused,
      ambiguous: sums.ambiguous,
      ambiguousTop3: sums.top3,
      byModel: sums.modelMs.length,
      byModelWrong: sums.byModelWrong,
      modelP50: round(percentile(sums.modelMs, 0.5)),
      p50: round(percentile(sums.ms, 0.5)),
      p95: round(percentile(sums.ms, 0.95)),
    }));
  }
}

interface Group {
  cases: number;
  exact: number;
  token: number;
  wrong: number;
  beyond: number;
  refused: number;
  ambiguous: number;
  top3: number;
  byModelWrong: number;
  ms: number[];
  modelMs: number[];
}

const share = (count: number, of: number): number => round((100 * count) / of);
const round = (value: number): number => Math.round(value * 100) / 100;
