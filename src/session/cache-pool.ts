import { RedraftError } from "../core/errors.ts";
import type { Sequence, Token, TokenTarget } from "../core/target.ts";
import { startsWith } from "../text/prefix.ts";

/** The place of a session's cache, as the pool sees it. */
export interface CacheSlot {
  sequence: Sequence | undefined;
  /** The tokens that the sequence holds. */
  held: readonly Token[];
  lastUse: number;
  /** Sessions in use are not evicted. */
  busy: boolean;
}

/** Where sessions get room for their tokens. */
export interface CachePool {
  readonly target: TokenTarget;
  /** An own sequence for a slot: a fork of another one that begins with `prefix`, or an empty one. */
  acquire(slot: CacheSlot, prefix: readonly Token[]): Promise<Sequence>;
  /** Evicts others until the slot may hold `tokens`. Throws `usage` where it alone is larger than the budget. */
  reserve(slot: CacheSlot, tokens: number): Promise<void>;
  /** Gives the cache of a slot up. */
  release(slot: CacheSlot): Promise<void>;
  add(slot: CacheSlot): void;
  remove(slot: CacheSlot): Promise<void>;
  readonly usage: PoolUsage;
  /** Removes all slots. */
  dispose(): Promise<void>;
}

/** Slots, those that hold a sequence, and the tokens in them. */
export interface PoolUsage {
  readonly open: number;
  readonly resident: number;
  readonly tokens: number;
}

export interface CachePoolOptions {
  /** Tokens that all slots may hold; default: three quarters of the context. */
  readonly budget?: number;
  /** Slots that may hold a sequence (default 16). */
  readonly resident?: number;
}

/** Prefixes shorter than this are evaluated again rather than shared. */
const shortPrefix = 16;

/** Sequences for as many slots as the budget allows; the least recently used one is given up first. */
export function createCachePool(target: TokenTarget, options: CachePoolOptions): CachePool {
  const { contextSize, rewind } = target.capabilities;
  const budget = Math.min(options.budget ?? Math.floor(0.75 * contextSize), contextSize);
  const resident = options.resident ?? 16;
  const slots = new Set<CacheSlot>();
  let clock = 0;

  const holding = (): CacheSlot[] => [...slots].filter(({ sequence }) => sequence !== undefined);

  async function release(slot: CacheSlot): Promise<void> {
    const { sequence } = slot;
    slot.sequence = undefined;
    slot.held = [];
    await sequence?.dispose().catch(() => {});
  }

  async function evict(fits: () => boolean, except: CacheSlot): Promise<boolean> {
    while (!fits()) {
      const [oldest] = holding()
        .filter((slot) => slot !== except && !slot.busy)
        .sort((a, b) => a.lastUse - b.lastUse);
      if (oldest === undefined) return false;
      await release(oldest);
    }
    return true;
  }

  return {
    target,
    async acquire(slot, prefix) {
      if (slot.sequence !== undefined) return slot.sequence;
      await evict(() => holding().length < resident, slot);
      const like = holding().find(
        ({ held, busy }) => !busy && prefix.length >= shortPrefix && startsWith(held, prefix),
      );
      if (rewind && like?.sequence?.fork !== undefined) {
        const sequence = await like.sequence.fork();
        await sequence.truncate(prefix.length);
        slot.sequence = sequence;
        slot.held = [...prefix];
      } else {
        slot.sequence = await target.open();
        slot.held = [];
      }
      return slot.sequence;
    },
    async reserve(slot, tokens) {
      slot.lastUse = ++clock;
      if (tokens > budget) {
        throw new RedraftError(
          "usage",
          `the document and its prompt have ${tokens} tokens, and sessions may hold ${budget}; raise the budget or the context size, or send a part of the file`,
          { details: { tokens, budget } },
        );
      }
      const others = (): number =>
        holding().reduce((sum, one) => sum + (one === slot ? 0 : one.held.length), 0);
      if (await evict(() => others() + tokens <= budget, slot)) return;
      throw new RedraftError(
        "engine-failed",
        `sessions in use hold ${others()} of ${budget} tokens, and ${tokens} more are needed; try again when one has answered`,
        { retryable: true },
      );
    },
    release,
    add(slot) {
      slots.add(slot);
    },
    async remove(slot) {
      slots.delete(slot);
      await release(slot);
    },
    get usage() {
      const held = holding();
      const tokens = held.reduce((sum, slot) => sum + slot.held.length, 0);
      return { open: slots.size, resident: held.length, tokens };
    },
    async dispose() {
      for (const slot of [...slots]) {
        slots.delete(slot);
        await release(slot);
      }
    },
  };
}
