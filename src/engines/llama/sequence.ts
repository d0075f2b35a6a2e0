import { RedraftError } from "../../core/errors.ts";
import type {
  DraftNode,
  KvEdit,
  Rows,
  Sequence,
  SpliceReport,
  Token,
  Verdict,
  VerifyOptions,
} from "../../core/target.ts";
import type { ModelInfo } from "./model-info.ts";
import type { SequenceSpent } from "./native-sequences.ts";
import type { EngineProcess } from "./process.ts";
import { float32At, int32At, type Message, rawBytes } from "./protocol.ts";

/** How a pass went, for the cost curve. */
export interface PassReport extends SequenceSpent {
  /** Token positions fed. */
  readonly positions: number;
}

export interface LlamaSequenceOptions {
  readonly engine: EngineProcess;
  /** Names the sequence in the engine; unique there. */
  readonly id: number;
  readonly length?: number;
  readonly nextId: () => number;
  readonly onPass?: (report: PassReport) => void;
}

/** A sequence of llama.cpp. */
export interface LlamaSequence extends Sequence {
  splice(edits: readonly KvEdit[], signal?: AbortSignal): Promise<SpliceReport>;
  /** A splice without rotation, so that positions collide or are missing: for comparisons, never for answers. */
  spliceInPlace(edits: readonly KvEdit[]): Promise<SpliceReport>;
  /** What the cache holds of the sequence, as llama.cpp saves it: for measurements. */
  state(): Promise<Uint8Array>;
}

/**
 * A sequence in the engine's process. Only `verify`, `splice` and `fork` wait for it; the others are sent along,
 * so that a step of the decode loop costs one round trip.
 */
export function llamaSequence({
  engine,
  id,
  nextId,
  onPass,
  ...options
}: LlamaSequenceOptions): LlamaSequence {
  let length = options.length ?? 0;
  /** Committed tokens that no pass has fed yet. */
  let pending = length;
  let verified: readonly DraftNode[] | undefined;
  let closed = false;

  function requireOpen(): void {
    if (closed) throw new RedraftError("engine-failed", "this sequence was closed");
  }

  function requireRoom(more: number, what: string): void {
    const needed = length + more;
    if (needed > engine.info.context!.size) throw noRoom(engine.info, needed, what);
  }

  async function splice(
    edits: readonly KvEdit[],
    rotate: boolean,
    signal?: AbortSignal,
  ): Promise<SpliceReport> {
    requireOpen();
    const change = growthBy(edits, length);
    requireRoom(change, "the edited text");
    verified = undefined;
    const request = { sequence: id, edits, rotate };
    const { header } = await engine.request("splice", request, undefined, signal);
    const report = header.report as SpliceReport;
    length += change;
    pending = report.pending;
    const rotation = header.rotation as PassReport | undefined;
    if (rotation) onPass?.(rotation);
    return report;
  }

  return {
    get length() {
      return length;
    },

    async append(tokens, signal) {
      signal?.throwIfAborted();
      requireOpen();
      requireRoom(tokens.length, "the text");
      engine.send("append", { sequence: id }, rawBytes(Int32Array.from(tokens)));
      length += tokens.length;
      pending += tokens.length;
      verified = undefined;
    },

    async verify(nodes, options = {}) {
      requireOpen();
      requireRoom(nodes.length, "the draft");
      verified = undefined;
      const before = engine.outstanding;
      const message = await engine.request(
        "verify",
        { sequence: id, nodes: nodes.length, ...rowRequestOf(options) },
        rawBytes(packedNodes(nodes)),
        options.signal,
      );
      verified = nodes;
      const spent = message.header.spent as SequenceSpent;
      onPass?.({ positions: Math.max(1, pending) + nodes.length, ...spent });
      pending = 0;
      // Without other sequences the caller's clock is better: it includes the round trip.
      const crowded = before > 0 || engine.outstanding > 0 || spent.passWorks > 1;
      return { ...rowsFrom(message, options), ...(crowded && { ms: spent.ms }) };
    },

    async commit(path) {
      requireOpen();
      if (verified === undefined) throw nothingToCommit();
      engine.send("commit", { sequence: id, path });
      length += path.length;
      verified = undefined;
    },

    async truncate(to) {
      requireOpen();
      if (to < 0 || to > length) {
        throw new RedraftError(
          "engine-failed",
          `cannot truncate a sequence of ${length} tokens to ${to}`,
        );
      }
      engine.send("truncate", { sequence: id, length: to });
      pending = Math.max(0, pending - (length - to));
      length = to;
      verified = undefined;
    },

    splice: (edits, signal) => splice(edits, true, signal),
    spliceInPlace: (edits) => splice(edits, false),

    async state() {
      requireOpen();
      return (await engine.request("state", { sequence: id })).payload;
    },

    async fork({ ownCells = false } = {}) {
      requireOpen();
      const to = nextId();
      await engine.request("fork", { sequence: id, to, ownCells });
      verified = undefined;
      return llamaSequence({ engine, id: to, length, nextId, ...(onPass && { onPass }) });
    },

    async dispose() {
      if (!closed) engine.send("dispose", { sequence: id });
      closed = true;
    },
  };
}

