import type { Decode, DecodeStep } from "../core/decode.ts";
import { RedraftError } from "../core/errors.ts";
import type { Planner } from "../core/plan.ts";
import type { Acceptance, Sequence, SpeculationStats, Token, TokenTarget } from "../core/target.ts";
import { sharedLength } from "../text/prefix.ts";
import { followPrompt } from "./follow-prompt.ts";
import { type Scores, scoreTokens, type TokenScore } from "./score.ts";

export interface GenerateRequest {
  readonly prompt: readonly Token[];
  /** The text that the output is expected to equal; drafted from, never trusted. */
  readonly prediction?: readonly Token[];
  readonly maxTokens?: number;
  readonly stop?: readonly string[];
  /** Absent = greedy. */
  readonly sampling?: {
    readonly temperature: number;
    readonly topP: number;
    readonly seed: number;
  };
  /**
   * Names a prompt that changes between requests. The cache of its last request is edited instead of evaluated from the first change on, which
   * is sooner, and may differ a little from full evaluation. Without a splice it is as any other request.
   */
  readonly session?: string;
  readonly signal: AbortSignal;
  /** Called after each pass, before its text is yielded. */
  readonly onPass?: (step: DecodeStep) => void;
}

export interface GenerateResult {
  readonly tokens: readonly Token[];
  readonly finish: "stop" | "length";
  readonly stats: SpeculationStats;
}

/** A model that answers requests on a fixed number of sequences. */
export interface ServedModel {
  readonly name: string;
  readonly target: TokenTarget;
  /** Tokens that one request may hold, prompt and answer. */
  readonly contextSize: number;
  /** Text as it is written. The caller holds a place in the queue, so a sequence is free. */
  generate(request: GenerateRequest): AsyncGenerator<string, GenerateResult>;
  score(
    tokens: readonly Token[],
    options: { readonly topK: number; readonly from: number; readonly signal: AbortSignal },
  ): Promise<Scores>;
  dispose(): Promise<void>;
}

/** What draws from the rows of the target: `src/verify` has both parts. */
export interface Decoding {
  readonly decode: Decode;
  /** The acceptance of a request that asks for sampling; all others are decoded greedily. */
  readonly sampled: (sampling: NonNullable<GenerateRequest["sampling"]>) => Acceptance;
}

export interface ServedModelOptions {
  readonly target: TokenTarget;
  /**
   * Tokens that one request may hold, prompt and answer. The sequences share the target's context, so this times
   * their number must fit into it. Default: all of it, for one sequence at a time.
   */
  readonly contextSize?: number;
  /** Makes the drafting of one sequence; absent = plain decoding. */
  readonly createPlanner?: () => Planner;
}

interface Slot {
  readonly sequence: Sequence;
  /** Its own, because a planner remembers the generation that it is in. */
  readonly planner: Planner | undefined;
  /** What the sequence holds, to be reused by a prompt that begins alike. */
  readonly tokens: readonly Token[];
  /** The scores of those tokens that were scored, and how many entries each has at the top. */
  readonly scores: readonly (TokenScore | null)[];
  readonly topK: number;
  /** The tokens before this are as full evaluation gives them: other requests may share those, and no more. */
  readonly exact: number;
  /** The session whose prompt it holds, and the splices since it was evaluated whole. */
  readonly session?: string;
  readonly splices: number;
}

/** So many splices in a row, then the prompt is evaluated again. */
const mostSplices = 32;

