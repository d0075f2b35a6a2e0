import type {
  CallToolResult,
  InputRequiredResult,
  McpServer,
  ServerContext,
} from "@modelcontextprotocol/server";
import * as z from "zod";
import { formatNames } from "../core/edit.ts";
import { RedraftError } from "../core/errors.ts";
import type { Logger } from "../core/logger.ts";
import type { Redraft } from "../core/redraft.ts";
import { baseOf, type TextStore } from "../core/text-store.ts";
import { carryOver } from "../merge/rebase/carry.ts";
import { learnUndone } from "../redraft/learn-undone.ts";
import type { Learning } from "../redraft/learning.ts";
import { type AppliedAll, applyAll, type EditRow } from "../workspace/apply-all.ts";
import { confinedTo } from "../workspace/confined.ts";
import { editStates } from "../workspace/journal/history.ts";
import { entryHunks } from "../workspace/journal/hunks.ts";
import { type DiskJournal, openJournal } from "../workspace/journal/journal.ts";
import { shownIn } from "../workspace/journal/state-home.ts";
import { textPairs } from "../workspace/journal/take-back.ts";
import { type UndoAnswer, type UndoRequest, undo } from "../workspace/journal/undo.ts";
import type { WriteOptions } from "../workspace/write.ts";
import { answeredFiles } from "./answers.ts";
import {
  type AnswerArguments,
  diffWish,
  dryRun,
  refusalSchema,
  type ToolDefinition,
} from "./schemas.ts";

export interface JournalToolsOptions {
  readonly redraft: Redraft;
  readonly texts: TextStore;
  readonly journalOf: (roots: readonly string[]) => DiskJournal;
  /** What is learnt of a root, where its owner has turned that on. */
  readonly learningOf: (root: string) => Learning;
  readonly uninterrupted?: WriteOptions["uninterrupted"];
  /** Runs a call inside its roots, and turns refusals into answers. */
  readonly answer: (
    context: ServerContext,
    work: (roots: readonly string[]) => Promise<CallToolResult>,
  ) => Promise<CallToolResult | InputRequiredResult>;
}

/** The journal of each set of roots, opened once. */
export function rememberJournals(
  keep: boolean,
  logger: Logger,
): (roots: readonly string[]) => DiskJournal {
  const journals = new Map<string, DiskJournal>();
  return (roots) => {
    const key = JSON.stringify(roots);
    const known = journals.get(key);
    if (known !== undefined) return known;
    const journal = openJournal({
      folder: roots[0]!,
      more: roots.slice(1),
      keep,
      onUnavailable: (why) => logger.warn("an edit has no undo", { why }),
    });
    journals.set(key, journal);
    return journal;
  };
}

/** `apply_edits`, `undo_edit` and `edit_log`: edits of many files as one, their log and their undo. */
export function registerJournalTools(server: McpServer, options: JournalToolsOptions): void {
  const { redraft, texts, journalOf, learningOf, uninterrupted, answer } = options;
  const write = uninterrupted === undefined ? {} : { uninterrupted };

  server.registerTool("apply_edits", applyEdits, (args, context) =>
    answer(context, async (roots) => {
      const done = await applyAll(args.edits.map(rowOfArguments), {
        ...write,
        redraft,
        roots,
        texts,
        fs: confinedTo(roots),
        journal: journalOf(roots),
        note: { kind: "edit", by: "MCP" },
        dryRun: args.dry_run === true,
        signal: context.mcpReq.signal,
      });
      const { diffs, fields } = answeredFiles(done.files, args);
      const text = [appliedText(done), ...diffs].join("\n");
      // The diff of an edit is in that of its file.
      const edits = done.edits.map(({ diff: _, ...rest }) => rest);
      return {
        content: [{ type: "text", text }],
        structuredContent: { ...done, edits, files: fields },
      };
    }),
  );
  server.registerTool("undo_edit", undoEdit, (args, context) =>
    answer(context, async (roots) => {
      const request: UndoRequest = {
        by: "MCP",
        ...(args.last === undefined ? {} : { last: args.last }),
        ...(args.ids === undefined ? {} : { ids: args.ids }),
        ...(args.hunks === undefined ? {} : { hunks: args.hunks }),
        ...(args.redo === undefined ? {} : { redo: args.redo }),
        ...(args.dry_run === undefined ? {} : { dryRun: args.dry_run }),
      };
      const done = await undo(request, {
        ...write,
        fs: confinedTo(roots),
        journal: journalOf(roots),
        carry: carryOver,
        show: (path) => shownIn(roots, path),
        signal: context.mcpReq.signal,
      });
      if (args.hunks === undefined)
        for (const root of roots) await learnUndone(learningOf(root), done, journalOf(roots));
      return {
        content: [{ type: "text", text: undoneText(done) }],
        structuredContent: { ...done },
      };
    }),
  );
  server.registerTool("edit_log", editLog, (args, context) =>
    answer(context, async (roots) => {
      const log = await logOf(journalOf(roots), roots, args);
      return { content: [{ type: "text", text: JSON.stringify(log) }], structuredContent: log };
    }),
  );
}

