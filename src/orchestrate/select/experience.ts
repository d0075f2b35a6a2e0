import type { EditDecision } from "./decision.ts";
import { type GateAnswer, gate } from "./gate.ts";
import { type Learnt, learnFrom, nothingLearnt } from "./learnt.ts";

/** The decisions of one kind of edit, oldest first. */
export interface TypeExperience {
  /** What is learnt from. */
  readonly training: readonly EditDecision[];
  /** Kept aside: what is learnt is compared on them. */
  readonly heldOut: readonly EditDecision[];
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
const mostKept = { types: 40, training: 80, heldOut: 24 } as const;

/** Held-out decisions that come with the program, by the kind of edit. */
export type ShippedHeldOut = (type: string) => readonly EditDecision[];

/** What is in use for a kind of edit. */
export function inUse(
  experience: Experience,
  type: string,
  shipped: ShippedHeldOut = () => [],
): Learnt {
  const { training, heldOut } = experience[type] ?? noTypeExperience;
  return heldOut.length + shipped(type).length < leastHeldOut ? nothingLearnt : learnFrom(training);
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
    let own: TypeExperience = { ...known, pending: [...known.pending, decision] };
    if (own.pending.length >= updateSize) {
      const { next, answer } = update(own, shipped(type));
      own = next;
      if (answer) updates.push({ type, answer });
    }
    types.delete(type);
    types.set(type, own);
  }
  return { experience: Object.fromEntries([...types].slice(-mostKept.types)), updates };
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
    const answer = gate(all, nothingLearnt, learnFrom(first.training));
    return answer.kept ? { next: first, answer } : { next: noTypeExperience, answer };
  }
  const answer = gate(known, learnFrom(training), learnFrom(keep(added).training));
  if (answer.kept) return { next: keep(added), answer };
  const refused = own.refused + 1;
  if (refused >= mostRefusals) {
    return { next: { ...noTypeExperience, refusal: `forgotten: ${answer.why}` }, answer };
  }
  return { next: { ...own, pending: [], refused, refusal: answer.why }, answer };
}

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
    const all = [...own.training, ...own.heldOut, ...own.pending];
    if (!all.some(isMeant)) return [type, own];
    again.push(...[...own.training, ...own.pending].filter(isMeant).map(amended));
    const heldOut = own.heldOut.map((one) => (isMeant(one) ? amended(one) : one));
    const others = (list: readonly EditDecision[]): EditDecision[] =>
      list.filter((one) => !isMeant(one));
    return [
      type,
      { ...own, training: others(own.training), heldOut, pending: others(own.pending) },
    ];
  });
  return withDecisions(Object.fromEntries(types), again, shipped);
}
