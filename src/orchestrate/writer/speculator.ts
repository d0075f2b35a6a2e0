import { RedraftError } from "../../core/errors.ts";
import type { ParserFor } from "../../core/repository.ts";
import type { TextTarget } from "../../core/target.ts";
import { filePart, withPart } from "../../text/file-part.ts";
import { splitLines } from "../../text/lines.ts";
import { readFenced } from "../../text/model-answer.ts";
import { leavesOut, leftOutDeclaration, problemWithPart } from "../../text/part-answer.ts";
import type { EditCandidate, SpeculationContext, Speculator } from "../speculator.ts";
import { type WriterEditType, writerEditType } from "./edit-type.ts";
import { writerCorrection, writerPrompt } from "./prompt.ts";
import { type RegionFinder, type WriterRegion, writerRegions } from "./region.ts";

export interface ModelWriterOptions {
  /** The model; asked for the first time when a request reaches it. */
  readonly target: () => Promise<Pick<TextTarget, "name" | "complete">>;
  readonly finder: RegionFinder;
  /** Code in a code block, as prompts have it. */
  readonly inFence: (path: string, code: string) => string;
  /** How often a part is asked for again where the answer cannot be used; default 1. */
  readonly retries?: number;
}

/** How sure the writer is of itself: nothing proves what a model writes. */
const unprovedConfidence = 0.4;
/** Characters of code per token at least; what is written behind twice the part repeats itself. */
const leastCharacters = 3;
const mostMore = 256;

/**
 * The general specialist: a model writes the part of a file that a request is about anew, by a prompt for the type of the edit. It takes what
 * no other one makes, yields a candidate for each part as it is written, and proves nothing.
 */
export function writerSpeculator(options: ModelWriterOptions): Speculator {
  return {
    name: "writer",
    last: true,
    recognise(request) {
      const { instruction, diagnostics = [] } = request;
      if (instruction === undefined && diagnostics.length === 0) return undefined;
      return {
        confidence: unprovedConfidence,
        why: `a model may write it, as ${writerEditType(request)}`,
      };
    },
    async *speculate(request, context, signal) {
      const type = writerEditType(request);
      const regions = await writerRegions(request, context, options.finder);
      const problems: string[] = [];
      let count = 0;
      for (const region of regions) {
        signal.throwIfAborted();
        const made = await writtenPart(region, type, request.instruction, options, context, signal);
        if ("problem" in made) problems.push(`${region.path}:${region.start + 1}: ${made.problem}`);
        else {
          count += 1;
          yield made;
        }
      }
      if (count === 0) {
        throw new RedraftError(
          "unreadable-edit",
          `the model wrote nothing that can be used. ${problems.join(" ")} Nothing was written.`,
        );
      }
    },
  };
}

async function writtenPart(
  region: WriterRegion,
  type: WriterEditType,
  instruction: string | undefined,
  { target: open, inFence, finder, retries = 1 }: ModelWriterOptions,
  { parserFor }: SpeculationContext,
  signal: AbortSignal,
): Promise<EditCandidate | { readonly problem: string }> {
  const { path, text: before, name, start, end, why } = region;
  const target = await open();
  const lines = splitLines(before);
  const { code, indent } = filePart(lines, region);
  const messages = region.messages.map((one) => ({ ...one, line: one.line - start }));
  const fenced = inFence(path, code);
  const asked = writerPrompt({ type, path, code, instruction, messages }, fenced);
  const maxTokens = Math.ceil((2 * code.length) / leastCharacters) + mostMore;
  let problem = "";
  let conversation: Parameters<TextTarget["complete"]>[0] = asked;
  for (let turn = 0; turn <= retries; turn++) {
    let answer = "";
    const call = { prediction: fenced, maxTokens, signal };
    for await (const chunk of target.complete(conversation, call)) {
      signal.throwIfAborted();
      answer += chunk.text;
    }
    const block = readFenced(answer);
    const part = { name, start, end, file: { path, text: before } };
    const said = instruction ?? "";
    const bad = !block
      ? "the answer contains no code block."
      : block.cutOff
        ? "the answer is cut off."
        : problemWithAnswer(part, block.text, code, said, finder.declared);
    if (bad || !block) problem = bad || "";
    else {
      const after = withPart(lines, region, block.text, indent);
      problem = await problemWithText(path, before, after, said, parserFor);
      if (problem === "") {
        const where = `${path}:${start + 1}-${end}`;
        return {
          by: "writer",
          type: `writer ${type}`,
          title: `${name === "" ? where : `${name} (${where})`} as ${target.name} writes it`,
          why,
          confidence: unprovedConfidence,
          files: [{ path, before, after }],
          notes: ["A model wrote this, and nothing proves it: read the diff."],
          details: { type, model: target.name, path, from: start + 1, to: end },
        };
      }
    }
    conversation = writerCorrection(asked, answer, problem);
  }
  return { problem };
}

/** Why an answer cannot be the part; a part without a name must keep what others may use. */
function problemWithAnswer(
  part: Parameters<typeof problemWithPart>[0],
  written: string,
  code: string,
  said: string,
  declared: RegionFinder["declared"],
): string | undefined {
  if (part.name !== "") return problemWithPart(part, written, code, said, declared);
  const lost = leftOutDeclaration(code, written, said, declared);
  return lost === undefined ? undefined : leavesOut(lost);
}

const aboutBlanks = /blank|empty|white|spac|format|newline|line break|indent|lint/i;
const blanksAside = (text: string): string =>
  text
    .split("\n")
    .map((line) => line.trimEnd())
    .filter((line) => line !== "")
    .join("\n");

/** Why a text cannot be a candidate, or "". */
async function problemWithText(
  path: string,
  before: string,
  after: string,
  said: string,
  parserFor: ParserFor,
): Promise<string> {
  if (after === before) return "it changes nothing.";
  if (!aboutBlanks.test(said) && blanksAside(after) === blanksAside(before)) {
    return "it changes nothing but blanks.";
  }
  const parser = await parserFor(path);
  const isBroken = (text: string): boolean | undefined => {
    const tree = parser?.parse(text);
    const broken = tree?.rootNode.hasError;
    tree?.delete();
    return broken;
  };
  return isBroken(after) === true && isBroken(before) === false ? "it has a syntax error." : "";
}
