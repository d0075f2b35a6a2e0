import { firstReached } from "../../text/first-reached.ts";

interface TakenStretch {
  readonly start: number;
  readonly end: number;
}

/** Stretches of one text, by which it is known what is taken. */
export class Stretches {
  private readonly sorted: readonly TakenStretch[];
  /** How far those up to each one reach. */
  private readonly reach: readonly number[];

  constructor(all: readonly TakenStretch[]) {
    this.sorted = [...all].sort((a, b) => a.start - b.start);
    const reach: number[] = [];
    for (const { end } of this.sorted) reach.push(Math.max(end, reach.at(-1) ?? 0));
    this.reach = reach;
  }

  /** Whether a stretch has a part of one of these. */
  overlaps({ start, end }: TakenStretch): boolean {
    const before = firstReached(this.sorted.length, (at) => this.sorted[at]!.start >= end);
    return before > 0 && this.reach[before - 1]! > start;
  }

  with(more: readonly TakenStretch[]): Stretches {
    return more.length === 0 ? this : new Stretches([...this.sorted, ...more]);
  }
}
