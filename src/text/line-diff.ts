import { uniqueRun } from "./line-pairs.ts";

/** Lines [oldStart, oldEnd) of one text become lines [newStart, newEnd) of another; one side may be empty. */
export interface LineChange {
  readonly oldStart: number;
  readonly oldEnd: number;
  readonly newStart: number;
  readonly newEnd: number;
}

/** Steps of the exact search that one comparison may take; what is left over counts as replaced whole. */
const mostSteps = 1_500_000;

/** Ranges up to this many lines are searched exactly before they are cut at unique lines. */
const smallRange = 200;

/** The number of a new line that is none of the old ones in its range. */
const noLine = -1;

/** How often a range may be cut at unique lines inside a range that was cut before. */
const deepestRange = 12;

/**
 * Compares two texts line by line in nearly linear time. Equal ends are cut off, the rest is cut at lines that occur once
 * on either side (patience diff), and what lies between is searched for the fewest changes (Myers 1986), with a bound on
 * the work. Its answer is always a correct account of the difference; only how short it is may vary.
 */
export class LineDiff {
  private readonly before: readonly string[];
  private readonly after: readonly string[];
  private readonly ids = new Map<string, number>();
  /** Per line the number of its text; 0 = not numbered yet. Ranges are numbered whole, before they are cut. */
  private readonly oldIds: Int32Array;
  private readonly newIds: Int32Array;
  private steps = mostSteps;
  private readonly changes: LineChange[] = [];

  constructor(before: readonly string[], after: readonly string[]) {
    this.before = before;
    this.after = after;
    this.oldIds = new Int32Array(before.length);
    this.newIds = new Int32Array(after.length);
  }

  /**
   * The changes, in order. `known`: pairs of an old and a new line that are said to be the same one, ascending on both sides;
   * only the lines between them are compared. Pairs that are not equal are skipped.
   */
  compare(known: Iterable<readonly [oldLine: number, newLine: number]> = []): LineChange[] {
    let oldStart = 0;
    let newStart = 0;
    for (const [a, b] of known) {
      if (a < oldStart || b < newStart || this.before[a] !== this.after[b]) continue;
      if (a > oldStart || b > newStart) this.range(oldStart, a, newStart, b, 0);
      oldStart = a + 1;
      newStart = b + 1;
    }
    this.range(oldStart, this.before.length, newStart, this.after.length, 0);
    return this.changes;
  }

  private emit(oldStart: number, oldEnd: number, newStart: number, newEnd: number): void {
    const last = this.changes.at(-1);
    if (last && last.oldEnd === oldStart && last.newEnd === newStart) {
      this.changes[this.changes.length - 1] = { ...last, oldEnd, newEnd };
    } else this.changes.push({ oldStart, oldEnd, newStart, newEnd });
  }

  private range(
    oldFrom: number,
    oldTo: number,
    newFrom: number,
    newTo: number,
    depth: number,
  ): void {
    const { before, after } = this;
    let [oldStart, oldEnd, newStart, newEnd] = [oldFrom, oldTo, newFrom, newTo];
    while (oldStart < oldEnd && newStart < newEnd && before[oldStart] === after[newStart]) {
      oldStart++;
      newStart++;
    }
    while (oldStart < oldEnd && newStart < newEnd && before[oldEnd - 1] === after[newEnd - 1]) {
      oldEnd--;
      newEnd--;
    }
    if (oldStart === oldEnd && newStart === newEnd) return;
    if (
      oldStart === oldEnd ||
      newStart === newEnd ||
      (oldEnd - oldStart === 1 && newEnd - newStart === 1)
    ) {
      this.emit(oldStart, oldEnd, newStart, newEnd);
      return;
    }
    if (!this.number(oldStart, oldEnd, newStart, newEnd)) {
      this.emit(oldStart, oldEnd, newStart, newEnd);
      return;
    }
    const isSmall = oldEnd - oldStart + newEnd - newStart <= smallRange;
    if (isSmall && this.exact(oldStart, oldEnd, newStart, newEnd)) return;
    const cuts =
      depth < deepestRange
        ? uniqueRun(this.oldIds, [oldStart, oldEnd], this.newIds, [newStart, newEnd])
        : [];
    if (cuts.length === 0) {
      if (isSmall || !this.exact(oldStart, oldEnd, newStart, newEnd))
        this.emit(oldStart, oldEnd, newStart, newEnd);
      return;
    }
    for (const [a, b] of cuts) {
      this.range(oldStart, a, newStart, b, depth + 1);
      oldStart = a + 1;
      newStart = b + 1;
    }
    this.range(oldStart, oldEnd, newStart, newEnd, depth + 1);
  }

