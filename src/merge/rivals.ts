import { limits } from "./align/costs.ts";
import type { Placement } from "./align/placements.ts";
import { isOwn, type Placing } from "./placing.ts";
import type { Built } from "./proof/build.ts";
import { costlierReadings } from "./readings/costlier.ts";
import { farSides } from "./readings/far-side.ts";
import type { Meaning } from "./readings/meaning.ts";
import { readingsOfBest } from "./readings/of-best.ts";
import type { Shape } from "./shape.ts";
import { unmentionedNames } from "./unmentioned.ts";

/** Texts that an edit may mean beside the best one, each once, in the order in which they were found. */
export class Rivals {
  readonly texts: Built[] = [];
  /** The cost of the cheapest placement that gives another text than the best one; infinite while none is known. */
  runnerUp: number = Number.POSITIVE_INFINITY;
  private readonly placing: Placing;
  private readonly best: Built;
  private readonly mostRepeated: number;
  private readonly unmentioned: (built: Built) => number;
  private readonly mostUnmentioned: number;

  constructor(placing: Placing, best: Built) {
    this.placing = placing;
    this.best = best;
    this.mostRepeated = placing.repeats(best);
    this.unmentioned = unmentionedNames(placing.lines, placing.shape);
    this.mostUnmentioned = this.unmentioned(best);
  }

  get isFull(): boolean {
    return this.texts.length >= limits.rivals;
  }

  /** Keeps a text unless it is known, impossible, or removes more declarations than the best one. */
  offer(built: Built, reading?: Meaning, cost: number = this.best.placement.cost): void {
    const { shape } = this.placing;
    if (this.texts.some((known) => isSameMeaning(known, built, shape))) return;
    if (!this.isPossible(built) || this.unmentioned(built) > this.mostUnmentioned) return;
    this.runnerUp = Math.min(this.runnerUp, cost);
    // Assigned, not copied: a copy would write out the account of every line.
    this.texts.push(reading === undefined ? built : Object.assign(built, { reading }));
  }

  /** Whether a text differs from the best one, removes only what the edit shows, and repeats no more than the best one. */
  isPossible(built: Built): boolean {
    return (
      !isSameMeaning(built, this.best, this.placing.shape) &&
      isOwn(this.placing, built) &&
      this.placing.repeats(built) <= this.mostRepeated
    );
  }
}

/** Looks for the texts that may be meant as well as the best one. */
export function rivalsOf(placing: Placing, best: Built): Rivals {
  const rivals = new Rivals(placing, best);
  for (const reading of readingsOfBest) {
    for (const built of reading.find(placing, best)) rivals.offer(built, reading);
  }
  addNearPlacements(rivals, placing, best);
  for (const [built, reading] of costlierReadings(placing, best)) {
    if (rivals.isFull) break;
    rivals.offer(built, reading);
  }
  return rivals;
}

/** Adds the texts of placements that cost less than `margin` more, and records the cost of the next one. */
function addNearPlacements(rivals: Rivals, placing: Placing, best: Built): void {
  const { cost } = best.placement;
  let looked = 0;
  for (const other of placing.found.others(cost + limits.rivalReach)) {
    if (looked++ >= limits.searched || rivals.isFull) break;
    const isNear = other.cost < cost + limits.margin;
    if (!isNear && rivals.runnerUp < Number.POSITIVE_INFINITY) break;
    if (leavesReplaced(other, best.placement)) continue;
    const built = placing.complete(other);
    const drawn = [built, ...farSides(placing, other, built.open)];
    if (isNear) for (const one of drawn) rivals.offer(one, undefined, other.cost);
    else if (drawn.some((one) => rivals.isPossible(one))) {
      rivals.runnerUp = other.cost;
      break;
    }
  }
}

/** Whether two texts are the same; those of a sketch blank lines aside, for these are no other meaning. */
function isSameMeaning(one: Built, other: Built, { extent }: Shape): boolean {
  if (one.text === other.text) return true;
  return extent === "file" && withoutBlanks(one.text) === withoutBlanks(other.text);
}

const withoutBlanks = (text: string): string => text.replace(/^[ \t]*\r?\n/gm, "");

/** Whether a placement only keeps lines that the blocks of another one certainly replace. */
function leavesReplaced({ ranges }: Placement, taken: Placement): boolean {
  return (
    taken.ranges.some(({ boundStart, boundEnd }) => boundStart || boundEnd) &&
    ranges.every(({ start, end }, k) => {
      const wide = taken.ranges[k]!;
      const inside = start >= wide.start && end <= wide.end;
      return wide.boundStart || wide.boundEnd ? inside : start === wide.start && end === wide.end;
    })
  );
}
