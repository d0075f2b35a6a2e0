import { RedraftError } from "../core/errors.ts";
import type { Token, TokenTarget } from "../core/target.ts";
import { engineOf, engines } from "../engines/registry.ts";
import { inFence, partPrompt } from "../instruct/prompt.ts";
import type { JudgedPlace } from "../orchestrate/judged-places.ts";
import {
  type LikelihoodVerifierOptions,
  likelihoodVerifier,
  type ScoreVersions,
  type VersionLikelihood,
} from "../orchestrate/likelihood-verifier.ts";
import type { CandidateVerifier } from "../orchestrate/verifier.ts";
import { type ChatTemplate, chatTokens, detectChatTemplate } from "../session/chat-template.ts";
import { modelIdentity } from "../settle/model/calibrations.ts";
import { scoreCandidates } from "../settle/model/score-candidates.ts";
import { thresholdsFor } from "./edit-thresholds.ts";
import { type Environment, serverOptions } from "./server-options.ts";

export interface ModelVerifierOptions extends Pick<LikelihoodVerifierOptions, "thresholds"> {
  /**
   * A GGUF file, the name of an installed model, the URL of a server that gives log-probabilities, or a target of your own, which stays
   * yours.
   */
  readonly model: string | TokenTarget;
  readonly threads?: number;
  readonly contextSize?: number;
  /** Where the key of a server is looked up; default: nowhere. */
  readonly env?: Environment;
  readonly signal?: AbortSignal;
}

export interface ModelVerifier extends CandidateVerifier {
  dispose(): Promise<void>;
}

/** Enough for a place with its surroundings and some dozen versions. */
const verifierContext = 4096;

/**
 * A model as the verifier of candidates: the versions of a place are one token tree behind a shared prompt, so that a place costs about
 * one forward pass. A model that was measured accepts by the thresholds of models/edit-verifier.json, another one only ranks.
 *
 * @throws `model-unavailable` where the file is no model
 */
export async function openModelVerifier(options: ModelVerifierOptions): Promise<ModelVerifier> {
  const { target, identity } = await openJudge(options);
  const thresholds =
    options.thresholds ?? (identity === undefined ? undefined : thresholdsFor(identity));
  const verifier = likelihoodVerifier({
    name: target.name,
    score: await versionScorer(target),
    ...(thresholds && { thresholds }),
  });
  const isOwn = typeof options.model === "string";
  return { ...verifier, dispose: async () => (isOwn ? target.dispose() : undefined) };
}

async function openJudge({
  model,
  threads,
  contextSize = verifierContext,
  env = {},
  signal,
}: ModelVerifierOptions): Promise<{
  readonly target: TokenTarget;
  readonly identity: string | undefined;
}> {
  if (typeof model !== "string") return { target: model, identity: undefined };
  const engine = engineOf(model);
  if (engine !== undefined && engine !== "gguf") {
    const { openTokens } = engines[engine];
    const address = engine === "http" ? model : model.slice(engine.length + 1);
    const target = await openTokens(model, serverOptions(address, { env }), signal);
    return { target, identity: undefined };
  }
  const { isModelName, modelPath } = await import("../engines/store/store.ts");
  if (engine === undefined && !(await isModelName(model))) {
    throw new RedraftError(
      "usage",
      `${model} is neither the URL of a server, nor a path ending in .gguf, nor an alias of "redraft models".`,
    );
  }
  const target = await engines.gguf.openTokens(await modelPath(model), {
    contextSize,
    ...(threads !== undefined && { threads }),
    ...(signal && { signal }),
  });
  return { target, identity: modelIdentity(target.info.metadata) };
}

/** Scores versions of a place with a target whose tokens can be verified. */
export async function versionScorer(target: TokenTarget): Promise<ScoreVersions> {
  const template = await detectChatTemplate(target);
  return (place, task, signal) => scoreVersions(target, template, place, task, signal);
}

async function scoreVersions(
  target: TokenTarget,
  template: ChatTemplate,
  { path, above, below, versions }: JudgedPlace,
  task: string,
  signal: AbortSignal,
): Promise<VersionLikelihood[]> {
  const code = above + versions[0]! + below;
  const [system, user] = partPrompt(path, code, task);
  const fence = inFence(path, code);
  const opening = fence.slice(0, fence.indexOf("\n") + 1) + above;
  const prompt = await chatTokens(target, template, user!.content, opening, system!.content);
  const answers = await Promise.all(versions.map((text) => target.tokenize(text + below)));
  const longest = Math.max(...answers.map(({ length }) => length));
  if (prompt.length + longest > target.capabilities.contextSize) {
    throw new RedraftError(
      "usage",
      `${path}: a place has ${prompt.length + longest} tokens, and the context of ${target.name} holds ${target.capabilities.contextSize}. Nothing was written. Judge with a larger context.`,
    );
  }
  const sequence = await target.open();
  try {
    await sequence.append(prompt, signal);
    const scores = await scoreCandidates(sequence, target.capabilities, answers, signal);
    return scores.map(({ total }, i) => ({
      total,
      changed: changedTokens(answers[0]!, answers[i]!),
    }));
  } finally {
    await sequence.dispose().catch(() => {});
  }
}

/** Tokens of `other` between what it shares with `first` at both ends; at least 1. */
function changedTokens(first: readonly Token[], other: readonly Token[]): number {
  const most = Math.min(first.length, other.length);
  let start = 0;
  while (start < most && first[start] === other[start]) start++;
  let end = 0;
  while (end < most - start && first.at(-1 - end) === other.at(-1 - end)) end++;
  return Math.max(1, other.length - start - end);
}
