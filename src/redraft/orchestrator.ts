import { RedraftError } from "../core/errors.ts";
import type { Redraft } from "../core/redraft.ts";
import type { RepositoryFiles } from "../core/repository.ts";
import { createRepositoryIndex } from "../orchestrate/index/repository-index.ts";
import { nameViewOf } from "../orchestrate/names/view.ts";
import {
  type JudgedCandidate,
  type OrchestrateEvent,
  type OrchestrateOptions,
  orchestrate,
} from "../orchestrate/orchestrate.ts";
import type { EditDecision, TriedArm } from "../orchestrate/select/decision.ts";
import type { EditCandidate, OrchestrateRequest } from "../orchestrate/speculator.ts";
import { type AppliedAll, applyAll } from "../workspace/apply-all.ts";
import { confinedTo } from "../workspace/confined.ts";
import { repositoryFiles } from "../workspace/repository-files.ts";
import { parserFor } from "../workspace/syntax.ts";
import type { WriteOptions } from "../workspace/write.ts";
import { createRedraft } from "./create-redraft.ts";
import type { Learning } from "./learning.ts";
import { relativeDiagnostics } from "./relative-diagnostics.ts";

export interface OrchestratorOptions
  extends Pick<OrchestrateOptions, "speculators" | "verifier" | "limitMs"> {
  /** An absolute folder; nothing outside of it is read or written. */
  readonly root: string;
  /** The engine that every candidate passes through; default: one without a model. */
  readonly redraft?: Pick<Redraft, "apply">;
  /** Starts specialists in the order that was learnt, and learns from what is applied. Nothing where it is off. */
  readonly learning?: Learning | undefined;
  /** What proposals are made of; default: the files of the root. Only those are written. */
  readonly files?: RepositoryFiles;
}

export interface ApplyCandidateOptions
  extends Pick<WriteOptions, "journal" | "note" | "uninterrupted" | "check" | "signal"> {
  readonly dryRun?: boolean | undefined;
}

export interface OrchestrateCall {
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: ((event: OrchestrateEvent) => void) | undefined;
}

/** What was applied, and every candidate with its verdict. */
export interface Orchestrated {
  readonly chosen: EditCandidate;
  readonly judged: readonly JudgedCandidate[];
  readonly applied: AppliedAll;
}

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
}

/** How often a request is made again because files changed while it was worked on. */
const mostProposals = 3;

export function createOrchestrator(options: OrchestratorOptions): Orchestrator {
  const { root, redraft = createRedraft(), learning, ...how } = options;
  const files = options.files ?? repositoryFiles(root);
  const index = createRepositoryIndex(files, parserFor);

  /** What was tried for a request, by its candidates. */
  const requests = new WeakMap<EditCandidate, TriedRequest>();

  async function propose(
    request: OrchestrateRequest,
    { signal, onEvent }: OrchestrateCall = {},
  ): Promise<readonly JudgedCandidate[]> {
    await index.update();
    const select = await learning?.arms();
    let ran: Omit<TriedRequest, "accepted"> | undefined;
    const context = { index, parserFor, names: () => nameViewOf(index, parserFor) };
    const relative = withRelativeFiles(request, root);
    for await (const event of orchestrate(relative, context, { ...how, select, signal })) {
      onEvent?.(event);
      if (event.type === "specialists-tried") ran = { type: event.editType, tried: event.tried };
      if (event.type !== "result") continue;
      if (ran) {
        const accepted = event.judged.filter((one) => one.accepted).map((one) => one.candidate.by);
        const own = { ...ran, accepted: new Set(accepted) };
        for (const { candidate } of event.judged) requests.set(candidate, own);
      }
      return event.judged;
    }
    throw new RedraftError("engine-failed", "the orchestrator ended without a result.");
  }

  async function apply(
    candidate: EditCandidate,
    { dryRun = false, ...write }: ApplyCandidateOptions = {},
  ): Promise<AppliedAll> {
    const wanted = new Map(candidate.files.map((file) => [file.path, file]));
    const rows = candidate.files.map(({ path, after }) => ({
      path,
      edit: after,
      format: "whole" as const,
    }));
    const applied = await applyAll(rows, {
      ...write,
      redraft: onlyAsProposed(redraft, wanted),
      roots: [root],
      fs: confinedTo([root]),
      dryRun,
    });
    const own = requests.get(candidate);
    if (own && applied.written) await learning?.record([decisionOf(own, candidate, applied.entry)]);
    return applied;
  }

  return {
    propose,
    apply,
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

interface TriedRequest {
  readonly type: string;
  readonly tried: readonly TriedArm[];
  /** Those with an accepted candidate. */
  readonly accepted: ReadonlySet<string>;
}

/** The specialist whose edit is applied was right, also where the caller chose it; of others with an accepted edit nothing is known. */
function decisionOf(
  { type, tried, accepted }: TriedRequest,
  { by, confidence }: EditCandidate,
  entry: string | undefined,
): EditDecision {
  const arms = tried
    .filter(({ name }) => name === by || !accepted.has(name))
    .map((one) =>
      one.name === by ? { ...one, right: true, confidence } : { ...one, right: false },
    );
  return { type, tried: arms, ...(entry === undefined ? {} : { entry }) };
}

function withRelativeFiles(request: OrchestrateRequest, root: string): OrchestrateRequest {
  const { diagnostics } = request;
  return diagnostics
    ? { ...request, diagnostics: relativeDiagnostics(diagnostics, root) }
    : request;
}

/** Makes an edit only of the text that its candidate was made of, and only if the merge comes to the very text that it proposes. */
function onlyAsProposed(
  redraft: Pick<Redraft, "apply">,
  wanted: ReadonlyMap<string, { readonly before: string; readonly after: string }>,
): Pick<Redraft, "apply"> {
  return {
    async apply(request, call) {
      const { path, source } = request;
      const file = wanted.get(path);
      if (file?.before !== source) {
        throw new RedraftError("stale-file", `${path} changed while the edit was made.`, {
          retryable: true,
          details: { path },
        });
      }
      const result = await redraft.apply(request, call);
      if (result.text === file.after) return result;
      throw new RedraftError(
        "check-failed",
        `${path}: the merge does not come to the proposed text.`,
        {
          details: { path },
        },
      );
    },
  };
}

function noneAccepted(judged: readonly JudgedCandidate[]): RedraftError {
  const lines = judged.map(({ candidate, why }) => `  ${candidate.title}: ${why}`);
  return new RedraftError(
    "ambiguous",
    `no proposed edit is certain enough to be applied by itself:\n${lines.join("\n")}\nNothing was written. Apply one of them by name.`,
    {
      details: {
        candidates: judged.map(({ candidate: { title, by }, why }) => ({ title, by, why })),
      },
    },
  );
}
