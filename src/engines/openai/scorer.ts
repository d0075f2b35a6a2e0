import type { Token } from "../../core/target.ts";
import type { UsageTally } from "./tally.ts";

/** What a server can be asked about drafted tokens, one implementation per dialect. */
export interface TokenScorer {
  readonly dialect: "echo" | "vllm" | "sglang";
  readonly model: string;
  readonly logprobShift?: 0 | 1;
  /** Tokens that a request may hold. */
  readonly contextSize: number;
  readonly tally: UsageTally;
  /** Every token id is below this. */
  readonly vocabSize: number;
  isEnd(token: Token): boolean;
  /** `isPrompt`: the text will be continued, so the server may as well begin. */
  tokenize(text: string, isPrompt: boolean): Promise<readonly Token[]>;
  detokenize(tokens: readonly Token[]): Promise<Uint8Array>;
  /** What the last `tokenize` of exactly this prompt already made the model write. */
  begun?(prompt: readonly Token[]): readonly Token[] | undefined;
  /** Drafts that one request can hold. */
  readonly mostDrafts: number;
  /** Verifies drafts of what follows the prefix, at most `mostDrafts` and none empty; one answer each. */
  score(
    prefix: readonly Token[],
    drafts: readonly (readonly Token[])[],
    signal?: AbortSignal,
  ): Promise<readonly Scored[]>;
  /**
   * The log-probabilities of the tokens of lines that follow the prefix, in nats, whether or not the model would write them. Absent where
   * the server does not say which of its tokens a likelihood belongs to.
   */
  likelihoods?(
    prefix: readonly Token[],
    lines: readonly (readonly Token[])[],
    signal?: AbortSignal,
  ): Promise<readonly (readonly number[])[]>;
  /** What the model writes next, at least one token; an end token is last. */
  continue(
    prefix: readonly Token[],
    count: number,
    signal?: AbortSignal,
  ): Promise<readonly Token[]>;
}

export interface Scored {
  /** How many of the drafted tokens the model would have written itself, in order. */
  readonly accepted: number;
  /** The token after them, if the response determines it. */
  readonly next?: Token;
}
