import type { Clock } from "./clock.ts";
import type { Planner } from "./plan.ts";
import type {
  Acceptance,
  Capabilities,
  DraftRequest,
  Origin,
  Sequence,
  SpeculationStats,
  Token,
} from "./target.ts";

/** How an output ends, and how it is spelled. */
export interface OutputOptions {
  readonly maxTokens: number;
  readonly isEnd: (token: Token) => boolean;
  /** The output ends before the first of these; needs `detokenize`. */
  readonly stop?: readonly string[];
  readonly detokenize?: (tokens: readonly Token[]) => Promise<Uint8Array>;
}

export type Finish = "end" | "stop" | "length";

/** What one step releases. `text` is empty where no `detokenize` was given. */
export interface Released {
  readonly tokens: readonly Token[];
  /** Per token. */
  readonly origins: readonly Origin[];
  readonly text: string;
}

export interface DecodeOptions extends OutputOptions {
  /** What the target sees, appended to the sequence, and what the drafters may copy from. */
  readonly request: DraftRequest;
  /** Absent = plain decoding. */
  readonly planner?: Planner;
  /** Default: greedy, identical to plain decoding. */
  readonly acceptance?: Acceptance;
  readonly capabilities: Pick<
    Capabilities,
    "vocabSize" | "maxVerify" | "contextSize" | "trees" | "rewind"
  >;
  /** Whether the pass that evaluates the prompt may carry a draft (default true). */
  readonly draftWithPrompt?: boolean;
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
}

/** One pass of the target and what it released. */
export interface DecodeStep extends Released {
  /** 0-based number of the pass. */
  readonly pass: number;
  /** Nodes verified, and how many of them the target agreed with. */
  readonly drafted: number;
  readonly accepted: number;
  readonly ms: number;
}

export interface DecodeResult {
  /** Without the end token or the stop string. */
  readonly tokens: readonly Token[];
  readonly finish: Finish | "context";
  readonly stats: SpeculationStats;
}

/** The decode loop, as those see it who are given one. `src/verify/decode.ts` has it. */
export type Decode = (
  sequence: Sequence,
  options: DecodeOptions,
) => AsyncGenerator<DecodeStep, DecodeResult>;
