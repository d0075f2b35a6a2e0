import { RedraftError } from "../../core/errors.ts";
import type { Rows, Sequence, Token, TokenTarget } from "../../core/target.ts";
import type { OpenQuestion } from "./open-region.ts";
import { applyPrompt, regionTokens } from "./prompt.ts";

/** Log-likelihood of each candidate's lines and the end token after the prompt, in nats. */
export async function scoreCandidates(
  target: TokenTarget,
  question: Pick<OpenQuestion, "original" | "sketch" | "candidates">,
  signal?: AbortSignal,
): Promise<number[]> {
  const prompt = await applyPrompt(target, question.original, question.sketch);
  const end = endToken(target);
  const sequence = await target.open();
  try {
    await sequence.append(prompt, signal);
    const scores: number[] = [];
    for (const lines of question.candidates) {
      const tokens = [...(await regionTokens(target, lines)), end];
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
      topK: 64,
      logsumexp: true,
      nodeLogits: true,
      ...(signal && { signal }),
    });
    for (const [i, token] of part.entries()) sum += logProbability(rows, i, token);
    await sequence.commit(nodes.map((_, i) => i));
  }
  return sum;
}

/** A token outside the rows' top k is given the last one's logit: less likely it is, by how much is not known. */
function logProbability(rows: Rows, row: number, token: Token): number {
  const norm = rows.logsumexp![row]!;
  const own = rows.nodeLogits?.[row];
  if (own !== undefined) return own - norm;
  for (let i = row * rows.k; i < (row + 1) * rows.k; i++) {
    if (rows.ids[i] === token) return rows.logits[i]! - norm;
  }
  return rows.logits[(row + 1) * rows.k - 1]! - norm;
}
