import type { CallToolResult } from "@modelcontextprotocol/server";
import { messageWithCode, RedraftError } from "../core/errors.ts";
import { publicError } from "../core/public-error.ts";
import type { Excerpt, FileAnswer, ReadAnswer } from "../workspace/editor.ts";
import type { AnswerArguments } from "./schemas.ts";
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
 * Where an answer has its diff: once, or nowhere. The text of an edit that was written needs none, since the model that wrote the edit
 * knows it; a dry run exists for its diff, and most clients show a model the text alone.
 */
export function diffPlace({ diff, dry_run }: AnswerArguments): "text" | "fields" | "nowhere" {
  if (diff === false) return "nowhere";
  return diff === true || dry_run === true ? "text" : "fields";
}

function shownText(answer: FileAnswer, wish: AnswerArguments): string {
  const summary = answerSummary(answer);
  return diffPlace(wish) === "text" && answer.diff !== ""
    ? `${summary}\n\n${answer.diff}`
    : summary;
}

/** The fields of an answer. A short one has no receipt either, which is longer than most edits. */
function shownFields(answer: FileAnswer, wish: AnswerArguments): Record<string, unknown> {
  const { diff, receipt, ...fields } = answer;
  return {
    ...fields,
    ...(diffPlace(wish) === "fields" ? { diff } : {}),
    ...(receipt === undefined || wish.diff === false ? {} : { receipt }),
  };
}

export function fileText(answer: FileAnswer, wish: AnswerArguments = {}): CallToolResult {
  const shown = brief(answer);
  return {
    content: [{ type: "text", text: shownText(shown, wish) }],
    structuredContent: shownFields(shown, wish),
  };
}

export function patchText(
  answers: readonly FileAnswer[],
  wish: AnswerArguments = {},
): CallToolResult {
  const files = answers.map(brief);
  return {
    content: [{ type: "text", text: files.map((one) => shownText(one, wish)).join("\n") }],
    structuredContent: { files: files.map((one) => shownFields(one, wish)) },
  };
}

/** The files of a change of many, with their diffs where they belong. */
export function answeredFiles<File extends { readonly diff: string }>(
  files: readonly File[],
  wish: AnswerArguments,
): { readonly diffs: readonly string[]; readonly fields: readonly Partial<File>[] } {
  const place = diffPlace(wish);
  return {
    diffs: place === "text" ? files.map(({ diff }) => diff) : [],
    fields: place === "fields" ? files : files.map(({ diff: _, ...rest }) => rest as Partial<File>),
  };
}

/** What was read: the stretch itself, or, if the call named ranges, each of them under its lines. */
export function fileRead(answer: ReadAnswer): CallToolResult {
  const { path, hash, totalLines, ranges } = answer;
  if (ranges === undefined) {
    const head = `${path}, ${linesOf(answer, totalLines)}, hash ${hash}${restOf(answer)}`;
    return {
      content: [
        { type: "text", text: head },
        { type: "text", text: answer.text },
      ],
      structuredContent: { ...answer },
    };
  }
  return {
    content: [
      { type: "text", text: `${path}, ${totalLines} lines, hash ${hash}` },
      ...ranges.map((one) => ({
        type: "text" as const,
        text: `${linesOf(one, totalLines)}${restOf(one)}:\n${one.text}`,
      })),
    ],
    structuredContent: { path, hash, totalLines, ranges: [...ranges] },
  };
}

function linesOf({ firstLine, lastLine, nextLine }: Excerpt, total: number): string {
  if (lastLine >= firstLine) return `lines ${firstLine}-${lastLine} of ${total}`;
  if (nextLine !== undefined) return `nothing of its ${total} lines yet`;
  if (total === 0) return "empty";
  return firstLine > total
    ? `no line ${firstLine}: it has ${total} lines`
    : `nothing of its ${total} lines: the last one asked for is before the first, ${firstLine}`;
}

function restOf({ lastLine, nextLine, cut }: Excerpt): string {
  const long = cut === true ? `; line ${lastLine} is too long for one answer and was cut` : "";
  const rest = nextLine === undefined ? "" : `; for the rest, send first_line ${nextLine}`;
  return `${long}${rest}`;
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
  // The texts of a whole file, as programs get them elsewhere, are too long for a model.
  const { candidates, ...others } = details;
  const isWhole = Array.isArray(candidates) && candidates.some((one) => typeof one === "string");
  return {
    isError: true,
    content: [{ type: "text", text: messageWithCode(code, message) }],
    structuredContent: { error: { code, message, retryable, details: isWhole ? others : details } },
  };
}
