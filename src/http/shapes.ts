import { randomUUID } from "node:crypto";
import type { AnswerShape, Ending } from "./answer-shape.ts";
import type { Endpoint } from "./requests.ts";
import { responsesShape } from "./responses-shape.ts";

/** The shape that an endpoint answers in. @param created seconds since 1970 */
export function answerShapeOf(endpoint: Endpoint, model: string, created: number): AnswerShape {
  if (endpoint === "chat") return chatShape(model, created);
  if (endpoint === "responses") return responsesShape(model, created);
  if (endpoint === "code-apply") return codeApplyShape();
  return completionShape(model, created);
}

/** The events of a stream as they are sent. */
export function eventText(event: unknown, named: boolean): string {
  const name = named ? `event: ${(event as { readonly type: string }).type}\n` : "";
  return `${name}data: ${JSON.stringify(event)}\n\n`;
}

/** The end of a stream, after its last event. */
export const endOfEvents = (named: boolean): string => (named ? "" : "data: [DONE]\n\n");

export function chatShape(model: string, created: number): AnswerShape {
  const id = `chatcmpl-${randomUUID()}`;
  const chunk = (choices: readonly unknown[], more = {}) => ({
    id,
    object: "chat.completion.chunk",
    created,
    model,
    choices,
    ...more,
  });
  const choice = (delta: unknown, finish: string | null) => [
    { index: 0, delta, logprobs: null, finish_reason: finish },
  ];
  return {
    named: false,
    whole: (content, { finish, usage, redraft }) => ({
      id,
      object: "chat.completion",
      created,
      model,
      choices: [
        {
          index: 0,
          message: { role: "assistant", content, refusal: null },
          logprobs: null,
          finish_reason: finish,
        },
      ],
      usage,
      ...(redraft ? { redraft } : {}),
    }),
    opening: () => [chunk(choice({ role: "assistant", content: "" }, null))],
    piece: (content) => chunk(choice({ content }, null)),
    closing: ({ finish, usage, redraft }, asked) => [
      chunk(choice({}, finish), redraft ? { redraft } : {}),
      ...(asked ? [chunk([], { usage })] : []),
    ],
    failed: (body) => body,
  };
}

export function completionShape(model: string, created: number): AnswerShape {
  const about = { id: `cmpl-${randomUUID()}`, object: "text_completion", created, model };
  const answer = (
    text: string,
    finish: string | null,
    scores: Pick<Ending, "logprobs" | "promptLogprobs">,
    more = {},
  ) => ({
    ...about,
    choices: [
      {
        index: 0,
        text,
        logprobs: scores.logprobs ?? null,
        finish_reason: finish,
        ...(scores.promptLogprobs ? { prompt_logprobs: scores.promptLogprobs } : {}),
      },
    ],
    ...more,
  });
  return {
    named: false,
    whole: (text, ending) => {
      const { finish, usage, redraft } = ending;
      return answer(text, finish, ending, { usage, ...(redraft ? { redraft } : {}) });
    },
    opening: () => [],
    piece: (text) => answer(text, null, {}),
    closing: (ending, asked) => [
      answer("", ending.finish, ending, ending.redraft ? { redraft: ending.redraft } : {}),
      ...(asked ? [{ ...about, choices: [], usage: ending.usage }] : []),
    ],
    failed: (body) => body,
  };
}

/** Relace's answer, which is never a stream. */
function codeApplyShape(): AnswerShape {
  return {
    named: false,
    whole: (mergedCode, { usage, redraft }) => ({
      mergedCode,
      usage,
      ...(redraft ? { redraft } : {}),
    }),
    opening: () => [],
    piece: (text) => text,
    closing: () => [],
    failed: (body) => body,
  };
}
