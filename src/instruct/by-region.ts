import { RedraftError } from "../core/errors.ts";
import { type FilePart, filePart, partAfter, withPart } from "../text/file-part.ts";
import { splitLines, type TextLine } from "../text/lines.ts";
import { readFenced } from "../text/model-answer.ts";
import { problemWithPart } from "../text/part-answer.ts";
import { applied, type CascadeOptions, refusalOf } from "./apply-written.ts";
import type { Conversation } from "./conversation.ts";
import { tokensOf } from "./costs.ts";
import { inFence, type PromptMessage, partPrompt } from "./prompt.ts";
import type { InstructRegion } from "./region.ts";
import type { EditedFile, InstructCall } from "./request.ts";

/** What is asked for a part, and how many tokens the answer is expected to have. */
export interface PartQuestion extends FilePart {
  readonly messages: readonly PromptMessage[];
  readonly outputTokens: number;
  /** Of the file. */
  readonly lines: readonly TextLine[];
}

export function partQuestion(region: InstructRegion, instruction: string): PartQuestion {
  const lines = splitLines(region.file.text);
  const part = filePart(lines, region);
  const messages = partPrompt(region.file.path, part.code, instruction);
  return { ...part, messages, outputTokens: tokensOf(part.code) + 8, lines };
}

/**
 * Has the model write one part of a file anew; everything else stays as it is. The part is shown without its outer indentation, and
 * gets it back. Answers with the refusal, if it is one that another way may settle.
 */
export async function byRegion(
  region: InstructRegion,
  instruction: string,
  options: CascadeOptions,
  talk: Conversation,
  edited: Map<string, EditedFile>,
  call: InstructCall,
): Promise<RedraftError | undefined> {
  const { file, start, end } = region;
  const { messages, outputTokens, lines, indent, code } = partQuestion(region, instruction);
  const expected =
    file.expected === undefined ? code : partAfter(lines, splitLines(file.expected), region);
  const answer = await talk.ask(messages, {
    via: "region",
    paths: [file.path],
    lines: [start + 1, end],
    outputTokens,
    predictedTokens: 0.8 * outputTokens,
    prediction: inFence(file.path, expected ?? code),
  });
  try {
    const written = readFenced(answer);
    if (written === undefined) throw noPart(region);
    const rewritten = written.cutOff ? written.text : withPart(lines, region, written.text, indent);
    const bad = written.cutOff
      ? undefined
      : problemWithPart(region, written.text, code, instruction, options.namedPartsOf);
    if (bad !== undefined) throw new RedraftError("unreadable-edit", bad);
    const edit = { text: rewritten, cutOff: written.cutOff };
    edited.set(file.path, await applied(file, edit, "whole", "region", options, call));
    return undefined;
  } catch (error) {
    return refusalOf(error);
  }
}

function noPart({ name }: InstructRegion): RedraftError {
  return new RedraftError("unreadable-edit", `the answer contains no code block with ${name}.`);
}
