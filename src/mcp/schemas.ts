import type { StandardSchemaWithJSON, ToolAnnotations } from "@modelcontextprotocol/server";
import * as z from "zod";
import type {
  EditFileArguments,
  PatchArguments,
  ReadFileArguments,
  WriteFileArguments,
} from "../workspace/editor.ts";

/** What a host shows its model about this server as a whole. */
export const instructions: string = `Redraft edits files exactly. Prefer \`edit_file\`: write only the lines that change, with one to three unchanged lines around them, and markers such as \`// ... existing code ...\` for everything else. \`replace_text\` replaces exact strings, \`write_file\` makes a whole file. An edit is either applied exactly, or refused with nothing written and a message that says what to send instead. Paths are relative to the project folder.`;

const pathArgument = z
  .string()
  .min(1)
  .describe("The file, relative to the project folder. Nothing outside the folder can be changed.");

/** What a host learns about a tool. */
export interface ToolDefinition<Input> {
  readonly title: string;
  readonly description: string;
  readonly inputSchema: StandardSchemaWithJSON<unknown, Input>;
  readonly outputSchema: z.ZodType<Record<string, unknown>>;
  readonly annotations: ToolAnnotations;
}

/** The argument `dry_run` of every tool that writes. */
export const dryRun: z.ZodOptional<z.ZodBoolean> = z
  .boolean()
  .optional()
  .describe("If true, return the diff and write nothing.");

/** The argument `diff` of every tool that writes. */
export const diffWish: z.ZodOptional<z.ZodBoolean> = z
  .boolean()
  .optional()
  .describe("False: a short answer without diff and receipt. True: show the diff in the text.");

/** The arguments that every tool for one file has, besides the edit itself. */
const versionArguments = {
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
      "Instead of `expected_hash`: the hash that `read_file` (of the whole file or a part) or an earlier edit returned for the version you wrote this edit for. If the file has changed since, the edit is applied to that version and carried over; an overlap with the other change is refused.",
    ),
};

const placeArguments = {
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
};

const codeEdit = z
  .string()
  .describe(
    "Only the changed lines, in file order, each change with one to three unchanged lines before and after it, and `// ... existing code ...` (with the comment sign of the language) for every stretch that stays. To delete lines, show the line before and the line after them with no marker between. All changes of the file in one call.",
  );

const sketchInstructions = z
  .string()
  .optional()
  .describe(
    "One sentence in the first person that says what the edit does. Used only if the edit alone is ambiguous.",
  );

const editPairs = z
  .array(
    z.strictObject({
      oldText: z.string().describe("The exact text to replace. It must occur once in the file."),
      newText: z.string().describe("The text that replaces it; empty to delete it."),
      replaceAll: z.boolean().optional().describe("True: replace every occurrence."),
    }),
  )
  .min(1)
  .describe("The replacements, made one after the other. All are made, or none.");

/**
 * Pairs as models also write them: the names of other makers' tools (`old_string`, `old_str`), one pair without its list, and a list as
 * JSON text.
 */
const acceptedPairs = z.preprocess((given) => {
  const value = typeof given === "string" ? parsedJson(given) : given;
  return typeof value === "object" && value !== null ? [value].flat().map(usualNames) : value;
}, editPairs);

const otherNames: Readonly<Record<string, string>> = {
  old_text: "oldText",
  old_string: "oldText",
  old_str: "oldText",
  oldString: "oldText",
  new_text: "newText",
  new_string: "newText",
  new_str: "newText",
  newString: "newText",
  replace_all: "replaceAll",
};

