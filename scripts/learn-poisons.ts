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

/** What a forged decision says instead of a true one. */
type Forge = (decision: EditDecision) => readonly TriedArm[];

/** What was tried first was wrong, and another arm was right, at once and surely. */
const firstWasWrong: Forge = (decision) => [
  { ...decision.tried[0]!, right: false },
  ...anotherWasRight(decision),
];

/** Another arm was right, at once and surely; what was tried first is not named. */
const anotherWasRight: Forge = ({ tried }) => {
  const last = tried.at(-1)!.name;
  const name = last === tried[0]!.name ? "claims everything" : last;
  return [{ name, seconds: 0.001, right: true, confidence: 0.99 }];
};

/** The second fix of the rule that was tried first was right, where the rule has one. */
const secondWasRight: Forge = ({ tried }) => [
  {
    name: `${tried[0]!.name.replace(/ \d+$/u, "")} 2`,
    seconds: 0.001,
    right: true,
    confidence: 0.99,
  },
];

/** After each decision so many forged ones; `isWritten`: each with an edit of the log, so that an edit was written for it. */
const flooded =
  (forge: Forge, count: number, isWritten = false): Poison =>
  (decisions, { isWrong, at }) => ({
    isUndone: isWrong,
    decisions: decisions.flatMap((one, nth) => {
      const { type } = one;
      const forged = Array.from({ length: count }, (_, copy) => ({
        type,
        tried: forge(one),
        ...(isWritten && { entry: `forged ${at} ${nth} ${copy}` }),
      }));
      return [one, ...forged];
    }),
  });

export const poisons: Readonly<Record<string, Poison>> = {
  "outcomes inverted": inverted,
  "every third inverted": (decisions, truth) =>
    truth.at % 3 === 0 ? inverted(decisions, truth) : { decisions, isUndone: truth.isWrong },
  "flooded with forged ones": flooded(firstWasWrong, forgedAtOnce),
  "flooded by written edits": flooded(firstWasWrong, forgedAtOnce, true),
  "one forged for each": flooded(firstWasWrong, 1),
  "flooded: another was right": flooded(anotherWasRight, forgedAtOnce),
  "flooded: the second was right": flooded(secondWasRight, forgedAtOnce),
};

/** Those that begin with the first problem, so that nothing honest is there to compare with. */
export const fromTheStart: Readonly<Record<string, Poison>> = {
  "flooded from the start": flooded(firstWasWrong, forgedAtOnce),
  "flooded from the start by written edits": flooded(firstWasWrong, forgedAtOnce, true),
};
