import type { Capabilities, DraftNode, Rows, Sequence, Token } from "../../core/target.ts";

/** How likely a target finds an answer after the prompt. */
export interface Likelihood {
  /** Sum of log-probabilities of its tokens, in nats. */
  readonly total: number;
  readonly tokens: number;
  /** The least likely token's. */
  readonly worst: number;
}

/**
 * Scores answers to one prompt, which the sequence holds: in one forward pass as a token tree whose shared
 * beginnings are evaluated once, where the target takes trees and the tree is small enough, else one after another. The
 * sequence holds the prompt again afterwards.
 */
export async function scoreCandidates(
  sequence: Sequence,
  capabilities: Pick<Capabilities, "maxVerify" | "trees">,
  answers: readonly (readonly Token[])[],
  signal?: AbortSignal,
): Promise<Likelihood[]> {
  const { nodes, paths } = tokenTree(answers);
  if (capabilities.trees && nodes.length <= capabilities.maxVerify) {
    const rows = await verify(sequence, nodes, signal);
    await sequence.commit([]);
    return paths.map((path) =>
      likelihood(path.map((node) => nodeLogProbability(rows, nodes, node))),
    );
  }
  const scores: Likelihood[] = [];
  const length = sequence.length;
  for (const answer of answers) {
    const all: number[] = [];
    for (let at = 0; at < answer.length; at += capabilities.maxVerify) {
      const part = answer.slice(at, at + capabilities.maxVerify);
      const line = part.map((token, i) => ({ token, parent: i - 1 }));
      const rows = await verify(sequence, line, signal);
      all.push(...line.map((_, i) => nodeLogProbability(rows, line, i)));
      await sequence.commit(line.map((_, i) => i));
    }
    await sequence.truncate(length);
    scores.push(likelihood(all));
  }
  return scores;
}

/** All answers as one tree: equal beginnings share their nodes. */
export function tokenTree(answers: readonly (readonly Token[])[]): {
  readonly nodes: readonly DraftNode[];
  /** Per answer, its nodes. */
  readonly paths: readonly (readonly number[])[];
} {
  const nodes: DraftNode[] = [];
  const children: Map<Token, number>[] = [new Map()];
  const paths = answers.map((answer) => {
    let at = -1;
    return answer.map((token) => {
      let next = children[at + 1]!.get(token);
      if (next === undefined) {
        next = nodes.push({ token, parent: at }) - 1;
        children[at + 1]!.set(token, next);
        children.push(new Map());
      }
      at = next;
      return next;
    });
  });
  return { nodes, paths };
}

function verify(
  sequence: Sequence,
  nodes: readonly DraftNode[],
  signal: AbortSignal | undefined,
): Promise<Rows> {
  return sequence.verify(nodes, { logsumexp: true, nodeLogits: true, ...(signal && { signal }) });
}

function nodeLogProbability(rows: Rows, nodes: readonly DraftNode[], node: number): number {
  return rows.nodeLogits![node]! - rows.logsumexp![nodes[node]!.parent + 1]!;
}

function likelihood(all: readonly number[]): Likelihood {
  return {
    total: all.reduce((sum, value) => sum + value, 0),
    tokens: all.length,
    worst: Math.min(0, ...all),
  };
}
