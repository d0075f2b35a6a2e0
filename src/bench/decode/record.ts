import type { Token, TokenTarget } from "../../core/target.ts";
import type { DecodeCase } from "./cases.ts";
import { fenceWatch } from "./fence.ts";
import { type OutputRecord, promptHash, type RecordEnd } from "./records.ts";

/** What a record says of the run besides the output. */
export type RecordedBy = Pick<OutputRecord, "model" | "threads" | "engine">;

/**
 * Plain greedy decoding, a token per pass, with how far ahead of the next each token was. Where that is within what kernels
 * for one token and for many disagree by, speculation may write the other token (near-tie).
 */
export async function recordOutput(
  target: TokenTarget,
  { id, request, maxTokens, fenced }: DecodeCase,
  by: RecordedBy,
): Promise<OutputRecord> {
  const { prompt } = request;
  const sequence = await target.open();
  const tokens: Token[] = [];
  const seconds: Token[] = [];
  const gaps: number[] = [];
  const watch = fenceWatch();
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  let text = "";
  let finish: RecordEnd = "length";
  let promptMs = 0;
  const started = performance.now();
  try {
    await sequence.append(prompt);
    while (tokens.length < maxTokens) {
      const { ids, logits } = await sequence.verify([], { topK: 2 });
      const token = ids[0]!;
      if (tokens.length === 0) promptMs = performance.now() - started;
      tokens.push(token);
      seconds.push(ids[1]!);
      gaps.push(thousandths(logits[0]! - logits[1]!));
      if (target.isEnd(token)) {
        finish = "end";
        break;
      }
      const piece = decoder.decode(await target.detokenize([token]), { stream: true });
      text += piece;
      if (fenced && watch.push(piece)) {
        finish = "fence";
        break;
      }
      await sequence.commit([]);
      await sequence.append([token]);
    }
    text += decoder.decode();
    return {
      id,
      ...by,
      promptHash: promptHash(prompt),
      promptTokens: prompt.length,
      maxTokens,
      finish,
      tokens,
      text,
      seconds,
      gaps,
      promptMs: Math.round(promptMs),
      ms: Math.round(performance.now() - started),
    };
  } finally {
    await sequence.dispose();
  }
}

function thousandths(value: number): number {
  return Math.round(value * 1000) / 1000;
}
