import type { ArmOffer } from "./decision.ts";
import type { Draws } from "./draws.ts";
import type { ArmRecord, ArmRecords } from "./records.ts";

/** An arm in its turn. */
export interface ArmTurn {
  readonly name: string;
  /** Index among the offers. */
  readonly offer: number;
  /** Expected probability that its edit is accepted. */
  readonly chance: number;
  /** Expected; NaN where nothing is known. */
  readonly seconds: number;
  /** ms that it runs before the next one starts beside it; 0: both start at once. */
  readonly headStartMs: number;
}

export interface ArmOrder {
  readonly type: string;
  /** Every offer, once. */
  readonly turns: readonly ArmTurn[];
  /** Nothing is known yet: the order is the given one. */
  readonly isCold: boolean;
  /** One sentence. */
  readonly why: string;
}

/** Below so many tries for a kind of edit, the order is the given one. */
const leastTries = 5;
/** The weight of what an arm says of itself, in tries. */
const priorTries = 4;
/** An arm gets this many times its mean time before the next one starts. */
const headStartFactor = 2;
/** ms; less than this is not worth the start of another one. */
const leastHeadStart = 50;

/**
 * The order in which arms are tried: by accepted edits per second, best first. Trying in the order of probability over cost has the
 * least expected cost until one succeeds (Mitten 1960, the least-cost testing sequence), so the reward and the order are one
 * quantity. It is drawn from the posterior by discounted Thompson sampling (Raj and Kalyani 2017, "Taming non-stationary bandits"):
 * a beta distribution of the probability, with the arm's own confidence as the prior, and a gamma distribution of the rate. Unlike
 * discounted UCB (Kocsis and Szepesvari 2006; Garivier and Moulines 2011) it needs no bound of a reward per second, which has none.
 *
 * @param draws absent: by the means, without exploring
 */
export function orderArms(
  type: string,
  offers: readonly ArmOffer[],
  records: ArmRecords,
  draws?: Draws,
): ArmOrder {
  const own = records.get(type) ?? new Map<string, ArmRecord>();
  const known = offers.map(({ name }) => own.get(name) ?? { right: 0, tried: 0, seconds: 0 });
  const tries = known.reduce((sum, { tried }) => sum + tried, 0);
  const seconds = known.reduce((sum, one) => sum + one.seconds, 0);
  const isCold = tries < leastTries || offers.length < 2;
  const usual = tries > 0 ? seconds / tries : Number.NaN;
  const turns = offers.map(({ name, confidence }, offer) => {
    const { right, tried, seconds: spent } = known[offer]!;
    const chance = (right + priorTries * confidence) / (tried + priorTries);
    const mean = (spent + usual) / (tried + 1);
    const isKnown = !isCold && tried >= 3 && offers.length > 1;
    const headStartMs = isKnown
      ? Math.max(leastHeadStart, Math.round(1000 * headStartFactor * mean))
      : 0;
    const [a, b] = [right + priorTries * confidence, tried - right + priorTries * (1 - confidence)];
    const drawnChance = draws ? draws.beta(Math.max(0.05, a), Math.max(0.05, b)) : chance;
    const drawnRate = draws ? draws.gamma(tried + 1) / (spent + usual) : 1 / mean;
    return { name, offer, chance, seconds: mean, headStartMs, index: drawnChance * drawnRate };
  });
  if (!isCold) turns.sort((x, y) => y.index - x.index || x.offer - y.offer);
  return {
    type,
    turns: turns.map(({ index: _, ...turn }) => turn),
    isCold,
    why: isCold ? coldReason(offers.length, tries) : orderReason(turns),
  };
}

function coldReason(offers: number, tries: number): string {
  if (offers < 2) return "there is one arm only";
  return `${Math.round(tries)} tries of such edits are known, ${leastTries} are needed: the usual order`;
}

function orderReason(turns: readonly ArmTurn[]): string {
  const shown = turns
    .slice(0, 3)
    .map(
      ({ name, chance, seconds }) =>
        `${name} ${Math.round(100 * chance)} % in ${seconds.toPrecision(2)} s`,
    );
  return `accepted edits per second: ${shown.join(", ")}`;
}
