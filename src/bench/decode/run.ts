import type { DecodeStep } from "../../core/decode.ts";
import type { Planner } from "../../core/plan.ts";
import type { Acceptance, Origin, Sequence, Token, TokenTarget } from "../../core/target.ts";
import type { TokenPredictor } from "../../draft/draft-model.ts";
import type { LlamaTarget } from "../../engines/llama/target.ts";
import { decode } from "../../verify/decode.ts";
import { type EfficientEditStep, efficientEdit } from "../baselines/efficient-edit.ts";
import type { DecodeCase } from "./cases.ts";
import { type FenceWatch, fenceWatch } from "./fence.ts";
import type { RecordEnd } from "./records.ts";

/** One pass of a generation: what it fed and what it wrote. */
export interface Pass {
  /** Positions fed, the prompt's prefill counted as one: it is the same for every strategy. */
  readonly positions: number;
  /** Drafted positions that were accepted. */
  readonly accepted: number;
  readonly tokens: number;
  readonly origins: readonly Origin[];
  readonly text: string;
  /** The text of each token, where it was asked for. */
  readonly pieces?: readonly string[];
  readonly ms: number;
}

/** One generation. */
export interface Run {
  /** Without the end token; with the closing fence. */
  readonly output: readonly Token[];
  readonly text: string;
  readonly passes: readonly Pass[];
  readonly finish: RecordEnd;
  /** From the prompt to the last token, the first token included. */
  readonly ms: number;
}

/** Wall clock, or the processor time of this process and the engine's, which other programs cannot falsify. */
export type ClockKind = "wall" | "cpu";

export interface GenerateOptions {
  /** Absent = plain decoding, or `loop`. */
  readonly planner?: Planner;
  /** EfficientEdit's own loop. */
  readonly loop?: { readonly model?: TokenPredictor };
  /** What is kept of drafts (default greedy); in EfficientEdit's loop, of those of the draft model. */
  readonly acceptance?: Acceptance;
  readonly clock: ClockKind;
  /** Whether passes say the text of each token. */
  readonly pieces?: boolean;
}

/** A target that says what its engine's process spent. */
export type TimedTarget = TokenTarget & Partial<Pick<LlamaTarget, "lastPass">>;

type TimedRequest = Pick<DecodeCase, "request" | "maxTokens" | "fenced">;

/** A pass as loops yield it. */
type TimedStep = Pick<DecodeStep, "tokens" | "text" | "drafted" | "accepted" | "origins" | "ms">;

/** Writes the output of a case on the target: to an end token, the closing fence or the limit. */
export async function generate(
  target: TimedTarget,
  asked: TimedRequest,
  { planner, loop, acceptance, clock, pieces = false }: GenerateOptions,
): Promise<Run> {
  const { maxTokens, fenced } = asked;
  const sequence = await target.open();
  const output: Token[] = [];
  const passes: Pass[] = [];
  const watch = fenceWatch();
  let text = "";
  let engineMs = 0;
  let closed = false;
  const before = process.cpuUsage();
  const started = performance.now();
  try {
    const steps = loop
      ? efficientEditSteps(target, sequence, asked, { ...loop, ...(acceptance && { acceptance }) })
      : decode(sequence, {
          request: asked.request,
          ...(planner && { planner }),
          ...(acceptance && { acceptance }),
          capabilities: target.capabilities,
          maxTokens,
          isEnd: target.isEnd,
          detokenize: target.detokenize,
        });
    for await (const step of steps) {
      closed = fenced && watch.closesWith(step.text);
      const tokens = closed ? await untilFence(target, watch, step.tokens) : step.tokens;
      watch.push(step.text);
      output.push(...tokens);
      text += step.text;
      engineMs += target.lastPass?.()?.cpuMs ?? 0;
      passes.push({
        positions: 1 + step.drafted,
        accepted: step.accepted,
        tokens: tokens.length,
        origins: step.origins,
        text: step.text,
        ...(pieces && { pieces: await piecesOf(target, tokens) }),
        ms: step.ms,
      });
      if (closed) break;
    }
    const wall = performance.now() - started;
    const own = process.cpuUsage(before);
    const ms = clock === "wall" ? wall : (own.user + own.system) / 1000 + engineMs;
    const finish = closed ? "fence" : output.length < maxTokens ? "end" : "length";
    return { output, text, passes, ms, finish };
  } finally {
    await sequence.dispose();
  }
}

/** EfficientEdit's loop with the ends of ours: it has none but its stop words. */
async function* efficientEditSteps(
  target: TokenTarget,
  sequence: Sequence,
  { request, maxTokens }: TimedRequest,
  loop: NonNullable<GenerateOptions["loop"]> & Pick<GenerateOptions, "acceptance">,
): AsyncGenerator<TimedStep> {
  const { contextSize, maxVerify } = target.capabilities;
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const room = (): number => Math.min(maxVerify, contextSize - sequence.length - 2);
  let left = maxTokens;
  let started = performance.now();
  for await (const step of efficientEdit(sequence, request, { ...loop, room })) {
    const end = step.tokens.findIndex(target.isEnd);
    const tokens = step.tokens.slice(0, Math.min(left, end < 0 ? Number.POSITIVE_INFINITY : end));
    left -= tokens.length;
    const text = decoder.decode(await target.detokenize(tokens), { stream: true });
    const ms = performance.now() - started;
    const { drafted, accepted } = step;
    yield { tokens, text, drafted, accepted, origins: reuseOrigins(step), ms };
    if (left === 0 || tokens.length < step.tokens.length) return;
    started = performance.now();
  }
}

/** Reuse copies the source; Generate takes the draft model's tokens, and the last one is the target's own. */
function reuseOrigins({ tokens, accepted, reused }: EfficientEditStep): Origin[] {
  return tokens.map((_, i) => (i >= accepted ? "target" : reused ? "source" : "draft-model"));
}

/** The tokens of a pass up to the one that closes the fence: plain decoding would not have written the others. */
async function untilFence(
  target: TokenTarget,
  watch: FenceWatch,
  tokens: readonly Token[],
): Promise<readonly Token[]> {
  for (let count = 1; count < tokens.length; count++) {
    const bytes = await target.detokenize(tokens.slice(0, count));
    if (watch.closesWith(Buffer.from(bytes).toString())) return tokens.slice(0, count);
  }
  return tokens;
}

async function piecesOf(target: TokenTarget, tokens: readonly Token[]): Promise<string[]> {
  const bytes = await Promise.all(tokens.map((token) => target.detokenize([token])));
  return bytes.map((piece) => Buffer.from(piece).toString());
}