interface ApplyEditsArguments extends AnswerArguments {
  readonly edits: readonly {
    readonly path: string;
    readonly edit: string;
    readonly format?: EditRow["format"];
    readonly base?: string | undefined;
    readonly cell?: string | number | undefined;
    readonly symbol?: string | undefined;
  }[];
}

function rowOfArguments({ base, ...row }: ApplyEditsArguments["edits"][number]): EditRow {
  return base === undefined ? row : { ...row, base: baseOf(base) };
}

function appliedText({ edits, files, written, entry }: AppliedAll): string {
  const lines = edits.map(({ path, movedTo, action, changed, notes }) => {
    const name = movedTo === undefined ? path : `${path} -> ${movedTo}`;
    return `${name}: ${changed ? action : "nothing to do"}${notes.length > 0 ? ` (${notes.join("; ")})` : ""}`;
  });
  const hashes = files.map(({ path, hash }) => (hash === undefined ? path : `${path} ${hash}`));
  const end = written
    ? `Written: ${hashes.join(", ")}.${entry === undefined ? "" : ` Edit ${entry}.`}`
    : "Nothing was written.";
  return [...lines, end].join("\n");
}

function undoneText({ kind, of, files, written, id }: UndoAnswer): string {
  const lines = files.map(({ path, movedTo, action }) =>
    movedTo === undefined ? `${path}: ${action}` : `${path} -> ${movedTo}: ${action}`,
  );
  const end = written ? `Written${id === undefined ? "" : ` as ${id}`}.` : "Nothing was written.";
  return [`${kind} of ${of.join(", ")}`, ...lines, end].join("\n");
}

interface LogArguments {
  readonly id?: string | undefined;
  readonly last?: number | undefined;
}

async function logOf(
  journal: DiskJournal,
  roots: readonly string[],
  { id, last = 20 }: LogArguments,
): Promise<Record<string, unknown>> {
  await journal.recover();
  const entries = await journal.entries();
  const states = new Map(editStates(entries).map((one) => [one.entry.id, one.state]));
  const chosen = id === undefined ? entries.slice(-last) : entries.filter((one) => one.id === id);
  if (id !== undefined && chosen.length === 0)
    throw new RedraftError(
      "no-match",
      `there is no edit ${id} here; without \`id\`, edit_log lists all.`,
    );
  const rows = [];
  for (const entry of chosen.toReversed()) {
    const { time, kind, of, by } = entry;
    const state = states.get(entry.id);
    rows.push({
      id: entry.id,
      time,
      kind,
      ...(by === undefined ? {} : { by }),
      ...(of === undefined ? {} : { of }),
      ...(state === undefined ? {} : { state }),
      paths: entry.files.map(({ path }) => shownIn(roots, path)),
      ...(id === undefined
        ? {}
        : {
            hunks: entryHunks(await textPairs(entry)).map((hunk) => ({
              ...hunk,
              path: shownIn(roots, hunk.path),
            })),
          }),
    });
  }
  return { entries: rows };
}

