import type { KvResult } from "./results.ts";

/** Means over the cases of a cell. Shares are 0 to 1; `exactMatch`, `editSimilarity`, `sameAsFull` and `top1` are 0 to 100. */
export interface KvRow {
  readonly suite: "kv";
  readonly set: KvResult["set"];
  readonly edit: string;
  readonly context: number;
  readonly policy: string;
  readonly model: string;
  readonly cases: number;
  /** Not evaluated: of the whole prompt, and of what follows the first change. */
  readonly saved: number;
  readonly savedOfSuffix: number;
  readonly recomputed: number;
  readonly top1: number;
  readonly kl: number;
  readonly exactMatch: number;
  readonly editSimilarity: number;
  readonly sameAsFull: number;
  /** Of the decisions that the change alters (stale set): those that are still the old ones. */
  readonly staleShare?: number;
  /** Mean over the layers, and the lowest layer's. */
  readonly keyCosine?: number;
  readonly lowestKeyCosine?: number;
  readonly cpuMs?: number;
}

const mean = (values: readonly number[]): number =>
  values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;

/** With so many digits behind the point. */
export const rounded = (value: number, digits: number): number => Number(value.toFixed(digits));

/** One row per set, kind of edit, context and policy, and one over all kinds (`all`). */
export function kvRows(results: readonly KvResult[], model: string): KvRow[] {
  const cells = new Map<string, KvResult[]>();
  for (const one of results.filter((result) => result.model === model)) {
    for (const edit of [one.edit, "all"]) {
      const key = JSON.stringify([one.set, one.context, edit, one.policy]);
      const cell = cells.get(key);
      if (cell) cell.push(one);
      else cells.set(key, [one]);
    }
  }
  return [...cells].map(([key, cell]) => {
    const [set, context, edit, policy] = JSON.parse(key) as [
      KvResult["set"],
      number,
      string,
      string,
    ];
    const percent = (test: (one: KvResult) => boolean): number =>
      rounded(100 * mean(cell.map((one) => (test(one) ? 1 : 0))), 1);
    const decisive = cell.filter((one) => one.decisive);
    const times = cell.flatMap(({ cpuMs }) => (cpuMs === undefined ? [] : [cpuMs]));
    const cosines = cell.flatMap(({ keyCosine }) => (keyCosine ? [keyCosine] : []));
    const layers = (cosines[0] ?? []).map((_, layer) => mean(cosines.map((one) => one[layer]!)));
    return {
      suite: "kv" as const,
      set,
      edit,
      context,
      policy,
      model,
      cases: cell.length,
      saved: rounded(mean(cell.map((one) => 1 - one.recomputed / one.length)), 3),
      savedOfSuffix: rounded(mean(cell.map((one) => 1 - one.recomputed / one.suffix)), 3),
      recomputed: rounded(mean(cell.map((one) => one.recomputed)), 1),
      top1: percent((one) => one.top1),
      kl: rounded(mean(cell.map((one) => one.kl)), 4),
      exactMatch: percent((one) => one.exactMatch),
      editSimilarity: rounded(mean(cell.map((one) => one.editSimilarity)), 1),
      sameAsFull: percent((one) => one.sameAsFull),
      ...(set === "stale" && {
        staleShare: rounded(mean(decisive.map((one) => (one.stale ? 1 : 0))), 3),
      }),
      ...(layers.length > 0 && {
        keyCosine: rounded(mean(layers), 4),
        lowestKeyCosine: rounded(Math.min(...layers), 4),
      }),
      ...(times.length > 0 && { cpuMs: rounded(mean(times), 0) }),
    };
  });
}
