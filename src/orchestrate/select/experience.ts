import type { EditDecision } from "./decision.ts";
import { type GateAnswer, gate } from "./gate.ts";
import { type Learnt, learnFrom, nothingLearnt } from "./learnt.ts";

/** The decisions of one kind of edit, oldest first. */
export interface TypeExperience {
  /** What is learnt from. */
  readonly training: readonly EditDecision[];
  /** Kept aside: what is learnt is compared on them. */
  readonly heldOut: readonly EditDecision[];
  /** The first ones of written edits, kept for good: no threshold is raised that they do not ask for, too. */
  readonly fixed: readonly EditDecision[];
  /** Newer ones, which are learnt from together. */
  readonly pending: readonly EditDecision[];
  /** Updates that were kept. */
  readonly kept: number;
  /** Updates that were refused one after the other, since the last that was kept. */
  readonly refused: number;
  /** Why the last one was refused. */
  readonly refusal?: string;
}

/** Everything that is learnt of a repository, by the kind of edit; the kind that was seen last comes last. */
export type Experience = Readonly<Record<string, TypeExperience>>;

export const noTypeExperience: TypeExperience = {
  training: [],
  heldOut: [],
  fixed: [],
  pending: [],
  kept: 0,
  refused: 0,
};

/** Decisions that make an update together. */
const updateSize = 6;
/** Every so many of them is kept aside. */
const heldOutShare = 3;
/** With fewer held-out decisions nothing is in use: nothing could show that it is worse. */
export const leastHeldOut = 4;
/**
 * After so many refusals of a kind in a row, what is learnt of it is forgotten: the repository has changed, an arm is new, or the decisions
 * are not honest. The program then does what it does without learning, and starts anew.
 */
const mostRefusals = 3;
const mostKept = { types: 40, training: 80, heldOut: 24, fixed: 12 } as const;

/** Held-out decisions that come with the program, by the kind of edit. */
export type ShippedHeldOut = (type: string) => readonly EditDecision[];

/** What is in use for a kind of edit. */
export function inUse(
  experience: Experience,
  type: string,
  shipped: ShippedHeldOut = () => [],
): Learnt {
  const { training, heldOut, fixed } = experience[type] ?? noTypeExperience;
  return heldOut.length + shipped(type).length < leastHeldOut
    ? nothingLearnt
    : learnFrom(training, fixed);
}

/** What became of an update. */
export interface ExperienceUpdate {
  readonly type: string;
  readonly answer: GateAnswer;
}

export interface Experienced {
  readonly experience: Experience;
  readonly updates: readonly ExperienceUpdate[];
}

/** The experience with new decisions; where enough of a kind are there, an update that passes the gate, or is dropped. */
export function withDecisions(
  experience: Experience,
  decisions: readonly EditDecision[],
  shipped: ShippedHeldOut = () => [],
): Experienced {
  const types = new Map(Object.entries(experience));
  const updates: ExperienceUpdate[] = [];
  for (const decision of decisions) {
    const { type } = decision;
    const known = types.get(type) ?? noTypeExperience;
    let own: TypeExperience = {
      ...known,
      fixed: withFixed(known.fixed, decision),
      pending: [...known.pending, decision],
    };
    if (own.pending.length >= updateSize) {
      const { next, answer } = update(own, shipped(type));
      own = next;
      if (answer) updates.push({ type, answer });
    }
    types.delete(type);
    types.set(type, own);
  }
  return { experience: Object.fromEntries(mostRecent(types)), updates };
}

/**
 * The fixed decisions with one more, until there are enough. Only an entry of the log, which is an edit that was written, counts, and each once:
 * to fill the set takes as many edits.
 */
function withFixed(
  fixed: readonly EditDecision[],
  decision: EditDecision,
): readonly EditDecision[] {
  const { entry } = decision;
  const isNew = entry !== undefined && fixed.every((one) => one.entry !== entry);
  return isNew && !isComplete(fixed) ? [...fixed, decision] : fixed;
}

