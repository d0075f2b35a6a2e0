import type { ArmOffer } from "../src/orchestrate/select/decision.ts";
import { type Draws, seededDraws } from "../src/orchestrate/select/draws.ts";
import { orderArms } from "../src/orchestrate/select/order-arms.ts";
import { type ArmRecords, withDecision } from "../src/orchestrate/select/records.ts";

/** How often a arm is right for a kind of edit, and its mean time. */
export interface SimulatedArm {
  readonly chance: number;
  readonly seconds: number;
}

/** A stretch of a stream: how frequent kinds of edits are, and how the arms do on each. */
export interface StreamPhase {
  readonly length: number;
  readonly mix: Readonly<Record<string, number>>;
  readonly arms: Readonly<Record<string, readonly SimulatedArm[]>>;
}

/** A request whose outcome with every arm is drawn before, so that all policies meet the same. */
export interface SimulatedRequest {
  readonly type: string;
  readonly arms: readonly { readonly right: boolean; readonly seconds: number }[];
}

export function drawStream(phases: readonly StreamPhase[], seed: number): SimulatedRequest[] {
  const draws = seededDraws(seed);
  return phases.flatMap(({ length, mix, arms }) =>
    Array.from({ length }, () => {
      const type = drawType(mix, draws);
      return {
        type,
        arms: arms[type]!.map(({ chance, seconds }) => ({
          right: draws.uniform() < chance,
          // Times vary by a third of the mean.
          seconds: (seconds * draws.gamma(9)) / 9,
        })),
      };
    }),
  );
}

function drawType(mix: Readonly<Record<string, number>>, draws: Draws): string {
  let left = draws.uniform() * Object.values(mix).reduce((sum, one) => sum + one, 0);
  for (const [type, weight] of Object.entries(mix)) {
    left -= weight;
    if (left <= 0) return type;
  }
  return Object.keys(mix)[0]!;
}

/** Says in which order the arms of a request are tried, and learns from those that were. */
export interface StreamPolicy {
  order(request: SimulatedRequest): readonly number[];
  learn?(request: SimulatedRequest, tried: readonly number[]): void;
}

export interface StreamResult {
  readonly seconds: number;
  readonly accepted: number;
}

/** Each request's arms are tried one after the other until one is right. */
export function runStream(stream: readonly SimulatedRequest[], policy: StreamPolicy): StreamResult {
  let [seconds, accepted] = [0, 0];
  for (const request of stream) {
    const tried: number[] = [];
    for (const arm of policy.order(request)) {
      tried.push(arm);
      seconds += request.arms[arm]!.seconds;
      if (!request.arms[arm]!.right) continue;
      accepted += 1;
      break;
    }
    policy.learn?.(request, tried);
  }
  return { seconds, accepted };
}

const allArms = (count: number): number[] => [...Array(count).keys()];

/** The given order, always: what is done without learning. */
export const alwaysFirst = (): StreamPolicy => ({ order: ({ arms }) => allArms(arms.length) });

/** Another arm first each time. */
export function roundRobin(): StreamPolicy {
  let turn = 0;
  return {
    order({ arms }) {
      const first = turn++ % arms.length;
      return allArms(arms.length).map((at) => (at + first) % arms.length);
    },
  };
}

/** What the orchestrator uses. */
export function learnt(seed: number, discount?: number): StreamPolicy {
  const draws = seededDraws(seed);
  let records: ArmRecords = new Map();
  const offers = (count: number): ArmOffer[] =>
    allArms(count).map((arm) => ({ name: `arm ${arm}`, confidence: 0.5 }));
  return {
    order: ({ type, arms }) =>
      orderArms(type, offers(arms.length), records, draws).turns.map(({ offer }) => offer),
    learn(request, tried) {
      const decision = {
        type: request.type,
        tried: tried.map((arm) => ({ name: `arm ${arm}`, ...request.arms[arm]! })),
      };
      records = withDecision(records, decision, discount);
    },
  };
}

