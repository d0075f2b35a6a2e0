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
import { linesBelow, treePath } from "./draft-tree.ts";
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
    open: async () => openSequence(scorer, capabilities),
    dispose: async () => {},
  };
}

function openSequence(scorer: TokenScorer, capabilities: Capabilities): Sequence {
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
      refuseUnknown(drafted, options, capabilities.trees);
      options.signal?.throwIfAborted();
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
  takesTrees: boolean,
): void {
  const wants = [
    options.topK !== undefined && options.topK > 1 && "more than the likeliest token",
    options.sampling && "sampling",
    options.entropy && "entropy",
    options.logsumexp && "a normalizer",
    options.nodeLogits && "the likelihood of given tokens",
    !takesTrees && nodes.some(({ parent }, index) => parent !== index - 1) && "a tree",
  ].filter(Boolean);
  if (wants.length === 0) return;
  throw new RedraftError(
    "usage",
    `a model behind a completions API can only verify ${takesTrees ? "tokens" : "chains of tokens"}, greedily; it cannot give ${wants.join(" and ")}.`,
  );
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
