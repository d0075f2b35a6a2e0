import type { KvEdit } from "../core/target.ts";
import type { TokenRange } from "./kv-plan.ts";

/** When a token is evaluated again. */
export interface Renewal {
  /** That many changes passed by. */
  readonly changes: number;
  /** So much of what it saw is other text now, as a share of the tokens before it. */
  readonly share: number;
}

/** Per token, the changes before it that were made since it was evaluated: each rotated its key, and it saw none of them. */
export interface Drift {
  /** The largest number of changes. */
  readonly largest: number;
  /** The first token that does not know all that lies before it. */
  readonly firstStale: number | undefined;
  /** The tokens that will be due for renewal when edits are made, in the numbering after them; ranges that are close are one. */
  dueAfter(edits: readonly KvEdit[], renewal: Renewal): TokenRange[];
  /**
   * @param edits sorted, in the numbering before all of them; what they put in is evaluated
   * @param renewed other tokens that are evaluated again, in the numbering after the edits
   */
  splice(edits: readonly KvEdit[], renewed?: readonly TokenRange[]): void;
  /** Everything from `start` on is evaluated again; the document has `length` tokens then. */
  renew(start: number, length: number): void;
}

/** Due ranges closer than this are one: a pass of its own costs more than a few tokens. */
const closeRanges = 16;

interface Wear {
  readonly changes: Uint16Array;
  readonly shares: Float32Array;
}

/** @param before tokens of the prompt before the document: they were seen, and do not change */
export function createDrift(length: number, before = 0): Drift {
  let worn: Wear = { changes: new Uint16Array(length), shares: new Float32Array(length) };

  function after(edits: readonly KvEdit[]): Wear {
    const growth = edits.reduce(
      (sum, { start, end, tokens }) => sum + tokens.length - end + start,
      0,
    );
    const changes = new Uint16Array(worn.changes.length + growth);
    const shares = new Float32Array(worn.changes.length + growth);
    let [from, to, changed] = [0, 0, 0];
    const keepUntil = (end: number): void => {
      for (; from < end; from++, to++) {
        changes[to] = worn.changes[from]! + (changed > 0 ? 1 : 0);
        shares[to] = worn.shares[from]! + changed / Math.max(1, before + from);
      }
    };
    for (const { start, end, tokens } of edits) {
      keepUntil(start);
      to += tokens.length;
      from = end;
      changed += Math.max(tokens.length, end - start);
    }
    keepUntil(worn.changes.length);
    return { changes, shares };
  }

  return {
    get largest() {
      return worn.changes.reduce((most, count) => Math.max(most, count), 0);
    },
    get firstStale() {
      const found = worn.changes.findIndex((count) => count > 0);
      return found < 0 ? undefined : found;
    },
    dueAfter(edits, renewal) {
      const { changes, shares } = after(edits);
      const ranges: { start: number; end: number }[] = [];
      for (const [at, count] of changes.entries()) {
        if (count < renewal.changes && shares[at]! < renewal.share) continue;
        const last = ranges.at(-1);
        if (last !== undefined && at - last.end < closeRanges) last.end = at + 1;
        else ranges.push({ start: at, end: at + 1 });
      }
      return ranges;
    },
    splice(edits, renewed = []) {
      worn = after(edits);
      for (const { start, end } of renewed) {
        worn.changes.fill(0, start, end);
        worn.shares.fill(0, start, end);
      }
    },
    renew(start, newLength) {
      const kept = Math.min(start, newLength);
      const next = { changes: new Uint16Array(newLength), shares: new Float32Array(newLength) };
      next.changes.set(worn.changes.subarray(0, kept));
      next.shares.set(worn.shares.subarray(0, kept));
      worn = next;
    },
  };
}
