import { type EditDecision, type TriedArm, wasRight } from "./decision.ts";
import { usualFloor } from "./floors.ts";
import { floorFor, type Learnt, orderLearnt } from "./learnt.ts";

/** What something learnt makes of held-out decisions of one kind. */
export interface HeldOutScore {
  readonly decisions: number;
  /** Of edits that are made by themselves: the first one that is sure enough, unless what is learnt withholds it. */
  readonly right: number;
  readonly wrong: number;
  /** Nothing is made. */
  readonly refused: number;
  /** Until the right edit is found, where each one is judged; of all that is tried where there is none. */
  readonly seconds: number;
}

export interface GateAnswer {
  readonly kept: boolean;
  readonly why: string;
  readonly before: HeldOutScore;
  readonly after: HeldOutScore;
}

/** A wrong edit counts like so many that are not made. */
const wrongCost = 10;
/** How much longer the right edit may take to be found: measured times vary. */
const slack = 1.02;

/**
 * Replays decisions whose outcome is known, without exploring. An arm that is in the records of this kind and in none of the decisions
 * takes part in each as if it were wrong: nothing shows that it is not.
 */
export function scoreOn(heldOut: readonly EditDecision[], learnt: Learnt): HeldOutScore {
  const seen = new Set(heldOut.flatMap(({ tried }) => tried.map(({ name }) => name)));
  let score = { decisions: heldOut.length, right: 0, wrong: 0, refused: 0, seconds: 0 };
  for (const decision of heldOut) {
    const tried = [...decision.tried, ...strangers(decision.type, seen, learnt)];
    const offers = tried.map(({ name, confidence = 0.5 }) => ({ name, confidence }));
    const { turns } = orderLearnt(learnt, decision.type, offers);
    const inTurn = turns.map(({ offer }) => tried[offer]!);
    // Thresholds withhold edits, and an order makes no others: what is made is the first one of the usual order.
    const first = decision.tried.find(({ confidence = 0 }) => confidence >= usualFloor);
    const isMade = first !== undefined && first.confidence! >= floorFor(learnt, first.name);
    const made = isMade ? first : undefined;
    const isRight = made !== undefined && wasRight(decision, made);
    const found = inTurn.findIndex((one) => wasRight(decision, one));
    const needed = found < 0 ? inTurn : inTurn.slice(0, found + 1);
    score = {
      ...score,
      right: score.right + Number(isRight),
      wrong: score.wrong + Number(made !== undefined && !isRight),
      refused: score.refused + Number(made === undefined),
      seconds: score.seconds + needed.reduce((sum, { seconds }) => sum + seconds, 0),
    };
  }
  return score;
}

function strangers(type: string, seen: ReadonlySet<string>, { records }: Learnt): TriedArm[] {
  const all = [...(records.get(type) ?? [])];
  return all
    .filter(([name, { tried }]) => !seen.has(name) && tried > 0)
    .map(([name, { seconds, tried }]) => ({
      name,
      seconds: Math.max(1, seconds / tried),
      right: false,
      confidence: 0.99,
    }));
}

/**
 * Whether an update of what is learnt is kept: on the held-out decisions nothing may become worse. Worse is: one more wrong edit; a
 * higher loss, where an edit that is not made counts 1 and a wrong one 10; or more than 2 % more seconds until the right edit.
 */
export function gate(
  heldOut: readonly EditDecision[],
  current: Learnt,
  proposed: Learnt,
): GateAnswer {
  const [before, after] = [scoreOn(heldOut, current), scoreOn(heldOut, proposed)];
  const lost = ({ wrong, refused }: HeldOutScore): number => wrongCost * wrong + refused;
  const answer = (kept: boolean, why: string): GateAnswer => ({ kept, why, before, after });
  if (after.wrong > before.wrong) {
    return answer(false, `${after.wrong} wrong edits instead of ${before.wrong}`);
  }
  if (lost(after) > lost(before)) {
    return answer(false, `${after.refused} edits are not made instead of ${before.refused}`);
  }
  if (after.seconds > slack * before.seconds) {
    const [now, then] = [after.seconds.toPrecision(3), before.seconds.toPrecision(3)];
    return answer(false, `the right edits take ${now} s instead of ${then} s`);
  }
  return answer(true, "nothing becomes worse");
}
