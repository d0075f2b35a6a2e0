import { resolve } from "node:path";
import { type Tool, tool } from "ai";
import { messageWithCode, RedraftError } from "../core/errors.ts";
import type { Redraft } from "../core/redraft.ts";
import { editFile, editFileInput, sketchDescription } from "../mcp/schemas.ts";
import { answerSummary } from "../mcp/summary.ts";
import { createRedraft } from "../redraft/create-redraft.ts";
import { createFileEditor, type EditFileArguments, type FileAnswer } from "../workspace/editor.ts";
import { openJournal } from "../workspace/journal/journal.ts";

export interface EditFileToolOptions {
  /** The folders whose files may be edited; default: the current one. */
  readonly roots?: readonly string[];
  /** Default: an engine without a model. */
  readonly redraft?: Redraft;
  /** False: nothing is kept for undo, and a write that a kill cuts off is not put right. */
  readonly journal?: boolean;
}

/**
 * An AI SDK tool that edits files: a sketch, or an exact string and its replacement. A refusal is thrown, so
 * that the model sees it as a tool error that says what to send instead.
 *
 * @example
 * await generateText({ model, tools: { editFile: editFileTool({ roots: ["."] }) }, prompt });
 */
export function editFileTool(
  options: EditFileToolOptions = {},
): Tool<EditFileArguments, FileAnswer> {
  const roots = (options.roots ?? ["."]).map((root) => resolve(root));
  const editor = createFileEditor({
    redraft: options.redraft ?? createRedraft(),
    roots,
    by: "editFileTool",
    ...(options.journal === false
      ? {}
      : { journal: openJournal({ folder: roots[0]!, more: roots.slice(1) }) }),
  });
  return tool({
    title: editFile.title,
    description: `${sketchDescription} Instead of a sketch, send \`old_string\` and \`new_string\`, or \`edits\`.`,
    inputSchema: editFileInput,
    async execute(args: EditFileArguments, { abortSignal }): Promise<FileAnswer> {
      try {
        return await editor.edit(args, { signal: abortSignal });
      } catch (error) {
        // The SDK shows the model only the message, so the code is its prefix.
        if (!RedraftError.is(error)) throw error;
        const { code, message, retryable, details } = error;
        throw new RedraftError(code, messageWithCode(code, message), {
          cause: error,
          retryable,
          details,
        });
      }
    },
    toModelOutput: ({ output }) => ({
      type: "text",
      value:
        output.diff === "" ? answerSummary(output) : `${answerSummary(output)}\n\n${output.diff}`,
    }),
  });
}