  /** Numbers the lines of a range. Returns false if no line occurs on both sides. */
  private number(oldStart: number, oldEnd: number, newStart: number, newEnd: number): boolean {
    const { ids, oldIds, newIds } = this;
    if (oldIds[oldStart] === 0) {
      for (let line = oldStart; line < oldEnd; line++) {
        const text = this.before[line]!;
        const known = ids.get(text);
        oldIds[line] = known ?? ids.size + 1;
        if (known === undefined) ids.set(text, ids.size + 1);
      }
      for (let line = newStart; line < newEnd; line++) {
        newIds[line] = ids.get(this.after[line]!) ?? noLine;
      }
    }
    const here = new Set(oldIds.subarray(oldStart, oldEnd));
    for (let line = newStart; line < newEnd; line++) if (here.has(newIds[line]!)) return true;
    return false;
  }

  /** The fewest changes by Myers' greedy search; false = that takes more steps than are left. */
  private exact(oldStart: number, oldEnd: number, newStart: number, newEnd: number): boolean {
    const { oldIds, newIds } = this;
    const rows = oldEnd - oldStart;
    const columns = newEnd - newStart;
    const furthest: Int32Array[] = [];
    // Per diagonal k = x - y, from -d to d in steps of two: the furthest x that d changes reach.
    let last = new Int32Array([0]);
    for (let d = 0; d <= rows + columns; d++) {
      if (this.steps < d) return false;
      const reached = new Int32Array(d + 1);
      for (let i = 0; i <= d; i++) {
        const k = 2 * i - d;
        let x = 0;
        if (d > 0) {
          const down = i < d ? last[i]! : -1;
          const right = i > 0 ? last[i - 1]! + 1 : -1;
          x = Math.max(down, right);
        }
        const start = x;
        if (x <= rows && x - k <= columns) {
          while (x < rows && x - k < columns && oldIds[oldStart + x] === newIds[newStart + x - k])
            x++;
        }
        reached[i] = x;
        this.steps -= 1 + x - start;
        if (x >= rows && x - k >= columns) {
          furthest.push(reached);
          this.trace(furthest, { oldStart, oldEnd, newStart, newEnd });
          return true;
        }
      }
      furthest.push(reached);
      last = reached;
    }
    return false;
  }

  /** Walks a found path back and emits its changes in order. */
  private trace(
    furthest: readonly Int32Array[],
    range: { oldStart: number; oldEnd: number; newStart: number; newEnd: number },
  ): void {
    const { oldStart, newStart } = range;
    let x = range.oldEnd - oldStart;
    let y = range.newEnd - newStart;
    const found: LineChange[] = [];
    for (let d = furthest.length - 1; d > 0; d--) {
      const last = furthest[d - 1]!;
      const i = (x - y + d) / 2;
      const down = i < d ? last[i]! : -1;
      const right = i > 0 ? last[i - 1]! + 1 : -1;
      const isDown = down >= right;
      const start = isDown ? down : right;
      const k = x - y;
      const [toX, toY] = [oldStart + start, newStart + start - k];
      found.push(
        isDown
          ? { oldStart: toX, oldEnd: toX, newStart: toY - 1, newEnd: toY }
          : { oldStart: toX - 1, oldEnd: toX, newStart: toY, newEnd: toY },
      );
      x = isDown ? start : start - 1;
      y = isDown ? start - k - 1 : start - k;
    }
    for (const { oldStart, oldEnd, newStart, newEnd } of found.reverse())
      this.emit(oldStart, oldEnd, newStart, newEnd);
  }
}
