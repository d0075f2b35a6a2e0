import type { CallToolResult, McpServer } from "@modelcontextprotocol/server";
import * as z from "zod";
import type { RepeatPlan } from "../orchestrate/like-places/repeat.ts";
import type { Orchestrated } from "../redraft/orchestrator.ts";
import { answeredFiles } from "./answers.ts";
import type { RepositoryAnswer } from "./repository-call.ts";
import { dryRun, refusalSchema, type ToolDefinition } from "./schemas.ts";

/** `repeat_edit`: an edit that was made, at all places like it. */
export function registerRepeatTool(server: McpServer, answer: RepositoryAnswer): void {
  server.registerTool("repeat_edit", repeatEdit, (args, context) =>
    answer(context, args.path, async ({ orchestrator, onEvent, write }) => {
      // That places are alike does not prove that the edit is wanted there.
      const isDry = args.dry_run === true || (args.only === undefined && args.all !== true);
      const done = await orchestrator.run(
        { repeat: { edit: args.diff, only: args.only, all: args.only === undefined } },
        { ...write, onEvent, dryRun: isDry },
      );
      return repeatAnswer(done, isDry);
    }),
  );
}

function repeatAnswer({ chosen, applied }: Orchestrated, isDry: boolean): CallToolResult {
  const plan = chosen.details as Omit<RepeatPlan, "files">;
  const { files, written, entry } = applied;
  const { diffs, fields } = answeredFiles(files, { dry_run: isDry });
  const lines = [
    chosen.title,
    ...plan.places.map(({ number, path, line, text, becomes, unsure }) => {
      const place = `${number}. ${path}:${line}: ${text}`;
      return unsure === undefined ? place : `${place} -> ${becomes} (unsure: ${unsure})`;
    }),
    ...plan.partial.map(({ path, line, text, why }) => `left: ${path}:${line}: ${text} (${why})`),
    ...chosen.notes,
    written ? `Written.${entry === undefined ? "" : ` Edit ${entry}.`}` : "Nothing was written.",
    ...diffs,
  ];
  return {
    content: [{ type: "text", text: lines.join("\n") }],
    structuredContent: {
      ...plan,
      files: fields,
      written,
      ...(entry === undefined ? {} : { entry }),
    },
  };
}

interface RepeatArguments {
  readonly diff: string;
  readonly path?: string | undefined;
  readonly only?: number[] | undefined;
  readonly all?: boolean | undefined;
  readonly dry_run?: boolean | undefined;
}

const likePlaceSchema = z.looseObject({ path: z.string(), line: z.number(), text: z.string() });

const repeatEdit: ToolDefinition<RepeatArguments> = {
  title: "Repeat an edit at like places",
  description:
    'Takes an edit that was made already, as a unified diff, and makes the same change at all places of the project that have the form which it changed, as one change. Call it without `only` and `all` first: the answer numbers the places, and nothing is written. Example of `diff`: "--- a/a.ts\\n+++ b/a.ts\\n@@ -3 +3 @@\\n-log(user.name);\\n+log.info(user.name);\\n". Places that only have the same words are listed as unsure, and changed only if `only` has their numbers. Places that are like it only in part are listed and left. If the edit has nothing that marks other places, nothing is written.',
  inputSchema: z.strictObject({
    diff: z
      .string()
      .min(1)
      .describe("The edit that was made, as a unified diff with the paths of its files."),
    path: z.string().min(1).optional().describe("A file of the folder, where several are open."),
    only: z.array(z.int().min(1)).optional().describe("Numbers of the places that are wanted."),
    all: z
      .boolean()
      .optional()
      .describe(
        "True: all places that are not unsure are wanted. Without `only` and `all` they are listed, and nothing is written.",
      ),
    dry_run: dryRun,
  }),
  outputSchema: z.looseObject({
    places: z.array(likePlaceSchema).optional(),
    partial: z.array(likePlaceSchema).optional(),
    files: z.array(z.looseObject({ path: z.string() })).optional(),
    written: z.boolean().optional(),
    entry: z.string().optional().describe("For `undo_edit`."),
    error: refusalSchema.optional(),
  }),
  annotations: {
    title: "Repeat an edit at like places",
    readOnlyHint: false,
    destructiveHint: true,
    idempotentHint: false,
    openWorldHint: false,
  },
};
