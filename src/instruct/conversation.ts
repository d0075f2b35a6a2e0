import { RedraftError } from "../core/errors.ts";
import { throwIfStopped } from "../core/signal.ts";
import type { LocalModelFacts, ModelWork, TextChunk, TextTarget } from "../core/target.ts";
import { tokensOf } from "./costs.ts";
import type { PromptMessage } from "./prompt.ts";
import type { InstructCall, Way } from "./request.ts";

/** What the large model has read and written so far. */
export interface Spent {
  readonly requests: number;
  readonly promptTokens: number;
  readonly outputTokens: number;
  /** Of the output, drafted tokens that the server says were right; absent where it does not say. */
  readonly acceptedPredictionTokens?: number;
  readonly rejectedPredictionTokens?: number;
  /** False: the server reports no usage, and the tokens are estimated by characters. */
  readonly counted: boolean;
}

export interface Conversation {
  readonly spent: Spent;
  readonly lastAnswer: string;
  /** Begins anew. */
  ask(messages: readonly PromptMessage[], question: InstructQuestion): Promise<string>;
  /** Says something more after the last answer. */
  goOn(message: string, question: InstructQuestion): Promise<string>;
}

/** What is expected of an answer. */
export interface InstructQuestion extends Pick<ModelWork, "outputTokens" | "predictedTokens"> {
  readonly via: Way;
  readonly paths: readonly string[];
  readonly lines?: readonly [number, number];
  readonly fenced?: boolean;
  readonly prediction?: string;
  /** Answers that are likelier than the prediction. */
  readonly candidates?: readonly string[];
  /** An answer of a local model that has more tokens repeats itself. */
  readonly most?: number;
}

/** A model on this machine that repeats itself would go on until the context is full: minutes. */
const runaway = { factor: 2, more: 512 } as const;

/** @param note put behind every first question */
export function converse(
  model: TextTarget,
  { signal, onEvent }: InstructCall = {},
  note?: string,
): Conversation {
  let messages: readonly PromptMessage[] = [];
  let lastAnswer = "";
  let spent: Spent = { requests: 0, promptTokens: 0, outputTokens: 0, counted: true };

  async function ask(asked: readonly PromptMessage[], question: InstructQuestion): Promise<string> {
    let text = "";
    let usage: TextChunk["usage"];
    let finish: TextChunk["finish"];
    throwIfStopped(signal);
    const work = await announce(model, asked, question, onEvent);
    const { prediction, candidates, outputTokens } = question;
    const usual = runaway.factor * outputTokens + runaway.more;
    const limit = model.local && Math.ceil(Math.min(usual, question.most ?? usual));
    const more = {
      ...(prediction && { prediction }),
      ...(candidates && { candidates }),
      ...(limit !== undefined && { maxTokens: limit }),
      ...(signal && { signal }),
    };
    for await (const chunk of model.complete(asked, more)) {
      // Not every target, and not every injected fetch, looks at the signal.
      throwIfStopped(signal);
      text += chunk.text;
      const { tokens, accepted, passes } = chunk;
      onEvent?.({
        type: "text",
        text: chunk.text,
        ...(tokens !== undefined && { tokens }),
        ...(accepted !== undefined && { accepted }),
        ...(passes !== undefined && { passes }),
      });
      usage = chunk.usage ?? usage;
      finish = chunk.finish ?? finish;
    }
    messages = asked;
    lastAnswer = text;
    spent = add(spent, usage, asked, text);
    if (finish === "length" && limit !== undefined && work.room >= limit) {
      throw new RedraftError(
        "engine-failed",
        `${model.name} wrote ${limit} tokens where about ${Math.ceil(outputTokens)} were expected, and was stopped: most likely it repeats itself. ${question.via === "rewrite" ? "Name one function in the instruction, or take a larger model." : "Have it write whole files (--via rewrite), or take a larger model."}`,
        { details: { written: text.length } },
      );
    }
    if (finish === "length") {
      throw new RedraftError(
        "engine-failed",
        `${model.name} reached its limit of tokens before the answer was complete. Give it fewer or shorter files, or a larger context.`,
        { details: { written: text.length } },
      );
    }
    return text;
  }

  return {
    get spent() {
      return spent;
    },
    get lastAnswer() {
      return lastAnswer;
    },
    ask: (messages, question) => ask(withNote(messages, note), question),
    goOn: (message, question) =>
      ask(
        [
          ...messages,
          { role: "assistant", content: lastAnswer },
          { role: "user", content: message },
        ],
        question,
      ),
  };
}