const isComplete = (fixed: readonly EditDecision[]): boolean => fixed.length >= mostKept.fixed;

/** Kinds whose fixed decisions are complete are not pushed out by newer ones: a flood of kinds would forget what protects the others. */
function mostRecent(types: ReadonlyMap<string, TypeExperience>): [string, TypeExperience][] {
  const all = [...types];
  const surplus = Math.max(0, all.length - mostKept.types);
  const dropped = new Set(all.filter(([, { fixed }]) => !isComplete(fixed)).slice(0, surplus));
  return all.filter((one) => !dropped.has(one)).slice(-mostKept.types);
}

function update(
  own: TypeExperience,
  shipped: readonly EditDecision[],
): { next: TypeExperience; answer?: GateAnswer } {
  const { training, heldOut, pending } = own;
  const aside = pending.filter((_, at) => at % heldOutShare === heldOutShare - 1);
  const added = pending.filter((_, at) => at % heldOutShare !== heldOutShare - 1);
  const known = [...shipped, ...heldOut];
  const keep = (more: readonly EditDecision[]): TypeExperience => ({
    ...own,
    training: [...training, ...more].slice(-mostKept.training),
    heldOut: [...heldOut, ...aside].slice(-mostKept.heldOut),
    pending: [],
    kept: own.kept + 1,
    refused: 0,
  });
  if (known.length < leastHeldOut) {
    const first = keep(added);
    const all = [...known, ...aside];
    if (all.length < leastHeldOut) return { next: first };
    // It comes into use with this update: compared with what is done without it.
    const answer = gate(all, nothingLearnt, learnFrom(first.training, own.fixed));
    return answer.kept ? { next: first, answer } : { next: forgotten(own), answer };
  }
  const [current, proposed] = [training, keep(added).training].map((decisions) =>
    learnFrom(decisions, own.fixed),
  ) as [Learnt, Learnt];
  const answer = gate(known, current, proposed);
  if (answer.kept) return { next: keep(added), answer };
  const refused = own.refused + 1;
  if (refused >= mostRefusals) {
    return { next: { ...forgotten(own), refusal: `forgotten: ${answer.why}` }, answer };
  }
  return { next: { ...own, pending: [], refused, refusal: answer.why }, answer };
}

/** All but what the next thing that is learnt is compared on. */
const forgotten = ({ fixed }: TypeExperience): TypeExperience => ({ ...noTypeExperience, fixed });

/** Marks what entries of the log made as taken back, or as made again: it is learnt from anew. */
export function withUndone(
  experience: Experience,
  entries: ReadonlySet<string>,
  undone: boolean,
  shipped: ShippedHeldOut = () => [],
): Experienced {
  const isMeant = ({ entry }: EditDecision): boolean => entry !== undefined && entries.has(entry);
  const amended = (one: EditDecision): EditDecision => {
    const { undone: _, ...rest } = one;
    return undone ? { ...rest, undone } : rest;
  };
  const again: EditDecision[] = [];
  const types = Object.entries(experience).map(([type, own]): [string, TypeExperience] => {
    const all = [...own.training, ...own.heldOut, ...own.fixed, ...own.pending];
    if (!all.some(isMeant)) return [type, own];
    again.push(...[...own.training, ...own.pending].filter(isMeant).map(amended));
    const inPlace = (list: readonly EditDecision[]): EditDecision[] =>
      list.map((one) => (isMeant(one) ? amended(one) : one));
    const others = (list: readonly EditDecision[]): EditDecision[] =>
      list.filter((one) => !isMeant(one));
    return [
      type,
      {
        ...own,
        training: others(own.training),
        heldOut: inPlace(own.heldOut),
        fixed: inPlace(own.fixed),
        pending: others(own.pending),
      },
    ];
  });
  return withDecisions(Object.fromEntries(types), again, shipped);
}
