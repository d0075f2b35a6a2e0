import type { RedraftError } from "../core/errors.ts";
import type { InstructResult } from "../instruct/edit-files.ts";
import { unifiedDiff } from "../workspace/diff.ts";
import type { TextFile } from "../workspace/text-file.ts";
import type { EditOptions } from "./edit-job.ts";
import type { PartlyEdited } from "./edit-output.ts";
import { cliJournal } from "./journal.ts";
import { checkRefusal, writePassing } from "./left-out.ts";
import { onInterrupt } from "./signals.ts";

export interface PartlyWritten extends PartlyEdited {
  /** The files that are written, with their texts. */
  readonly result: InstructResult;
  /** The diff of each. */
  readonly patches: readonly string[];
}

/** Writes what the check accepts of a model's edit that it refused; undefined where that is nothing. */
export async function writePartly(
  result: InstructResult,
  byPath: ReadonlyMap<string, TextFile>,
  names: ReadonlyMap<string, string>,
  { check = "", journal }: EditOptions,
  { failure, folder }: { readonly failure: RedraftError; readonly folder: string },
): Promise<PartlyWritten | undefined> {
  const whole = checkRefusal(failure, check);
  if (!whole) return undefined;
  const changes = result.files.map((one) => ({
    before: byPath.get(one.path)!,
    text: one.result.text,
  }));
  const shown = new Map(changes.map(({ before }) => [before.realPath, names.get(before.path)!]));
  const kept = await writePassing(changes, check, {
    whole,
    nameOf: (path) => shown.get(path) ?? path,
    signal: onInterrupt(),
    journal: cliJournal(folder, journal),
    note: { kind: "edit", by: "redraft edit" },
  });
  if (kept.written.length === 0) return undefined;
  const texts = new Map(kept.changes.map(({ before, text }) => [before.path, text]));
  const files = result.files
    .filter(({ path }) => texts.has(path))
    .map((one) => ({ ...one, result: { ...one.result, text: texts.get(one.path)! } }));
  const patches = files.map(({ path, result: { text } }) => {
    const before = byPath.get(path)!;
    const name = names.get(path)!;
    return unifiedDiff(
      before.exists ? { path: name, text: before.text } : null,
      text === null ? null : { path: name, text },
    );
  });
  return { result: { ...result, files }, patches, leftOut: kept.leftOut, runs: kept.runs };
}
