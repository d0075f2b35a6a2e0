import { RedraftError } from "../../core/errors.ts";
import type { TokenTarget } from "../../core/target.ts";
import type { CostPoint } from "./cost.ts";
import type { PassReport } from "./sequence.ts";

/** Kernels that work on tiles of 64 can make a pass over slightly less than a tile more expensive than a whole tile: both are measured. */
export const calibrationSizes: readonly number[] = [
  1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 63, 64, 65, 96, 127, 128,
];

export interface CalibrateOptions {
  /** A target whose passes are reported to `lastPass`. */
  readonly target: TokenTarget;
  readonly lastPass: () => PassReport | undefined;
  readonly sizes?: readonly number[];
  /** Rounds over all sizes; the median of a size counts. */
  readonly rounds?: number;
  /** Committed tokens that every pass attends to. */
  readonly context?: number;
  /** No round begins after this many milliseconds; without a warm-up no size either, once 1 and 2 tokens are measured. */
  readonly budgetMs?: number;
  /** Whether a round before the first one is left out of the figures (default true): passes of large models need none. */
  readonly warmUp?: boolean;
  /**
   * `cpu`: processor time of both processes, which other programs cannot falsify: for one thread.
   * `wall`: the clock, for more threads, whose waiting costs time and no work.
   */
  readonly metric: "cpu" | "wall";
  readonly onProgress?: (done: number, of: number) => void;
  readonly signal?: AbortSignal;
}

/**
 * Measures what a pass over 1, 2, 4, ... tokens costs on this machine, the round trip to the engine's process
 * and the argmax of every row included. Sizes are interleaved, so that a busy moment falls on all of them.
 */
export async function measureCost(options: CalibrateOptions): Promise<CostPoint[]> {
  const {
    target,
    lastPass,
    rounds = 7,
    metric,
    budgetMs = Number.POSITIVE_INFINITY,
    warmUp = true,
    signal,
  } = options;
  const room = target.capabilities.contextSize;
  const context = Math.min(options.context ?? 512, room >> 1);
  const sizes = (options.sizes ?? calibrationSizes).filter((size) =>
    target.capabilities.rewind ? context + size <= room : size === 1,
  );
  const tokens = await sampleTokens(target, context + Math.max(...sizes));
  const times = new Map<number, number[]>(sizes.map((size) => [size, []]));
  const sequence = await target.open();
  const started = performance.now();
  const isOver = (): boolean => performance.now() - started > budgetMs;
  const first = warmUp ? -1 : 0;
  try {
    await sequence.append(tokens.slice(0, context), signal);
    await sequence.verify([], { ...(signal && { signal }) });
    await sequence.commit([]);
    for (let round = first; round < rounds; round++) {
      if (round > 0 && isOver()) break;
      for (const [index, size] of sizes.entries()) {
        if (!warmUp && index > 1 && isOver()) break;
        signal?.throwIfAborted();
        const drafted = tokens.slice(context + 1, context + size);
        const before = process.cpuUsage();
        const start = performance.now();
        await sequence.append([tokens[context]!]);
        await sequence.verify(
          drafted.map((token, i) => ({ token, parent: i - 1 })),
          { ...(signal && { signal }) },
        );
        await sequence.commit([]);
        const wall = performance.now() - start;
        const own = process.cpuUsage(before);
        await sequence.truncate(context);
        const cpu = (own.user + own.system) / 1000 + (lastPass()?.cpuMs ?? 0);
        // The first round warms caches and compilers up.
        if (round >= 0) times.get(size)!.push(metric === "cpu" ? cpu : wall);
        options.onProgress?.(
          (round - first) * sizes.length + index + 1,
          (rounds - first) * sizes.length,
        );
      }
    }
  } finally {
    await sequence.dispose();
  }
  const measured = sizes.filter((size) => times.get(size)!.length > 0);
  return measured.map((size) => ({ tokens: size, ms: medianTime(times.get(size)!) }));
}

async function sampleTokens(target: TokenTarget, count: number): Promise<number[]> {
  const text = "def add(first, second):\n    total = first + second\n    return total\n\n";
  const once = await target.tokenize(text);
  if (once.length === 0)
    throw new RedraftError("engine-failed", "the model tokenises a text to nothing");
  return Array.from({ length: count }, (_, i) => once[i % once.length]!);
}

function medianTime(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!;
}
