import type { Regret } from "./fit.ts";
import type { Outcome } from "./state.ts";

/** What a way came to over the cases of a set, or over its long ones. */
export interface WayRow {
  readonly suite: "cascade";
  readonly model: string;
  readonly set: string;
  /** `all`, or `200+`: at least so many lines in all files. */
  readonly lines: string;
  readonly way: string;
  readonly cases: number;
  readonly right: number;
  /** Right of all, in percent: Pass@1 where the cases have tests. */
  readonly percent: number;
  readonly exact: number;
  /** No result: refusals and failures. */
  readonly refused: number;
  /** Means over the cases: read, written, and written without a draft. */
  readonly promptTokens: number;
  readonly tokens: number;
  readonly own: number;
  readonly seconds: number;
  /** Cases by the code of their refusal. */
  readonly codes: Readonly<Record<string, number>>;
}

const longFile = 200;

/** A row per model, set, and way; for the long cases rows of their own, where there are long and short ones. */
export function wayRows(outcomes: readonly Outcome[]): WayRow[] {
  const rows: WayRow[] = [];
  for (const group of groupsOf(outcomes, ({ model, set }) => JSON.stringify([model, set]))) {
    const long = group.filter(({ lines }) => lines >= longFile);
    const parts: [string, Outcome[]][] = [["all", group]];
    if (long.length > 0 && long.length < group.length) parts.push([`${longFile}+`, long]);
    for (const [lines, part] of parts) {
      for (const own of groupsOf(part, ({ way }) => way)) rows.push(rowOf(own, lines));
    }
  }
  return rows;
}

function groupsOf(
  outcomes: readonly Outcome[],
  key: (outcome: Outcome) => string,
): readonly Outcome[][] {
  const groups = new Map<string, Outcome[]>();
  for (const one of outcomes) groups.set(key(one), [...(groups.get(key(one)) ?? []), one]);
  return [...groups.values()];
}

function rowOf(outcomes: readonly Outcome[], lines: string): WayRow {
  const { model, set, way } = outcomes[0]!;
  const mean = (value: (outcome: Outcome) => number, digits: number): number =>
    Number((outcomes.reduce((sum, one) => sum + value(one), 0) / outcomes.length).toFixed(digits));
  const right = outcomes.filter((one) => one.right).length;
  const codes: Record<string, number> = {};
  for (const { code } of outcomes) if (code !== undefined) codes[code] = (codes[code] ?? 0) + 1;
  return {
    suite: "cascade",
    model,
    set,
    lines,
    way,
    cases: outcomes.length,
    right,
    percent: Number(((100 * right) / outcomes.length).toFixed(1)),
    exact: outcomes.filter(({ exact }) => exact).length,
    refused: outcomes.filter(({ code }) => code !== undefined).length,
    promptTokens: mean(({ promptTokens }) => promptTokens, 0),
    tokens: mean(({ outputTokens }) => outputTokens, 0),
    own: mean(({ outputTokens, acceptedTokens }) => outputTokens - acceptedTokens, 0),
    seconds: mean(({ seconds }) => seconds, 1),
    codes,
  };
}

export const rowHead = [
  "lines",
  "way",
  "cases",
  "right",
  "percent",
  "exact",
  "refused",
  "tokens",
  "own",
  "seconds",
] as const;

export const codesOf = ({ codes }: WayRow): string =>
  Object.entries(codes)
    .map(([code, count]) => `${code} ${count}`)
    .join(", ");

export function regretLine(one: Regret): string {
  const { cases, auto, bestFixed, bestFixedWay, bestEach } = one;
  return (
    `auto (fitted on the other cases): ${auto} of ${cases} right, ${one.autoOwn} tokens of its own; always ${bestFixedWay}: ${bestFixed}, ${one.bestFixedOwn}; ` +
    `the best way of each case: ${bestEach}, ${one.bestEachOwn}; regret ${bestEach - auto} of ${cases}`
  );
}
