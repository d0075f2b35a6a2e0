import { RedraftError } from "../core/errors.ts";
import { throwIfStopped } from "../core/signal.ts";
import type { TextChunk, TextTarget } from "../core/target.ts";
import { tokensOf } from "./costs.ts";
import type { PromptMessage } from "./prompt.ts";

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
  ask(messages: readonly PromptMessage[], prediction?: string): Promise<string>;
  /** Says something more after the last answer. */
  goOn(message: string): Promise<string>;
}

export function converse(model: TextTarget, signal?: AbortSignal): Conversation {
  let messages: readonly PromptMessage[] = [];
  let lastAnswer = "";
  let spent: Spent = { requests: 0, promptTokens: 0, outputTokens: 0, counted: true };

  async function ask(asked: readonly PromptMessage[], prediction?: string): Promise<string> {
    let text = "";
    let usage: TextChunk["usage"];
    let finish: TextChunk["finish"];
    const more = { ...(prediction && { prediction }), ...(signal && { signal }) };
    throwIfStopped(signal);
    for await (const chunk of model.complete(asked, more)) {
      // Not every target, and not every injected fetch, looks at the signal.
      throwIfStopped(signal);
      text += chunk.text;
      usage = chunk.usage ?? usage;
      finish = chunk.finish ?? finish;
    }
    messages = asked;
    lastAnswer = text;
    spent = add(spent, usage, asked, text);
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
    ask,
    goOn: (message) =>
      ask([
        ...messages,
        { role: "assistant", content: lastAnswer },
        { role: "user", content: message },
      ]),
  };
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
      acceptedPredictionTokens: sum(
        spent.acceptedPredictionTokens,
        usage?.acceptedPredictionTokens,
      ),
    }),
    ...(rejected !== undefined && {
      rejectedPredictionTokens: sum(
        spent.rejectedPredictionTokens,
        usage?.rejectedPredictionTokens,
      ),
    }),
    counted: spent.counted && usage !== undefined,
  };
}

const sum = (a = 0, b = 0): number => a + b;