function usualNames(pair: unknown): unknown {
  if (typeof pair !== "object" || pair === null || Array.isArray(pair)) return pair;
  const entries = Object.entries(pair).map(([key, value]): [string, unknown] => {
    const name = Object.hasOwn(otherNames, key) ? otherNames[key]! : key;
    // Two values for one name are an error of the caller, not a choice of ours.
    return [name !== key && Object.hasOwn(pair, name) ? key : name, value];
  });
  const isUnique = new Set(entries.map(([key]) => key)).size === entries.length;
  return isUnique ? Object.fromEntries(entries) : pair;
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

const acceptedEdit = z.strictObject({
  path: pathArgument,
  instructions: sketchInstructions,
  code_edit: codeEdit.optional(),
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
  edits: editPairs.optional(),
  ...versionArguments,
  ...placeArguments,
  dry_run: dryRun,
});

/**
 * The arguments of `edit_file` in every form that is accepted: a sketch, or exact strings as other makers' tools of this name take them.
 * The AI SDK tool takes the same.
 */
export const editFileInput: z.ZodType<EditFileArguments> = acceptedEdit;

/** How the answer of a writing tool is to be written. */
export interface AnswerArguments {
  readonly diff?: boolean | undefined;
  readonly dry_run?: boolean | undefined;
}

/**
 * A schema that lists one form of its arguments and accepts more. Providers refuse `anyOf` at the root of a tool's schema, so a list
 * of forms cannot be written there; and a root where everything is optional does not say what is needed.
 */
function listedAs<Input>(
  listed: z.ZodType,
  accepted: z.ZodType<Input>,
): StandardSchemaWithJSON<unknown, Input> {
  const { validate } = accepted["~standard"];
  const { jsonSchema } = listed["~standard"];
  return { "~standard": { version: 1, vendor: "redraft", validate, jsonSchema } };
}

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
  diff: z.string().optional().describe("Once in an answer: here, or in the text."),
  added: z.number(),
  removed: z.number(),
  hash: z.string().optional(),
  receipt: z
    .record(z.string(), z.unknown())
    .optional()
    .describe("Of a written edit: hashes and the origin of every line, for `redraft verify`."),
  ms: z.number(),
});

const fileOutput = z.object({ ...file.partial().shape, error: refusalSchema.optional() });

const writing = {
  readOnlyHint: false,
  destructiveHint: true,
  idempotentHint: false,
  openWorldHint: false,
} as const;

/** What a sketch means, with an example; the AI SDK tool says the same. */
export const sketchDescription: string = `Edits one file by a sketch, in which a comment such as \`// ... existing code ...\` marks every unchanged stretch. Example of \`code_edit\`:

// ... existing code ...
function total(items) {
  const sum = items.reduce((all, item) => all + item.price, 0);
  return round(sum);
}
// ... existing code ...

What a missing marker means: between two quoted places, that everything between them is deleted; at the start or the end of a sketch, nothing: the rest of the file stays. A sketch without any marker is one place of the file if it is short, and the whole new file if it has most of the file's lines or the file does not exist. If a place is not unique or not found, nothing is written and the error says what to send.`;

export const editFile: ToolDefinition<EditFileArguments & AnswerArguments> = {
  title: "Edit a file",
  description: `${sketchDescription} For exact strings use \`replace_text\`, for a whole file \`write_file\`.`,
  inputSchema: listedAs(
    z.strictObject({
      path: pathArgument,
      code_edit: codeEdit,
      instructions: sketchInstructions,
      ...versionArguments,
      ...placeArguments,
      dry_run: dryRun,
      diff: diffWish,
    }),
    acceptedEdit.extend({ edits: acceptedPairs.optional(), diff: diffWish }),
  ),
  outputSchema: fileOutput,
  annotations: { title: "Edit a file", ...writing },
};

const listedReplacements = z.strictObject({
  path: pathArgument,
  edits: editPairs,
  ...versionArguments,
  ...placeArguments,
  dry_run: dryRun,
  diff: diffWish,
});

export const replaceText: ToolDefinition<EditFileArguments & AnswerArguments> = {
  title: "Replace text in a file",
  description:
    'Replaces exact strings in one file. Example of `edits`: [{"oldText": "const retries = 3;", "newText": "const retries = 5;"}]. Each `oldText` must occur once; add lines around it until it does, or set `replaceAll`. Indentation and quotes that differ slightly are tolerated if the place is unique. If one is not found, nothing is written and the error shows the nearest lines.',
  inputSchema: listedAs(listedReplacements, listedReplacements.extend({ edits: acceptedPairs })),
  outputSchema: fileOutput,
  annotations: { title: "Replace text in a file", ...writing },
};

export const writeFile: ToolDefinition<WriteFileArguments & AnswerArguments> = {
  title: "Write a whole file",
  description:
    'Creates a file, or replaces all of one. Example: {"path": "src/limits.ts", "content": "export const limit = 10;\\n"}. A file that exists is replaced only with `expected_hash` or `base`, the hash of the version that you replace; without one nothing is written and the error says the hash. `content` is the whole text: there are no markers here, and what it leaves out is deleted. Line ends follow the file; a new file has line feeds. For a change of a part use `edit_file`.',
  inputSchema: z.strictObject({
    path: pathArgument,
    content: z.string().describe("The whole text of the file."),
    ...versionArguments,
    dry_run: dryRun,
    diff: diffWish,
  }),
  outputSchema: fileOutput,
  annotations: { title: "Write a whole file", ...writing },
};

