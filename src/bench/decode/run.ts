import type { Planner } from "../../core/plan.ts";
import type { DraftRequest, Origin, Token } from "../../core/target.ts";
import type { LlamaTarget } from "../../engines/llama/target.ts";
import { decode } from "../../verify/decode.ts";

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
  readonly output: readonly Token[];
  readonly text: string;
  readonly passes: readonly Pass[];
  /** From the prompt to the last token, the first token included. */
  readonly ms: number;
}

/** Wall clock, or the processor time of this process and the engine's, which other programs cannot falsify. */
export type ClockKind = "wall" | "cpu";

export async function generate(
  target: LlamaTarget,
  request: DraftRequest,
  planner: Planner | undefined,
  maxTokens: number,
  clock: ClockKind,
  withPieces = false,
): Promise<Run> {
  const sequence = await target.open();
  const output: Token[] = [];
  const passes: Pass[] = [];
  let text = "";
  let engineMs = 0;
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
      output.push(...step.tokens);
      text += step.text;
      engineMs += target.lastPass()?.cpuMs ?? 0;
      passes.push({
        positions: 1 + step.drafted,
        tokens: step.tokens.length,
        origins: step.origins,
        text: step.text,
        ...(withPieces && { pieces: await piecesOf(target, step.tokens) }),
        ms: step.ms,
      });
    }
    const wall = performance.now() - started;
    const own = process.cpuUsage(before);
    const ms = clock === "wall" ? wall : (own.user + own.system) / 1000 + engineMs;
    return { output, text, passes, ms };
  } finally {
    await sequence.dispose();
  }
}

async function piecesOf(target: LlamaTarget, tokens: readonly Token[]): Promise<string[]> {
  const bytes = await Promise.all(tokens.map((token) => target.detokenize([token])));
  return bytes.map((piece) => Buffer.from(piece).toString());
}
