import type { WireAnswer } from "./wire-server.ts";

/** Answers of OpenAI's own service, which cannot be run here: by its documentation, and no recordings. */
const refusal =
  (
    status: number,
    error: { readonly message: string; readonly param?: string; readonly code?: string },
    headers: Readonly<Record<string, string>> = {},
  ): WireAnswer =>
  (_request, response) => {
    response.writeHead(status, { "content-type": "application/json", ...headers });
    response.end(JSON.stringify({ error: { type: "error", param: null, code: null, ...error } }));
  };

export const predictionRefused: WireAnswer = refusal(400, {
  message: "Unrecognized request argument supplied: prediction",
});

export const maxTokensRefused: WireAnswer = refusal(400, {
  message:
    "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
  param: "max_tokens",
  code: "unsupported_parameter",
});

export const quotaUsedUp: WireAnswer = refusal(429, {
  message: "You exceeded your current quota, please check your plan and billing details.",
  code: "insufficient_quota",
});

export const rateLimited: WireAnswer = refusal(
  429,
  { message: "Rate limit reached.", code: "rate_limit_exceeded" },
  { "retry-after": "2" },
);

/** A stream of a predicted answer, with characters of several bytes; `pieceSize` cuts them. */
export const predictedAnswer =
  (pieceSize: number): WireAnswer =>
  async (_request, response) => {
    const events = [
      { choices: [{ index: 0, delta: { role: "assistant", content: "" } }], usage: null },
      { choices: [{ index: 0, delta: { content: "def add(a, b):\n" } }], usage: null },
      { choices: [{ index: 0, delta: { content: "    return a + b  # ✓ größer\n" } }] },
      { choices: [{ index: 0, delta: {}, finish_reason: "stop" }], usage: null },
      {
        choices: [],
        usage: {
          prompt_tokens: 61,
          completion_tokens: 24,
          completion_tokens_details: {
            accepted_prediction_tokens: 12,
            rejected_prediction_tokens: 3,
          },
        },
      },
    ];
    const lines = [...events.map((event) => JSON.stringify(event)), "[DONE]"];
    const bytes = Buffer.from(lines.map((line) => `data: ${line}\n\n`).join(""));
    response.writeHead(200, { "content-type": "text/event-stream" });
    for (let at = 0; at < bytes.length; at += pieceSize) {
      response.write(bytes.subarray(at, at + pieceSize));
      await new Promise((resolve) => setImmediate(resolve));
    }
    response.end();
  };
