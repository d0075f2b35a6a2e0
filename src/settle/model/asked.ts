import type { Candidate } from "../../core/merge.ts";
import type { Token } from "../../core/target.ts";
import type { ApplyFormat, LocalTarget } from "./apply-formats.ts";
import { disputedLines, type Region } from "./region.ts";

/** A prompt and the answers to it whose likelihood is asked for. */
export interface ScoredQuestion {
  readonly prompt: readonly Token[];
  readonly answers: readonly (readonly Token[])[];
}

export interface AskOptions {
  readonly target: LocalTarget;
  readonly format: ApplyFormat;
  /** Longest prompt and answer together, in tokens. */
  readonly longest: number;
}

/**
 * The question of an apply model about the disputed lines and what surrounds them, with the candidates as its
 * answers; undefined where even that is longer than the model can read. `cropped`: lines that no candidate touches were left out.
 */
export async function askedQuestion(
  region: Region,
  candidates: readonly Candidate[],
  options: AskOptions,
  instruction?: string,
): Promise<(ScoredQuestion & { readonly cropped: boolean }) | undefined> {
  const { target, format, longest } = options;
  const disputed = disputedLines(region, candidates);
  const { original } = disputed;
  const prompt = await regionPrompt(original, region, options, instruction);
  if (prompt === undefined) return undefined;
  const answers: Token[][] = [];
  for (const lines of disputed.candidates) answers.push(await format.answer(target, lines));
  if (!hasRoom({ prompt, answers }, target, longest)) return undefined;
  return { prompt, answers, cropped: original.length < region.original.length };
}

/** Whether the prompt and its longest answer have room. */
export function hasRoom(
  { prompt, answers }: ScoredQuestion,
  target: LocalTarget,
  longest: number,
): boolean {
  const size = prompt.length + Math.max(...answers.map((answer) => answer.length));
  return size <= Math.min(longest, target.capabilities.contextSize);
}

/** Asks for the region of which `original` is shown; undefined where that is far too long. */
export async function regionPrompt(
  original: readonly string[],
  { sketch }: Region,
  { target, format, longest }: AskOptions,
  instruction: string | undefined,
): Promise<Token[] | undefined> {
  const characters = [...original, ...sketch].reduce((sum, line) => sum + line.length + 1, 0);
  // A token is at most some dozen characters on average: what is far too long need not be tokenised.
  if (characters > 12 * longest) return undefined;
  const question = { original, sketch, ...(instruction !== undefined && { instruction }) };
  return format.prompt(target, question);
}
