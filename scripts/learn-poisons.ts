import { type EditDecision, type TriedArm, wasRight } from "../src/orchestrate/select/decision.ts";

interface Truth {
  /** The fix that was made is wrong, and undone. */
  readonly isWrong: boolean;
  /** The number of the problem. */
  readonly at: number;
}

/** What learning is told instead of what happened. */
export type Poison = (
  decisions: readonly EditDecision[],
  truth: Truth,
) => { readonly decisions: readonly EditDecision[]; readonly isUndone: boolean };

/** Every outcome is the opposite. */
const inverted: Poison = (decisions, { isWrong }) => ({
  isUndone: false,
  decisions: decisions.map((one) => ({
    ...one,
    tried: one.tried.map((arm) => ({ ...arm, right: isWrong || !wasRight(one, arm) })),
  })),
});

/** As many as make an update. */
const forgedAtOnce = 6;

/** After each decision as many forged ones as make an update: what was tried first was wrong, and another arm was right, at once and surely. */
const flooded: Poison = (decisions, { isWrong }) => ({
  isUndone: isWrong,
  decisions: decisions.flatMap((one) => {
    const { type, tried } = one;
    const [first] = tried;
    const name = tried.at(-1)!.name === first!.name ? "claims everything" : tried.at(-1)!.name;
    const forged: TriedArm[] = [
      { ...first!, right: false },
      { name, seconds: 0.001, right: true, confidence: 0.99 },
    ];
    return [one, ...Array.from({ length: forgedAtOnce }, () => ({ type, tried: forged }))];
  }),
});

export const poisons: Readonly<Record<string, Poison>> = {
  "outcomes inverted": inverted,
  "every third inverted": (decisions, truth) =>
    truth.at % 3 === 0 ? inverted(decisions, truth) : { decisions, isUndone: truth.isWrong },
  "flooded with forged ones": flooded,
};
