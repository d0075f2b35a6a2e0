import { join } from "node:path";
import type { CallToolResult, McpServer } from "@modelcontextprotocol/server";
import * as z from "zod";
import type { Diagnostic } from "../core/diagnostic.ts";
import { RedraftError } from "../core/errors.ts";
import { readPrinted } from "../diagnostics/brought-errors.ts";
import type { JudgedCandidate } from "../orchestrate/orchestrate.ts";
import type { AppliedAll } from "../workspace/apply-all.ts";
import { unifiedDiff } from "../workspace/diff.ts";
import { answeredFiles } from "./answers.ts";
import type { RepositoryAnswer } from "./repository-call.ts";
import {
  type AnswerArguments,
  diffWish,
  dryRun,
  refusalSchema,
  type ToolDefinition,
} from "./schemas.ts";

/** `fix_diagnostics`: fixes for what a tool printed. It runs no command. */
export function registerFixTool(server: McpServer, answer: RepositoryAnswer): void {
  server.registerTool("fix_diagnostics", fixDefinition, (args, context) =>
    answer(context, args.path, async ({ root, orchestrator, onEvent, write }) => {
      const diagnostics = diagnosticsOf(args, root);
      const judged = await orchestrator.propose({ diagnostics }, { signal: write.signal, onEvent });
      const chosen =
        args.choose === undefined ? judged.find(({ accepted }) => accepted) : judged[args.choose];
      if (args.choose !== undefined && chosen === undefined) {
        throw new RedraftError(
          "usage",
          `\`choose\` is ${args.choose}, and there are ${judged.length} candidates, from 0.`,
        );
      }
      if (!chosen) return fixAnswer(judged, undefined, undefined, args);
      const dryRun = args.dry_run === true;
      const applied = await orchestrator.apply(chosen.candidate, { ...write, dryRun });
      return fixAnswer(judged, chosen, applied, args);
    }),
  );
}

function diagnosticsOf({ output, diagnostics }: FixArguments, root: string): readonly Diagnostic[] {
  const printed = output === undefined ? [] : readPrinted([output], [root]);
  const listed = (diagnostics ?? []).map(
    ({ file, line, column, message }): Diagnostic => ({
      file: join(root, file),
      line,
      severity: "error",
      message,
      ...(column === undefined ? {} : { column }),
    }),
  );
  const all = [...printed, ...listed];
  if (all.length > 0) return all;
  throw new RedraftError(
    "usage",
    "there is no diagnostic: send `output`, what the tool printed with files and lines, or `diagnostics`.",
  );
}

function fixAnswer(
  judged: readonly JudgedCandidate[],
  chosen: JudgedCandidate | undefined,
  applied: AppliedAll | undefined,
  wish: AnswerArguments,
): CallToolResult {
  const candidates = judged.map(({ candidate, accepted, score }, index) => ({
    index,
    title: candidate.title,
    why: candidate.why,
    score,
    accepted,
    // The diff of the chosen one is that of the files.
    ...(judged[index] === chosen
      ? { chosen: true }
      : wish.diff === false
        ? {}
        : { diff: candidateDiff(candidate) }),
  }));
  const { diffs, fields } = answeredFiles(applied?.files ?? [], wish);
  const written = applied?.written === true;
  const entry = applied?.entry;
  const open = candidates.filter((one) => !("chosen" in one));
  const lines = [
    ...(chosen ? [chosen.candidate.title] : ["No fix is certain."]),
    ...(applied?.files.map(({ path }) => path) ?? []),
    ...diffs,
    written
      ? `Written.${entry === undefined ? "" : ` Edit ${entry}.`} Line numbers may have changed: run the tool again before the next call.`
      : "Nothing was written.",
    ...(open.length > 0 ? ["Send `choose` with the number of a candidate to apply it:"] : []),
    ...open.map(
      ({ index, title, why, score }) => `${index}: ${title} (${why}; ${score.toFixed(2)})`,
    ),
  ];
  return {
    content: [{ type: "text", text: lines.join("\n") }],
    structuredContent: {
      candidates,
      written,
      files: fields,
      ...(entry === undefined ? {} : { entry }),
    },
  };
}

function candidateDiff({ files }: JudgedCandidate["candidate"]): string {
  return files
    .map(({ path, before, after }) => unifiedDiff({ path, text: before }, { path, text: after }))
    .join("");
}

interface FixArguments extends AnswerArguments {
  readonly output?: string | undefined;
  readonly diagnostics?:
    | readonly {
        readonly file: string;
        readonly line: number;
        readonly column?: number | undefined;
        readonly message: string;
      }[]
    | undefined;
  readonly path?: string | undefined;
  readonly choose?: number | undefined;
}

const fixDefinition: ToolDefinition<FixArguments> = {
  title: "Fix diagnostics",
  description:
    'Fixes what a compiler, a linter or a traceback complains of (JavaScript, TypeScript, Python, Go), by rules: missing and unused imports, misspelt names and members, unused variables, missing await, return, self and null checks, wrong arguments, conversions, missing signs. It runs no command: send what the tool printed, for example {"output": "src/a.ts(3,7): error TS6133: \'x\' is declared but its value is never read."}. Fixes that are certain are written at once, as one change; every other is listed as a candidate with its score, and is written only if you call again with `choose`.',
  inputSchema: z.strictObject({
    output: z.string().min(1).optional().describe("What the tool printed, as it is."),
    diagnostics: z
      .array(
        z.strictObject({
          file: z.string().min(1).describe("Relative to the project folder."),
          line: z.int().min(1),
          column: z.int().min(1).optional(),
          message: z.string().min(1).describe("With the code of the tool, where it has one."),
        }),
      )
      .optional()
      .describe("Instead of `output`, or with it."),
    path: z
      .string()
      .min(1)
      .optional()
      .describe("Where several folders are open: a file of the one that is meant."),
    choose: z
      .int()
      .min(0)
      .optional()
      .describe(
        "The index of the candidate to apply, from the answer of the same call without it.",
      ),
    dry_run: dryRun,
    diff: diffWish,
  }),
  outputSchema: z.looseObject({
    candidates: z
      .array(
        z.looseObject({
          index: z.number(),
          title: z.string(),
          why: z.string(),
          score: z.number(),
          accepted: z.boolean(),
          diff: z.string().optional().describe("Not of the chosen one: see `files`."),
        }),
      )
      .optional(),
    files: z.array(z.looseObject({ path: z.string() })).optional(),
    written: z.boolean().optional(),
    entry: z.string().optional().describe("For `undo_edit`."),
    error: refusalSchema.optional(),
  }),
  annotations: {
    title: "Fix diagnostics",
    readOnlyHint: false,
    destructiveHint: true,
    idempotentHint: false,
    openWorldHint: false,
  },
};
