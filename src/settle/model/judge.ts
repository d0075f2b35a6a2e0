import type { Edit } from "../../core/edit.ts";
import type { Candidate } from "../../core/merge.ts";
import { type AskOptions, askedQuestion } from "./asked.ts";
import { inPlaceQuestion } from "./in-place.ts";
import { openRegion } from "./region.ts";
import { type Likelihood, scoreCandidates } from "./score-candidates.ts";

/**
 * How a model is asked how likely a candidate is. `place`: as the continuation of the file, without the edit; `ask`:
 * as the answer to the prompt of an apply model, which shows the region and the edit.
 */
export const judgeForms = ["place", "ask"] as const;
export type JudgeForm = (typeof judgeForms)[number];

export const isJudgeForm = (name: string): name is JudgeForm =>
  judgeForms.some((form) => form === name);

/** `format` is the prompt of `ask`. */
export interface JudgeOptions extends AskOptions {
  readonly signal?: AbortSignal;
}

export interface JudgeQuestion {
  readonly path: string;
  readonly source: string;
  readonly edit: Edit;
  readonly instruction?: string;
}

/** The likelihood of every candidate, in one pass where the engine takes trees; undefined where the question is too long. */
export async function judge(
  form: JudgeForm,
  question: JudgeQuestion,
  candidates: readonly Candidate[],
  options: JudgeOptions,
): Promise<Likelihood[] | undefined> {
  const { target, longest, signal } = options;
  const { source, edit, instruction } = question;
  const asked =
    form === "place"
      ? await inPlaceQuestion(target, question, candidates, longest)
      : await askedQuestion(openRegion(source, edit, candidates), candidates, options, instruction);
  if (asked === undefined) return undefined;
  const sequence = await target.open();
  try {
    await sequence.append(asked.prompt, signal);
    return await scoreCandidates(sequence, target.capabilities, asked.answers, signal);
  } finally {
    await sequence.dispose().catch(() => {});
  }
}
