import type { Token } from "../core/target.ts";
import type { LlamaTarget } from "../engines/llama/target.ts";
import { engines } from "../engines/registry.ts";
import { inFence, partPrompt } from "../instruct/prompt.ts";
import type { JudgedPlace } from "../orchestrate/judged-places.ts";
import {
  type LikelihoodVerifierOptions,
  likelihoodVerifier,
  type VersionLikelihood,
} from "../orchestrate/likelihood-verifier.ts";
import type { CandidateVerifier } from "../orchestrate/verifier.ts";
import { type ChatTemplate, chatTokens, detectChatTemplate } from "../session/chat-template.ts";
import { scoreCandidates } from "../settle/model/score-candidates.ts";

export interface ModelVerifierOptions extends Pick<LikelihoodVerifierOptions, "thresholds"> {
  /** A GGUF file, or the name of an installed model. */
  readonly model: string;
  readonly threads?: number;
  readonly contextSize?: number;
  readonly signal?: AbortSignal;
}

export interface ModelVerifier extends CandidateVerifier {
  dispose(): Promise<void>;
}

/** Enough for a place with its surroundings and some dozen versions. */
const verifierContext = 4096;

/**
 * A local model as the verifier of candidates: the versions of a place are one token tree behind a shared prompt, so that a place costs about
 * one forward pass.
 *
 * @throws `model-unavailable` where the file is no model
 */
export async function openModelVerifier(options: ModelVerifierOptions): Promise<ModelVerifier> {
  const { threads, contextSize = verifierContext, signal, thresholds } = options;
  const { modelPath } = await import("../engines/store/store.ts");
  const target = await engines.gguf.openTokens(await modelPath(options.model), {
    contextSize,
    ...(threads !== undefined && { threads }),
    ...(signal && { signal }),
  });
  const template = await detectChatTemplate(target);
  const verifier = likelihoodVerifier({
    name: target.name,
    score: (place, task, stop) => scoreVersions(target, template, place, task, stop),
    ...(thresholds && { thresholds }),
  });
  return { ...verifier, dispose: () => target.dispose() };
}

async function scoreVersions(
  target: LlamaTarget,
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
