import { RedraftError } from "../core/errors.ts";
import { commonIndent } from "../text/indent.ts";
import { joinLines, splitLines, type TextLine } from "../text/lines.ts";
import { readFenced } from "../text/model-answer.ts";
import { applied, type CascadeOptions, refusalOf } from "./apply-written.ts";
import type { Conversation } from "./conversation.ts";
import { tokensOf } from "./costs.ts";
import { inFence, type PromptMessage, partPrompt } from "./prompt.ts";
import type { InstructRegion } from "./region.ts";
import type { EditedFile, InstructCall } from "./request.ts";

/** What is asked for a part, and how many tokens the answer is expected to have. */
export interface PartQuestion {
  readonly messages: readonly PromptMessage[];
  readonly outputTokens: number;
  /** Of the file. */
  readonly lines: readonly TextLine[];
  /** The part without its outer indentation, which is `indent`. */
  readonly code: string;
  readonly indent: string;
}

export function partQuestion(
  { file, start, end }: InstructRegion,
  instruction: string,
): PartQuestion {
  const lines = splitLines(file.text);
  const part = lines.slice(start, end);
  const indent = commonIndent(part.map(({ text }) => text));
  const code = `${part.map(({ text }) => text.slice(indent.length)).join("\n")}\n`;
  const messages = partPrompt(file.path, code, instruction);
  return { messages, outputTokens: tokensOf(code) + 8, lines, code, indent };
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
  const answer = await talk.ask(messages, {
    via: "region",
    paths: [file.path],
    lines: [start + 1, end],
    outputTokens,
    predictedTokens: 0.8 * outputTokens,
    prediction: inFence(file.path, code),
  });
  try {
    const written = readFenced(answer);
    if (written === undefined) throw noPart(region);
    const rewritten = written.cutOff ? written.text : replaced(lines, region, written.text, indent);
    if (!written.cutOff) checkPart(region, written.text, code, options, instruction);
    const edit = { text: rewritten, cutOff: written.cutOff };
    edited.set(file.path, await applied(file, edit, "whole", "region", options, call));
    return undefined;
  } catch (error) {
    return refusalOf(error);
  }
}

/** The file with the part replaced. Lines get the part's own line end, and its last line the end that it had. */
function replaced(
  lines: readonly TextLine[],
  { start, end }: InstructRegion,
  written: string,
  indent: string,
): string {
  const lineEnd = lines[start]!.end || "\n";
  const body = written.trimEnd().split(/\r?\n/);
  const part = body.map((text) => ({
    text: text.trim() === "" ? "" : indent + text,
    end: lineEnd,
  }));
  const last = lines[end - 1]!.end;
  const ended = part.map((line, index) =>
    index === part.length - 1 ? { ...line, end: last } : line,
  );
  return joinLines([...lines.slice(0, start), ...ended, ...lines.slice(end)]);
}

const mayGo = /\b(?:remov|delet|renam|replac|drop|inline|turn|convert)/i;

/**
 * Refuses an answer that is another part of the file than the one that was asked for: without its name, or with declarations that
 * the rest of the file has already.
 */
function checkPart(
  { name, file, start, end }: InstructRegion,
  written: string,
  code: string,
  { namedPartsOf }: CascadeOptions,
  instruction: string,
): void {
  const declared = (text: string): Set<string> =>
    new Set((namedPartsOf?.(text) ?? []).map((one) => one.name));
  const answer = declared(written);
  if (!answer.has(name) && !mayGo.test(instruction)) {
    throw new RedraftError(
      "unreadable-edit",
      `the answer does not contain ${name}, the part of ${file.path} that was to be rewritten.`,
    );
  }
  const own = declared(code);
  const outside = (namedPartsOf?.(file.text) ?? []).filter(
    (one) => one.end <= start || one.start >= end,
  );
  const twice = outside.find((one) => answer.has(one.name) && !own.has(one.name));
  if (twice === undefined) return;
  throw new RedraftError(
    "unreadable-edit",
    `the answer contains ${twice.name} too, which ${file.path} has outside of ${name} already.`,
  );
}

function noPart({ name }: InstructRegion): RedraftError {
  return new RedraftError("unreadable-edit", `the answer contains no code block with ${name}.`);
}
