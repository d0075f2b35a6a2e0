import type { DraftRequest, Sequence, Token } from "../../core/target.ts";
import type { TokenPredictor } from "../../draft/draft-model.ts";

export interface EfficientEditStep {
  readonly tokens: readonly Token[];
  /** Nodes that were verified for them. */
  readonly drafted: number;
  readonly draftForwards: number;
}

export interface EfficientEditOptions {
  /** Drafts in Generate; absent = "Reuse" alone, with plain decoding in Generate. */
  readonly model?: TokenPredictor;
  /** Most nodes that a pass may have; the published code has no limit. */
  readonly room?: () => number;
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
 */
export async function* efficientEdit(
  sequence: Sequence,
  request: DraftRequest,
  { model, room = () => Number.POSITIVE_INFINITY }: EfficientEditOptions = {},
): AsyncGenerator<EfficientEditStep> {
  const output: Token[] = [];
  let rest = [...(request.source ?? [])];
  await model?.begin(request);
  await sequence.append(request.prompt);

  async function draftByModel(): Promise<Token[]> {
    const tokens: Token[] = [];
    while (model && tokens.length < Math.min(gamma, room())) {
      tokens.push((await model.next(output, tokens)).token);
    }
    return tokens;
  }

  async function verify(draft: readonly Token[]): Promise<{ accepted: number; next: Token }> {
    const rows = await sequence.verify(draft.map((token, i) => ({ token, parent: i - 1 })));
    let accepted = 0;
    while (accepted < draft.length && rows.ids[accepted * rows.k] === draft[accepted]) accepted++;
    await sequence.commit(draft.slice(0, accepted).map((_, i) => i));
    return { accepted, next: rows.ids[accepted * rows.k]! };
  }

  for (;;) {
    if (rest.length > 0) {
      const draft = rest.slice(0, room());
      const { accepted } = await verify(draft);
      const tokens = rest.slice(0, accepted);
      rest = rest.slice(accepted);
      output.push(...tokens);
      yield { tokens, drafted: draft.length, draftForwards: 0 };
    }
    for (;;) {
      const draft = await draftByModel();
      const { accepted, next } = await verify(draft);
      await sequence.append([next]);
      const tokens = [...draft.slice(0, accepted), next];
      output.push(...tokens);
      yield { tokens, drafted: draft.length, draftForwards: draft.length };
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
