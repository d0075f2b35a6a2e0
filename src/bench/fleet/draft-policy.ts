import { type StepCost, stepSeconds } from "./step-cost.ts";
import { type EditWork, totalSteps } from "./work.ts";

/** Most tokens to draft per request, by the number of requests in a step. */
export type DraftPolicy = (requests: number) => number;

export const noDrafts: DraftPolicy = () => 0;

export function fixedDrafts(length: number): DraftPolicy {
  return () => length;
}

const draftLengths: readonly number[] = [0, 1, 2, 4, 8, 15, 31, 63, 127];

export interface LengthChoice {
  readonly requests: number;
  /** The best length; 0 = speculation is to be switched off. */
  readonly length: number;
  /** Tokens per second, relative to plain decoding. */
  readonly gain: number;
  /** The same for drafts of 127 tokens whatever the load. */
  readonly always: number;
}

/** For a step of so many requests like these, the length that writes most tokens per second. */
export function bestDraftLength(
  work: readonly EditWork[],
  cost: StepCost,
  requests: number,
): LengthChoice {
  const context = averageOf(work.map(({ prompt, output }) => prompt + output / 2)) * requests;
  const rate = (limit: number): number => {
    const { steps, drafted, written } = totalSteps(work, limit);
    const tokens = requests * (1 + drafted / steps);
    const looked = limit > 0 ? requests : 0;
    const seconds = stepSeconds(cost, { tokens, requests, context, drafted: looked });
    return (requests * (written / steps)) / seconds;
  };
  const plain = rate(0);
  let [length, best] = [0, plain];
  for (const limit of draftLengths) {
    const reached = rate(limit);
    if (reached > best) [length, best] = [limit, reached];
  }
  return { requests, length, gain: best / plain, always: rate(draftLengths.at(-1)!) / plain };
}

/** Drafts as long as the load makes worthwhile: what the plug-in does by measuring, done here from the recordings. */
export function adaptiveDrafts(work: readonly EditWork[], cost: StepCost): DraftPolicy {
  const known = new Map<number, number>();
  return (requests) => {
    const asked = 2 ** Math.round(Math.log2(Math.max(1, requests)));
    let length = known.get(asked);
    if (length === undefined) {
      length = bestDraftLength(work, cost, asked).length;
      known.set(asked, length);
    }
    return length;
  };
}

function averageOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}
