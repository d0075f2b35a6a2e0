import { RedraftError } from "../core/errors.ts";
import type { RepositoryFiles } from "../core/repository.ts";
import type { TextTarget } from "../core/target.ts";
import { createRepositoryIndex } from "../orchestrate/index/repository-index.ts";
import { nameViewOf } from "../orchestrate/names/view.ts";
import {
  type JudgedCandidate,
  type OrchestrateEvent,
  type OrchestrateOptions,
  orchestrate,
} from "../orchestrate/orchestrate.ts";
import { speculators as builtIn } from "../orchestrate/registry.ts";
import type { EditDecision, TriedArm } from "../orchestrate/select/decision.ts";
import type { EditCandidate, OrchestrateRequest } from "../orchestrate/speculator.ts";
import { repositoryFiles } from "../workspace/repository-files.ts";
import { parserFor } from "../workspace/syntax.ts";
import type { Learning } from "./learning.ts";
import { modelWriter } from "./model-writer.ts";
import { relativeDiagnostics } from "./relative-diagnostics.ts";
import type { Environment } from "./server-options.ts";

export interface ProposerOptions
  extends Pick<OrchestrateOptions, "speculators" | "verifier" | "limitMs"> {
  /** An absolute folder; nothing outside of it is read or written. */
  readonly root: string;
  /** What proposals are made of; default: the files of the root. Only those are written. */
  readonly files?: RepositoryFiles | undefined;
  /** Starts specialists in the order that was learnt, and learns from what is applied. Nothing where it is off. */
  readonly learning?: Learning | undefined;
  /**
   * A model that writes what no other specialist makes, and names extracted functions: a path to a GGUF, the URL of a model server, an alias of
   * `redraft models`, or a target of your own. It only proposes: nothing of it is accepted without a verifier that says so.
   */
  readonly writer?: string | TextTarget | undefined;
  /** Where the keys of model servers are looked up; default: nowhere. */
  readonly env?: Environment | undefined;
}

export interface OrchestrateCall {
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: ((event: OrchestrateEvent) => void) | undefined;
}

/** What became of an edit: written, as this entry of the log where one is kept; or refused by a check, and taken back. */
export type CandidateOutcome =
  | { readonly written: true; readonly entry?: string | undefined }
  | { readonly written: false };

/** Has specialists propose edits of one folder, which it keeps an index of. */
export interface Proposer {
  /** Proposes and judges; writes nothing. The index is brought up to date first. */
  propose(request: OrchestrateRequest, call?: OrchestrateCall): Promise<readonly JudgedCandidate[]>;
  /** Learns what became of a candidate: it was written, or a check refused it. */
  learn(candidate: EditCandidate, outcome: CandidateOutcome): Promise<void>;
  dispose(): Promise<void>;
}

export function createProposer(options: ProposerOptions): Proposer {
  const { root, learning, verifier, limitMs, writer, env } = options;
  const index = createRepositoryIndex(options.files ?? repositoryFiles(root), parserFor);
  const model = writer === undefined ? undefined : modelWriter(writer, env);
  const usual = options.speculators ?? builtIn;
  const speculators = model ? [...usual, model.speculator] : usual;

  /** What was tried for a request, by its candidates. */
  const requests = new WeakMap<EditCandidate, TriedRequest>();

  return {
    async propose(request, { signal, onEvent } = {}) {
      await index.update();
      const select = await learning?.arms();
      let ran: Omit<TriedRequest, "accepted"> | undefined;
      const names = () => nameViewOf(index, parserFor);
      const context = { index, parserFor, names, nameFunction: model?.nameFunction };
      const relative = withRelativeFiles(request, root);
      const how = { speculators, verifier, limitMs, select, signal };
      for await (const event of orchestrate(relative, context, how)) {
        onEvent?.(event);
        if (event.type === "specialists-tried") ran = { type: event.editType, tried: event.tried };
        if (event.type !== "result") continue;
        if (ran) {
          const accepted = event.judged
            .filter((one) => one.accepted)
            .map((one) => one.candidate.by);
          const own = { ...ran, accepted: new Set(accepted) };
          for (const { candidate } of event.judged) requests.set(candidate, own);
        }
        return event.judged;
      }
      throw new RedraftError("engine-failed", "the orchestrator ended without a result.");
    },
    async learn(candidate, outcome) {
      const own = requests.get(candidate);
      if (own) await learning?.record([decisionOf(own, candidate, outcome)]);
    },
    dispose: async () => model?.dispose(),
  };
}

interface TriedRequest {
  readonly type: string;
  readonly tried: readonly TriedArm[];
  /** Those with an accepted candidate. */
  readonly accepted: ReadonlySet<string>;
}

/**
 * The specialist whose edit is written was right, also where the caller chose it, and one whose edit a check refuses was wrong; of others with an
 * accepted edit nothing is known.
 */
function decisionOf(
  { type, tried, accepted }: TriedRequest,
  { by, confidence }: EditCandidate,
  outcome: CandidateOutcome,
): EditDecision {
  const arms = tried
    .filter(({ name }) => name === by || !accepted.has(name))
    .map((one) =>
      one.name === by ? { ...one, right: outcome.written, confidence } : { ...one, right: false },
    );
  const entry = outcome.written ? outcome.entry : undefined;
  return { type, tried: arms, ...(entry === undefined ? {} : { entry }) };
}

function withRelativeFiles(request: OrchestrateRequest, root: string): OrchestrateRequest {
  const { diagnostics } = request;
  return diagnostics
    ? { ...request, diagnostics: relativeDiagnostics(diagnostics, root) }
    : request;
}
