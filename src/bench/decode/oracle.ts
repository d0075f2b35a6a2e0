import type { Drafter, DraftRequest, Token } from "../../core/target.ts";
import { drafters } from "../../draft/registry.ts";
import type { Speller } from "../../draft/spelling.ts";
import { weightsFor } from "../traces/weights.ts";
import type { DecodeCase } from "./cases.ts";

/**
 * How many drafted tokens the target would accept at each place of a known output, by the drafters' own proposals
 * there: the longest agreement of any of their drafts.
 */
export async function acceptedAt(
  drafters: readonly Drafter[],
  request: DraftRequest,
  output: readonly Token[],
  budget: number,
): Promise<number[]> {
  for (const drafter of drafters) await drafter.begin(request);
  const accepted: number[] = [];
  const state = { output: [] as Token[] };
  for (let at = 0; at < output.length; at++) {
    let best = 0;
    for (const drafter of drafters) {
      for (const draft of await drafter.draft(state, budget)) {
        let count = 0;
        while (count < draft.tokens.length && draft.tokens[count] === output[at + count]) count++;
        best = Math.max(best, count);
      }
      drafter.accept?.({ committed: [output[at]!], accepted: 0 });
    }
    accepted.push(best);
    state.output.push(output[at]!);
  }
  return accepted;
}

/** Longest draft that the oracle may use: no pass of the local engine takes more. */
const oracleBudget = 512;

export interface OraclePlan {
  readonly cost: number;
  readonly passes: number;
}

/**
 * The cheapest way to write the output for one who knows at every place how many drafted tokens will be accepted and
 * chooses every draft's length best: a pass over 1 + n positions costs cost(1 + n) and writes n + 1 tokens.
 * (Dynamic programming from the end; the last pass may end inside its draft.)
 */
export function oraclePlan(
  accepted: readonly number[],
  cost: (positions: number) => number,
): OraclePlan {
  const length = accepted.length;
  const least = new Float64Array(length + 1);
  const passes = new Int32Array(length + 1);
  for (let at = length - 1; at >= 0; at--) {
    least[at] = Number.POSITIVE_INFINITY;
    for (let n = 0; n <= Math.min(accepted[at]!, length - at - 1); n++) {
      const total = cost(1 + n) + least[at + n + 1]!;
      if (total >= least[at]!) continue;
      least[at] = total;
      passes[at] = 1 + passes[at + n + 1]!;
    }
  }
  return { cost: least[0]!, passes: passes[0]! };
}

/** The cheapest way to an output with our copies as drafts. */
export type CopyOracle = (
  one: Pick<DecodeCase, "id" | "task" | "request">,
  output: readonly Token[],
) => Promise<OraclePlan>;

/** Answers for the same case, texts and output are kept: strategies write the same. */
export function copyOracle(speller: Speller, cost: (positions: number) => number): CopyOracle {
  const known = new Map<string, Promise<OraclePlan>>();
  const find = async (
    { task, request }: Parameters<CopyOracle>[0],
    output: readonly Token[],
  ): Promise<OraclePlan> => {
    const copies = drafters.copy({ speller, weights: weightsFor(task) });
    return oraclePlan(await acceptedAt([copies], request, output, oracleBudget), cost);
  };
  return (one, output) => {
    const key = `${one.id} ${one.request.sketch !== undefined} ${output.join()}`;
    const plan = known.get(key) ?? find(one, output);
    known.set(key, plan);
    return plan;
  };
}