export function createServedModel(
  options: ServedModelOptions,
  { decode, sampled }: Decoding,
): ServedModel {
  const { target, createPlanner } = options;
  const contextSize = Math.min(
    options.contextSize ?? target.capabilities.contextSize,
    target.capabilities.contextSize,
  );
  const capabilities = { ...target.capabilities, contextSize };
  const mostSequences = Math.max(1, Math.floor(target.capabilities.contextSize / contextSize));
  const idle: Slot[] = [];
  let opened = 0;
  let disposed = false;

  /** The sequence of a session, its cache edited to hold the prompt; undefined where that gains nothing. */
  async function takeSession(
    prompt: readonly Token[],
    session: string,
    signal: AbortSignal,
  ): Promise<(Slot & { shared: number }) | undefined> {
    const slot = idle.find((one) => one.session === session);
    if (slot === undefined || slot.splices >= mostSplices) return undefined;
    idle.splice(idle.indexOf(slot), 1);
    try {
      const followed = await followPrompt(slot.sequence, slot.tokens, prompt, capabilities, signal);
      if (followed === undefined) {
        idle.push(slot);
        return undefined;
      }
      const exact = Math.min(slot.exact, followed.exact);
      const scores = slot.scores.slice(0, exact);
      const splices = slot.splices + 1;
      return { ...slot, tokens: prompt, scores, exact, splices, shared: prompt.length };
    } catch (error) {
      opened -= 1;
      await slot.sequence.dispose().catch(() => {});
      throw error;
    }
  }

  /** The free sequence that already holds most of the prompt, rewound to what they share. */
  async function take(prompt: readonly Token[], most: number): Promise<Slot & { shared: number }> {
    let best: { slot: Slot; shared: number } | undefined;
    for (const slot of idle) {
      const shared = Math.min(sharedLength(slot.tokens, prompt), slot.exact, most);
      const isFreer = best?.slot.session !== undefined && slot.session === undefined;
      if (best === undefined || shared > best.shared || (shared === best.shared && isFreer)) {
        best = { slot, shared };
      }
    }
    // The cache of a session is taken for something else only where there is no room for another.
    const isHeld = best?.slot.session !== undefined && opened < mostSequences;
    if (best === undefined || isHeld) {
      const sequence = await target.open();
      opened += 1;
      return {
        sequence,
        planner: createPlanner?.(),
        tokens: [],
        scores: [],
        topK: 0,
        exact: 0,
        splices: 0,
        shared: 0,
      };
    }
    idle.splice(idle.indexOf(best.slot), 1);
    const shared = target.capabilities.rewind ? best.shared : 0;
    await best.slot.sequence.truncate(shared);
    const { sequence, planner, scores, topK } = best.slot;
    return {
      sequence,
      planner,
      tokens: prompt.slice(0, shared),
      scores: scores.slice(0, shared),
      topK,
      exact: shared,
      splices: 0,
      shared,
    };
  }

  async function put(slot: Slot, tokens: readonly Token[], sound: boolean): Promise<void> {
    const { sequence, planner, scores, topK, session, splices } = slot;
    const exact = splices > 0 ? slot.exact : tokens.length;
    // After a failure the content of the KV cache is unknown: a new sequence is cheaper than a wrong answer.
    if (!sound || disposed) {
      opened -= 1;
      await sequence.dispose().catch(() => {});
    } else {
      const kept = { sequence, planner, tokens, scores, topK, exact, splices };
      idle.push({ ...kept, ...(session !== undefined && { session }) });
    }
  }

  return {
    name: target.name,
    target,
    contextSize,
    async *generate(request) {
      const { prompt, signal } = request;
      if (prompt.length >= contextSize) throw tooLong(prompt.length, contextSize);
      const { session } = request;
      const followed = session && (await takeSession(prompt, session, signal));
      const taken = followed || (await take(prompt, prompt.length - 1));
      const slot = session === undefined ? taken : { ...taken, session };
      let output: readonly Token[] = [];
      let sound = false;
      try {
        const rest = prompt.slice(slot.shared);
        const steps = decode(slot.sequence, {
          request: {
            prompt: rest,
            context: slot.shared > 0 ? [prompt.slice(0, slot.shared)] : [],
            ...(request.prediction ? { source: request.prediction } : {}),
          },
          capabilities,
          maxTokens: request.maxTokens ?? contextSize,
          isEnd: (token) => target.isEnd(token),
          detokenize: (tokens) => target.detokenize(tokens),
          ...(request.sampling ? { acceptance: sampled(request.sampling) } : {}),
          ...(slot.planner ? { planner: slot.planner } : {}),
          ...(request.stop && request.stop.length > 0 ? { stop: request.stop } : {}),
          signal,
        });
        for (;;) {
          const step = await steps.next();
          if (step.done === true) {
            const { tokens, finish, stats } = step.value;
            output = tokens;
            sound = true;
            const stopped = finish === "end" || finish === "stop";
            return { tokens, finish: stopped ? "stop" : "length", stats };
          }
          request.onPass?.(step.value);
          if (step.value.text !== "") yield step.value.text;
        }
      } catch (error) {
        // An abort is checked between passes and leaves the sequence as it was before.
        sound = signal.aborted;
        throw error;
      } finally {
        await put(slot, [...prompt, ...output].slice(0, slot.sequence.length), sound);
      }
    },
    async score(tokens, { topK, from, signal }) {
      if (tokens.length > contextSize) throw tooLong(tokens.length, contextSize);
      const slot = await take(tokens, tokens.length);
      let kept: Slot = slot;
      let sound = false;
      try {
        // What was scored before in the same context is known; one token more is read again for its row.
        const start = scoredLength(slot, Math.max(1, from), topK);
        const shared = Math.min(slot.shared, start - 1);
        await slot.sequence.truncate(shared);
        const rescored = await scoreTokens(slot.sequence, capabilities, tokens, {
          shared,
          from: start,
          topK,
          signal,
        });
        const scores = rescored.tokens.map((score, at) => score ?? slot.scores[at] ?? null);
        kept = { ...slot, scores, topK: start > 1 ? Math.min(topK, slot.topK || topK) : topK };
        sound = true;
        return { tokens: scores, next: rescored.next };
      } finally {
        await put(kept, tokens.slice(0, slot.sequence.length), sound);
      }
    },
    async dispose() {
      disposed = true;
      await Promise.all(idle.splice(0).map(({ sequence }) => sequence.dispose().catch(() => {})));
      await target.dispose();
    },
  };
}

/** The first token from `from` on whose score is not known yet, or not with as many entries. */
function scoredLength(
  { scores, topK, shared }: Slot & { shared: number },
  from: number,
  wanted: number,
): number {
  let at = from;
  if (topK < wanted) return at;
  while (at < shared && scores[at] != null) at += 1;
  return at;
}

function tooLong(length: number, contextSize: number): RedraftError {
  return new RedraftError(
    "usage",
    `The prompt has ${length} tokens and the context holds ${contextSize}. Send less, or load the model with a larger --context.`,
  );
}
