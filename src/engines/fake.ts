import { RedraftError } from "../core/errors.ts";
import { sampleVerdict } from "../core/sampling.ts";
import type {
  Capabilities,
  DraftNode,
  Rows,
  Sequence,
  Token,
  TokenTarget,
  VerifyOptions,
} from "../core/target.ts";

export interface FakeTargetOptions {
  /** Default 32; tokens are bytes of text where they fit, else `<id>`. */
  readonly vocabSize?: number;
  /** The logits after these tokens. Default: pseudo-random in the last three tokens and the length. */
  readonly logits?: (context: readonly Token[]) => Float32Array;
  readonly seed?: number;
  /** Default: the last token of the vocabulary. */
  readonly end?: Token;
  readonly capabilities?: Partial<Capabilities>;
  /** Called before every pass; may throw or wait, to test failure and cancellation. */
  readonly onPass?: (pass: number, signal?: AbortSignal) => void | Promise<void>;
}

export interface FakeTarget extends TokenTarget {
  /** Positions fed by each pass, all sequences together. */
  readonly passes: readonly number[];
}

/** A target without a model, strict about the contract: it keeps the "KV cache" as tokens and throws on misuse. */
export function fakeTarget(options: FakeTargetOptions = {}): FakeTarget {
  const { vocabSize = 32, seed = 0 } = options;
  const end = options.end ?? vocabSize - 1;
  const logits = options.logits ?? ((context) => hashedLogits(context, vocabSize, seed));
  const passes: number[] = [];
  const capabilities: Capabilities = {
    vocabSize,
    contextSize: 4096,
    maxVerify: 256,
    trees: true,
    kvEdit: "none",
    stateful: true,
    exactNormalizer: true,
    rewind: true,
    cost: () => 1,
    ...options.capabilities,
  };
  return {
    kind: "token",
    name: "fake",
    capabilities,
    passes,
    tokenize: async (text) => [...Buffer.from(text)].map((byte) => byte % vocabSize),
    detokenize: async (tokens) => Uint8Array.from(tokens, (token) => token % 256),
    isEnd: (token) => token === end,
    open: async () => fakeSequence(capabilities, logits, passes, options.onPass),
    dispose: async () => {},
  };
}

function fakeSequence(
  capabilities: Capabilities,
  logits: (context: readonly Token[]) => Float32Array,
  passes: number[],
  onPass: FakeTargetOptions["onPass"],
): Sequence {
  const tokens: Token[] = [];
  let evaluated = 0;
  let nodes: readonly DraftNode[] | undefined;
  let open = true;
  const misuse = (why: string): never => {
    throw new RedraftError("engine-failed", `misuse of a sequence: ${why}`);
  };
  const context = (node: number): Token[] => {
    const path: Token[] = [];
    for (let at = node; at >= 0; at = nodes![at]!.parent) path.unshift(nodes![at]!.token);
    return [...tokens, ...path];
  };
  return {
    get length() {
      return tokens.length;
    },
    async append(added, signal) {
      signal?.throwIfAborted();
      if (!open) misuse("append after dispose");
      if (nodes !== undefined) misuse("append between verify and commit");
      if (tokens.length + added.length > capabilities.contextSize) {
        throw new RedraftError(
          "engine-failed",
          `the context holds ${capabilities.contextSize} tokens; ${tokens.length + added.length} needed`,
        );
      }
      tokens.push(...added);
    },
    async verify(drafted, options = {}) {
      if (!open) misuse("verify after dispose");
      if (nodes !== undefined) misuse("verify twice without commit or truncate");
      if (tokens.length === 0) misuse("verify without a committed token");
      if (drafted.length > capabilities.maxVerify)
        misuse(`more than ${capabilities.maxVerify} nodes`);
      drafted.forEach(({ token, parent }, i) => {
        if (parent < -1 || parent >= i) misuse(`node ${i} has parent ${parent}`);
        if (!capabilities.trees && parent !== i - 1) misuse("a tree, but this target takes lines");
        if (!(token >= 0 && token < capabilities.vocabSize)) misuse(`token ${token}`);
      });
      options.signal?.throwIfAborted();
      await onPass?.(passes.length, options.signal);
      options.signal?.throwIfAborted();
      passes.push(tokens.length - evaluated + drafted.length);
      evaluated = tokens.length;
      nodes = drafted.map((node) => ({ ...node }));
      const contexts = [-1, ...nodes.keys()].map(context);
      return topRows(contexts.map(logits), nodes, options, tokens.length);
    },
    async commit(path) {
      if (nodes === undefined) return misuse("commit without verify");
      path.forEach((index, i) => {
        const node = nodes![index];
        if (node === undefined || node.parent !== (path[i - 1] ?? -1)) misuse(`path ${path}`);
      });
      tokens.push(...path.map((index) => nodes![index]!.token));
      evaluated = tokens.length;
      nodes = undefined;
    },
    async truncate(length) {
      if (!open) misuse("truncate after dispose");
      if (!(length >= 0 && length <= tokens.length))
        misuse(`truncate to ${length} of ${tokens.length}`);
      if (!capabilities.rewind && length < evaluated) misuse("this target cannot rewind");
      tokens.length = length;
      evaluated = Math.min(evaluated, length);
      nodes = undefined;
    },
    ...(capabilities.kvEdit === "splice" && {
      async splice(edits, signal) {
        if (nodes !== undefined) misuse("splice between verify and commit");
        await onPass?.(passes.length, signal);
        signal?.throwIfAborted();
        const first = edits[0]?.start ?? tokens.length;
        const rotates = edits.every(({ end }) => end <= evaluated);
        const added = edits.reduce((sum, edit) => sum + edit.tokens.length, 0);
        for (const { start, end, tokens: own } of edits.toReversed()) {
          tokens.splice(start, end - start, ...own);
          if (rotates) evaluated += own.length - (end - start);
        }
        if (!rotates) evaluated = Math.min(first, evaluated);
        const pending = tokens.length - evaluated;
        const fed = rotates ? added : 0;
        if (fed > 0) passes.push(fed);
        return { evaluated: fed, kept: tokens.length - first - fed - pending, pending };
      },
    }),
    async fork() {
      const copy = fakeSequence(capabilities, logits, passes, onPass);
      await copy.append(tokens);
      return copy;
    },
    async dispose() {
      open = false;
    },
  } satisfies Sequence;
}

