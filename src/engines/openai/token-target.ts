import { RedraftError } from "../../core/errors.ts";
import type {
  Capabilities,
  DraftNode,
  Rows,
  Sequence,
  Token,
  TokenTarget,
  VerifyOptions,
} from "../../core/target.ts";
import { startsWith } from "../../text/prefix.ts";
import { leafPaths, linesBelow, treePath } from "./draft-tree.ts";
import type { TokenScorer } from "./scorer.ts";
import type { UsageTally } from "./tally.ts";

export interface ServerTokenTarget extends TokenTarget {
  readonly dialect: TokenScorer["dialect"];
  /** Where the server puts its log-probabilities, as found out; absent for dialects that use ids. */
  readonly logprobShift?: 0 | 1;
  readonly tally: UsageTally;
}

/** Tokens that a request for free text asks for: at first, and at most; it doubles while the text stays free. */
const lookahead = { first: 12, most: 32 } as const;

/** A draft that is no longer than this is not worth a request of its own: a block of free text holds it. */
const shortDraft = 2;

/**
 * A model behind a completions API, verified by us. Every request carries the whole prefix, so a pass costs a
 * round trip whatever its length: draft long. Where nothing is drafted, one request fetches a block of tokens,
 * and the verifies that follow are answered from it as far as it reaches.
 */
export function serverTokenTarget(scorer: TokenScorer): ServerTokenTarget {
  const capabilities: Capabilities = {
    vocabSize: scorer.vocabSize,
    contextSize: scorer.contextSize,
    maxVerify: 8192,
    trees: scorer.mostDrafts > 1,
    kvEdit: "none",
    stateful: false,
    exactNormalizer: false,
    rewind: true,
    cost: (n) => 1 + n / 10_000,
  };
  return {
    kind: "token",
    name: scorer.model,
    capabilities,
    dialect: scorer.dialect,
    ...(scorer.logprobShift !== undefined && { logprobShift: scorer.logprobShift }),
    get tally() {
      return scorer.tally;
    },
    tokenize: (text, options) => scorer.tokenize(text, options?.special === true),
    detokenize: (tokens) => scorer.detokenize(tokens),
    isEnd: (token) => scorer.isEnd(token),
    open: async () => openSequence(scorer),
    dispose: async () => {},
  };
}

function openSequence(scorer: TokenScorer): Sequence {
  const committed: Token[] = [];
  /** What the model is known to write after the committed tokens. */
  let known: readonly Token[] = [];
  let nodes: readonly DraftNode[] | undefined;
  let count: number = lookahead.first;

  /** Of the known continuation, what is left behind these tokens. */
  function advance(tokens: readonly Token[]): void {
    known = startsWith(known, tokens) ? known.slice(tokens.length) : [];
  }

  /** What the model writes after the prefix, at least one token. */
  async function fetchBlock(prefix: readonly Token[], signal?: AbortSignal): Promise<void> {
    known = [...prefix.slice(committed.length), ...(await scorer.continue(prefix, count, signal))];
    count = Math.min(lookahead.most, 2 * count);
  }

  /** Makes the continuation known up to where it leaves the drafted tree, and one token further. */
  async function learn(tree: readonly DraftNode[], signal?: AbortSignal): Promise<void> {
    for (;;) {
      const path = treePath(tree, known);
      if (path.length < known.length) return;
      const drafts = linesBelow(tree, path.at(-1) ?? -1).slice(0, scorer.mostDrafts);
      const longest = Math.max(0, ...drafts.map(({ length }) => length));
      const prefix = [...committed, ...known];
      if (longest <= shortDraft) {
        await fetchBlock(prefix, signal);
        continue;
      }
      const scored = await scorer.score(prefix, drafts, signal);
      const right = scored.map(({ accepted }, i) => drafts[i]!.slice(0, accepted));
      const best = right.reduce((a, b, i) => (b.length > right[a]!.length ? i : a), 0);
      const { next } = scored[best]!;
      if (right[best]!.length > 0) count = lookahead.first;
      known = [...known, ...right[best]!, ...(next === undefined ? [] : [next])];
      // Where the answer leaves the next token open, the model writes on from there.
      if (next === undefined) await fetchBlock([...committed, ...known], signal);
    }
  }

  return {
    get length() {
      return committed.length;
    },
    async append(tokens, signal) {
      signal?.throwIfAborted();
      if (committed.length + tokens.length > scorer.contextSize) {
        throw new RedraftError(
          "engine-failed",
          `${scorer.model} takes ${scorer.contextSize} tokens; ${committed.length + tokens.length} are needed.`,
        );
      }
      advance(tokens);
      if (committed.length === 0) known = scorer.begun?.(tokens) ?? [];
      committed.push(...tokens);
    },
    async verify(drafted, options = {}) {
      refuseUnknown(drafted, options, scorer);
      options.signal?.throwIfAborted();
      if (options.nodeLogits) {
        const rows = await likelihoodRows(scorer, committed, drafted, options.signal);
        nodes = drafted;
        return rows;
      }
      await learn(drafted, options.signal);
      nodes = drafted;
      return verdictRows(drafted, known);
    },
    async commit(path) {
      const tokens = path.map((index) => nodes![index]!.token);
      nodes = undefined;
      advance(tokens);
      committed.push(...tokens);
    },
    async truncate(length) {
      if (length < committed.length) {
        committed.length = length;
        known = [];
      }
      nodes = undefined;
    },
    async dispose() {
      known = [];
    },
  };
}

