import type { DraftRequest, Token, TokenTarget } from "../../core/target.ts";
import { type ChatTemplate, chatTokens } from "../../session/chat-template.ts";
import { type TraceRecord, taskOf } from "../traces/data.ts";
import { type CaseSet, seededOrder } from "./case-sets.ts";
import { chatOpening, chatQuestion } from "./question.ts";

/** One edit in the target's tokens. */
export interface DecodeCase {
  readonly id: string;
  readonly set: string;
  /** What statistics of acceptance must not have been learnt from. */
  readonly task: string;
  readonly request: DraftRequest;
  /** Longest output, the closing fence or end token included. */
  readonly maxTokens: number;
  /** Whether the output is code inside a fence, and ends where that is closed. */
  readonly fenced: boolean;
}

export interface ChatCasesOptions {
  readonly target: Pick<TokenTarget, "tokenize">;
  readonly template: ChatTemplate;
  /** Message before the question; default none. */
  readonly system?: string;
  /** Present where the vocabulary asks for it at the start of every text. */
  readonly beginToken?: Token;
  /** Longest prompt, in tokens. */
  readonly length: number;
  /** Longest output; default: twice the original and 128 more. */
  readonly maxTokens?: number;
  /** Prompt and output together; what the model was trained for. */
  readonly contextSize: number;
  /** How many of those that fit, in the order that the seed draws; default all. */
  readonly sample?: number;
  readonly seed: number;
}

export interface ChosenCases {
  readonly cases: readonly DecodeCase[];
  /** Records left out because their prompt is longer than `length`. */
  readonly tooLong: number;
}

/** The cases of a set: the question in the model's chat template, the answer begun inside the fence. */
export async function chatCases(
  { name, records }: CaseSet,
  options: ChatCasesOptions,
): Promise<ChosenCases> {
  const cases: DecodeCase[] = [];
  let tooLong = 0;
  for (const record of seededOrder(records, options.seed)) {
    if (cases.length === options.sample) break;
    const made = await chatCase(name, record, options);
    const room = options.contextSize - made.request.prompt.length;
    if (made.request.prompt.length > options.length || room < 1) tooLong++;
    else cases.push({ ...made, maxTokens: Math.min(made.maxTokens, room) });
  }
  return { cases, tooLong };
}

async function chatCase(
  set: string,
  record: TraceRecord,
  { target, template, system, beginToken, maxTokens }: ChatCasesOptions,
): Promise<DecodeCase> {
  const { id, instruction, original, context } = record;
  const asked = await chatTokens(
    target,
    template,
    chatQuestion(instruction, original),
    chatOpening,
    system,
  );
  const begins = beginToken === undefined || asked[0] === beginToken;
  const source = await target.tokenize(original);
  return {
    id,
    set,
    task: taskOf(id),
    request: {
      prompt: begins ? asked : [beginToken, ...asked],
      source,
      ...(context && { context: [await target.tokenize(context)] }),
    },
    maxTokens: maxTokens ?? 2 * source.length + 128,
    fenced: true,
  };
}
