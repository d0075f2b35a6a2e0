import { RedraftError } from "../core/errors.ts";
import type { Redraft } from "../core/redraft.ts";
import type { JudgedCandidate } from "../orchestrate/orchestrate.ts";
import type { EditCandidate, OrchestrateRequest } from "../orchestrate/speculator.ts";
import { type AppliedAll, applyAll } from "../workspace/apply-all.ts";
import { confinedTo } from "../workspace/confined.ts";
import type { WriteOptions } from "../workspace/write.ts";
import { noneAccepted, onlyAsProposed } from "./as-proposed.ts";
import { candidateRows } from "./candidate-rows.ts";
import { createRedraft } from "./create-redraft.ts";
import { createProposer, type OrchestrateCall, type ProposerOptions } from "./proposer.ts";

export type { OrchestrateCall } from "./proposer.ts";

export interface OrchestratorOptions extends ProposerOptions {
  /** The engine that every candidate passes through; default: one without a model. */
  readonly redraft?: Pick<Redraft, "apply">;
}

export interface ApplyCandidateOptions
  extends Pick<WriteOptions, "journal" | "note" | "uninterrupted" | "check" | "signal"> {
  readonly dryRun?: boolean | undefined;
}

/** What was applied, and every candidate with its verdict. */
export interface Orchestrated {
  readonly chosen: EditCandidate;
  readonly judged: readonly JudgedCandidate[];
  readonly applied: AppliedAll;
}

/** A check that ran and said no, as that of the command line: one that cannot be run says nothing of the edit. */
const isRefusedByCheck = (error: unknown): boolean =>
  RedraftError.is(error) && error.code === "check-failed" && error.details.check !== undefined;

/** Edits of a whole repository by specialists: `EditOrchestrator` of the paper. */
export interface Orchestrator {
  /** Proposes and judges; writes nothing. The index is brought up to date first. */
  propose(request: OrchestrateRequest, call?: OrchestrateCall): Promise<readonly JudgedCandidate[]>;
  /** Writes a candidate: all of its files, or none; each through the merge and its checks. */
  apply(candidate: EditCandidate, options?: ApplyCandidateOptions): Promise<AppliedAll>;
  /**
   * Proposes, and applies the best accepted candidate; where a file changes meanwhile, once more from the start.
   *
   * @throws `ambiguous` with the candidates where the verifier accepts none
   */
  run(
    request: OrchestrateRequest,
    options?: ApplyCandidateOptions & OrchestrateCall,
  ): Promise<Orchestrated>;
  /** Ends a model that the orchestrator opened itself. */
  dispose(): Promise<void>;
}

/** How often a request is made again because files changed while it was worked on. */
const mostProposals = 3;

export function createOrchestrator(options: OrchestratorOptions): Orchestrator {
  const { root, redraft = createRedraft() } = options;
  const proposer = createProposer(options);
  const { propose } = proposer;

  async function apply(
    candidate: EditCandidate,
    { dryRun = false, ...write }: ApplyCandidateOptions = {},
  ): Promise<AppliedAll> {
    const { rows, wanted } = candidateRows(candidate);
    const applied = await applyAll(rows, {
      ...write,
      redraft: onlyAsProposed(redraft, wanted),
      roots: [root],
      fs: confinedTo([root]),
      dryRun,
    }).catch(async (error: unknown) => {
      if (isRefusedByCheck(error)) await proposer.learn(candidate, { written: false });
      throw error;
    });
    const { written, entry } = applied;
    if (written) await proposer.learn(candidate, { written, entry });
    return applied;
  }

  return {
    propose,
    apply,
    dispose: proposer.dispose,
    async run(request, run = {}) {
      const { onEvent, ...write } = run;
      for (let round = 1; ; round += 1) {
        const judged = await propose(request, { signal: run.signal, onEvent });
        const chosen = judged.find(({ accepted }) => accepted)?.candidate;
        if (!chosen) throw noneAccepted(judged);
        try {
          return { chosen, judged, applied: await apply(chosen, write) };
        } catch (error) {
          const isStale = RedraftError.is(error) && error.code === "stale-file";
          if (!isStale || round === mostProposals) throw error;
        }
      }
    },
  };
}