const annotations = {
  readOnlyHint: false,
  destructiveHint: true,
  idempotentHint: false,
  openWorldHint: false,
} as const;

const applyEdits: ToolDefinition<ApplyEditsArguments> = {
  title: "Apply edits to many files",
  description:
    'Applies edits in any format to any files as one change: all files are written, or none. Edits of one file are applied in order, each to the result of the one before. Each `edit` is a sketch, search/replace blocks, `{old_string, new_string}` as JSON, a diff, a patch, or a whole file. Example: {"edits": [{"path": "a.ts", "edit": "{\\"old_string\\": \\"1\\", \\"new_string\\": \\"2\\"}"}]}.',
  inputSchema: z.strictObject({
    edits: z
      .array(
        z.strictObject({
          path: z.string().min(1).describe("The file, relative to the project folder."),
          edit: z.string().describe("The edit of this file, in any of the formats."),
          format: z.enum(["auto", ...formatNames]).optional(),
          base: z
            .string()
            .optional()
            .describe("The text that the edit was written for, or the hash that was given for it."),
          cell: z.union([z.string(), z.int().min(1)]).optional(),
          symbol: z.string().optional(),
        }),
      )
      .min(1),
    dry_run: dryRun,
    diff: diffWish,
  }),
  outputSchema: z.looseObject({
    edits: z.array(z.looseObject({ path: z.string() })).optional(),
    files: z.array(z.looseObject({ path: z.string() })).optional(),
    written: z.boolean().optional(),
    entry: z.string().optional().describe("For `undo_edit`."),
    error: refusalSchema.optional(),
  }),
  annotations: { title: "Apply edits to many files", ...annotations },
};

interface UndoArguments {
  readonly last?: number | undefined;
  readonly ids?: readonly string[] | undefined;
  readonly hunks?: readonly number[] | undefined;
  readonly redo?: boolean | undefined;
  readonly dry_run?: boolean | undefined;
}

const undoEdit: ToolDefinition<UndoArguments> = {
  title: "Undo an edit",
  description:
    'Undoes edits that any of Redraft\'s tools made here, earlier ones included. Only the edit itself is undone: newer edits and changes by a person are kept. An overlap is refused, and the error names the lines and the newer edit. Without arguments, undoes the last edit. `redo` applies again what the last undo took back. Example: {"ids": ["mx2338mt"]}.',
  inputSchema: z.strictObject({
    last: z.int().min(1).optional().describe("How many, newest first; default 1."),
    ids: z
      .array(z.string())
      .min(1)
      .optional()
      .describe("Edits by their ids, as `edit_log` shows them."),
    hunks: z.array(z.int().min(1)).min(1).optional().describe("Only these hunks of the one edit."),
    redo: z.boolean().optional(),
    dry_run: dryRun,
  }),
  outputSchema: z.looseObject({
    kind: z.string().optional(),
    of: z.array(z.string()).optional(),
    files: z.array(z.looseObject({ path: z.string() })).optional(),
    written: z.boolean().optional(),
    id: z.string().optional(),
    error: refusalSchema.optional(),
  }),
  annotations: { title: "Undo an edit", ...annotations },
};

const editLog: ToolDefinition<LogArguments> = {
  title: "List edits",
  description:
    'Lists the last edits that were made here, newest first, with their ids and whether they are in effect; with `id`, the numbered hunks of one. Example: {"last": 5}.',
  inputSchema: z.strictObject({
    id: z.string().optional(),
    last: z.int().min(1).max(500).optional().describe("How many; default 20."),
  }),
  outputSchema: z.looseObject({
    entries: z.array(z.looseObject({ id: z.string() })).optional(),
    error: refusalSchema.optional(),
  }),
  annotations: {
    title: "List edits",
    readOnlyHint: true,
    destructiveHint: false,
    idempotentHint: true,
    openWorldHint: false,
  },
};
