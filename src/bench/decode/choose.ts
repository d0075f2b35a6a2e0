import type { LlamaTarget, LlamaVocabulary } from "../../engines/llama/target.ts";
import { detectChatTemplate } from "../../session/chat-template.ts";
import { readCaseSet, regionSet } from "./case-sets.ts";
import { type ChosenCases, chatCases } from "./cases.ts";
import { usualSystem } from "./question.ts";
import { regionCases } from "./region-cases.ts";

export interface ChooseOptions {
  readonly data: string;
  /** Names of case sets, in the order of the run. */
  readonly sets: readonly string[];
  readonly length?: number;
  readonly maxTokens?: number;
  /** Of every set but the regions; default all. */
  readonly sample?: number;
  readonly seed: number;
  /** Of the regions, in the order of the data. */
  readonly limit: number;
}

export interface ChosenSet extends ChosenCases {
  readonly set: string;
}

/** Longest prompt, where the caller names none: a file of 4,000 tokens and what is asked about it. */
const longestPrompt = 4608;
/** Longest region with its sketch and its output. */
const longestRegion = 1280;

/** The cases of every set, in the model's tokens. The vocabulary suffices: no weights are needed. */
export async function chooseCases(
  vocabulary: LlamaVocabulary | LlamaTarget,
  options: ChooseOptions,
): Promise<ChosenSet[]> {
  const { data, length, sample, seed } = options;
  const { trainedContext, beginToken, architecture } = vocabulary.info;
  const system = usualSystem(architecture);
  const template = await detectChatTemplate(vocabulary);
  const chosen: ChosenSet[] = [];
  for (const set of options.sets) {
    const some =
      set === regionSet
        ? await regionCases(vocabulary, data, {
            length: length ?? longestRegion,
            limit: options.limit,
          })
        : await chatCases(readCaseSet(set, data), {
            target: vocabulary,
            template,
            ...(system !== undefined && { system }),
            ...(beginToken !== undefined && { beginToken }),
            length: length ?? longestPrompt,
            contextSize: trainedContext,
            ...(options.maxTokens !== undefined && { maxTokens: options.maxTokens }),
            ...(sample !== undefined && { sample }),
            seed,
          });
    chosen.push({ set, ...some });
  }
  return chosen;
}

/** Tokens that the longest case needs, with some to spare for a draft beyond its end. */
export function contextFor(sets: readonly ChosenSet[]): number {
  const needs = sets.flatMap(({ cases }) =>
    cases.map(({ request, maxTokens }) => request.prompt.length + maxTokens),
  );
  return Math.max(256, ...needs) + 256;
}
