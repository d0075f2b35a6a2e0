import type { CallToolResult, McpServer } from "@modelcontextprotocol/server";
import * as z from "zod";
import type { RenamePlan } from "../orchestrate/rename/rename.ts";
import type { Orchestrated } from "../redraft/orchestrator.ts";
import { answeredFiles } from "./answers.ts";
import { type RepositoryAnswer, symbolPlace } from "./repository-call.ts";
import {
  type AnswerArguments,
  diffWish,
  dryRun,
  refusalSchema,
  type ToolDefinition,
} from "./schemas.ts";

/** `rename_symbol`: one symbol in all files of a root. */
export function registerRenameTool(server: McpServer, answer: RepositoryAnswer): void {
  server.registerTool("rename_symbol", renameSymbol, (args, context) =>
    answer(context, args.path, async ({ file, orchestrator, onEvent, write }) => {
      const at = symbolPlace({ file }, args.line);
      const { old_name: from, new_name: to, unsure, mentions } = args;
      const dryRun = args.dry_run === true;
      const done = await orchestrator.run(
        { rename: { from, to, at, unsure, mentions } },
        { ...write, onEvent, dryRun },
      );
      return renameAnswer(done, args);
    }),
  );
}

function renameAnswer({ chosen, applied }: Orchestrated, wish: AnswerArguments): CallToolResult {
  const plan = chosen.details as Omit<RenamePlan, "files">;
  const { files, written, entry } = applied;
  const { diffs, fields } = answeredFiles(files, wish);
  const left = [
    ...plan.unsure.filter((one) => !one.renamed),
    ...plan.mentions.filter((one) => !one.renamed),
  ];
  const lines = [
    chosen.title,
    ...files.map(({ path, hash }) => (hash === undefined ? path : `${path} ${hash}`)),
    ...(left.length > 0
      ? [`${left.length} places were left: see \`unsure\` and \`mentions\`.`]
      : []),
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

interface RenameArguments extends AnswerArguments {
  readonly old_name: string;
  readonly new_name: string;
  readonly path?: string | undefined;
  readonly line?: number | undefined;
  readonly unsure?: "refuse" | "include" | "leave" | undefined;
  readonly mentions?: boolean | undefined;
}

const shownPlace = z.looseObject({ path: z.string(), line: z.number(), text: z.string() });

const renameSymbol: ToolDefinition<RenameArguments> = {
  title: "Rename a symbol",
  description:
    'Renames a variable, function, type, member or parameter in all files of the project (JavaScript, TypeScript, Python, Go) as one change. Scopes, imports and re-exports are followed; other things of the same name stay. Example: {"old_name": "fetchAll", "new_name": "loadAll"}. If several symbols have the name, or some places may mean it or not, nothing is written and the error lists them.',
  inputSchema: z.strictObject({
    old_name: z.string().min(1).describe("The name; a member also as `Type.member`."),
    new_name: z.string().min(1),
    path: z.string().min(1).optional().describe("A file in which the symbol is written."),
    line: z
      .int()
      .min(1)
      .optional()
      .describe("A line of `path` with the symbol, from 1, where several symbols have the name."),
    unsure: z
      .enum(["refuse", "include", "leave"])
      .optional()
      .describe("What to do with places that may mean the symbol; default: refuse and list them."),
    mentions: z
      .boolean()
      .optional()
      .describe("If true, replace the name in comments and strings, too."),
    dry_run: dryRun,
    diff: diffWish,
  }),
  outputSchema: z.looseObject({
    files: z.array(z.looseObject({ path: z.string() })).optional(),
    unsure: z.array(shownPlace).optional(),
    mentions: z.array(shownPlace).optional(),
    written: z.boolean().optional(),
    entry: z.string().optional().describe("For `undo_edit`."),
    error: refusalSchema.optional(),
  }),
  annotations: {
    title: "Rename a symbol",
    readOnlyHint: false,
    destructiveHint: true,
    idempotentHint: false,
    openWorldHint: false,
  },
};
