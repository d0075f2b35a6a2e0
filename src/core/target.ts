/** A token id in the target's vocabulary. */
export type Token = number;

/** A drafted token and the index of the node it follows; -1 = the last committed token. A line is a tree of only children. */
export interface DraftNode {
  readonly token: Token;
  readonly parent: number;
}

/** Where an output token came from. */
export type Origin = "source" | "sketch" | "prompt" | "suffix" | "draft-model" | "target";

/** Tokens proposed as the continuation of a sequence, not yet verified. */
export interface Draft {
  readonly tokens: readonly Token[];
  /** Name of the drafter that proposed it; statistics are kept per drafter. */
  readonly drafter: string;
  readonly origin: Origin;
  /** Per token, where they differ: a copy that continues a model's tokens. */
  readonly origins?: readonly Origin[];
  /** `survival[k]` = estimated P(at least k + 1 tokens are accepted); absent = the drafter does not know. */
  readonly survival?: readonly number[];
  /** What drafts are compared by, where that is not `survival`: estimates that all of them have alike. */
  readonly promise?: readonly number[];
  /** Passes of a draft model that this draft cost; absent = none. */
  readonly forwards?: number;
  /** Per token, what it was drawn from, where the drafter samples. */
  readonly drawnFrom?: readonly (SparseDistribution | undefined)[];
}

/**
 * What the target says after a verify: row 0 describes the token after the last committed one, row i + 1
 * the token after node i. Flat arrays, `count` x `k`, each row sorted by logit, largest first.
 */
export interface Rows {
  readonly count: number;
  readonly k: number;
  readonly ids: Int32Array;
  readonly logits: Float32Array;
  /** Per row, over the whole vocabulary, in nats; exact only where the capabilities say so. */
  readonly logsumexp?: Float32Array;
  readonly entropy?: Float32Array;
  /** What the target decided itself, where `VerifyOptions.sampling` asked it to. */
  readonly verdict?: Verdict;
  /** Per node, the logit of its own token in the row it continues, where `VerifyOptions.nodeLogits` asked for it. */
  readonly nodeLogits?: Float32Array;
  /** What the pass took, in ms, where that is less than the caller waited: the time of other sequences is not in it. */
  readonly ms?: number;
}

/** The nodes that stay (indices, root first) and the token after them: the bonus or the corrected token, always kept. */
export interface Verdict {
  readonly path: readonly number[];
  readonly next: Token;
}

/** How to draw tokens. The same seed, prompt and drafts give the same output. */
export interface SamplingRule {
  /** > 0; greedy decoding is a rule of its own. */
  readonly temperature: number;
  /** Keeps the smallest set of tokens whose probabilities sum to at least this; 1 = all. */
  readonly topP: number;
  readonly seed: number;
}

/** A distribution with few tokens in it, such as the truncated one that a draft model drew its token from. */
export interface SparseDistribution {
  readonly ids: readonly Token[];
  /** Sums to 1. */
  readonly probabilities: readonly number[];
}

/** Speculative sampling, decided where the logits are: whole rows never cross a process boundary. */
export interface SamplingRequest extends SamplingRule {
  /** Per node, what its token was drawn from; absent = the drafter is deterministic (all mass on its token). */
  readonly drawnFrom?: readonly (SparseDistribution | undefined)[];
}

export interface VerifyOptions {
  /** How many (token, logit) pairs per row; default 1, the argmax. */
  readonly topK?: number;
  readonly logsumexp?: boolean;
  readonly entropy?: boolean;
  /** Also answer with `nodeLogits`: scoring needs the logit of a given token, likely or not. */
  readonly nodeLogits?: boolean;
  /** Answer with a `verdict` by speculative sampling; the rows themselves may then be empty. */
  readonly sampling?: SamplingRequest;
  readonly signal?: AbortSignal;
}

/** Replaces committed tokens [start, end) by `tokens`; positions of what follows shift. */
export interface KvEdit {
  readonly start: number;
  readonly end: number;
  readonly tokens: readonly Token[];
}

/** What a splice did to the cells behind the first edit. Their sum is the number of tokens there. */
export interface SpliceReport {
  /** Tokens that were evaluated. */
  readonly evaluated: number;
  /** Tokens whose keys and values were kept, the keys rotated to their new positions. */
  readonly kept: number;
  /** Tokens that the next pass has to evaluate: with `kvEdit` "none" all of them. */
  readonly pending: number;
}

