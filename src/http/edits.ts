import { sep } from "node:path";
import * as z from "zod";
import { formatNames } from "../core/edit.ts";
import { RedraftError } from "../core/errors.ts";
import type { Redraft } from "../core/redraft.ts";
import { baseOf, type TextStore } from "../core/text-store.ts";
import { carryOver } from "../merge/rebase/carry.ts";
import type { FinalHunk } from "../redraft/stream/final-hunks.ts";
import { type AppliedAll, applyAll, type EditRow } from "../workspace/apply-all.ts";
import { confinedTo } from "../workspace/confined.ts";
import { editStates } from "../workspace/journal/history.ts";
import { openJournal } from "../workspace/journal/journal.ts";
import { shownIn } from "../workspace/journal/state-home.ts";
import { persistentTextStore } from "../workspace/journal/texts.ts";
import { type UndoAnswer, undo } from "../workspace/journal/undo.ts";
import { resolveInRoots } from "../workspace/roots.ts";
import { readTextFile } from "../workspace/text-file.ts";
import { ApiError } from "./errors.ts";
import { followEdit } from "./follow-edit.ts";
import { parseBody } from "./schemas.ts";

/** The folders whose files a server may edit; without them it touches no file. */
export interface ServedFiles {
  /** Absolute. */
  readonly roots: readonly string[];
  /** False: edits are recovered after a kill, and nothing is kept for undo. */
  readonly journal?: boolean;
  /** Texts that a `base` may name by hash; default: those in the user's state folder. */
  readonly texts?: TextStore;
}

/** Edits of files over HTTP: the same transactions and the same undo as every other face. */
export interface EditHandlers {
  /** POST /v1/edits: `{edits: [{path, edit, format?, base?, cell?, symbol?}], dry_run?, receipts?}`: all files are written, or none. */
  apply(body: unknown, signal: AbortSignal): Promise<AppliedAll>;
  /** POST /v1/edits/undo: `{last?, ids?, hunks?, redo?, dry_run?}`. */
  undo(body: unknown, signal: AbortSignal): Promise<UndoAnswer>;
  /** POST /v1/edits/stream: the head of an edit that arrives in pieces, `{path, format?, dry_run?}`. */
  begin(head: unknown): Promise<ArrivingEdit>;
  /** GET /v1/edits: the log, newest first. */
  log(): Promise<{ readonly edits: readonly object[] }>;
}

/** An edit of one file that is placed while it arrives. */
export interface ArrivingEdit {
  /** Takes the next piece; answers the hunks that it makes final (`docs/guide/stream.md`). */
  push(piece: string): readonly FinalHunk[];
  /** Applies the whole edit; answers the hunks that are left. Throws `check-failed` where the end changes a hunk that was final. */
  end(signal: AbortSignal): Promise<ArrivedEdit>;
}

interface ArrivedEdit {
  readonly hunks: readonly FinalHunk[];
  readonly applied: AppliedAll;
}

/** @throws `ApiError` 404 from every handler where the server has no folders. */
export function createEditHandlers(
  redraft: Pick<Redraft, "apply">,
  files: ServedFiles | undefined,
): EditHandlers {
  if (files === undefined)
    return { apply: noFolder, undo: noFolder, begin: noFolder, log: noFolder };
  const { roots } = files;
  const journal = openJournal({
    folder: roots[0]!,
    more: roots.slice(1),
    keep: files.journal !== false,
  });
  const texts = files.texts ?? persistentTextStore(journal.home);
  const written = {
    roots,
    texts,
    fs: confinedTo(roots),
    journal,
    note: { kind: "edit", by: "HTTP" },
  } as const;
  return withShownPaths(roots, {
    async apply(body, signal) {
      const { edits, dry_run, receipts } = parseBody(editsRequest, body);
      return applyAll(edits.map(editRow), {
        ...written,
        redraft,
        dryRun: dry_run === true,
        receipts: receipts === true,
        signal,
      });
    },
    async begin(body) {
      const { path, format, dry_run } = parseBody(arrivingEditHead, body);
      const { absolute, display } = await resolveInRoots(path, roots);
      const { text: source } = await readTextFile(absolute, written.fs);
      const named = format ?? "auto";
      const following = followEdit(source, display, named);
      return {
        push: following.push,
        async end(signal) {
          const options = { ...written, dryRun: dry_run === true, signal };
          const row = { path, edit: following.text, format: named };
          const applied = await applyAll([row], { ...options, redraft: following.on(redraft) });
          return { hunks: following.left(), applied };
        },
      };
    },
    async undo(body, signal) {
      const { last, ids, hunks, redo, dry_run } = parseBody(undoRequest, body);
      const request = {
        by: "HTTP",
        ...(last == null ? {} : { last }),
        ...(ids == null ? {} : { ids }),
        ...(hunks == null ? {} : { hunks }),
        ...(redo == null ? {} : { redo }),
        ...(dry_run == null ? {} : { dryRun: dry_run }),
      };
      const show = (path: string): string => shownIn(roots, path);
      return undo(request, { journal, fs: confinedTo(roots), carry: carryOver, show, signal });
    },
    async log() {
      await journal.recover();
      const entries = await journal.entries();
      const states = new Map(editStates(entries).map((one) => [one.entry.id, one.state]));
      const edits = entries.toReversed().map(({ id, time, kind, of, by, files: changed }) => ({
        id,
        time,
        kind,
        by,
        of,
        state: states.get(id),
        paths: changed.map(({ path }) => shownIn(roots, path)),
      }));
      return { edits };
    },
  });
}

