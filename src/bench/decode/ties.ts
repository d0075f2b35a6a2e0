import type { Token, TokenTarget } from "../../core/target.ts";

/** How two outputs of one prompt compare. */
export interface Comparison {
  readonly kind: "identical" | "near-tie" | "diverged";
  /** Index of the first different token, and how far the target's logits for the two choices lie apart there. */
  readonly at?: number;
  readonly gap?: number;
}

/**
 * By how much passes of one token and of many disagree about the margin between the two likeliest tokens, in logits, over
 * the places of some outputs.
 */
export interface KernelNoise {
  readonly places: number;
  readonly median: number;
  readonly p99: number;
  readonly max: number;
}

/** What plain decoding wrote for a prompt. */
export interface PlainOutput {
  readonly prompt: readonly Token[];
  readonly output: readonly Token[];
}

export interface TieJudge {
  compare(plain: PlainOutput, other: readonly Token[]): Promise<Comparison>;
  /** Measures this output's noise, whether or not another one differs from it. */
  measure(plain: PlainOutput): Promise<void>;
  /** Over all outputs measured so far; undefined where none was. */
  noise(): KernelNoise | undefined;
}

/** Two logits this close may come out in either order whatever the weights. */
const leastTie = 0.1;

/** Logits of the likeliest tokens of a place, likeliest first. */
type RankedTokens = ReadonlyMap<Token, number>;

/** An output read again, token by token as plain decoding did, and in passes of many. */
interface Reread {
  readonly places: readonly RankedTokens[];
  /** Per place, the disagreement about the margin. */
  readonly noise: readonly number[];
}

/**
 * Compares with plain decoding. Kernels for one token and for several differ in the last bits, so two almost equal
 * logits may come out in either order: only where plain decoding's own row holds both choices within `bound` (default: 0.1
 * logits, or what the kernels disagree by on this very output) is a difference a near-tie. Everything else has diverged,
 * which is a defect.
 */
export function tieJudge(target: TokenTarget, bound?: number): TieJudge {
  const known = new Map<PlainOutput, Reread>();
  const measured: number[] = [];

  async function reread(plain: PlainOutput): Promise<Reread> {
    const found = known.get(plain);
    if (found !== undefined) return found;
    const read = await rereadOutput(target, plain);
    known.set(plain, read);
    measured.push(...read.noise);
    return read;
  }

  return {
    async compare(plain, other) {
      const { output } = plain;
      const shared = Math.min(output.length, other.length);
      let at = 0;
      while (at < shared && output[at] === other[at]) at++;
      if (at === output.length && at === other.length) return { kind: "identical" };
      const { places, noise } = await reread(plain);
      const logitOf = (token: Token | undefined): number => {
        const isSame = (id: Token): boolean =>
          token === undefined ? target.isEnd(id) : id === token;
        const logits = [...places[at]!].flatMap(([id, logit]) => (isSame(id) ? [logit] : []));
        return Math.max(Number.NEGATIVE_INFINITY, ...logits);
      };
      const gap = Math.abs(logitOf(output[at]) - logitOf(other[at]));
      const near = gap <= (bound ?? Math.max(leastTie, ...noise));
      return { kind: near ? "near-tie" : "diverged", at, gap };
    },
    async measure(plain) {
      await reread(plain);
    },
    noise() {
      if (measured.length === 0) return undefined;
      const sorted = measured.toSorted((a, b) => a - b);
      const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))]!;
      return { places: sorted.length, median: at(0.5), p99: at(0.99), max: at(1) };
    },
  };
}

/** Positions of the passes that the noise is measured with: what drafts are cut to on many CPUs. */
const noisePass = 64;

/** One sequence at a time: the context is as long as the longest case needs. */
async function rereadOutput(target: TokenTarget, plain: PlainOutput): Promise<Reread> {
  const places = await teacherForced(target, plain, 1);
  const many = await teacherForced(target, plain, noisePass);
  const noise = places.flatMap((place, i) => {
    const [first, second] = place;
    if (first === undefined || second === undefined) return [];
    const [a, b] = [many[i]!.get(first[0]), many[i]!.get(second[0])];
    if (a === undefined || b === undefined) return [];
    return [Math.abs(first[1] - second[1] - (a - b))];
  });
  return { places, noise };
}

/**
 * The likeliest tokens of every place of a known output, the place after its last token included, read in passes over so
 * many positions.
 */
async function teacherForced(
  target: TokenTarget,
  { prompt, output }: PlainOutput,
  positions: number,
): Promise<RankedTokens[]> {
  const sequence = await target.open();
  const places: RankedTokens[] = [];
  try {
    await sequence.append(prompt);
    for (let at = 0; at <= output.length; at += positions) {
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
      if (next === undefined) break;
      await sequence.append([next]);
    }
    return places;
  } finally {
    await sequence.dispose();
  }
}