/**
 * One context in the target's KV cache. All calls are serialised by the caller.
 * Committed tokens may be evaluated lazily: `append` then `verify` may share one forward pass, so the
 * prompt's prefill and the first row come from the same pass.
 */
export interface Sequence {
  /** Committed tokens, evaluated or not. */
  readonly length: number;
  append(tokens: readonly Token[], signal?: AbortSignal): Promise<void>;
  /** One forward pass over what is committed but unevaluated, and the nodes. Needs at least one committed token. */
  verify(nodes: readonly DraftNode[], options?: VerifyOptions): Promise<Rows>;
  /** Keeps the nodes of this path (indices, root first) as committed tokens and drops the other nodes. Once per verify. */
  commit(path: readonly number[]): Promise<void>;
  /** Forgets every token from `length` on, unverified nodes included. */
  truncate(length: number): Promise<void>;
  /**
   * Applies edits, which are in the numbering before all of them and do not overlap. Rejected, it leaves the tokens as they were;
   * those from the first edit on are then evaluated again.
   */
  splice?(edits: readonly KvEdit[], signal?: AbortSignal): Promise<SpliceReport>;
  /** @param options.ownCells copies the keys and values, so that both can be spliced; by default they are shared. */
  fork?(options?: { readonly ownCells?: boolean }): Promise<Sequence>;
  dispose(): Promise<void>;
}

export interface Capabilities {
  readonly vocabSize: number;
  /** Tokens a sequence can hold. */
  readonly contextSize: number;
  /** Nodes one verify may score. */
  readonly maxVerify: number;
  readonly trees: boolean;
  readonly kvEdit: "splice" | "delete-only" | "none";
  /** False: every call carries the whole prefix (HTTP engines). */
  readonly stateful: boolean;
  /** Whether logsumexp covers the whole vocabulary. */
  readonly exactNormalizer: boolean;
  /** False where rejected tokens cannot be forgotten (recurrent models): then no speculation. */
  readonly rewind: boolean;
  /** Measured cost of a pass over n tokens, relative to one plain decoding step. */
  readonly cost: (n: number) => number;
  /** Cost of moving keys, once per splice whatever its size, in the same unit; absent = nothing. */
  readonly shiftCost?: () => number;
}

/** A model whose tokens we verify ourselves. */
export interface TokenTarget {
  readonly kind: "token";
  readonly name: string;
  readonly capabilities: Capabilities;
  tokenize(text: string, options?: { readonly special?: boolean }): Promise<readonly Token[]>;
  /** Bytes, because a token may end inside a UTF-8 character. */
  detokenize(tokens: readonly Token[]): Promise<Uint8Array>;
  isEnd(token: Token): boolean;
  open(): Promise<Sequence>;
  dispose(): Promise<void>;
}

/** Work of a model, in tokens. `predictedTokens` are those of the output that a prediction is expected to hold. */
export interface ModelWork {
  readonly promptTokens: number;
  readonly outputTokens: number;
  readonly predictedTokens: number;
}

/** What is known of a model on this machine before it is asked. */
export interface LocalModelFacts {
  /** Number of weights. */
  readonly parameters: number;
  /** Tokens that prompt and answer can have together: as loaded, and as the model was trained. */
  readonly contextSize: number;
  readonly trainedContext: number;
  /** Tokens of these messages as the model reads them. */
  count(
    prompt: readonly { readonly role: "system" | "user" | "assistant"; readonly content: string }[],
  ): Promise<number>;
  /** Expected time by the measured cost of passes; undefined where none was measured. */
  seconds(work: ModelWork): number | undefined;
}

/** What is sent with a prompt. The texts are what the answer may repeat: drafts, which never change it. */
export interface TextOptions {
  readonly prediction?: string;
  /** Whole answers that a merge found possible, the likeliest first; a server that takes one text gets the first of them. */
  readonly candidates?: readonly string[];
  /** The edit as it was written. */
  readonly sketch?: string;
  readonly maxTokens?: number;
  readonly signal?: AbortSignal;
}

/** Continues a prompt of tokens, for models whose prompt is no dialogue. */
export interface TokenPrompts {
  /** Tokens that prompt and answer can have together, where the server says so. */
  readonly contextSize?: number;
  tokenize(text: string, options?: { readonly special?: boolean }): Promise<readonly Token[]>;
  complete(prompt: readonly Token[], options: TextOptions): AsyncIterable<TextChunk>;
}

