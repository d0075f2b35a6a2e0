import type { EditCandidate, OrchestrateRequest } from "./speculator.ts";

/** What a verifier says about one candidate. */
export interface CandidateVerdict {
  readonly accepted: boolean;
  /** Higher is better; comparable among the candidates of one request. */
  readonly score: number;
  readonly why: string;
}

/**
 * Judges candidates, as the large model of the paper does. Answers one verdict for each, in their order. All are given at once, so
 * that a model can share the prompt among them.
 */
export interface CandidateVerifier {
  readonly name: string;
  verify(
    candidates: readonly EditCandidate[],
    request: OrchestrateRequest,
    signal: AbortSignal,
  ): Promise<readonly CandidateVerdict[]>;
}

/** Takes a specialist at its word: right where all candidates are proved. */
export const confidenceVerifier: CandidateVerifier = {
  name: "confidence",
  verify: async (candidates) =>
    candidates.map(({ confidence }) => ({
      accepted: confidence >= 1,
      score: confidence,
      why: confidence >= 1 ? "the specialist proves it" : "the specialist does not prove it",
    })),
};