const nothingToCommit = (): RedraftError =>
  new RedraftError(
    "engine-failed",
    "nothing to commit: call verify first, and commit once after it",
  );

function noRoom(
  { name, context, trainedContext }: ModelInfo,
  needed: number,
  what: string,
): RedraftError {
  return new RedraftError(
    "engine-failed",
    `${what} needs ${needed} tokens, and the context of ${name} holds ${context!.size}; shorten it, or load the model with a larger context size (trained for ${trainedContext})`,
    { details: { contextSize: context!.size, needed } },
  );
}

/**
 * How many tokens longer edits make a sequence of `length` tokens.
 *
 * @throws `engine-failed` where edits overlap or lie outside
 */
function growthBy(edits: readonly KvEdit[], length: number): number {
  let change = 0;
  let last = 0;
  for (const { start, end, tokens } of [...edits].sort((a, b) => a.start - b.start)) {
    if (start < last || end < start || end > length) {
      throw new RedraftError(
        "engine-failed",
        `edit [${start}, ${end}) overlaps another or lies outside the ${length} tokens of the sequence`,
      );
    }
    last = end;
    change += tokens.length - (end - start);
  }
  return change;
}

function rowRequestOf({ topK, logsumexp, entropy, nodeLogits, sampling }: VerifyOptions): object {
  const request = {
    k: topK ?? 1,
    logsumexp: logsumexp ?? false,
    entropy: entropy ?? false,
    nodeLogits: nodeLogits ?? false,
  };
  return { request, ...(sampling && { sampling }) };
}

function rowsFrom({ header, payload }: Message, asked: VerifyOptions): Rows {
  const { count, k, verdict } = header as unknown as {
    count: number;
    k: number;
    verdict?: Verdict;
  };
  let offset = 0;
  const next = (size: number): number => {
    offset += 4 * size;
    return offset - 4 * size;
  };
  return {
    count,
    k,
    ids: int32At(payload, next(count * k), count * k),
    logits: float32At(payload, next(count * k), count * k),
    ...(asked.logsumexp && { logsumexp: float32At(payload, next(count), count) }),
    ...(asked.entropy && { entropy: float32At(payload, next(count), count) }),
    ...(asked.nodeLogits && { nodeLogits: float32At(payload, next(count - 1), count - 1) }),
    ...(verdict && { verdict }),
  };
}

/** Token ids of a message. */
export function tokensFrom({ payload }: Message): Token[] {
  return Array.from(int32At(payload, 0, payload.length / 4));
}

/** Tokens first, then their parents. */
function packedNodes(nodes: readonly DraftNode[]): Int32Array {
  const packed = new Int32Array(2 * nodes.length);
  nodes.forEach(({ token, parent }, i) => {
    packed[i] = token;
    packed[nodes.length + i] = parent;
  });
  return packed;
}
