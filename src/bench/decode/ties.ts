import type { Token } from "../../core/target.ts";
import type { LlamaTarget } from "../../target/llama/target.ts";

/** How two outputs of one prompt compare. */
export interface Comparison {
  readonly kind: "identical" | "near-tie" | "diverged";
  /** Index of the first different token, and how far the target's logits for the two choices lie apart there. */
  readonly at?: number;
  readonly gap?: number;
}

/**
 * Compares with plain decoding. Kernels for one token and for several differ in the last bits, so two almost equal
 * logits may come out in either order: only where plain decoding's own row holds both choices within `bound` is a
 * difference a near-tie. Everything else has diverged, which is a defect.
 */
export async function compareOutputs(
  target: LlamaTarget,
  prompt: readonly Token[],
  plain: readonly Token[],
  other: readonly Token[],
  bound: number,
): Promise<Comparison> {
  const shared = Math.min(plain.length, other.length);
  let at = 0;
  while (at < shared && plain[at] === other[at]) at++;
  if (at === plain.length && at === other.length) return { kind: "identical" };
  const end = target.info.endTokens;
  const sequence = await target.open();
  try {
    // The same passes as plain decoding made: the prompt, then token by token.
    await sequence.append(prompt);
    let rows = await sequence.verify([], { topK: 8 });
    for (let i = 0; i < at; i++) {
      await sequence.commit([]);
      await sequence.append([plain[i]!]);
      rows = await sequence.verify([], { topK: 8 });
    }
    const logitOf = (token: Token | undefined): number => {
      for (let i = 0; i < rows.k; i++) {
        const id = rows.ids[i]!;
        if (token === undefined ? end.includes(id) : id === token) return rows.logits[i]!;
      }
      return Number.NEGATIVE_INFINITY;
    };
    const gap = Math.abs(logitOf(plain[at]) - logitOf(other[at]));
    return { kind: gap <= bound ? "near-tie" : "diverged", at, gap };
  } finally {
    await sequence.dispose();
  }
}
