import type { Acceptance, DraftRequest, Sequence, Token } from "../../core/target.ts";
import type { TokenPredictor } from "../../draft/draft-model.ts";
import { acceptGreedy } from "../../verify/accept.ts";

export interface EfficientEditStep {
  readonly tokens: readonly Token[];
  /** Nodes that were verified for them. */
  readonly drafted: number;
  /** Of them, how many were accepted. */
  readonly accepted: number;
  /** Whether the drafted tokens are the source's; else they are the draft model's. */
  readonly reused: boolean;
  readonly draftForwards: number;
}

export interface EfficientEditOptions {
  /** Drafts in Generate; absent = "Reuse" alone, with plain decoding in Generate. */
  readonly model?: TokenPredictor;
  /** Most nodes that a pass may have; the published code has no limit. */
  readonly room?: () => number;
  /** What Generate keeps of the draft model's tokens (default greedy). Reuse is greedy in any case, as in the code. */
  readonly acceptance?: Acceptance;
}

/** n-gram length of the switch back to reusing = draft length of Generate, as in the code. */
const gamma = 7;

/**
 * EfficientEdit as its authors coded it (`efficient_edit_speculative_sampling`). It is a loop of its own, because it throws away the target's free token after every reuse:
 *
 * Reuse: the whole remaining source is drafted; the accepted part is kept, the token after it is not.
 * Generate: the draft model's 7 tokens (or nothing: plain steps) with the bonus token, until the last 7 tokens
 * occur in the remaining source; the leftmost occurrence wins and everything before it is dropped.
 */
export async function* efficientEdit(
  sequence: Sequence,
  request: DraftRequest,
  {
    model,
    room = () => Number.POSITIVE_INFINITY,
    acceptance = acceptGreedy,
  }: EfficientEditOptions = {},
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

  async function verify(
    draft: readonly Token[],
    rule: Acceptance,
  ): Promise<{ accepted: number; next: Token }> {
    const nodes = draft.map((token, i) => ({ token, parent: i - 1 }));
    const rows = await sequence.verify(nodes, { topK: rule.topK, ...rule.needs });
    const { path, next } = rule.accept(nodes, rows);
    await sequence.commit(path);
    return { accepted: path.length, next };
  }

  for (;;) {
    if (rest.length > 0) {
      const draft = rest.slice(0, room());
      const { accepted } = await verify(draft, acceptGreedy);
      const tokens = rest.slice(0, accepted);
      rest = rest.slice(accepted);
      output.push(...tokens);
      yield { tokens, drafted: draft.length, accepted, reused: true, draftForwards: 0 };
    }
    for (;;) {
      const draft = await draftByModel();
      const { accepted, next } = await verify(draft, acceptance);
      await sequence.append([next]);
      const tokens = [...draft.slice(0, accepted), next];
      output.push(...tokens);
      yield { tokens, drafted: draft.length, accepted, reused: false, draftForwards: draft.length };
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
