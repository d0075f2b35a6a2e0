import type { CallToolResult } from "@modelcontextprotocol/server";
import { RedraftError } from "../core/errors.ts";
import type { FileAnswer, ReadAnswer } from "../workspace/editor.ts";
import { summary } from "./summary.ts";

function withDiff(answer: FileAnswer): string {
  return answer.diff === "" ? summary(answer) : `${summary(answer)}\n\n${answer.diff}`;
}

export function fileText(answer: FileAnswer): CallToolResult {
  return {
    content: [{ type: "text", text: withDiff(answer) }],
    structuredContent: { ...answer },
  };
}

export function patchText(answers: readonly FileAnswer[]): CallToolResult {
  return {
    content: [{ type: "text", text: answers.map(withDiff).join("\n\n") }],
    structuredContent: { files: answers },
  };
}

export function readText(answer: ReadAnswer): CallToolResult {
  const { path, hash, firstLine, lastLine, totalLines } = answer;
  const head = `${path}, lines ${firstLine}-${lastLine} of ${totalLines}, hash ${hash}`;
  return {
    content: [
      { type: "text", text: head },
      { type: "text", text: answer.text },
    ],
    structuredContent: { ...answer },
  };
}

/**
 * A refusal as a tool error: the model reads the message and tries again; programs read the code. What
 * went wrong inside stays inside: an unexpected error says so and nothing more.
 */
export function failure(error: unknown): CallToolResult {
  const known = RedraftError.is(error)
    ? error
    : new RedraftError(
        "engine-failed",
        "The edit failed inside Redraft; nothing was written. The server's log on stderr has the cause.",
      );
  const { code, message, retryable, details } = known;
  return {
    isError: true,
    content: [{ type: "text", text: `${code}: ${message}` }],
    structuredContent: { error: { code, message, retryable, details } },
  };
}
