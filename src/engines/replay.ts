import { RedraftError } from "../core/errors.ts";
import type {
  Capabilities,
  DraftNode,
  Rows,
  Sequence,
  Token,
  TokenTarget,
  VerifyOptions,
} from "../core/target.ts";

export interface Recording {
  readonly prompt: readonly Token[];
  /** What the recorded model wrote after the prompt, taken as its greedy choice. */
  readonly output: readonly Token[];
}

export interface ReplayTargetOptions {
  readonly recording: Recording;
  readonly vocabSize: number;
  /** Answered after the recorded output, and wherever the text is no longer the recorded one. */
  readonly end: Token;
  readonly tokenize?: (text: string) => readonly Token[];
  readonly detokenize?: (tokens: readonly Token[]) => Uint8Array;
  readonly capabilities?: Partial<Capabilities>;
}

/** What one pass was fed: committed tokens not evaluated before, and drafted nodes. */
export interface ReplayPass {
  readonly committed: number;
  readonly nodes: number;
}

export interface ReplayTarget extends TokenTarget {
  readonly passes: readonly ReplayPass[];
}

/**
 * Replays a recorded output: real acceptance without the weights. Every pass is recorded, so that it can be
 * priced afterwards under any cost curve.
 */
export function replayTarget(options: ReplayTargetOptions): ReplayTarget {
  const passes: ReplayPass[] = [];
  const { recording, end, vocabSize } = options;
  const missing = (): never => {
    throw new RedraftError("usage", "this replay was made without a tokenizer");
  };
  return {
    kind: "token",
    name: "replay",
    passes,
    capabilities: {
      vocabSize,
      contextSize: Number.MAX_SAFE_INTEGER,
      maxVerify: 1 << 16,
      trees: true,
      kvEdit: "none",
      stateful: true,
      exactNormalizer: false,
      rewind: true,
      cost: () => 1,
      ...options.capabilities,
    },
    tokenize: async (text) => options.tokenize?.(text) ?? missing(),
    detokenize: async (tokens) => options.detokenize?.(tokens) ?? missing(),
    isEnd: (token) => token === end,
    open: async () => replaySequence(recording, end, passes),
    dispose: async () => {},
  };
}

/** Constant work per token: only lengths are kept, and up to where the text is the recorded one. */
function replaySequence({ prompt, output }: Recording, end: Token, passes: ReplayPass[]): Sequence {
  const recorded = (at: number): Token | undefined =>
    at < prompt.length ? prompt[at] : output[at - prompt.length];
  let length = 0;
  let evaluated = 0;
  /** Tokens from the start that equal the recording. */
  let right = 0;
  let nodes: readonly DraftNode[] | undefined;

  function push(token: Token): void {
    if (right === length && recorded(length) === token) right++;
    length++;
  }

  return {
    get length() {
      return length;
    },
    async append(tokens, signal) {
      signal?.throwIfAborted();
      tokens.forEach(push);
    },
    async verify(drafted, { topK = 1, sampling, signal }: VerifyOptions = {}) {
      signal?.throwIfAborted();
      passes.push({ committed: length - evaluated, nodes: drafted.length });
      evaluated = length;
      nodes = drafted;
      const next = (at: number): Token => recorded(at) ?? end;
      const ids = new Int32Array((drafted.length + 1) * topK);
      const logits = new Float32Array(ids.length).fill(Number.NEGATIVE_INFINITY);
      /** Per row, how long the text up to it is; -1 = not the recorded text. */
      const lengths = new Int32Array(drafted.length + 1).fill(-1);
      if (right === length) lengths[0] = length;
      drafted.forEach(({ token, parent }, i) => {
        const before = lengths[parent + 1]!;
        if (before >= 0 && recorded(before) === token) lengths[i + 1] = before + 1;
      });
      lengths.forEach((at, row) => {
        const choice = at < 0 ? end : next(at);
        for (let i = 0; i < topK; i++)
          ids[row * topK + i] = i === 0 ? choice : choice === i - 1 ? 0 : i - 1;
        logits[row * topK] = 0;
      });
      const rows = { count: drafted.length + 1, k: topK, ids, logits };
      return sampling === undefined ? rows : { ...rows, verdict: followTree(drafted, rows) };
    },
    async commit(path) {
      for (const index of path) push(nodes![index]!.token);
      evaluated = length;
      nodes = undefined;
    },
    async truncate(to) {
      length = to;
      evaluated = Math.min(evaluated, to);
      right = Math.min(right, to);
      nodes = undefined;
    },
    async dispose() {},
  };
}

/** Sampling from a distribution with all its mass on the recorded token. */
function followTree(nodes: readonly DraftNode[], rows: Rows): NonNullable<Rows["verdict"]> {
  const path: number[] = [];
  for (let at = -1; ; at = path.at(-1)!) {
    const next = rows.ids[(at + 1) * rows.k]!;
    const child = nodes.findIndex(({ token, parent }) => parent === at && token === next);
    if (child < 0) return { path, next };
    path.push(child);
  }
}
