import type { CallToolResult, McpServer } from "@modelcontextprotocol/server";
import * as z from "zod";
import type { SignaturePlan } from "../orchestrate/signature/signature.ts";
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

/** `change_signature`: other parameters for a function, and other arguments for its calls. */
export function registerSignatureTool(server: McpServer, answer: RepositoryAnswer): void {
  server.registerTool("change_signature", changeOfSignature, (args, context) =>
    answer(context, args.path, async ({ file, orchestrator, onEvent, write }) => {
      const at = symbolPlace({ file }, args.line);
      const { function: from, parameters, values, unsure } = args;
      const done = await orchestrator.run(
        { signature: { from, parameters, values, unsure, at } },
        { ...write, onEvent, dryRun: args.dry_run === true },
      );
      return signatureAnswer(done, args);
    }),
  );
}

function signatureAnswer({ chosen, applied }: Orchestrated, wish: AnswerArguments): CallToolResult {
  const plan = chosen.details as Omit<SignaturePlan, "files">;
  const { files, written, entry } = applied;
  const { diffs, fields } = answeredFiles(files, wish);
  const left = plan.unsure.filter(({ changed }) => !changed).length;
  const lines = [
    chosen.title,
    ...files.map(({ path, hash }) => (hash === undefined ? path : `${path} ${hash}`)),
    ...(left > 0 ? [`${left} places were left: see \`unsure\`.`] : []),
    written ? `Written.${entry === undefined ? "" : ` Edit ${entry}.`}` : "Nothing was written.",
    ...diffs,
  ];
  return {
    content: [{ type: "text", text: lines.join("\n") }],
    structuredContent: { ...plan, files: fields, written, ...(entry ? { entry } : {}) },
  };
}

interface SignatureArguments extends AnswerArguments {
  readonly function: string;
  readonly parameters: string;
  readonly values?: Readonly<Record<string, string>> | undefined;
  readonly path?: string | undefined;
  readonly line?: number | undefined;
  readonly unsure?: "refuse" | "include" | "leave" | undefined;
}

const title = "Change the parameters of a function";

const changeOfSignature: ToolDefinition<SignatureArguments> = {
  title,
  description:
    'Gives a function other parameters and adapts every call of it in the project (JavaScript, TypeScript, Python, Go) as one change. Parameters are matched by name: those that stay keep their arguments, in any order; a new one has a default in the list, or a value for all calls; arguments of missing ones are dropped. The body is not changed: a parameter that it still uses cannot be taken away. Example: {"function": "parseDate", "parameters": "text, zone", "values": {"zone": "\\"UTC\\""}}. Calls that cannot be adapted for certain (spread arguments, the function as a value) refuse the change with a list.',
  inputSchema: z.strictObject({
    function: z.string().min(1).describe("Its name; a method also as `Type.method`."),
    parameters: z
      .string()
      .describe("The whole new list as the language writes it, without the receiver of a method."),
    values: z
      .record(z.string(), z.string().min(1))
      .optional()
      .describe("For a new parameter without a default: the expression that calls pass."),
    path: z.string().min(1).optional().describe("A file in which the function is written."),
    line: z
      .int()
      .min(1)
      .optional()
      .describe("A line of `path` with its name, from 1, where several functions have the name."),
    unsure: z
      .enum(["refuse", "include", "leave"])
      .optional()
      .describe(
        "What to do with calls that cannot be adapted for certain; default: refuse and list them.",
      ),
    dry_run: dryRun,
    diff: diffWish,
  }),
  outputSchema: z.looseObject({
    files: z.array(z.looseObject({ path: z.string() })).optional(),
    calls: z.number().optional().describe("How many calls pass something else."),
    unsure: z
      .array(z.looseObject({ path: z.string(), line: z.number(), why: z.string() }))
      .optional(),
    written: z.boolean().optional(),
    entry: z.string().optional().describe("For `undo_edit`."),
    error: refusalSchema.optional(),
  }),
  annotations: {
    title,
    readOnlyHint: false,
    destructiveHint: true,
    idempotentHint: false,
    openWorldHint: false,
  },
};
