import { decodeText } from "../encoding.ts";
import { type EntryState, type KeptEntry, readBlob } from "./entries.ts";
import type { CarryOver } from "./types.ts";

/** What prevents an undo: an entry of the log, or (without one) a change that is in no log. */
export interface Obstacle {
  readonly entry: KeptEntry | undefined;
}

export interface ObstacleRequest {
  readonly entry: KeptEntry;
  readonly path: string;
  /** The change that is to be made, from one text to the other. */
  readonly base: string;
  readonly edited: string;
  readonly log: readonly KeptEntry[];
  readonly carry: CarryOver;
}

/**
 * Which later entry prevents an undo: the last one before which the change could be carried over, and after
 * which it cannot. Without an entry, the file was changed by hand between two entries, or after all of them.
 */
export async function obstacle(request: ObstacleRequest): Promise<Obstacle> {
  const { entry, path, base, edited, log, carry } = request;
  const fits = (current: string): boolean => {
    if (edited === "") return current === base;
    try {
      carry({ path, base, edited, current });
      return true;
    } catch {
      return false;
    }
  };
  for (const later of log.toReversed()) {
    if (later.id <= entry.id) break;
    const file = later.files.find((one) => one.path === path);
    if (file === undefined) continue;
    const after = await textOfState(later, file.after, path);
    if (after !== undefined && fits(after)) return { entry: undefined };
    const before = await textOfState(later, file.before, path);
    if (before !== undefined && fits(before)) return { entry: later };
  }
  return { entry: undefined };
}

async function textOfState(
  entry: KeptEntry,
  state: EntryState | null,
  path: string,
): Promise<string | undefined> {
  if (state === null) return undefined;
  const bytes = await readBlob(entry.folder, state.sha256);
  return bytes === undefined ? undefined : decodeText(bytes, path).text;
}