/** Discounted UCB (Garivier and Moulines 2011, B = 1, xi = 0.6) of the probability, over the discounted mean time. */
export function discountedUcb(discount = 0.98): StreamPolicy {
  const types = new Map<string, { right: number; tried: number; seconds: number }[]>();
  return {
    order({ type, arms }) {
      const own = types.get(type) ?? arms.map(() => ({ right: 0, tried: 0, seconds: 0 }));
      types.set(type, own);
      const total = own.reduce((sum, { tried }) => sum + tried, 0);
      const index = own.map(({ right, tried, seconds }) => {
        if (tried < 1e-9) return Number.POSITIVE_INFINITY;
        const bonus = 2 * Math.sqrt((0.6 * Math.log(Math.max(1, total))) / tried);
        return Math.min(1, right / tried + bonus) / (seconds / tried);
      });
      return allArms(arms.length).sort((a, b) => index[b]! - index[a]! || a - b);
    },
    learn({ type, arms }, tried) {
      const own = types.get(type)!;
      for (const one of own) {
        one.right *= discount;
        one.tried *= discount;
        one.seconds *= discount;
      }
      for (const arm of tried) {
        own[arm]!.right += Number(arms[arm]!.right);
        own[arm]!.tried += 1;
        own[arm]!.seconds += arms[arm]!.seconds;
      }
    },
  };
}

function permutations(items: readonly number[]): number[][] {
  if (items.length < 2) return [[...items]];
  return items.flatMap((first) =>
    permutations(items.filter((one) => one !== first)).map((rest) => [first, ...rest]),
  );
}

/** The least time in hindsight of one order for every kind of edit (`by: "type"`), or of one order for all. */
export function bestFixed(stream: readonly SimulatedRequest[], by: "type" | "stream"): number {
  const groups = new Map<string, SimulatedRequest[]>();
  for (const request of stream) {
    const key = by === "type" ? request.type : "";
    groups.set(key, [...(groups.get(key) ?? []), request]);
  }
  let sum = 0;
  for (const group of groups.values()) {
    const orders = permutations(allArms(group[0]!.arms.length));
    sum += Math.min(...orders.map((order) => runStream(group, { order: () => order }).seconds));
  }
  return sum;
}

/** Four kinds of edits; arm 0 is a fast rule, 1 a small model, 2 a large one, 3 a arm that is right for one kind only. */
const early: StreamPhase["arms"] = {
  rename: [w(0.92, 0.2), w(0.4, 2), w(0.7, 8), w(0.05, 0.5)],
  fix: [w(0.25, 0.4), w(0.6, 2), w(0.75, 8), w(0.1, 0.5)],
  extract: [w(0.1, 1.5), w(0.35, 2.5), w(0.7, 8), w(0.15, 1)],
  repeat: [w(0.05, 1), w(0.3, 2), w(0.5, 8), w(0.8, 0.5)],
};
/** Later the small model is replaced by one that is better at fixes, and the rule for renames meets code that it does not know. */
const late: StreamPhase["arms"] = {
  rename: [w(0.3, 0.6), w(0.75, 1), w(0.8, 8), w(0.05, 0.5)],
  fix: [w(0.15, 0.8), w(0.85, 1.5), w(0.75, 8), w(0.1, 0.5)],
  extract: [w(0.7, 0.5), w(0.35, 2.5), w(0.7, 8), w(0.15, 1)],
  repeat: [w(0.05, 1), w(0.3, 2), w(0.5, 8), w(0.8, 0.5)],
};

function w(chance: number, seconds: number): SimulatedArm {
  return { chance, seconds };
}

const even = { rename: 1, fix: 1, extract: 1, repeat: 1 };

/** Streams by name, of `length` requests. */
export const streams: Readonly<Record<string, (length: number) => readonly StreamPhase[]>> = {
  stationary: (length) => [{ length, mix: even, arms: early }],
  "shifting mix": (length) => [
    { length: length / 2, mix: { rename: 6, fix: 2, extract: 1, repeat: 1 }, arms: early },
    { length: length / 2, mix: { rename: 1, fix: 2, extract: 4, repeat: 4 }, arms: early },
  ],
  "shifting mix and arms": (length) => [
    { length: length / 2, mix: { rename: 6, fix: 2, extract: 1, repeat: 1 }, arms: early },
    { length: length / 2, mix: { rename: 2, fix: 4, extract: 3, repeat: 1 }, arms: late },
  ],
};
