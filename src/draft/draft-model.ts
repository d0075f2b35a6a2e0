import type { Draft, Drafter, DraftRequest, Sequence, Token, TokenTarget } from "../core/target.ts";
import type { CopyDrafter } from "./copy.ts";

/** A small model that guesses one token at a time. */
export interface TokenPredictor {
  readonly name: string;
  begin(request: DraftRequest): void | Promise<void>;
  /** The likeliest token after the output and these drafted tokens. */
  next(
    output: readonly Token[],
    drafted: readonly Token[],
    signal?: AbortSignal,
  ): Promise<{ readonly token: Token; readonly probability: number }>;
}

/** A target as a predictor: greedy, its KV cache following the output. It must share the large target's vocabulary. */
export function targetPredictor(
  target: TokenTarget,
): TokenPredictor & { dispose(): Promise<void> } {
  let sequence: Sequence | undefined;
  let prompt: readonly Token[] = [];
  /** What the sequence holds after the prompt: so many tokens of the output, then drafted ones. */
  let heldOutput = 0;
  let heldDraft: Token[] = [];

  /** Drops what the output contradicts; looks at new output tokens only. */
  async function reconcile(output: readonly Token[]): Promise<void> {
    while (heldDraft.length > 0 && heldOutput < output.length) {
      if (heldDraft[0] !== output[heldOutput]) {
        heldDraft = [];
        await sequence!.truncate(prompt.length + heldOutput);
        return;
      }
      heldDraft.shift();
      heldOutput++;
    }
  }

  return {
    name: target.name,
    async begin(request) {
      await sequence?.dispose();
      prompt = request.prompt;
      sequence = await target.open();
      await sequence.append(prompt);
      heldOutput = 0;
      heldDraft = [];
    },
    async next(output, drafted, signal) {
      await reconcile(output);
      let same = 0;
      while (same < heldDraft.length && same < drafted.length && heldDraft[same] === drafted[same])
        same++;
      let missing = [...output.slice(heldOutput), ...drafted.slice(same)];
      let keep = prompt.length + heldOutput + same;
      if (missing.length === 0) {
        // The row asked for belongs to the last token: it is read once more.
        missing = [drafted.at(-1) ?? output.at(-1) ?? prompt.at(-1)!];
        keep--;
      }
      if (keep < sequence!.length) await sequence!.truncate(keep);
      await sequence!.append(missing, signal);
      heldOutput = output.length;
      heldDraft = [...drafted];
      const rows = await sequence!.verify([], {
        topK: 1,
        logsumexp: true,
        ...(signal && { signal }),
      });
      await sequence!.commit([]);
      const normaliser = rows.logsumexp?.[0];
      return {
        token: rows.ids[0]!,
        probability: normaliser === undefined ? 0.8 : Math.exp(rows.logits[0]! - normaliser),
      };
    },
    async dispose() {
      await sequence?.dispose();
      sequence = undefined;
    },
  };
}

export interface DraftModelOptions {
  readonly predictor: TokenPredictor;
  /** Copies to stop at: the model need not write what can be copied. */
  readonly copy?: CopyDrafter;
  /** Drafted only where the best copy is expected to hold for fewer tokens than this (default 4: the estimates of the best of several copies are high). */
  readonly below?: number;
  /** The model stops where a copy of what follows is expected to hold for at least this many tokens (default 4). */
  readonly reanchorAt?: number;
  /** What one of its passes costs, in plain steps of the target (default 0), and the target's cost curve (default: free). */
  readonly passCost?: number;
  readonly cost?: (n: number) => number;
  /** Most tokens in a row (default 16), and the chance of the whole draft below which it stops (default 0.3). */
  readonly maxLength?: number;
  readonly minChance?: number;
}

/**
 * Drafts with a small model where nothing can be copied. It drafts only as far as it tends to be right (2 to 16 tokens:
 * two more after a success, half way to what was accepted after a failure), and only while the plain steps it is likely
 * to save outweigh its own passes and the more expensive verification. It stops as soon as its text matches something
 * known: the copy is added to the same draft.
 */
export function draftModelDrafter(options: DraftModelOptions): Drafter {
  const { predictor, copy, below = 4, reanchorAt = 4, maxLength = 16, minChance = 0.3 } = options;
  const { passCost = 0, cost = () => 1 } = options;
  let length = 4;
  let drafted = 0;
  /**
   * Drafted tokens that were right, of those whose fate was seen. It begins with trust: a model that is never tried because its
   * passes might not pay shows nothing, and one that is wrong is found out within a few drafts.
   */
  let right = 9;
  let seen = 10;

  /** Whether any number of further tokens, `count` being drafted with this chance of all, is expected to pay. */
  function pays(count: number, chance: number, most: number): boolean {
    let gain = 0;
    let held = chance;
    for (let more = 1; count + more <= most; more++) {
      held *= right / seen;
      gain += held - passCost;
      if (gain > cost(1 + count + more) - cost(1 + count)) return true;
    }
    return false;
  }

  return {
    name: "draft-model",
    async begin(request) {
      length = 4;
      drafted = 0;
      await copy?.begin(request);
      await predictor.begin(request);
    },
    async draft(state, budget, signal) {
      drafted = 0;
      const copies = copy === undefined ? [] : await copy.draft(state, budget, signal);
      if (budget < 1 || expectedOf(copies[0]) >= below) return copies;
      const tokens: Token[] = [];
      const survival: number[] = [];
      let chance = 1;
      let tail: Draft | undefined;
      const most = Math.min(length, maxLength, budget);
      while (tokens.length < most && pays(tokens.length, chance, most)) {
        const { token, probability } = await predictor.next(state.output, tokens, signal);
        tokens.push(token);
        chance *= probability;
        survival.push(chance);
        if (chance < minChance) break;
        [tail] = copy === undefined ? [] : await copy.draftAfter(tokens, budget - tokens.length);
        if (expectedOf(tail) >= reanchorAt) break;
        tail = undefined;
      }
      drafted = tokens.length;
      if (drafted === 0) return copies;
      const draft: Draft = {
        tokens: [...tokens, ...(tail?.tokens ?? [])],
        drafter: "draft-model",
        origin: "draft-model",
        survival: [...survival, ...(tail?.survival ?? []).map((p) => p * chance)],
        origins: [
          ...tokens.map(() => "draft-model" as const),
          ...(tail?.tokens ?? []).map(() => tail!.origin),
        ],
        forwards: tokens.length,
      };
      return [draft, ...copies];
    },
    accept(feedback) {
      copy?.accept?.(feedback);
      if (drafted === 0) return;
      const used = feedback.used?.drafter === "draft-model" ? feedback.accepted : 0;
      const agreed = Math.min(used, drafted);
      right = right * memory + agreed;
      seen = seen * memory + agreed + (used < drafted ? 1 : 0);
      if (used >= drafted) length = Math.min(maxLength, length + 2);
      else length = Math.max(2, Math.ceil((length + used) / 2));
      drafted = 0;
    },
  };
}

/** Weight of what was seen before each further draft. */
const memory = 0.95;

function expectedOf(draft: Draft | undefined): number {
  return (draft?.survival ?? []).slice(0, 64).reduce((sum, p) => sum + p, 0);
}
