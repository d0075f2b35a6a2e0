import { diffArrays } from "diff";
import type { Token } from "../../core/target.ts";
import type { TokenPredictor } from "../../draft/draft-model.ts";
import type { Trace } from "../traces/data.ts";

/**
 * A stand-in for a draft model, where none runs: right with probability 0.97 on tokens that the edit copies from
 * the original and 0.60 on new ones (so calibrated, plain speculative decoding gives the published speed-up).
 * Whether it is right at a place is fixed by the trace, so every strategy meets the same model.
 */
export interface StandIn {
  /** The guess for the token after `written` output tokens and these drafted ones. */
  next(written: number, drafted: readonly Token[]): Token;
}

/** One pass of it costs this many of the target's. */
export const standInCost = 0.22;

const onCopied = 0.97;
const onNew = 0.6;

export function createStandIn(trace: Trace, vocabSize: number): StandIn {
  const { output } = trace;
  const right: boolean[] = [];
  let at = 0;
  for (const change of diffArrays([...trace.source], [...output])) {
    if (change.removed) continue;
    for (let i = 0; i < change.value.length; i++, at++) {
      right.push(uniform(trace.id, at) < (change.added ? onNew : onCopied));
    }
  }
  const wrong = (place: number): Token => ((output[place] ?? 0) + 1) % vocabSize;
  return {
    next(written, drafted) {
      const place = written + drafted.length;
      const onTrack = drafted.every((token, i) => token === output[written + i]);
      return onTrack && right[place] ? output[place]! : wrong(place);
    },
  };
}

/** The stand-in as drafters ask a model, with the certainty that it has on average. */
export function standInPredictor(standIn: StandIn): TokenPredictor {
  return {
    name: "stand-in",
    begin() {},
    async next(output, drafted) {
      return { token: standIn.next(output.length, drafted), probability: 0.85 };
    },
  };
}

function uniform(id: string, at: number): number {
  let h = at + 1;
  for (const character of id) h = Math.imul(h ^ character.charCodeAt(0), 0x9e3779b1);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return ((h ^ (h >>> 16)) >>> 0) / 2 ** 32;
}
