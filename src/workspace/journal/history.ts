import { RedraftError } from "../../core/errors.ts";
import type { KeptEntry } from "./entries.ts";

/** An edit of the log, and what became of it. */
export interface EditState {
  readonly entry: KeptEntry;
  readonly state: "in place" | "undone" | "partly undone";
  /** The hunks that are undone, where it is partly so; numbered from 1. */
  readonly hunks: readonly number[];
  /** Later is greater: the id of the edit, or of the redo that made it again. */
  readonly since: string;
  /** The undos of it that are in effect, oldest first. */
  readonly undos: readonly KeptEntry[];
}

/** What the log says of each of its edits, oldest first. */
export function editStates(entries: readonly KeptEntry[]): EditState[] {
  const edits = new Map<string, EditState>();
  const undoes = new Map<string, KeptEntry>();
  for (const entry of entries) {
    if (entry.kind === "edit") {
      edits.set(entry.id, { entry, state: "in place", hunks: [], since: entry.id, undos: [] });
      continue;
    }
    if (entry.kind === "undo") undoes.set(entry.id, entry);
    for (const id of entry.of ?? []) {
      const undone = entry.kind === "undo" ? [id] : (undoes.get(id)?.of ?? []);
      for (const edit of undone) {
        const known = edits.get(edit);
        if (known === undefined) continue;
        const undos =
          entry.kind === "undo"
            ? [...known.undos, entry]
            : known.undos.filter((one) => one.id !== id);
        const since = entry.kind === "redo" ? entry.id : known.since;
        edits.set(edit, { entry: known.entry, undos, since, ...undoState(undos) });
      }
    }
  }
  return [...edits.values()];
}

function undoState(undos: readonly KeptEntry[]): Pick<EditState, "state" | "hunks"> {
  if (undos.length === 0) return { state: "in place", hunks: [] };
  if (undos.some(({ hunks }) => hunks === undefined)) return { state: "undone", hunks: [] };
  return {
    state: "partly undone",
    hunks: undos.flatMap(({ hunks = [] }) => hunks).sort((a, b) => a - b),
  };
}

export interface Choice {
  /** How many, newest first; default 1. */
  readonly last?: number;
  readonly ids?: readonly string[];
  /** Only these hunks of one edit, numbered from 1 as `redraft log --id` shows them. */
  readonly hunks?: readonly number[];
}

/** The edits that an undo is about, in the order in which they are taken back: newest first. */
export function editsToUndo(entries: readonly KeptEntry[], choice: Choice): KeptEntry[] {
  const all = editStates(entries);
  if (choice.ids !== undefined) {
    const chosen = choice.ids.map((id) => entryWithId(all, id, entries));
    for (const { entry, state, undos } of chosen) {
      if (state !== "undone") continue;
      throw refused(
        `edit ${entry.id} was already undone by ${undos.at(-1)!.id}. Use redraft redo to apply it again.`,
      );
    }
    checkHunks(chosen.length, choice);
    return newestFirst(chosen).map(({ entry }) => entry);
  }
  const inPlace = newestFirst(all.filter(({ state }) => state !== "undone"));
  if (inPlace.length === 0)
    throw refused(
      "there is no edit here to undo; the log (redraft log, edit_log) lists all edits.",
    );
  const chosen = inPlace.slice(0, choice.last ?? 1);
  checkHunks(chosen.length, choice);
  return chosen.map(({ entry }) => entry);
}

/** The undos that a redo is about, newest first. */
export function undosToRedo(entries: readonly KeptEntry[], choice: Choice): KeptEntry[] {
  const all = editStates(entries);
  if (choice.hunks !== undefined)
    throw refused("redo takes no hunks; it applies again what one undo took back.", "usage");
  const open = new Map(all.flatMap(({ undos }) => undos.map((undo) => [undo.id, undo] as const)));
  if (choice.ids !== undefined) {
    const chosen = choice.ids.map((id) => {
      const undo = open.get(id) ?? all.find(({ entry }) => entry.id === id)?.undos.at(-1);
      if (undo === undefined)
        throw refused(
          `there is no undo ${id} here, and no edit ${id} that is undone; the log (redraft log, edit_log) lists all edits.`,
        );
      return undo;
    });
    return [...new Set(chosen)].sort((a, b) => (a.id < b.id ? 1 : -1));
  }
  const undos = [...open.values()].sort((a, b) => (a.id < b.id ? 1 : -1));
  if (undos.length === 0)
    throw refused(
      "there is no undo here to take back; the log (redraft log, edit_log) lists all edits.",
    );
  return undos.slice(0, choice.last ?? 1);
}

function newestFirst(all: readonly EditState[]): EditState[] {
  return [...new Set(all)].sort((a, b) => (a.since < b.since ? 1 : -1));
}

function entryWithId(
  all: readonly EditState[],
  id: string,
  entries: readonly KeptEntry[],
): EditState {
  const found = all.find(({ entry }) => entry.id === id);
  if (found !== undefined) return found;
  const other = entries.find((entry) => entry.id === id);
  throw refused(
    other === undefined
      ? `there is no edit ${id} here; the log (redraft log, edit_log) lists all edits.`
      : `${id} is itself ${other.kind === "undo" ? "an undo; redraft redo takes it back" : "a redo; undo the edit that it applied again"}.`,
  );
}

function checkHunks(edits: number, { hunks }: Choice): void {
  if (hunks === undefined || edits === 1) return;
  throw refused("hunks belong to one edit: name exactly one edit.", "usage");
}

function refused(message: string, code: "no-match" | "usage" = "no-match"): RedraftError {
  return new RedraftError(code, message);
}
