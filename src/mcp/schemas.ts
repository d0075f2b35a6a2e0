import type { ToolAnnotations } from "@modelcontextprotocol/server";
import * as z from "zod";
import type { EditFileArguments, PatchArguments } from "../workspace/editor.ts";

/** What a host shows its model about this server as a whole. */
export const instructions: string = `Redraft edits files exactly. Prefer \`edit_file\` with \`code_edit\`: write only the lines that change, with one to three unchanged lines around them, and markers such as \`// ... existing code ...\` for everything else. An edit is either applied exactly, or refused with nothing written and a message that says what to send instead. Paths are relative to the project folder.`;

const pathArgument = z
  .string()
  .min(1)
  .describe("The file, relative to the project folder. Nothing outside the folder can be changed.");

/** What a host learns about a tool. */
export interface ToolDefinition<Input> {
  readonly title: string;
  readonly description: string;
  readonly inputSchema: z.ZodType<Input>;
  readonly outputSchema: z.ZodType<Record<string, unknown>>;
  readonly annotations: ToolAnnotations;
}

export interface ReadFileArguments {
  readonly path: string;
  readonly first_line?: number | undefined;
  readonly last_line?: number | undefined;
}

/** The argument `dry_run` of every tool that writes. */
export const dryRun: z.ZodOptional<z.ZodBoolean> = z
  .boolean()
  .optional()
  .describe("If true, return the diff and write nothing.");

/** The arguments of `edit_file`; the AI SDK tool takes the same. */
export const editFileInput: z.ZodType<EditFileArguments> = z.strictObject({
  path: pathArgument,
  instructions: z
    .string()
    .optional()
    .describe(
      "One sentence in the first person that says what the edit does. Used only if the edit alone is ambiguous.",
    ),
  code_edit: z
    .string()
    .optional()
    .describe(
      "Only the changed lines, in file order, each change with one to three unchanged lines before and after it. Write `// ... existing code ...` (with the comment sign of the language) for every stretch that stays. To delete lines, show the lines before and after them without a marker between them. Without any marker this is the whole new file. All changes of the file in one call.",
    ),
  old_string: z
    .string()
    .optional()
    .describe("Instead of `code_edit`: the exact text to replace. It must occur once in the file."),
  new_string: z.string().optional().describe("The text that replaces `old_string`."),
  replace_all: z
    .boolean()
    .optional()
    .describe(
      "With `old_string`: replace every occurrence instead of refusing when there are several.",
    ),
  expected_hash: z
    .string()
    .optional()
    .describe(
      "The hash that `read_file` returned. The edit is refused if the file has changed since.",
    ),
  base: z
    .string()
    .optional()
    .describe(
      "Instead of `expected_hash`: the hash that `read_file` or an earlier edit returned for the version you wrote this edit for. If the file has changed since, the edit is applied to that version and carried over; an overlap with the other change is refused.",
    ),
  symbol: z
    .string()
    .optional()
    .describe(
      "The function or class that the edit is about, by name (`get`, `Store.get`). The edit is placed inside it; use it where the same lines are in several places.",
    ),
  cell: z
    .union([z.string(), z.int().min(1)])
    .optional()
    .describe(
      "For notebooks (.ipynb): the cell whose source the edit is for, by its id or its number from 1. Without it, the cell is found by its text.",
    ),
  dry_run: dryRun,
});

/** A refusal in `structuredContent`, the same for every tool. */
export const refusalSchema: z.ZodObject<{
  code: z.ZodString;
  message: z.ZodString;
  retryable: z.ZodBoolean;
  details: z.ZodRecord<z.ZodString, z.ZodUnknown>;
}> = z.object({
  code: z.string().describe("Stable code: no-match, ambiguous, stale-file, outside-root, ..."),
  message: z.string(),
  retryable: z.boolean(),
  details: z.record(z.string(), z.unknown()),
});

const file = z.object({
  path: z.string(),
  movedTo: z.string().optional(),
  action: z.enum(["update", "create", "delete", "move"]),
  changed: z.boolean().describe("False if the file already had the text that the edit asks for."),
  written: z.boolean(),
  route: z.enum(["merge", "model", "rewrite"]),
  routeReason: z.string(),
  format: z.string(),
  notes: z.array(z.string()),
  diff: z.string(),
  added: z.number(),
  removed: z.number(),
  hash: z.string().optional(),
  receipt: z
    .record(z.string(), z.unknown())
    .optional()
    .describe("Of a written edit: hashes and the origin of every line, for `redraft verify`."),
  ms: z.number(),
});

export const editFile: ToolDefinition<EditFileArguments> = {
  title: "Edit a file",
  description:
    "Edits one file. Give either `code_edit`, a sketch of the change in which `// ... existing code ...` marks unchanged stretches, or `old_string` and `new_string`. The sketch is placed by an exact merge that never drops or changes a line you did not mention; if a place is not unique or not found, nothing is written and the error says what to send. If there is no marker between two places, everything between them is deleted. Returns how the edit was applied; the unified diff is in the structured content.",
  inputSchema: editFileInput,
  outputSchema: z.object({ ...file.partial().shape, error: refusalSchema.optional() }),
  annotations: {
    title: "Edit a file",
    readOnlyHint: false,
    destructiveHint: true,
    idempotentHint: false,
    openWorldHint: false,
  },
};

export const applyPatch: ToolDefinition<PatchArguments> = {
  title: "Apply a patch",
  description:
    "Applies a patch to one or several files: the `*** Begin Patch` form (`*** Update File:`, `*** Add File:`, `*** Delete File:`, `*** Move to:`), or a unified diff. Line numbers may be wrong or missing; context places the hunks. All files change, or none.",
  inputSchema: z.strictObject({
    patch: z.string().min(1).describe("The whole patch."),
    base: z
      .union([z.string(), z.record(z.string(), z.string())])
      .optional()
      .describe(
        "The hash of the version that the patch was written for, as `read_file` or an earlier edit returned it; for several files, an object of paths and hashes. If a file has changed since, its part is carried over.",
      ),
    dry_run: dryRun,
  }),
  outputSchema: z.object({ files: z.array(file).optional(), error: refusalSchema.optional() }),
  annotations: {
    title: "Apply a patch",
    readOnlyHint: false,
    destructiveHint: true,
    idempotentHint: false,
    openWorldHint: false,
  },
};

export const readFile: ToolDefinition<ReadFileArguments> = {
  title: "Read a file",
  description:
    "Reads a file as text, whole or from `first_line` to `last_line` (counted from 1). An answer has at most 2,000 lines and 128 kB, and says where the rest begins. Also returns the hash of the whole file, for `base` and `expected_hash` of `edit_file`.",
  inputSchema: z.strictObject({
    path: pathArgument,
    first_line: z.int().min(1).optional().describe("First line to show, from 1."),
    last_line: z.int().min(1).optional().describe("Last line to show, included."),
  }),
  outputSchema: z.object({
    path: z.string().optional(),
    text: z.string().optional(),
    hash: z.string().optional(),
    totalLines: z.number().optional(),
    firstLine: z.number().optional(),
    lastLine: z.number().optional(),
    nextLine: z
      .number()
      .optional()
      .describe("The line where the rest begins, if this answer does not show all."),
    cut: z
      .boolean()
      .optional()
      .describe("True if the last line shown is too long for one answer and was cut."),
    error: refusalSchema.optional(),
  }),
  annotations: {
    title: "Read a file",
    readOnlyHint: true,
    destructiveHint: false,
    idempotentHint: true,
    openWorldHint: false,
  },
};
