import { RedraftError } from "../../core/errors.ts";
import { unifiedDiff } from "../diff.ts";
import { type FileChange, type WriteOptions, writeChanges } from "../write.ts";
import { type Choice, editsToUndo, undosToRedo } from "./history.ts";
import type { DiskJournal } from "./journal.ts";
import { reverse } from "./take-back.ts";
import type { CarryOver } from "./types.ts";

export interface UndoRequest extends Choice {
  /** Make again what an undo took back, instead of taking an edit back. */
  readonly redo?: boolean;
  readonly dryRun?: boolean;
  /** What the log says made it. */
  readonly by?: string;
}

export interface UndoneFile {
  /** Absolute. */
  readonly path: string;
  readonly movedTo?: string;
  readonly action: "update" | "create" | "delete" | "move";
  readonly diff: string;
  /** Of the file as it is now; absent if it was deleted or nothing was written. */
  readonly hash?: string;
}

export interface UndoAnswer {
  readonly kind: "undo" | "redo";
  /** The entries that were taken back. */
  readonly of: readonly string[];
  readonly hunks?: readonly number[];
  /** Empty: the files say already what they said before. */
  readonly files: readonly UndoneFile[];
  readonly written: boolean;
  /** The entry of this undo. */
  readonly id?: string;
}

export interface UndoOptions
  extends Pick<WriteOptions, "fs" | "signal" | "uninterrupted" | "patience"> {
  readonly journal: DiskJournal;
  /** The merge's `carryOver`. */
  readonly carry: CarryOver;
  /** Shows paths; default: as they are. */
  readonly show?: (path: string) => string;
}

/** How often an undo is made again on files that changed while it was being made. */
const rereads = 5;

/**
 * Undoes or redoes edits of the log: each exactly, keeping what was changed since, or not at all. What is in the
 * way is a `stale-file` that names the lines and the newer edit. An undo is itself an entry of the log.
 */
export async function undo(request: UndoRequest, options: UndoOptions): Promise<UndoAnswer> {
  const { journal, carry, show = (path) => path, ...write } = options;
  await journal.recover();
  for (let round = 0; ; round++) {
    const log = await journal.entries();
    const entries = request.redo ? undosToRedo(log, request) : editsToUndo(log, request);
    const { folders } = journal;
    const hunks = request.hunks === undefined ? {} : { hunks: [...new Set(request.hunks)] };
    const changes = await reverse({
      entries,
      log,
      folders,
      carry,
      ...hunks,
      ...(write.fs ? { fs: write.fs } : {}),
    });
    const kind: UndoAnswer["kind"] = request.redo ? "redo" : "undo";
    const of = entries.map(({ id }) => id);
    const answer = { kind, of, ...hunks, files: changes.map((one) => undoneFile(one, show)) };
    if (request.dryRun) return { ...answer, written: false };
    const note = { kind, of, ...hunks, ...(request.by === undefined ? {} : { by: request.by }) };
    if (changes.length === 0) {
      // It was already undone by hand: the next undo is about the edit before it.
      await journal.mark(note);
      return { ...answer, written: false };
    }
    try {
      const written = await writeChanges(changes, { ...write, journal, note });
      const files = answer.files.map((file, index) => {
        const hash = written[index]?.hash;
        return hash === undefined ? file : { ...file, hash };
      });
      const id = written[0]?.entry;
      return { ...answer, files, written: true, ...(id === undefined ? {} : { id }) };
    } catch (error) {
      if (!RedraftError.is(error) || error.code !== "stale-file" || round >= rereads) throw error;
    }
  }
}

function undoneFile(
  { before, text, moveTo }: FileChange,
  show: (path: string) => string,
): UndoneFile {
  const action =
    text === null ? "delete" : moveTo !== undefined ? "move" : before.exists ? "update" : "create";
  const path = show(before.realPath);
  const goal = moveTo === undefined ? path : show(moveTo);
  const diff = unifiedDiff(
    before.exists ? { path, text: before.text } : null,
    text === null ? null : { path: goal, text },
  );
  return { path, ...(moveTo === undefined ? {} : { movedTo: goal }), action, diff };
}
