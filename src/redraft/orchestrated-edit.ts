import { RedraftError } from "../core/errors.ts";
import type { Redraft } from "../core/redraft.ts";
import type { EditResult } from "../core/request.ts";
import type { JudgedCandidate } from "../orchestrate/orchestrate.ts";
import type { EditCandidate, OrchestrateRequest } from "../orchestrate/speculator.ts";
import { noneAccepted, onlyAsProposed } from "./as-proposed.ts";
import {
  type CandidateOutcome,
  createProposer,
  type OrchestrateCall,
  type ProposerOptions,
} from "./proposer.ts";

export interface OrchestratedEditCall
  extends OrchestrateCall,
    Omit<ProposerOptions, "writer" | "env"> {
  /** The candidate to take, from 1 in the order of the verdicts, which the person has seen; default: the best accepted one. */
  readonly choose?: number | undefined;
}

/** The accepted edit of specialists, merged and checked, and not written. */
export interface OrchestratedEdit {
  readonly chosen: EditCandidate;
  /** Every candidate with its verdict, best first. */
  readonly judged: readonly JudgedCandidate[];
  /** Paths are relative to the root. */
  readonly files: readonly {
    readonly path: string;
    readonly before: string;
    readonly result: EditResult;
  }[];
  /** For whoever writes the edit: learns what became of it, where the call has a `learning` that is on. */
  learn(outcome: CandidateOutcome): Promise<void>;
}

/**
 * Has specialists make the edit that a request asks for, and passes each file through the merge and its checks.
 *
 * @throws `ambiguous` with the candidates where the verifier accepts none
 */
export async function orchestratedEdit(
  request: OrchestrateRequest,
  redraft: Pick<Redraft, "apply">,
  { signal, onEvent, choose, ...options }: OrchestratedEditCall & ProposerOptions,
): Promise<OrchestratedEdit> {
  const proposer = createProposer(options);
  try {
    const judged = await proposer.propose(request, { signal, onEvent });
    const best = judged.find(({ accepted }) => accepted);
    const chosen = (choose === undefined ? best : judged[choose - 1])?.candidate;
    if (!chosen) throw noneAccepted(judged);
    requireNoMove(chosen);
    const wanted = new Map(chosen.files.map((file) => [file.path, file]));
    const { apply } = onlyAsProposed(redraft, wanted);
    const files: { path: string; before: string; result: EditResult }[] = [];
    for (const { path, before, after } of chosen.files) {
      const edit = { path, source: before, edit: after, format: "whole" } as const;
      files.push({ path, before, result: await apply(edit, signal ? { signal } : {}) });
    }
    return { chosen, judged, files, learn: (outcome) => proposer.learn(chosen, outcome) };
  } finally {
    await proposer.dispose();
  }
}

/** Texts alone do not say where a file gets to. */
function requireNoMove({ files }: EditCandidate): void {
  const moved = files.find(({ to }) => to !== undefined);
  if (!moved) return;
  throw new RedraftError(
    "usage",
    `this edit moves ${moved.path} to ${moved.to}, which is not an edit of its text: use \`redraft move\`, or \`createOrchestrator\` in a program. Nothing was written.`,
  );
}
