import type { CallToolResult } from "@modelcontextprotocol/server";
import { messageWithCode, RedraftError } from "../core/errors.ts";
import { publicError } from "../core/public-error.ts";
import type { FileAnswer, ReadAnswer } from "../workspace/editor.ts";
import { answerSummary } from "./summary.ts";

/** A longer diff is cut: models pay for every line, and the writer of a new file knows it. */
const longestDiff = 64 * 1024;

function brief(answer: FileAnswer): FileAnswer {
  if (answer.diff.length <= longestDiff) return answer;
  const end = answer.diff.lastIndexOf("\n", longestDiff) + 1;
  const rest = lineCount(answer.diff) - lineCount(answer.diff.slice(0, end));
  const diff = `${answer.diff.slice(0, end)}... ${rest} more lines; read the file for them.\n`;
  return { ...answer, diff };
}

const lineCount = (text: string): number => text.split("\n").length;

/**
 * What happened, one line per file. The diff is in `structuredContent` only, since a model that wrote the edit knows it. A dry
 * run exists for its diff, so there the text has it as well, for clients that show nothing else.
 */
function shownText(answer: FileAnswer): string {
  const isDry = answer.changed && !answer.written;
  return isDry && answer.diff !== ""
    ? `${answerSummary(answer)}\n\n${answer.diff}`
    : answerSummary(answer);
}

export function fileText(answer: FileAnswer): CallToolResult {
  const shown = brief(answer);
  return { content: [{ type: "text", text: shownText(shown) }], structuredContent: { ...shown } };
}

export function patchText(answers: readonly FileAnswer[]): CallToolResult {
  const files = answers.map(brief);
  return {
    content: [{ type: "text", text: files.map(shownText).join("\n") }],
    structuredContent: { files },
  };
}

export function fileRead(answer: ReadAnswer): CallToolResult {
  const { path, hash, firstLine, lastLine, totalLines, nextLine, cut } = answer;
  const head = `${path}, lines ${firstLine}-${lastLine} of ${totalLines}, hash ${hash}`;
  const long = cut === true ? `; line ${lastLine} is too long for one answer and was cut` : "";
  const rest = nextLine === undefined ? "" : `; for the rest, send first_line ${nextLine}`;
  return {
    content: [
      { type: "text", text: `${head}${long}${rest}` },
      { type: "text", text: answer.text },
    ],
    structuredContent: { ...answer },
  };
}

/**
 * A refusal as a tool error: the model reads the message and tries again; programs read the code. An
 * unexpected error says that it happened, and no details.
 */
export function failure(error: unknown): CallToolResult {
  const known = RedraftError.is(error)
    ? error
    : new RedraftError(
        "engine-failed",
        "The edit failed inside Redraft; nothing was written. The server's log on stderr has the cause.",
      );
  const { code, retryable } = known;
  const { message, details } = publicError(known);
  return {
    isError: true,
    content: [{ type: "text", text: messageWithCode(code, message) }],
    structuredContent: { error: { code, message, retryable, details } },
  };
}
