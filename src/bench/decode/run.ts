import type { Planner } from "../../core/plan.ts";
import type { Origin, Token } from "../../core/target.ts";
import type { LlamaTarget } from "../../engines/llama/target.ts";
import { decode } from "../../verify/decode.ts";
import type { DecodeCase } from "./cases.ts";
import { type FenceWatch, fenceWatch } from "./fence.ts";
import type { RecordEnd } from "./records.ts";

/** One pass of a generation: what it fed and what it wrote. */
export interface Pass {
  /** Positions fed, the prompt's prefill counted as one: it is the same for every strategy. */
  readonly positions: number;
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
  /** Absent = plain decoding. */
  readonly planner?: Planner;
  readonly clock: ClockKind;
  /** Whether passes say the text of each token. */
  readonly pieces?: boolean;
}

/** Writes the output of a case on the target: to an end token, the closing fence or the limit. */
export async function generate(
  target: LlamaTarget,
  { request, maxTokens, fenced }: Pick<DecodeCase, "request" | "maxTokens" | "fenced">,
  { planner, clock, pieces = false }: GenerateOptions,
): Promise<Run> {
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
    const steps = decode(sequence, {
      request,
      ...(planner && { planner }),
      capabilities: target.capabilities,
      maxTokens,
      isEnd: target.isEnd,
      detokenize: target.detokenize,
    });
    for await (const step of steps) {
      const tokens =
        fenced && watch.closesWith(step.text)
          ? await untilFence(target, watch, step.tokens)
          : step.tokens;
      closed = fenced && watch.push(step.text);
      output.push(...tokens);
      text += step.text;
      engineMs += target.lastPass()?.cpuMs ?? 0;
      passes.push({
        positions: 1 + step.drafted,
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

/** The tokens of a pass up to the one that closes the fence: plain decoding would not have written the others. */
async function untilFence(
  target: LlamaTarget,
  watch: FenceWatch,
  tokens: readonly Token[],
): Promise<readonly Token[]> {
  for (let count = 1; count < tokens.length; count++) {
    const bytes = await target.detokenize(tokens.slice(0, count));
    if (watch.closesWith(Buffer.from(bytes).toString())) return tokens.slice(0, count);
  }
  return tokens;
}

async function piecesOf(target: LlamaTarget, tokens: readonly Token[]): Promise<string[]> {
  const bytes = await Promise.all(tokens.map((token) => target.detokenize([token])));
  return bytes.map((piece) => Buffer.from(piece).toString());
}
