import { RedraftError } from "../core/errors.ts";
import { filePart, partAfter, withPart } from "../text/file-part.ts";
import { splitLines } from "../text/lines.ts";
import { readFenced } from "../text/model-answer.ts";
import { problemWithPart } from "../text/part-answer.ts";
import { applied, type CascadeOptions, refusalOf } from "./apply-written.ts";
import type { Conversation } from "./conversation.ts";
import { tokensOf } from "./costs.ts";
import { inFence, partPrompt } from "./prompt.ts";
import type { InstructRegion } from "./region.ts";
import type { EditedFile, InstructCall } from "./request.ts";

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
  const lines = splitLines(file.text);
  const { code, indent } = filePart(lines, region);
  const expected =
    file.expected === undefined ? code : partAfter(lines, splitLines(file.expected), region);
  const outputTokens = tokensOf(code) + 8;
  const answer = await talk.ask(partPrompt(file.path, code, instruction), {
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
