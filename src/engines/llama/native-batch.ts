import { RedraftError } from "../../core/errors.ts";
import type { Binding, Pointer } from "./binding.ts";
import type { NativeModel } from "./native-model.ts";

/** One token of a forward pass. */
export interface Entry {
  readonly token: number;
  readonly position: number;
  /** Sequence ids whose cell this token becomes; the first one decides what it attends to. */
  readonly sequences: readonly number[];
  /** Whether its row of logits is wanted. */
  readonly output: boolean;
}

/** What a forward pass gave. */
export interface NativePass {
  /** The rows of the entries with `output`, in their order; valid until the next pass. */
  readonly logits: Float32Array;
  /** Spent in llama.cpp, in ms: waiting, and computing on all threads. */
  readonly wall: number;
  readonly cpu: number;
}

/** Runs forward passes over a batch that lies in C memory. One pass at a time. */
export interface NativeBatch {
  /** Tokens and rows that one pass may hold. */
  readonly tokens: number;
  readonly outputs: number;
  run(entries: readonly Entry[]): Promise<NativePass>;
  /** Stops the pass that runs now, and every later one until `resume`. */
  abort(): void;
  resume(): void;
}

/** Below this a pass runs on the main thread: the hand-over to another would cost more than hearing an abort early is worth. */
const asideFromMs = 20;

export function createBatch(
  native: Binding,
  { info, context, batchSize }: NativeModel,
  outputs: number,
): NativeBatch {
  const ids = info.context!.sequences;
  const batch = native.batchInit(batchSize, 0, ids) as {
    token: Pointer;
    pos: Pointer;
    n_seq_id: Pointer;
    seq_id: Pointer;
    logits: Pointer;
    n_tokens: number;
  };
  const int32 = (pointer: Pointer, count: number) =>
    new Int32Array(native.view(pointer, 4 * count));
  const tokens = int32(batch.token, batchSize);
  const positions = int32(batch.pos, batchSize);
  const counts = int32(batch.n_seq_id, batchSize);
  const wanted = new Int8Array(native.view(batch.logits, batchSize));
  const sets = [...new BigUint64Array(native.view(batch.seq_id, 8 * batchSize))].map((pointer) =>
    int32(pointer, ids),
  );
  let aborted = false;
  let logits = { address: null as Pointer, rows: new Float32Array(0) };
  let lastCount = 0;
  let msPerToken = Number.POSITIVE_INFINITY; // unknown: the first pass runs aside

  function fill(entries: readonly Entry[]): number {
    let rows = 0;
    for (let at = 0; at < entries.length; at++) {
      const { token, position, sequences, output } = entries[at]!;
      tokens[at] = token;
      positions[at] = position;
      counts[at] = sequences.length;
      const set = sets[at]!;
      for (let s = 0; s < sequences.length; s++) set[s] = sequences[s]!;
      wanted[at] = output ? 1 : 0;
      if (output) rows++;
    }
    batch.n_tokens = entries.length;
    return rows;
  }

  /** From the last pass; small ones cost more per token than large ones, so this errs on the side of more. */
  const expectedMs = (count: number): number => Math.max(count, lastCount / 4) * msPerToken;

  /** The logits lie in one buffer of the context, which moves only when it grows. */
  function rowsOf(count: number): Float32Array {
    const size = count * info.vocabSize;
    const address = native.logits(context);
    if (address !== logits.address || logits.rows.length < size) {
      logits = { address, rows: new Float32Array(native.view(address, 4 * size)) };
    }
    return logits.rows.subarray(0, size);
  }

  return {
    tokens: batchSize,
    outputs: Math.min(outputs, batchSize),
    async run(entries) {
      if (aborted) throw cancelledPass();
      const rows = fill(entries);
      const count = entries.length;
      const started = performance.now();
      const before = process.cpuUsage();
      const code =
        expectedMs(count) < asideFromMs
          ? native.decode(context, batch)
          : await native.decodeAside(context, batch);
      if (code !== 0) throw passError(code, info.context!.size);
      // Reading the logits waits for a GPU, so it belongs to the time of the pass.
      const result = rows > 0 ? rowsOf(rows) : new Float32Array(0);
      const wall = performance.now() - started;
      const used = process.cpuUsage(before);
      msPerToken = wall / count;
      lastCount = count;
      return { logits: result, wall, cpu: (used.user + used.system) / 1000 };
    },
    abort() {
      aborted = true;
      native.abort.set(true);
    },
    resume() {
      aborted = false;
      native.abort.set(false);
    },
  };
}

export function cancelledPass(): RedraftError {
  return new RedraftError("cancelled", "the forward pass was cancelled");
}

/** What `llama_decode` says when it is not 0. */
function passError(code: number, contextSize: number): RedraftError {
  if (code === 2) return cancelledPass();
  if (code === 1) {
    return new RedraftError(
      "engine-failed",
      `the context of ${contextSize} tokens is full: all open sequences share it. Close sequences, shorten the prompt, or load the model with a larger context size.`,
      { details: { contextSize } },
    );
  }
  const why =
    code === -2
      ? "it could not get the memory it needs"
      : "it rejected the batch or failed to compute";
  return new RedraftError(
    "engine-failed",
    `llama.cpp's forward pass failed (code ${code}): ${why}`,
  );
}