/** Rows as a real target gives them, from whole rows of logits. */
function topRows(
  logits: readonly Float32Array[],
  nodes: readonly DraftNode[],
  options: VerifyOptions,
  length: number,
): Rows {
  const k = options.topK ?? 1;
  const ids = new Int32Array(logits.length * k);
  const top = new Float32Array(logits.length * k);
  const logsumexp = new Float32Array(logits.length);
  const entropy = new Float32Array(logits.length);
  logits.forEach((row, r) => {
    const order = [...row.keys()].sort((a, b) => row[b]! - row[a]! || a - b);
    for (let i = 0; i < k; i++) {
      ids[r * k + i] = order[i] ?? -1;
      top[r * k + i] = row[order[i] ?? 0] ?? Number.NEGATIVE_INFINITY;
    }
    const largest = row[order[0]!]!;
    const sum = row.reduce((total, logit) => total + Math.exp(logit - largest), 0);
    logsumexp[r] = largest + Math.log(sum);
    entropy[r] = row.reduce((total, logit) => {
      const p = Math.exp(logit - logsumexp[r]!);
      return p > 0 ? total - p * Math.log(p) : total;
    }, 0);
  });
  const { sampling } = options;
  return {
    count: logits.length,
    k,
    ids,
    logits: top,
    ...(options.logsumexp && { logsumexp }),
    ...(options.entropy && { entropy }),
    ...(options.nodeLogits && {
      nodeLogits: Float32Array.from(nodes, ({ token, parent }) => logits[parent + 1]![token]!),
    }),
    ...(sampling && {
      verdict: sampleVerdict(nodes, (node) => logits[node + 1]!, sampling, length),
    }),
  };
}

/** Depends on the last three tokens and the length: enough to make a wrong context visible. */
function hashedLogits(context: readonly Token[], vocabSize: number, seed: number): Float32Array {
  let h = Math.imul(seed + context.length, 0x9e3779b1);
  for (const token of context.slice(-3)) h = Math.imul(h ^ (h >>> 15) ^ token, 0x85ebca6b);
  return Float32Array.from({ length: vocabSize }, (_, token) => {
    let x = Math.imul(h ^ Math.imul(token + 1, 0xc2b2ae35), 0x27d4eb2f);
    x = Math.imul(x ^ (x >>> 15), 0x165667b1);
    return ((x ^ (x >>> 13)) >>> 0) / 2 ** 29; // 0 to 8
  });
}