function withNote(
  messages: readonly PromptMessage[],
  note: string | undefined,
): readonly PromptMessage[] {
  if (note === undefined) return messages;
  const last = messages.at(-1)!;
  return [...messages.slice(0, -1), { ...last, content: `${last.content}\n\n${note}` }];
}

/**
 * Says what is about to be asked, and refuses what a local model has no room for, before anything is read: the prompt, and as much
 * as is expected of the answer.
 */
async function announce(
  { local, name }: TextTarget,
  asked: readonly PromptMessage[],
  question: InstructQuestion,
  onEvent: InstructCall["onEvent"],
): Promise<{ readonly room: number }> {
  const { via, paths, lines, fenced, outputTokens, predictedTokens } = question;
  const promptTokens = local
    ? await local.count(asked)
    : asked.reduce((sum, { content }) => sum + tokensOf(content), 0);
  const room = local ? local.contextSize - promptTokens : Number.POSITIVE_INFINITY;
  const needed = promptTokens + Math.ceil(outputTokens);
  if (local && needed > local.contextSize) {
    throw new RedraftError(
      "usage",
      `${paths.join(", ")}: the prompt has ${promptTokens} tokens and the answer about ${Math.ceil(outputTokens)}, and the context of ${name} holds ${local.contextSize}. Nothing was asked. ${roomAdvice(via, needed, local)}`,
      { details: { needed, contextSize: local.contextSize } },
    );
  }
  const seconds = local?.seconds({ promptTokens, outputTokens, predictedTokens });
  onEvent?.({
    type: "asked",
    via,
    paths,
    ...(lines && { lines }),
    ...(fenced && { fenced }),
    promptTokens,
    outputTokens: Math.ceil(outputTokens),
    ...(seconds !== undefined && { seconds }),
  });
  return { room };
}

function roomAdvice(via: Way, needed: number, { trainedContext }: LocalModelFacts): string {
  const larger =
    needed <= trainedContext
      ? `Load it with a larger context (--context ${Math.ceil((needed * 1.1) / 512) * 512}); it was trained for ${trainedContext}.`
      : `It was trained for ${trainedContext} tokens: give it fewer or shorter files.`;
  return via === "region" ? larger : `Have it write one part only (--via region), or: ${larger}`;
}

function add(
  spent: Spent,
  usage: TextChunk["usage"],
  asked: readonly PromptMessage[],
  answer: string,
): Spent {
  const read = asked.reduce((sum, { content }) => sum + tokensOf(content), 0);
  const accepted = usage?.acceptedPredictionTokens ?? spent.acceptedPredictionTokens;
  const rejected = usage?.rejectedPredictionTokens ?? spent.rejectedPredictionTokens;
  return {
    requests: spent.requests + 1,
    promptTokens: spent.promptTokens + (usage?.promptTokens ?? read),
    outputTokens: spent.outputTokens + (usage?.completionTokens ?? tokensOf(answer)),
    ...(accepted !== undefined && {
      acceptedPredictionTokens: addUp(
        spent.acceptedPredictionTokens,
        usage?.acceptedPredictionTokens,
      ),
    }),
    ...(rejected !== undefined && {
      rejectedPredictionTokens: addUp(
        spent.rejectedPredictionTokens,
        usage?.rejectedPredictionTokens,
      ),
    }),
    counted: spent.counted && usage !== undefined,
  };
}

const addUp = (a = 0, b = 0): number => a + b;
