import { RedraftError } from "../core/errors.ts";
import { readFenced, readRewrites } from "../text/model-answer.ts";
import { applied, type CascadeOptions } from "./apply-written.ts";
import type { Conversation } from "./conversation.ts";
import { tokensOf } from "./costs.ts";
import { filePrompt, inFence, type PromptFile, type PromptMessage } from "./prompt.ts";
import type { EditedFile, InstructCall } from "./request.ts";

/** Whether files can be asked for in code blocks: they exist, and hold no fence that could end the block early. */
export const canBeFenced = (files: readonly PromptFile[]): boolean =>
  files.every(({ exists, text }) => exists && !/^[ \t]{0,8}(?:`{3}|~{3})/m.test(text));

/** What is asked for one of the files, and how many tokens the answer is expected to have. */
export function fileQuestion(
  file: PromptFile,
  files: readonly PromptFile[],
  instruction: string,
): { readonly messages: readonly PromptMessage[]; readonly outputTokens: number } {
  const others = files.filter((one) => one !== file).map(({ path }) => path);
  return {
    messages: filePrompt(file, others, instruction),
    outputTokens: tokensOf(file.text) + 8,
  };
}

/**
 * Has the model write files anew, each in a code block and by a question of its own: small models lose track of tags and of several files
 * in one answer.
 *
 * @throws the first refusal
 */
export async function byFence(
  files: readonly PromptFile[],
  instruction: string,
  options: CascadeOptions,
  talk: Conversation,
  edited: Map<string, EditedFile>,
  call: InstructCall,
): Promise<void> {
  for (const file of files) {
    const { messages, outputTokens } = fileQuestion(file, files, instruction);
    const answer = await talk.ask(messages, {
      via: "rewrite",
      paths: [file.path],
      fenced: true,
      outputTokens,
      predictedTokens: 0.8 * outputTokens,
      prediction: inFence(file.path, file.expected ?? file.text),
    });
    // Some write tags all the same.
    const written = readFenced(answer) ?? readRewrites(answer)[0];
    if (written === undefined) {
      throw new RedraftError(
        "unreadable-edit",
        `the answer contains no code block with ${file.path}.`,
      );
    }
    if (!written.cutOff) checkWhole(file, written.text, instruction, options);
    edited.set(file.path, await applied(file, written, "whole", "rewrite", options, call));
  }
}

const mayLose = /\b(?:remov|delet|renam|replac|drop|inline|turn|convert|merg|clean|simplif)/i;

/** Refuses an answer that has only a part of the file: it lacks a declaration that the instruction does not speak of. */
function checkWhole(
  { path, text }: PromptFile,
  written: string,
  instruction: string,
  { namedPartsOf }: CascadeOptions,
): void {
  if (namedPartsOf === undefined || mayLose.test(instruction)) return;
  const kept = new Set(namedPartsOf(written).map(({ name }) => name));
  const lost = namedPartsOf(text).find(
    ({ name }) => !kept.has(name) && !instruction.includes(name.split(/\.|::/).at(-1)!),
  );
  if (lost === undefined) return;
  throw new RedraftError(
    "unreadable-edit",
    `the answer leaves out ${lost.name}, which ${path} has: it is a part of the file only. Send the whole file, or name the part by --symbol.`,
  );
}
