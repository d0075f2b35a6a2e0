import { columnsOf } from "../../text/indent.ts";
import type { TextLine } from "../../text/lines.ts";

/**
 * How deep the steps of a problem are indented: their first, their last and their least deep line. A block
 * begins at a first line and ends with a last one; what lies between two blocks is passed over whole.
 */
export interface Depths {
  readonly first: Int32Array;
  readonly last: Int32Array;
  readonly least: Int32Array;
}

/** Per position the least cost at which a block can have ended (begun, seen from the other side), and where. */
export interface Cheapest {
  readonly cost: Int32Array;
  readonly at: Int32Array;
}

/** A line that continues what an earlier one at its depth began: `): void {`, `} else {`. */
const continuesScope = /^(?:[)\]>]|\}.*[{(:]\s*$)/;

/** A directive of a C preprocessor: it begins at the margin at any depth. */
export const directive: RegExp = /^#\s*[a-z]+/;

/**
 * Twice the columns before each line, plus one for a line that continues another one. A blank line is as deep as the
 * line after it.
 */
export function depthsOf(source: readonly TextLine[]): Int32Array {
  const depths = new Int32Array(source.length);
  let below = 0;
  for (let line = source.length - 1; line >= 0; line--) {
    const { text } = source[line]!;
    const words = text.trimStart();
    if (words !== "" && !directive.test(text)) {
      below = 2 * columnsOf(text) + (continuesScope.test(words) ? 1 : 0);
    }
    depths[line] = below;
  }
  return depths;
}

/** The depths of a source of which every line is a step. */
export function lineDepths(source: readonly TextLine[]): Depths {
  const depths = depthsOf(source);
  return { first: depths, last: depths, least: depths };
}

/**
 * Whether a block that ended before step p and one that begins at step q > p are in one scope, or the second is in a scope
 * that the first opens: nothing between them is less deep than the second, or, if the second is deeper, nothing is at
 * most as deep as the first's last line.
 */
export function isWithinScope({ first, last, least }: Depths, p: number, q: number): boolean {
  if (p === 0 || q === first.length) return true;
  const above = last[p - 1]!;
  const below = first[q]!;
  for (let step = p; step < q; step++) {
    if (below > above ? least[step]! <= above : least[step]! < below) return false;
  }
  return true;
}

/** The lines of the scope that a line opens, up to the next line that is at most as deep, or undefined. */
export function scopeUnder(
  line: number,
  depths: Int32Array,
): { readonly start: number; readonly end: number } | undefined {
  let end = line + 1;
  while (end < depths.length && depths[end]! > depths[line]!) end++;
  return end > line + 1 ? { start: line + 1, end } : undefined;
}

const none = 2_000_000_000;

/** A stack of keys, each with the least cost of something and where that is. */
class CostStack {
  readonly #keys: Int32Array;
  readonly #costs: Int32Array;
  readonly #ats: Int32Array;
  size = 0;

  constructor(capacity: number) {
    this.#keys = new Int32Array(capacity);
    this.#costs = new Int32Array(capacity);
    this.#ats = new Int32Array(capacity);
  }

  key(): number {
    return this.#keys[this.size - 1]!;
  }

  cost(index = this.size - 1): number {
    return index < 0 ? none : this.#costs[index]!;
  }

  at(index = this.size - 1): number {
    return index < 0 ? -1 : this.#ats[index]!;
  }

  push(key: number, cost: number, at: number): void {
    this.#keys[this.size] = key;
    this.#costs[this.size] = cost;
    this.#ats[this.size++] = at;
  }

  /** Adds to the top what may be cheaper. */
  offer(cost: number, at: number): void {
    if (cost >= this.#costs[this.size - 1]!) return;
    this.#costs[this.size - 1] = cost;
    this.#ats[this.size - 1] = at;
  }

  /** Removes the top entry and offers its cost to the entry below. */
  mergeDown(): void {
    this.size--;
    this.offer(this.#costs[this.size]!, this.#ats[this.size]!);
  }

  /** The uppermost with a smaller key, where keys grow towards the top; -1 = none. */
  below(key: number): number {
    let low = 0;
    let high = this.size;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#keys[middle]! < key) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}

/**
 * For each q up to `to` the cheapest p < q with `isWithinScope`, none before `from`. Linear but for a search in the
 * nesting.
 */
export function cheapestBefore(
  ends: Int32Array,
  { first, last, least }: Depths,
  from = 0,
  to: number = first.length,
): Cheapest {
  const steps = first.length;
  const cost = new Int32Array(steps + 1).fill(none);
  const at = new Int32Array(steps + 1).fill(-1);
  // Steps with nothing less deep behind them, and the cheapest position up to the next of them.
  const room = Math.max(0, to - from) + 2;
  const walls = new CostStack(room);
  walls.push(-1, none, -1);
  // Lines with only deeper ones behind them, and the cheapest position right after one of them.
  const openers = new CostStack(room);
  if (from <= steps) {
    openers.push(from === 0 ? -1 : last[from - 1]!, ends[from]!, from);
    walls.offer(ends[from]!, from);
  }
  for (let q = from + 1; q <= to; q++) {
    const step = q - 1;
    while (walls.key() >= least[step]!) walls.mergeDown();
    walls.push(least[step]!, none, -1);
    while (openers.key() >= least[step]!) openers.size--;
    const depth = q < steps ? first[q]! : 0;
    while (walls.key() >= depth) walls.mergeDown();
    cost[q] = walls.cost();
    at[q] = walls.at();
    const opener = openers.below(depth);
    if (openers.cost(opener) < cost[q]!) {
      cost[q] = openers.cost(opener);
      at[q] = openers.at(opener);
    }
    walls.offer(ends[q]!, q);
    const cheaper = ends[q]! < openers.cost();
    openers.push(last[step]!, cheaper ? ends[q]! : openers.cost(), cheaper ? q : openers.at());
  }
  return { cost, at };
}

/** For each p from `from` on the cheapest q > p with `isWithinScope`, none after `to`. */
export function cheapestAfter(
  starts: Int32Array,
  { first, last, least }: Depths,
  from = 0,
  to: number = first.length,
): Cheapest {
  const steps = first.length;
  const cost = new Int32Array(steps + 1).fill(none);
  const at = new Int32Array(steps + 1).fill(-1);
  // Steps with nothing as little deep before them: the cheapest position up to each; and the cheapest beyond.
  const walls = new CostStack(Math.max(0, to - from) + 2);
  const beyond = new CostStack(Math.max(0, to - from) + 2);
  walls.push(-1, starts[to]!, to);
  beyond.push(-1, none, -1);
  // Positions with nothing less deep before them: the cheapest of them and those under them.
  const closers = new CostStack(Math.max(0, to - from) + 2);
  const addCloser = (q: number, depth: number): void => {
    const cheaper = starts[q]! < closers.cost();
    closers.push(depth, cheaper ? starts[q]! : closers.cost(), cheaper ? q : closers.at());
  };
  let all = starts[to]!;
  let allAt = to;
  addCloser(to, to === steps ? 0 : first[to]!);
  for (let p = to - 1; p >= from; p--) {
    while (closers.size > 0 && closers.key() > least[p]!) closers.size--;
    while (walls.key() >= least[p]!) {
      walls.mergeDown();
      beyond.size--;
    }
    walls.push(least[p]!, none, -1);
    beyond.push(least[p]!, closers.cost(), closers.at());
    if (p === 0) {
      cost[0] = all;
      at[0] = allAt;
      break;
    }
    while (walls.key() > last[p - 1]!) {
      walls.mergeDown();
      beyond.size--;
    }
    const nearer = walls.cost() <= beyond.cost();
    cost[p] = nearer ? walls.cost() : beyond.cost();
    at[p] = nearer ? walls.at() : beyond.at();
    walls.offer(starts[p]!, p);
    addCloser(p, first[p]!);
    if (starts[p]! < all) {
      all = starts[p]!;
      allAt = p;
    }
  }
  return { cost, at };
}
