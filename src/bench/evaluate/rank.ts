import { RedraftError } from "../../core/errors.ts";
import type { Rows, Sequence, Token, TokenTarget } from "../../core/target.ts";
import type { OpenQuestion } from "./open-region.ts";
import { applyPrompt, regionTokens } from "./prompt.ts";

/**
 * Log-likelihood of each candidate's lines and the end token after the prompt, in nats; undefined where prompt and
 * longest candidate together exceed `longest` tokens, as the product then does not ask either.
 */
export async function scoreCandidates(
  target: TokenTarget,
  question: Pick<OpenQuestion, "original" | "sketch" | "candidates">,
  longest: number,
  signal?: AbortSignal,
): Promise<number[] | undefined> {
  const prompt = await applyPrompt(target, question.original, question.sketch);
  const end = endToken(target);
  const answers: Token[][] = [];
  for (const lines of question.candidates) {
    answers.push([...(await regionTokens(target, lines)), end]);
  }
  const size = prompt.length + Math.max(...answers.map((answer) => answer.length));
  if (size > Math.min(longest, target.capabilities.contextSize)) return undefined;
  const sequence = await target.open();
  try {
    await sequence.append(prompt, signal);
    const scores: number[] = [];
    for (const tokens of answers) {
      scores.push(await logLikelihood(sequence, target.capabilities.maxVerify, tokens, signal));
      await sequence.truncate(prompt.length);
    }
    return scores;
  } finally {
    await sequence.dispose();
  }
}

function endToken(target: TokenTarget): Token {
  for (let token = 0; token < target.capabilities.vocabSize; token++) {
    if (target.isEnd(token)) return token;
  }
  throw new RedraftError("engine-failed", `${target.name} has no end token`);
}

async function logLikelihood(
  sequence: Sequence,
  largest: number,
  tokens: readonly Token[],
  signal: AbortSignal | undefined,
): Promise<number> {
  let sum = 0;
  for (let at = 0; at < tokens.length; at += largest) {
    const part = tokens.slice(at, at + largest);
    const nodes = part.map((token, i) => ({ token, parent: i - 1 }));
    const rows = await sequence.verify(nodes, {
      topK: 1,
      logsumexp: true,
      nodeLogits: true,
      ...(signal && { signal }),
    });
    for (const i of part.keys()) sum += logProbability(rows, i);
    await sequence.commit(nodes.map((_, i) => i));
  }
  return sum;
}

function logProbability(rows: Rows, row: number): number {
  const own = rows.nodeLogits?.[row];
  const norm = rows.logsumexp?.[row];
  if (own === undefined || norm === undefined) {
    throw new RedraftError(
      "engine-failed",
      "this target does not report the logits of given tokens",
    );
  }
  return own - norm;
}
