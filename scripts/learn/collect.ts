import type { Trace } from "../../src/bench/traces/data.ts";
import {
  createAcceptanceModel,
  type Network,
  survivalCurve,
} from "../../src/draft/acceptance-model.ts";
import { agreement, type Candidate, tokensOf } from "../../src/draft/copy-candidates.ts";
import { createCopySession, type Place } from "../../src/draft/copy-session.ts";
import type { Spelling } from "../../src/draft/spelling.ts";
import { type Example, sparse } from "./network.ts";

const longest = 1024;
/** Where `accepted` counts full for the choice; further tokens could be had by a later copy as well. */
const near = 16;

/**
 * Replays one trace with one copy per step and gives every candidate seen on the way with how long it would have
 * been right. Without a network the choice is a rule of thumb.
 */
export function collect(
  trace: Trace,
  request: { readonly sketch: boolean; readonly candidates: readonly (readonly number[])[] },
  spelling: Spelling,
  network: Network | undefined,
): { examples: Example[]; forwards: number } {
  const { prompt, source, context, sketch, output } = trace;
  const session = createCopySession(
    {
      prompt,
      source,
      ...(context.length > 0 && { context: [context] }),
      ...(request.sketch && { sketch }),
      candidates: request.candidates,
    },
    spelling,
  );
  const model = network && createAcceptanceModel(network, false);
  const value = (place: Place, i: number): number => {
    if (model === undefined) return ruleOfThumb(place.candidates[i]!);
    let sum = 0;
    survivalCurve(model.predict(place.features[i]!), 64).forEach((p, k) => {
      sum += k < near ? p : p / 4;
    });
    return sum;
  };
  const examples: Example[] = [];
  let forwards = 0;
  for (let at = 0; at < output.length; forwards++) {
    const place = session.here();
    const rest = output.slice(at, at + longest);
    let best: Candidate | undefined;
    let bestValue = Number.NEGATIVE_INFINITY;
    place.candidates.forEach((candidate, i) => {
      const accepted = agreement(candidate, rest);
      const length = tokensOf(candidate, longest).length;
      examples.push({
        ...sparse(place.features[i]!),
        accepted,
        censored: accepted === Math.min(length, rest.length),
      });
      const worth = value(place, i);
      if (worth <= bestValue) return;
      bestValue = worth;
      best = candidate;
    });
    const drafted = best === undefined ? [] : tokensOf(best, longest);
    const accepted = best === undefined ? 0 : agreement(best, rest);
    const committed = rest.slice(0, accepted + 1);
    session.commit(committed, drafted);
    at += committed.length;
  }
  return { examples, forwards };
}

function ruleOfThumb({ kind, match, reason }: Candidate): number {
  const bonus = kind === "candidate" ? 8 : kind === "source" && reason !== "match" ? 2 : 0;
  return match + bonus;
}
