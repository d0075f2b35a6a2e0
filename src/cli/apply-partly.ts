import type { EditResult } from "../core/request.ts";
import type { LeftOut } from "../redraft/keep-passing.ts";
import { encodeText } from "../workspace/encoding.ts";
import type { Journal } from "../workspace/journal/types.ts";
import { hashOf, type TextFile } from "../workspace/text-file.ts";
import { type Updated, updateFile } from "../workspace/update.ts";
import { requirePassing } from "./check-command.ts";
import { checkRefusal, writePassing } from "./left-out.ts";
import { shownPath } from "./shown-path.ts";
import { onInterrupt, uninterrupted } from "./signals.ts";

/** An edit of one file, whole or, where the check refuses the whole, the part that it accepts. */
export interface CheckedUpdate {
  readonly updated: Updated<EditResult>;
  readonly leftOut?: LeftOut;
  /** Of the check on parts. */
  readonly runs?: number;
  /** The check, a formatter for instance, left another text in the file. */
  readonly isChangedByCheck?: true;
}

export interface FileCheckOptions {
  readonly check?: string;
  readonly keepPassing?: boolean;
  readonly dryRun?: boolean;
  readonly journal: Journal;
}

/** Writes an edit of one file, has it checked, and takes it back where the check fails; with `keepPassing`, all but what it accepts. */
export async function updateChecked(
  file: string,
  make: (now: TextFile, first?: TextFile) => Promise<EditResult>,
  { check, keepPassing, dryRun = false, journal }: FileCheckOptions,
): Promise<CheckedUpdate> {
  let made: { readonly before: TextFile; readonly result: EditResult } | undefined;
  const making: typeof make = async (before, first) => {
    const result = await make(before, first);
    made = { before, result };
    return result;
  };
  const writing = { dryRun, journal, note: { kind: "edit", by: "redraft apply" } } as const;
  // Placing is synchronous: until the file is written a signal ends the process as it is.
  if (check === undefined)
    return { updated: await updateFile(file, making, { ...writing, uninterrupted }) };
  // From then on an interrupt stops the check, and the file is restored.
  let signal: AbortSignal | undefined;
  const interrupt = (): AbortSignal => {
    signal ??= onInterrupt();
    return signal;
  };
  const onOutput = (output: string): void => void process.stderr.write(output);
  try {
    const updated = await updateFile(file, making, {
      ...writing,
      uninterrupted(work) {
        interrupt();
        return work();
      },
      check: () => requirePassing(check, { signal: interrupt(), onOutput }),
    });
    if (isAsMade(updated)) return { updated };
    const note = "the check changed the file: it has another text than the edit gives";
    const result = { ...updated.result, notes: [...updated.result.notes, note] };
    return { updated: { ...updated, result }, isChangedByCheck: true };
  } catch (error) {
    const whole = keepPassing ? checkRefusal(error, check) : undefined;
    if (!whole || !made) throw error;
    const { before, result } = made;
    const { action, movedTo, text } = result;
    const isMoved = action === "move" && movedTo !== undefined;
    const name = await shownPath(file);
    const goal = isMoved ? await shownPath(movedTo) : name;
    const change = { before, text, ...(isMoved && { moveTo: movedTo }) };
    const { changes, written, leftOut, runs } = await writePassing([change], check, {
      whole,
      nameOf: (path) => (path === movedTo ? goal : name),
      signal: interrupt(),
      journal,
      note: writing.note,
    });
    const [kept] = changes;
    // Nothing passes: the refusal is that of the whole, as without the option.
    if (!kept) throw error;
    const part = { ...written[0], result: withoutAccounts(result, kept.text) };
    return { updated: { before, written: true, ...part }, leftOut, runs };
  }
}

/** Whether the file, where one was written, has the text of the edit. */
function isAsMade({ before, hash, result: { text } }: Updated<EditResult>): boolean {
  if (hash === undefined || text === null) return true;
  return hash === hashOf(encodeText(text, before.encoding, before.bom));
}

/** The accounts of the result and its checks are of the whole, and none of the part. */
function withoutAccounts(
  { proof: _proof, cells: _cells, diff: _diff, editLines: _lines, ...rest }: EditResult,
  text: string | null,
): EditResult {
  return { ...rest, text, checks: [] };
}
