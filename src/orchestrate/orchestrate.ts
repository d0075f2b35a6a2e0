import { RedraftError } from "../core/errors.ts";
import { classify } from "./classify.ts";
import { type GenerateEvent, generateCandidates } from "./generate.ts";
import { speculators as builtIn } from "./registry.ts";
import type { TriedArm } from "./select/decision.ts";
import type { ArmOrder } from "./select/order-arms.ts";
import { type ArmSelection, startOrder } from "./select/selection.ts";
import type {
  EditCandidate,
  OrchestrateRequest,
  SpeculationContext,
  Speculator,
} from "./speculator.ts";
import { type CandidateVerdict, type CandidateVerifier, confidenceVerifier } from "./verifier.ts";

/** A candidate and what the verifier says about it. */
export interface JudgedCandidate extends CandidateVerdict {
  readonly candidate: EditCandidate;
}

export type OrchestrateEvent =
  | GenerateEvent
  /** In which order specialists start, and why; with `select`. */
  | { readonly type: "specialists-ordered"; readonly order: ArmOrder }
  /** Those that ran, what they took, and whether the best accepted candidate is theirs; with `select`. */
  | {
      readonly type: "specialists-tried";
      readonly editType: string;
      readonly tried: readonly TriedArm[];
    }
  | ({ readonly type: "candidate-judged" } & JudgedCandidate)
  /** The last event. Best first; the first accepted one is what to apply. */
  | { readonly type: "result"; readonly judged: readonly JudgedCandidate[] };

export interface OrchestrateOptions {
  /** Default: those that are built in. */
  readonly speculators?: readonly Speculator[] | undefined;
  /** Default: takes what a specialist proves. */
  readonly verifier?: CandidateVerifier | undefined;
  /**
   * What was learnt about specialists: it decides who starts first, and how long the others wait. Default: all start at once. What may be
   * accepted is the same: whoever waits is left out only where the verifier accepts a candidate that another one proves.
   */
  readonly select?: ArmSelection | undefined;
  readonly signal?: AbortSignal | undefined;
  /** ms that specialists have; default: 60,000. */
  readonly limitMs?: number | undefined;
}

/**
 * Has specialists propose edits and the verifier judge them; writes nothing.
 *
 * @throws what the only specialist that took the request refuses with; `usage` where none takes it; `no-match` where all fail
 */
export async function* orchestrate(
  request: OrchestrateRequest,
  context: SpeculationContext,
  options: OrchestrateOptions = {},
): AsyncGenerator<OrchestrateEvent> {
  const { verifier = confidenceVerifier, signal, limitMs = 60_000 } = options;
  const failed: GenerateEvent[] = [];
  const recognised = classify(request, options.speculators ?? builtIn, (name, why) =>
    failed.push({ type: "speculator-failed", name, why }),
  );
  yield* failed;
  if (recognised.length === 0) {
    throw new RedraftError("usage", "no specialist takes this request. Nothing was written.");
  }
  const candidates: EditCandidate[] = [];
  const refusals: RedraftError[] = [];
  const reasons: string[] = [];
  let judged: readonly JudgedCandidate[] = [];
  let tried: OrchestrateEvent | undefined;
  // A model writes only what the others do not.
  const usual = recognised.filter(({ speculator }) => !speculator.last);
  const rounds = [usual, recognised.filter(({ speculator }) => speculator.last)];
  for (const round of rounds) {
    if (round.length === 0) continue;
    const learnt = round === usual ? options.select : undefined;
    const start = learnt && startOrder(request, round, learnt, limitMs);
    if (start) yield { type: "specialists-ordered", order: start.order };
    const limits = { signal, limitMs, turns: start?.turns };
    try {
      for await (const event of generateCandidates(request, round, context, limits)) {
        if (event.type === "candidate") candidates.push(event.candidate);
        if (event.type === "speculator-refused") refusals.push(event.error);
        if (event.type === "speculator-failed") reasons.push(`${event.name}: ${event.why}`);
        yield event;
        await start?.observe(event, async (candidate) => {
          const [one] = await verifyCandidates([candidate], request, verifier, signal);
          return one!.accepted;
        });
      }
    } finally {
      start?.turns.enough("the search has ended");
    }
    signal?.throwIfAborted();
    judged =
      candidates.length > 0 ? await verifyCandidates(candidates, request, verifier, signal) : [];
    if (start) tried = triedEvent(start.order.type, start.tried(judged));
    if (judged.some(({ accepted }) => accepted)) break;
  }
  for (const one of judged) yield { type: "candidate-judged", ...one };
  if (tried) yield tried;
  if (candidates.length === 0) {
    if (refusals[0]) throw refusals[0];
    const why = reasons.length > 0 ? ` ${reasons.join("; ")}.` : "";
    throw new RedraftError(
      "no-match",
      `no specialist proposes an edit.${why} Nothing was written.`,
    );
  }
  yield { type: "result", judged };
}

const triedEvent = (editType: string, tried: readonly TriedArm[]): OrchestrateEvent => ({
  type: "specialists-tried",
  editType,
  tried,
});

/** The candidates with their verdicts, best first; one that the verifier leaves out is not accepted. */
export async function verifyCandidates(
  candidates: readonly EditCandidate[],
  request: OrchestrateRequest,
  verifier: CandidateVerifier,
  signal: AbortSignal = new AbortController().signal,
): Promise<readonly JudgedCandidate[]> {
  const verdicts = await verifier.verify(candidates, request, signal);
  return candidates
    .map((candidate, index) => {
      const none = { accepted: false, score: Number.NEGATIVE_INFINITY, why: "it was not judged" };
      return { candidate, ...(verdicts[index] ?? none) };
    })
    .sort((a, b) => Number(b.accepted) - Number(a.accepted) || b.score - a.score);
}
