import { randomUUID } from "node:crypto";
import type { AnswerShape, Ending, UsageJson } from "./answer-shape.ts";

/** An answer of `/v1/responses`: one message of text. Nothing is stored, so nothing can be asked for by its id later. */
export function responsesShape(model: string, created: number): AnswerShape {
  const id = `resp_${randomUUID().replaceAll("-", "")}`;
  const item = `msg_${randomUUID().replaceAll("-", "")}`;
  let sequence = 0;
  let written = "";

  const event = (type: string, more: object) => ({ type, sequence_number: sequence++, ...more });
  const part = (text: string) => ({ type: "output_text", text, annotations: [], logprobs: [] });
  const message = (status: string, content: readonly unknown[]) => ({
    id: item,
    type: "message",
    role: "assistant",
    status,
    content,
  });
  const response = (status: string, output: readonly unknown[], more: object = {}) => ({
    id,
    object: "response",
    created_at: created,
    status,
    error: null,
    incomplete_details: null,
    instructions: null,
    metadata: {},
    model,
    output,
    parallel_tool_calls: false,
    temperature: null,
    top_p: null,
    tool_choice: "none",
    tools: [],
    store: false,
    usage: null,
    ...more,
  });

  function ended(text: string, { finish, usage, redraft }: Ending) {
    const status = finish === "length" ? "incomplete" : "completed";
    return response(status, [message(status, [part(text)])], {
      usage: responsesUsage(usage),
      ...(finish === "length" ? { incomplete_details: { reason: "max_output_tokens" } } : {}),
      ...(redraft ? { redraft } : {}),
    });
  }

  const place = { item_id: item, output_index: 0, content_index: 0 };
  return {
    named: true,
    whole: ended,
    opening: () => [
      event("response.created", { response: response("in_progress", []) }),
      event("response.in_progress", { response: response("in_progress", []) }),
      event("response.output_item.added", { output_index: 0, item: message("in_progress", []) }),
      event("response.content_part.added", { ...place, part: part("") }),
    ],
    piece(delta) {
      written += delta;
      return event("response.output_text.delta", { ...place, delta, logprobs: [] });
    },
    closing(ending) {
      const whole = ended(written, ending);
      const { status } = whole;
      return [
        event("response.output_text.done", { ...place, text: written, logprobs: [] }),
        event("response.content_part.done", { ...place, part: part(written) }),
        event("response.output_item.done", {
          output_index: 0,
          item: message(status, [part(written)]),
        }),
        event(`response.${status}`, { response: whole }),
      ];
    },
    failed({ error: { code, message: why, param } }) {
      return event("error", { code, message: why, param });
    },
  };
}

function responsesUsage({ prompt_tokens, completion_tokens, total_tokens }: UsageJson) {
  return {
    input_tokens: prompt_tokens,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens: completion_tokens,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens,
  };
}
