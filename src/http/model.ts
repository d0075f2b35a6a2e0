import { RedraftError } from "../core/errors.ts";
import type { Planner } from "../core/plan.ts";
import type { Sequence, SpeculationStats, Token, TokenTarget } from "../core/target.ts";
import { acceptGreedy, acceptSampling } from "../verify/accept.ts";
import { decode } from "../verify/decode.ts";
import { type Scores, scoreTokens } from "./score.ts";

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
  readonly signal: AbortSignal;
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
  /** Text as it is written. The caller holds a place in the queue, so a sequence is free. */
  generate(request: GenerateRequest): AsyncGenerator<string, GenerateResult>;
  score(
    tokens: readonly Token[],
    options: { readonly topK: number; readonly from: number; readonly signal: AbortSignal },
  ): Promise<Scores>;
  dispose(): Promise<void>;
}

export interface ServedModelOptions {
  readonly target: TokenTarget;
  /** Makes the drafting of one sequence; absent = plain decoding. */
  readonly createPlanner?: () => Planner;
}

interface Slot {
  readonly sequence: Sequence;
  /** Its own, because a planner remembers the generation that it is in. */
  readonly planner: Planner | undefined;
  /** What the sequence holds, to be reused by a prompt that begins alike. */
  tokens: readonly Token[];
}

export function serveModel({ target, createPlanner }: ServedModelOptions): ServedModel {
  const idle: Slot[] = [];
  let disposed = false;

  /** The free sequence that already holds most of the prompt, rewound to what they share. */
  async function take(prompt: readonly Token[], most: number): Promise<Slot & { shared: number }> {
    let best: { slot: Slot; shared: number } | undefined;
    for (const slot of idle) {
      const shared = Math.min(sharedLength(slot.tokens, prompt), most);
      if (best === undefined || shared > best.shared) best = { slot, shared };
    }
    if (best === undefined) {
      const sequence = await target.open();
      return { sequence, planner: createPlanner?.(), tokens: [], shared: 0 };
    }
    idle.splice(idle.indexOf(best.slot), 1);
    const shared = target.capabilities.rewind ? best.shared : 0;
    await best.slot.sequence.truncate(shared);
    return { ...best.slot, tokens: prompt.slice(0, shared), shared };
  }

  async function put(slot: Slot, tokens: readonly Token[], sound: boolean): Promise<void> {
    // After a failure nobody knows what the KV cache holds: a fresh sequence is cheaper than a wrong answer.
    if (!sound || disposed) await slot.sequence.dispose().catch(() => {});
    else idle.push({ sequence: slot.sequence, planner: slot.planner, tokens });
  }

  return {
    name: target.name,
    target,
    async *generate(request) {
      const { prompt, signal } = request;
      const { contextSize } = target.capabilities;
      if (prompt.length >= contextSize) throw tooLong(prompt.length, contextSize);
      const slot = await take(prompt, prompt.length - 1);
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
          capabilities: target.capabilities,
          maxTokens: request.maxTokens ?? contextSize,
          isEnd: (token) => target.isEnd(token),
          detokenize: (tokens) => target.detokenize(tokens),
          acceptance: request.sampling ? acceptSampling(request.sampling) : acceptGreedy,
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
      const { contextSize } = target.capabilities;
      if (tokens.length > contextSize) throw tooLong(tokens.length, contextSize);
      const slot = await take(tokens, Math.max(0, Math.min(from, tokens.length) - 1));
      let sound = false;
      try {
        const scores = await scoreTokens(slot.sequence, target.capabilities, tokens, {
          shared: slot.shared,
          from,
          topK,
          signal,
        });
        sound = true;
        return scores;
      } finally {
        await put(slot, tokens.slice(0, slot.sequence.length), sound);
      }
    },
    async dispose() {
      disposed = true;
      await Promise.all(idle.splice(0).map(({ sequence }) => sequence.dispose().catch(() => {})));
      await target.dispose();
    },
  };
}

function sharedLength(left: readonly Token[], right: readonly Token[]): number {
  const most = Math.min(left.length, right.length);
  let length = 0;
  while (length < most && left[length] === right[length]) length += 1;
  return length;
}

function tooLong(length: number, contextSize: number): RedraftError {
  return new RedraftError(
    "usage",
    `The prompt has ${length} tokens and the context holds ${contextSize}. Send less, or start the server with a larger context.`,
  );
}
