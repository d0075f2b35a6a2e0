import type { Token } from "../../core/target.ts";
import type { LlamaTarget } from "../../engines/llama/target.ts";

/** How two outputs of one prompt compare. */
export interface Comparison {
  readonly kind: "identical" | "near-tie" | "diverged";
  /** Index of the first different token, and how far the target's logits for the two choices lie apart there. */
  readonly at?: number;
  readonly gap?: number;
}

/** Two logits this close may come out in either order whatever the weights. */
const leastTie = 0.1;

/**
 * Compares with plain decoding. Kernels for one token and for several differ in the last bits, so two almost equal
 * logits may come out in either order: only where plain decoding's own row holds both choices within `bound` (default: 0.1
 * logits, or what the kernels disagree by on this very output) is a difference a near-tie. Everything else has diverged,
 * which is a defect.
 */
export async function compareOutputs(
  target: LlamaTarget,
  prompt: readonly Token[],
  plain: readonly Token[],
  other: readonly Token[],
  bound?: number,
): Promise<Comparison> {
  const shared = Math.min(plain.length, other.length);
  let at = 0;
  while (at < shared && plain[at] === other[at]) at++;
  if (at === plain.length && at === other.length) return { kind: "identical" };
  const gap = await gapAt(target, prompt, plain, at, other[at]);
  // One sequence at a time: the context is as long as the longest region needs.
  const near =
    gap <= (bound ?? leastTie) ||
    (bound === undefined && gap <= (await marginNoise(target, prompt, plain)));
  return { kind: near ? "near-tie" : "diverged", at, gap };
}

/**
 * How far the logits of plain decoding's own choice at `at` and of another one lie apart, read in the passes that plain
 * decoding made: the prompt, then token by token. Returns undefined at the end of the text.
 */
async function gapAt(
  target: LlamaTarget,
  prompt: readonly Token[],
  plain: readonly Token[],
  at: number,
  other: Token | undefined,
): Promise<number> {
  const end = target.info.endTokens;
  const sequence = await target.open();
  try {
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
    return Math.abs(logitOf(plain[at]) - logitOf(other));
  } finally {
    await sequence.dispose();
  }
}

/** Positions of the passes that the noise is measured with: what drafts are cut to on many CPUs. */
const noisePass = 64;

/**
 * By how much kernels for one token and for many disagree about the margin between plain decoding's two likeliest
 * tokens, at most, over this output. Of the order of 0.05 logits for F16 weights, and ten times that where activations are
 * rounded to eight bits for quantised ones.
 */
async function marginNoise(
  target: LlamaTarget,
  prompt: readonly Token[],
  output: readonly Token[],
): Promise<number> {
  const single = await teacherForced(target, prompt, output, 1);
  const many = await teacherForced(target, prompt, output, noisePass);
  let most = 0;
  single.forEach((place, i) => {
    const [first, second] = place;
    if (first === undefined || second === undefined) return;
    const [a, b] = [many[i]!.get(first[0]), many[i]!.get(second[0])];
    if (a === undefined || b === undefined) return;
    most = Math.max(most, Math.abs(first[1] - second[1] - (a - b)));
  });
  return most;
}

/** The likeliest tokens of every place of a known output, likeliest first, read in passes over so many positions. */
async function teacherForced(
  target: LlamaTarget,
  prompt: readonly Token[],
  output: readonly Token[],
  positions: number,
): Promise<Map<Token, number>[]> {
  const sequence = await target.open();
  const places: Map<Token, number>[] = [];
  try {
    await sequence.append(prompt);
    for (let at = 0; at < output.length; at += positions) {
      const nodes = output.slice(at, at + positions - 1);
      const rows = await sequence.verify(
        nodes.map((token, i) => ({ token, parent: i - 1 })),
        { topK: 8 },
      );
      for (let row = 0; row <= nodes.length; row++) {
        const place = new Map<Token, number>();
        for (let i = row * rows.k; i < (row + 1) * rows.k; i++) {
          place.set(rows.ids[i]!, rows.logits[i]!);
        }
        places.push(place);
      }
      await sequence.commit([...nodes.keys()]);
      const next = output[at + nodes.length];
      if (next !== undefined) await sequence.append([next]);
    }
    return places;
  } finally {
    await sequence.dispose();
  }
}
