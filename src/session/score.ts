import { RedraftError } from "../core/errors.ts";
import type { Capabilities, Rows, Sequence, Token } from "../core/target.ts";

/** How likely the target finds given tokens. All probabilities are natural logarithms. */
export interface Scores {
  /** Per token; null for the first one and for those before `from`. */
  readonly tokens: readonly (TokenScore | null)[];
  /** What would come after the last token, likeliest first. */
  readonly next: readonly TopEntry[];
}

export interface TokenScore {
  readonly logprob: number;
  /** What the target would rather have written there, likeliest first. */
  readonly top: readonly TopEntry[];
}

export interface TopEntry {
  readonly token: Token;
  readonly logprob: number;
}

/**
 * Scores tokens in as few passes as the target allows: each pass verifies a line of up to `maxVerify` of them.
 *
 * @param options.shared how many tokens the sequence already holds
 * @param options.from first token whose score is asked for; those before are only read
 */
export async function scoreTokens(
  sequence: Sequence,
  capabilities: Pick<Capabilities, "maxVerify">,
  tokens: readonly Token[],
  options: {
    readonly shared: number;
    readonly from: number;
    readonly topK: number;
    readonly signal: AbortSignal;
  },
): Promise<Scores> {
  const { shared, signal } = options;
  const topK = Math.max(1, options.topK);
  const from = Math.max(1, Math.min(options.from, tokens.length));
  await sequence.append(tokens.slice(shared, from), signal);
  const scores: (TokenScore | null)[] = new Array<null>(from).fill(null);
  let next: readonly TopEntry[] = [];
  let at = from;
  do {
    signal.throwIfAborted();
    const line = tokens.slice(at, at + capabilities.maxVerify);
    const nodes = line.map((token, index) => ({ token, parent: index - 1 }));
    const rows = await sequence.verify(nodes, { topK, logsumexp: true, nodeLogits: true, signal });
    await sequence.commit(nodes.map((_, index) => index));
    for (const [index, token] of line.entries()) {
      const top = topOf(rows, index);
      scores.push({ logprob: logprobOf(rows, index, token), top });
    }
    next = topOf(rows, line.length);
    at += line.length;
  } while (at < tokens.length);
  return { tokens: scores, next };
}

function logsumexpAt(rows: Rows, row: number): number {
  const value = rows.logsumexp?.[row];
  if (value === undefined) {
    throw new RedraftError("engine-failed", "This target gives no normalizer, so it cannot score.");
  }
  return value;
}

function topOf(rows: Rows, row: number): TopEntry[] {
  const norm = logsumexpAt(rows, row);
  const entries: TopEntry[] = [];
  for (let index = row * rows.k; index < (row + 1) * rows.k; index += 1) {
    if (rows.ids[index]! < 0) continue;
    entries.push({ token: rows.ids[index]!, logprob: rows.logits[index]! - norm });
  }
  return entries;
}

function logprobOf(rows: Rows, row: number, token: Token): number {
  const own = rows.nodeLogits?.[row];
  if (own !== undefined) return own - logsumexpAt(rows, row);
  const listed = topOf(rows, row).find((entry) => entry.token === token);
  if (listed !== undefined) return listed.logprob;
  throw new RedraftError(
    "engine-failed",
    "This target does not report the logit of a given token, so it cannot score unlikely ones.",
  );
}