function refuseUnknown(
  nodes: readonly DraftNode[],
  options: VerifyOptions,
  { mostDrafts, likelihoods }: TokenScorer,
): void {
  const takesTrees = mostDrafts > 1;
  const isTree = nodes.some(({ parent }, index) => parent !== index - 1);
  // The two together are log-probabilities, which is what servers give.
  const scores = options.nodeLogits === true && likelihoods !== undefined;
  const wants = [
    options.topK !== undefined && options.topK > 1 && "more than the likeliest token",
    options.sampling && "sampling",
    options.entropy && "entropy",
    options.logsumexp && !scores && "a normalizer",
    options.nodeLogits && !(scores && options.logsumexp) && "the likelihood of given tokens",
    !takesTrees && isTree && "a tree",
  ].filter(Boolean);
  if (wants.length === 0) return;
  throw new RedraftError(
    "usage",
    `a model behind this server's completions API can only verify ${takesTrees ? "tokens" : "chains of tokens"}, greedily; it cannot give ${wants.join(" and ")}. A GGUF file, vLLM or SGLang can score texts.`,
  );
}

/** Lines that one request asks about. */
const linesARequest = 4;

/**
 * Rows with the log-probability of every node as its logit and 0 as the normalizer. They name no likeliest token (-1): a
 * server that scores given tokens is not asked to decide anything.
 */
async function likelihoodRows(
  scorer: TokenScorer,
  prefix: readonly Token[],
  nodes: readonly DraftNode[],
  signal: AbortSignal | undefined,
): Promise<Rows> {
  const count = nodes.length + 1;
  const nodeLogits = new Float32Array(nodes.length);
  const paths = leafPaths(nodes);
  for (let at = 0; at < paths.length; at += linesARequest) {
    const some = paths.slice(at, at + linesARequest);
    const lines = some.map((path) => path.map((node) => nodes[node]!.token));
    const found = await scorer.likelihoods!(prefix, lines, signal);
    for (const [line, path] of some.entries())
      for (const [i, node] of path.entries()) nodeLogits[node] = found[line]![i]!;
  }
  return {
    count,
    k: 1,
    ids: new Int32Array(count).fill(-1),
    logits: new Float32Array(count),
    logsumexp: new Float32Array(count),
    nodeLogits,
  };
}

/** Rows that the continuation does not reach hold no token (-1): no greedy walk reaches them. */
function verdictRows(tree: readonly DraftNode[], known: readonly Token[]): Rows {
  const count = tree.length + 1;
  const ids = new Int32Array(count).fill(-1);
  const logits = new Float32Array(count);
  ids[0] = known[0] ?? -1;
  treePath(tree, known).forEach((node, index) => {
    ids[node + 1] = known[index + 1] ?? -1;
  });
  return { count, k: 1, ids, logits };
}
