import { type JudgedPlace, judgedPlaces } from "./judged-places.ts";
import type { EditCandidate, OrchestrateRequest } from "./speculator.ts";
import type { CandidateVerdict, CandidateVerifier } from "./verifier.ts";

/** How likely a model finds one version of a place. */
export interface VersionLikelihood {
  /** Sum of log-probabilities of its tokens, in nats. */
  readonly total: number;
  /** Tokens that it does not share with the first version, at either end; at least 1. */
  readonly changed: number;
}

/** Asks a model about all versions of a place at once, so that they can share the prompt. */
export type ScoreVersions = (
  place: JudgedPlace,
  task: string,
  signal: AbortSignal,
) => Promise<readonly VersionLikelihood[]>;

export interface LikelihoodVerifierOptions {
  readonly name: string;
  readonly score: ScoreVersions;
  /**
   * Per type of edit (`EditCandidate.type`, or the specialist): the least score from which on a candidate is taken that nothing proves.
   * Absent: none is taken, and the scores only rank. They are made from edits whose right answer is known, for a wanted precision.
   */
  readonly thresholds?: Readonly<Record<string, number>>;
}

/** What a candidate must lead by, in nats a token, over another one that changes the same places. */
export const leastLead = 0.1;

/**
 * Judges by likelihood: the mean over the changed tokens of how much likelier a model finds them than no change, given the code around and
 * the task (`verify_edit` of the paper). Where a specialist proves an edit, that one is taken and the model is not asked.
 */
export function likelihoodVerifier(options: LikelihoodVerifierOptions): CandidateVerifier {
  const { name, score, thresholds = {} } = options;
  return {
    name,
    async verify(candidates, request, signal) {
      // A proof says more than any likelihood, and costs nothing.
      if (candidates.some(({ confidence }) => confidence >= 1)) return candidates.map(byProof);
      const scores = await candidateScores(candidates, taskInWords(request), score, signal);
      return candidates.map((candidate, i) => verdict(candidate, i, scores, thresholds));
    },
  };
}

function byProof({ confidence }: EditCandidate): CandidateVerdict {
  const accepted = confidence >= 1;
  const why = accepted ? "the specialist proves it" : "another edit is proved, and this one is not";
  return { accepted, score: confidence, why };
}

/** Per candidate: how much likelier its changed tokens are than no change, in nats a token. */
export async function candidateScores(
  candidates: readonly EditCandidate[],
  task: string,
  score: ScoreVersions,
  signal: AbortSignal,
): Promise<number[]> {
  const { places, changes } = judgedPlaces(candidates);
  const likelihoods: (readonly VersionLikelihood[])[] = [];
  for (const place of places) {
    signal.throwIfAborted();
    likelihoods.push(await score(place, task, signal));
  }
  return changes.map((own) => {
    let gain = 0;
    let changed = 0;
    for (const { place, version } of own) {
      const [unchanged, made] = [likelihoods[place]![0]!, likelihoods[place]![version]!];
      gain += made.total - unchanged.total;
      changed += made.changed;
    }
    return changed === 0 ? 0 : gain / changed;
  });
}

function verdict(
  { by, type = by }: EditCandidate,
  index: number,
  scores: readonly number[],
  thresholds: Readonly<Record<string, number>>,
): CandidateVerdict {
  const score = scores[index]!;
  const shown = `${score >= 0 ? "+" : ""}${score.toFixed(2)} nats a token against no change`;
  const threshold = thresholds[type];
  if (threshold === undefined) {
    return { accepted: false, score, why: `${shown}; nothing says from which score on to take it` };
  }
  const rival = Math.max(...scores.filter((_, i) => i !== index));
  if (score < threshold) {
    return { accepted: false, score, why: `${shown}; ${threshold.toFixed(2)} are needed` };
  }
  if (score - rival < leastLead) {
    return { accepted: false, score, why: `${shown}; another candidate is about as likely` };
  }
  return { accepted: true, score, why: shown };
}

/** Messages that a model is shown. */
const mostMessages = 10;

/** What a model is asked to do, in words. */
export function taskInWords({ instruction, rename, diagnostics }: OrchestrateRequest): string {
  if (instruction !== undefined) return instruction;
  if (diagnostics !== undefined && diagnostics.length > 0) {
    const shown = diagnostics.slice(0, mostMessages).map(({ file, line, message }) => {
      return `${file}:${line}: ${message}`;
    });
    return `Fix what the compiler says:\n${shown.join("\n")}`;
  }
  if (rename) return `Rename ${rename.from} to ${rename.to} everywhere.`;
  return "Improve this code.";
}