export interface ChooseArguments extends AnswerArguments {
  readonly id: string;
  readonly candidate: number;
}

export const chooseCandidate: ToolDefinition<ChooseArguments> = {
  title: "Choose a candidate",
  description:
    'Applies one of the candidates of an edit that was refused as `ambiguous`, without sending the edit again. Example: {"id": "9f3a2c1b04", "candidate": 2}, with the id and the numbers of the refusal. It is refused if the file has changed since; a server keeps the last 20 ambiguous edits of its session.',
  inputSchema: z.strictObject({
    id: z.string().min(1).max(64).describe("The id in the refusal."),
    candidate: z.int().min(1).describe("The number of the candidate, from 1."),
    dry_run: dryRun,
    diff: diffWish,
  }),
  outputSchema: fileOutput,
  annotations: { title: "Choose a candidate", ...writing },
};

export const applyPatch: ToolDefinition<PatchArguments & AnswerArguments> = {
  title: "Apply a patch",
  description:
    'Applies a patch to one or several files: the `*** Begin Patch` form (`*** Update File:`, `*** Add File:`, `*** Delete File:`, `*** Move to:`), or a unified diff. Line numbers may be wrong or missing; context places the hunks. All files change, or none. Example: "*** Begin Patch\\n*** Update File: a.ts\\n@@\\n-const a = 1;\\n+const a = 2;\\n*** End Patch".',
  inputSchema: z.strictObject({
    patch: z.string().min(1).describe("The whole patch."),
    base: z
      .union([z.string(), z.record(z.string(), z.string())])
      .optional()
      .describe(
        "The hash of the version that the patch was written for, as `read_file` or an earlier edit returned it; for several files, an object of paths and hashes. If a file has changed since, its part is carried over.",
      ),
    dry_run: dryRun,
    diff: diffWish,
  }),
  outputSchema: z.object({ files: z.array(file).optional(), error: refusalSchema.optional() }),
  annotations: { title: "Apply a patch", ...writing },
};

const lineNumber = z.int().min(1);
const nextLineField = z
  .number()
  .optional()
  .describe("The line where the rest begins, if this answer does not show all.");
const cutField = z
  .boolean()
  .optional()
  .describe("True if the last line shown is too long for one answer and was cut.");

export const readFile: ToolDefinition<ReadFileArguments> = {
  title: "Read a file",
  description:
    'Reads a file as text: whole, from `first_line` to `last_line` (counted from 1), or several `ranges`. Example: {"path": "src/app.ts", "ranges": [{"first_line": 1, "last_line": 30}, {"first_line": 200, "last_line": 240}]}. An answer has at most `limit` lines, and never more than 2,000 lines and 128 kB; it says where the rest begins. The hash is that of the whole file, whatever part is shown: send it as `base` or `expected_hash` of an edit.',
  inputSchema: z.strictObject({
    path: pathArgument,
    first_line: lineNumber.optional().describe("First line to show, from 1."),
    last_line: lineNumber.optional().describe("Last line to show, included."),
    ranges: z
      .array(z.strictObject({ first_line: lineNumber, last_line: lineNumber.optional() }))
      .min(1)
      .max(50)
      .optional()
      .describe("Instead of `first_line` and `last_line`: several stretches."),
    limit: z.int().min(1).max(2000).optional().describe("Show at most so many lines in all."),
  }),
  outputSchema: z.object({
    path: z.string().optional(),
    hash: z.string().optional(),
    totalLines: z.number().optional(),
    text: z.string().optional(),
    firstLine: z.number().optional(),
    lastLine: z.number().optional(),
    nextLine: nextLineField,
    cut: cutField,
    ranges: z
      .array(
        z.object({
          text: z.string(),
          firstLine: z.number(),
          lastLine: z.number(),
          nextLine: nextLineField,
          cut: cutField,
        }),
      )
      .optional()
      .describe("The stretches, if the call named `ranges`."),
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