/** Clients see no paths of this machine: errors name files as the client does, relative to the root. */
function withShownPaths(roots: readonly string[], handlers: EditHandlers): EditHandlers {
  const shown = (text: string): string =>
    roots.reduce((now, root) => now.replaceAll(`${root}${sep}`, "").replaceAll(root, "."), text);
  const shownValue = (value: unknown): unknown => {
    if (typeof value === "string") return shown(value);
    if (Array.isArray(value)) return value.map(shownValue);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, shownValue(one)]));
  };
  const shownError = (error: unknown): unknown => {
    if (!RedraftError.is(error)) return error;
    const { code, message, retryable } = error;
    const details = shownValue(error.details) as RedraftError["details"];
    return new RedraftError(code, shown(message), { cause: error, retryable, details });
  };
  const wrapped =
    <Args extends unknown[], Answer>(call: (...args: Args) => Promise<Answer>) =>
    async (...args: Args): Promise<Answer> => {
      try {
        return await call(...args);
      } catch (error) {
        throw shownError(error);
      }
    };
  return {
    apply: wrapped(handlers.apply),
    undo: wrapped(handlers.undo),
    begin: wrapped(async (head) => {
      const edit = await handlers.begin(head);
      return { push: edit.push, end: wrapped(edit.end) };
    }),
    log: wrapped(handlers.log),
  };
}

async function noFolder(): Promise<never> {
  throw new ApiError(404, "This server edits no files: it was started without --root.", {
    code: "not_found",
  });
}

export interface EditsRequest {
  readonly edits: readonly {
    readonly path: string;
    readonly edit: string;
    readonly format?: EditRow["format"] | null;
    readonly base?: string | null | undefined;
    readonly cell?: string | number | null | undefined;
    readonly symbol?: string | null | undefined;
  }[];
  readonly dry_run?: boolean | null | undefined;
  readonly receipts?: boolean | null | undefined;
}

function editRow({
  path,
  edit,
  format,
  base,
  cell,
  symbol,
}: EditsRequest["edits"][number]): EditRow {
  return {
    path,
    edit,
    ...(format == null ? {} : { format }),
    ...(base == null ? {} : { base: baseOf(base) }),
    ...(cell == null ? {} : { cell }),
    ...(symbol == null ? {} : { symbol }),
  };
}

export interface ArrivingEditHead {
  readonly path: string;
  readonly format?: EditRow["format"] | null;
  readonly dry_run?: boolean | null | undefined;
}

export const arrivingEditHead: z.ZodType<ArrivingEditHead> = z.strictObject({
  path: z.string().min(1),
  format: z.enum(["auto", ...formatNames]).nullish(),
  dry_run: z.boolean().nullish(),
});

export const editsRequest: z.ZodType<EditsRequest> = z.strictObject({
  edits: z
    .array(
      z.strictObject({
        path: z.string().min(1),
        edit: z.string(),
        format: z.enum(["auto", ...formatNames]).nullish(),
        base: z.string().nullish(),
        cell: z.union([z.string(), z.int().min(1)]).nullish(),
        symbol: z.string().nullish(),
      }),
    )
    .min(1),
  dry_run: z.boolean().nullish(),
  receipts: z.boolean().nullish(),
});

export interface UndoBody {
  readonly last?: number | null | undefined;
  readonly ids?: readonly string[] | null | undefined;
  readonly hunks?: readonly number[] | null | undefined;
  readonly redo?: boolean | null | undefined;
  readonly dry_run?: boolean | null | undefined;
}

export const undoRequest: z.ZodType<UndoBody> = z.strictObject({
  last: z.int().min(1).nullish(),
  ids: z.array(z.string()).min(1).nullish(),
  hunks: z.array(z.int().min(1)).min(1).nullish(),
  redo: z.boolean().nullish(),
  dry_run: z.boolean().nullish(),
});
