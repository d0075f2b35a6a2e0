import type { KvEdit } from "../core/target.ts";

/** Per token, how many changes before it were made since it was evaluated: each rotated its key, and it saw none of them. */
export interface Drift {
  /** The largest number, and the first token that has more than `most` (undefined: none). */
  readonly largest: number;
  firstAbove(most: number): number | undefined;
  /** The first token that does not know all that lies before it. */
  readonly firstStale: number | undefined;
  /** @param edits sorted, in the numbering before all of them; what they put in is evaluated */
  splice(edits: readonly KvEdit[]): void;
  /** Everything from `start` on is evaluated again; the document has `length` tokens then. */
  renew(start: number, length: number): void;
}

export function createDrift(length: number): Drift {
  let ages = new Uint16Array(length);
  const first = (most: number): number | undefined => {
    const found = ages.findIndex((age) => age > most);
    return found < 0 ? undefined : found;
  };
  return {
    get largest() {
      return ages.reduce((most, age) => Math.max(most, age), 0);
    },
    firstAbove: first,
    get firstStale() {
      return first(0);
    },
    splice(edits) {
      const change = edits.reduce(
        (sum, { start, end, tokens }) => sum + tokens.length - end + start,
        0,
      );
      const next = new Uint16Array(ages.length + change);
      let [from, to] = [0, 0];
      for (const [i, { start, end, tokens }] of edits.entries()) {
        while (from < start) next[to++] = ages[from++]! + (i > 0 ? 1 : 0);
        to += tokens.length;
        from = end;
      }
      while (from < ages.length) next[to++] = ages[from++]! + (edits.length > 0 ? 1 : 0);
      ages = next;
    },
    renew(start, newLength) {
      const next = new Uint16Array(newLength);
      next.set(ages.subarray(0, Math.min(start, newLength)));
      ages = next;
    },
  };
}