/** A server that verifies for itself: the draft is sent as `prediction`. */
export interface TextTarget {
  readonly kind: "text";
  readonly name: string;
  /** Present where the model runs on this machine. */
  readonly local?: LocalModelFacts;
  complete(
    prompt: readonly { readonly role: "system" | "user" | "assistant"; readonly content: string }[],
    options: TextOptions,
  ): AsyncIterable<TextChunk>;
  /** Undefined where it only takes dialogues. */
  tokenPrompts?(signal?: AbortSignal): Promise<TokenPrompts | undefined>;
  /** What answers, for reports (`vLLM 0.32.0 with redraft-vllm`); undefined before it was asked. */
  readonly answeredBy?: string | undefined;
  dispose(): Promise<void>;
}

/** One pass of a model that wrote text. Counts are tokens. */
export interface PassAccount {
  /** Released by it. */
  readonly tokens: number;
  readonly drafted: number;
  readonly accepted: number;
  readonly ms: number;
  /** Where its tokens come from, in their order. */
  readonly origins: readonly (readonly [origin: Origin, tokens: number])[];
}

export interface TextChunk {
  readonly text: string;
  /** Tokens that the text has, and how many of them were drafted and accepted; absent where the target does not count them. */
  readonly tokens?: number;
  readonly accepted?: number;
  /** The passes since the last chunk; absent where the target does not see them. */
  readonly passes?: readonly PassAccount[];
  /** On the last chunk: `length` = cut off at the limit of tokens. */
  readonly finish?: "stop" | "length";
  /** On the last chunk, where the server reports it. */
  readonly usage?: {
    readonly promptTokens: number;
    readonly completionTokens: number;
    readonly acceptedPredictionTokens?: number;
    readonly rejectedPredictionTokens?: number;
  };
}

export type Target = TokenTarget | TextTarget;

/** What a drafter receives when a generation begins. Every field is in the target's tokens. */
export interface DraftRequest {
  readonly prompt: readonly Token[];
  readonly source?: readonly Token[];
  readonly sketch?: readonly Token[];
  /** Whole or partial texts that the output may equal: merge candidates, candidates of other models. */
  readonly candidates?: readonly (readonly Token[])[];
  /** Further texts to copy from: the class or file around, other files. */
  readonly context?: readonly (readonly Token[])[];
  /** Earlier outputs, oldest first. */
  readonly history?: readonly (readonly Token[])[];
}

/** The growing output. Drafters read it and never change it. */
export interface DraftState {
  readonly output: readonly Token[];
}

/** What a drafter learns after a step, whether or not one of its drafts was verified. */
export interface DraftFeedback {
  /** Tokens committed by this step: the accepted ones and the target's own token after them. */
  readonly committed: readonly Token[];
  /** The draft of this drafter that was verified, if one was; of several the one with the most accepted tokens. */
  readonly used?: Draft;
  /** Tokens of `used` that were accepted, at most `committed.length - 1`: the target's own token never counts. */
  readonly accepted: number;
}

/** Proposes tokens. Must be cheap, may be wrong: a bad draft costs time, never correctness. */
export interface Drafter {
  readonly name: string;
  begin(request: DraftRequest): void | Promise<void>;
  /** Best first; empty = nothing to say. No draft is longer than `budget` tokens. */
  draft(
    state: DraftState,
    budget: number,
    signal?: AbortSignal,
  ): readonly Draft[] | Promise<readonly Draft[]>;
  accept?(feedback: DraftFeedback): void;
}

/** Decides which drafted nodes stay. `next` = the bonus or the corrected token, always kept. */
export interface Acceptance {
  readonly name: string;
  /** Whether the output equals plain decoding by the same rule without drafts (for sampling: in distribution). */
  readonly lossless: boolean;
  readonly topK: number;
  readonly needs: { readonly logsumexp: boolean; readonly entropy: boolean };
  /** Present where the target must decide, because the rule needs whole rows. */
  readonly sampling?: SamplingRule;
  accept(nodes: readonly DraftNode[], rows: Rows): Verdict;
}

/**
 * Counters of one generation, with the definitions of vLLM: acceptance rate = accepted / drafted tokens,
 * mean acceptance length = 1 + accepted / drafts.
 */
export interface SpeculationStats {
  readonly tokens: number;
  readonly forwards: number;
  readonly draftForwards: number;
  /** Token positions fed to the target, prompt included. */
  readonly positions: number;
  readonly drafts: number;
  readonly draftTokens: number;
  readonly acceptedTokens: number;
  readonly acceptedByOrigin: Readonly<Partial<Record<Origin, number>>>;
  readonly ms: number;
}
