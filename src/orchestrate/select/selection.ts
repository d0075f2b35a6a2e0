import { type Clock, systemClock } from "../../core/clock.ts";
import type { Recognised } from "../classify.ts";
import type { GenerateEvent } from "../generate.ts";
import type { EditCandidate, OrchestrateRequest } from "../speculator.ts";
import { type ArmOffer, editTypeOf, type TriedArm } from "./decision.ts";
import type { ArmOrder } from "./order-arms.ts";
import { type Turns, takeTurns } from "./turns.ts";

/** Orders arms by what was learnt. It sees kinds and names, and nothing of the edit. */
export interface ArmSelection {
  order(type: string, offers: readonly ArmOffer[]): ArmOrder;
}

/** Specialists that start in a learnt order. */
export interface StartOrder {
  readonly order: ArmOrder;
  readonly turns: Turns;
  /** Looks at what happens: `accepts` is asked about candidates that are proved. */
  observe(
    event: GenerateEvent,
    accepts: (candidate: EditCandidate) => Promise<boolean>,
  ): Promise<void>;
  /** Those that ran; right is the one whose accepted candidate is the best. */
  tried(
    judged: readonly { readonly candidate: EditCandidate; readonly accepted: boolean }[],
  ): readonly TriedArm[];
}

export function startOrder(
  request: OrchestrateRequest,
  recognised: readonly Recognised[],
  select: ArmSelection,
  limitMs: number,
  clock: Clock = systemClock,
): StartOrder {
  const offers = recognised.map(({ speculator: { name }, confidence }) => ({ name, confidence }));
  const order = select.order(editTypeOf(request), offers);
  const turns = takeTurns(order, limitMs);
  const started = new Map<string, number>();
  const seconds = new Map<string, number>();
  const confidences = new Map<string, number>();
  return {
    order,
    turns,
    async observe(event, accepts) {
      if (event.type === "speculator-started") started.set(event.name, clock.now());
      if (event.type === "candidate") {
        const { candidate } = event;
        const { by, confidence } = candidate;
        confidences.set(by, Math.max(confidence, confidences.get(by) ?? 0));
        // Without anybody waiting there is nothing to save.
        const isLast = started.size === recognised.length;
        if (!isLast && confidence >= 1 && (await accepts(candidate))) {
          turns.enough(`${by} proves an edit`);
        }
      }
      if (event.type === "speculator-ended") {
        seconds.set(event.name, (clock.now() - (started.get(event.name) ?? clock.now())) / 1000);
        turns.ended(event.name);
      }
    },
    tried(judged) {
      const chosen = judged.find((one) => one.accepted)?.candidate.by;
      return [...started.keys()].map((name): TriedArm => {
        const confidence = confidences.get(name);
        return {
          name,
          seconds: seconds.get(name) ?? 0,
          right: name === chosen,
          ...(confidence === undefined ? {} : { confidence }),
        };
      });
    },
  };
}
