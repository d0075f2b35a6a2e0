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
import { sharedLength, startsWith } from "../../text/prefix.ts";
import type { TokenScorer } from "./scorer.ts";
import type { UsageTally } from "./tally.ts";

export interface ServerTokenTarget extends TokenTarget {
  readonly dialect: TokenScorer["dialect"];
  /** Where the server puts its log-probabilities, as found out; absent for dialects that use ids. */
  readonly logprobShift?: 0 | 1;
  readonly tally: UsageTally;
}

/** Tokens that a request for free text asks for: at first, and when the text continues. */
const lookahead = { first: 16, further: 32 } as const;

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
    trees: false,
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

  /** Makes the continuation known up to where it leaves the draft, and one token further. */
  async function learn(draft: readonly Token[], signal?: AbortSignal): Promise<void> {
    for (;;) {
      const agreed = sharedLength(draft, known);
      if (agreed < known.length) return;
      const rest = draft.slice(agreed);
      const prefix = [...committed, ...known];
      // A draft that is no longer than what the server would write anyway is not worth a request of its own.
      if (rest.length <= count / 2) {
        known = [...known, ...(await scorer.continue(prefix, count, signal))];
        count = lookahead.further;
        continue;
      }
      const { accepted, next } = await scorer.score(prefix, rest, signal);
      const right = rest.slice(0, accepted);
      if (accepted > 0) count = lookahead.first;
      known = [...known, ...right, ...(next === undefined ? [] : [next])];
      if (next !== undefined) continue;
      // Where the answer leaves the next token open, the model writes on from there.
      const written = await scorer.continue([...prefix, ...right], count, signal);
      known = [...known, ...written];
      count = lookahead.further;
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
      refuseUnknown(drafted, options);
      options.signal?.throwIfAborted();
      const draft = drafted.map(({ token }) => token);
      await learn(draft, options.signal);
      nodes = drafted;
      return verdictRows(draft, known);
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

function refuseUnknown(nodes: readonly DraftNode[], options: VerifyOptions): void {
  const wants = [
    options.topK !== undefined && options.topK > 1 && "more than the likeliest token",
    options.sampling && "sampling",
    options.entropy && "entropy",
    options.logsumexp && "a normalizer",
    options.nodeLogits && "the likelihood of given tokens",
    nodes.some(({ parent }, index) => parent !== index - 1) && "a tree",
  ].filter(Boolean);
  if (wants.length === 0) return;
  throw new RedraftError(
    "usage",
    `a model behind a completions API can only verify chains of tokens, greedily; it cannot give ${wants.join(" and ")}.`,
  );
}

/** Rows past the first rejected node hold no token (-1): no greedy walk reaches them. */
function verdictRows(draft: readonly Token[], known: readonly Token[]): Rows {
  const count = draft.length + 1;
  const ids = new Int32Array(count).fill(-1);
  const logits = new Float32Array(count);
  for (let row = 0; row < count; row++) {
    ids[row] = known[row] ?? -1;
    if (row === draft.length || draft[row] !== known[row]) break;
  }
  return { count, k: 1, ids, logits };
}
