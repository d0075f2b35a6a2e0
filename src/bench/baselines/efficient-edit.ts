import type { DraftRequest, Sequence, Token } from "../../core/target.ts";

/** A small model that drafts greedily after what is written; its forward passes are counted by the caller. */
export type GreedyModel = (output: readonly Token[], count: number) => readonly Token[];

export interface EfficientEditStep {
  readonly tokens: readonly Token[];
  readonly draftForwards: number;
}

/** n-gram length of the switch back to reusing = draft length of Generate, as in the code. */
const gamma = 7;

/**
 * EfficientEdit as its authors coded it (`efficient_edit_speculative_sampling`), greedy verification. It is a loop
 * of its own, because it throws away the target's free token after every reuse:
 *
 * Reuse: the whole remaining source is drafted; the accepted part is kept, the token after it is not.
 * Generate: the draft model's 7 tokens (or nothing: plain steps) with the bonus token, until the last 7 tokens
 * occur in the remaining source; the leftmost occurrence wins and everything before it is dropped.
 *
 * @param model absent = "Reuse" alone, with plain decoding in Generate
 */
export async function* efficientEdit(
  sequence: Sequence,
  request: DraftRequest,
  model?: GreedyModel,
): AsyncGenerator<EfficientEditStep> {
  const output: Token[] = [];
  let rest = [...(request.source ?? [])];
  await sequence.append(request.prompt);

  async function verify(draft: readonly Token[]): Promise<{ accepted: number; next: Token }> {
    const rows = await sequence.verify(draft.map((token, i) => ({ token, parent: i - 1 })));
    let accepted = 0;
    while (accepted < draft.length && rows.ids[accepted * rows.k] === draft[accepted]) accepted++;
    await sequence.commit(draft.slice(0, accepted).map((_, i) => i));
    return { accepted, next: rows.ids[accepted * rows.k]! };
  }

  for (;;) {
    if (rest.length > 0) {
      const { accepted } = await verify(rest);
      const tokens = rest.slice(0, accepted);
      rest = rest.slice(accepted);
      output.push(...tokens);
      yield { tokens, draftForwards: 0 };
    }
    for (;;) {
      const draft = model?.(output, gamma) ?? [];
      const { accepted, next } = await verify(draft);
      await sequence.append([next]);
      const tokens = [...draft.slice(0, accepted), next];
      output.push(...tokens);
      yield { tokens, draftForwards: draft.length };
      const found = indexOfWindow(rest, [...request.prompt, ...output].slice(-gamma));
      if (found >= 0) {
        rest = rest.slice(found + gamma);
        break;
      }
    }
  }
}

function indexOfWindow(tokens: readonly Token[], window: readonly Token[]): number {
  if (window.length < gamma) return -1;
  for (let at = 0; at + gamma <= tokens.length; at++) {
    if (window.every((token, i) => tokens[at + i] === token)) return at;
  }
  return -1;
}
