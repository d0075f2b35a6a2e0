import { setTimeout as sleep } from "node:timers/promises";
import { RedraftError } from "../core/errors.ts";
import type { CheckAnswer } from "../orchestrate/refine.ts";
import { type EditCheck, type RefinedHunk, refineEdit } from "../orchestrate/refine-edit.ts";
import type { CandidateFile } from "../orchestrate/speculator.ts";
import { unifiedDiff } from "../workspace/diff.ts";
import { newErrors, syntaxFor } from "../workspace/syntax.ts";
import {
  type FileChange,
  type WriteOptions,
  type Written,
  writeChanges,
} from "../workspace/write.ts";

export interface KeepPassingOptions extends Omit<WriteOptions, "check"> {
  /** What the check said of the whole edit, which it refuses. */
  readonly whole: CheckAnswer;
  /** Runs the check on the files as they are on the disk. */
  readonly judge: () => Promise<CheckAnswer>;
  /** The name of a file in diffs and messages. */
  readonly nameOf: (path: string) => string;
  /** Runs of the check, the one on what is written in the end included; default: 50. */
  readonly mostRuns?: number;
  /** Waits before files are written, so that their times differ from those of the last run; default: until the next second. */
  readonly waitForNewTime?: () => Promise<void>;
}

/** The hunks of an edit that a check does not accept, with those that were not tried. */
export interface LeftOut {
  /** From the files as they are written to the whole edit, as `redraft patch` takes it. */
  readonly patch: string;
  readonly hunks: readonly Pick<RefinedHunk, "path" | "line" | "why">[];
}

export interface KeptPassing {
  /** What is written; none where the check accepts no part. */
  readonly changes: readonly FileChange[];
  /** One for each change. */
  readonly written: readonly Written[];
  readonly leftOut: LeftOut;
  /** How often the check ran. */
  readonly runs: number;
}

export const mostCheckRuns = 50;

/**
 * Writes the part of an edit that a check accepts, where it refuses the whole. Each trial writes the files, runs the check, and takes them
 * back; what is accepted is written in the end as one change, and checked once more. Files that are made, deleted or moved, and notebooks, are
 * kept or left out as a whole; where files move, all that are made, moved and deleted together. No trial has a text with a new syntax
 * error that the whole edit does not have. Build tools and Python compare times, some in whole seconds: every run finds all edited files with
 * later times than the run before, those that are as they were too.
 *
 * @throws `stale-file` where a file changes meanwhile; `check-failed` where the check changes files, or refuses in the end what it accepted
 */
export async function keepPassing(
  changes: readonly FileChange[],
  options: KeepPassingOptions,
): Promise<KeptPassing> {
  const { whole, nameOf, signal, mostRuns = mostCheckRuns, judge, ...rest } = options;
  const { waitForNewTime = nextSecond(), ...write } = rest;
  const parts = editParts(changes);
  const breaks = await brokenSyntax(parts);
  const writing = { ...write, ...(signal && { signal }) };
  let runs = 0;
  const check: EditCheck = async (texts) => {
    const broken = breaks(texts);
    if (broken !== undefined) {
      return { ok: false, why: `without other hunks ${nameOf(broken)} has a syntax error` };
    }
    // One is left for what is written in the end.
    if (runs >= mostRuns - 1) return { ok: false, why: `the check ran ${runs} times` };
    runs += 1;
    await waitForNewTime();
    return tryOut(changesOfParts(parts, texts), writing, judge);
  };
  const files = parts.map(({ file }) => file);
  // The bound is on runs: a text that is not tried costs nothing.
  const refined = await refineEdit(files, check, {
    whole,
    mostChecks: 1000,
    ...(signal && { signal }),
  });
  const kept = changesOfParts(parts, refined.texts);
  const leftOut = {
    patch: parts.map((part) => leftPatch(part, refined.texts, nameOf)).join(""),
    hunks: refined.hunks
      .filter(({ state }) => state === "left out")
      .map(({ path, line, why }) => ({
        path: nameOf(path),
        line,
        ...(why !== undefined && { why }),
      })),
  };
  if (refined.texts.size === 0) return { changes: [], written: [], leftOut, runs };
  const confirm = async (): Promise<void> => {
    runs += 1;
    const { ok, why } = await judge();
    if (!ok) {
      throw new RedraftError(
        "check-failed",
        `the check refuses what it accepted before (${why}): it does not give the same answer twice.`,
      );
    }
  };
  await waitForNewTime();
  const all = await writeChanges(kept, { ...writing, check: confirm });
  const isChanged = ({ before, text, moveTo }: FileChange): boolean =>
    text !== before.text || moveTo !== undefined || !before.exists;
  const written = all.filter((_, index) => isChanged(kept[index]!));
  return { changes: kept.filter(isChanged), written, leftOut, runs };
}

/** A part of an edit: the hunks of a file, or changes that are made as a whole. */
interface EditPart {
  readonly changes: readonly FileChange[];
  /** Of changes that are made as a whole, two words: the one hunk replaces the first by the second. */
  readonly file: CandidateFile;
  readonly isWhole: boolean;
}

const isMove = ({ moveTo, from }: FileChange): boolean =>
  moveTo !== undefined || from !== undefined;

/** Whether more than lines of a file change. */
const isOfTree = (change: FileChange): boolean =>
  isMove(change) || change.text === null || !change.before.exists || change.form !== undefined;

function editParts(changes: readonly FileChange[]): readonly EditPart[] {
  const ofTree = changes.filter(isOfTree);
  const groups = ofTree.some(isMove) ? [ofTree] : ofTree.map((one) => [one]);
  const others = changes.filter((one) => !isOfTree(one));
  return [
    ...others.map((change): EditPart => {
      const { before, text } = change;
      if (/\.ipynb$/iu.test(before.realPath)) return wholePart([change]);
      const file = { path: before.realPath, before: before.text, after: text! };
      return { changes: [change], file, isWhole: false };
    }),
    ...groups.map(wholePart),
  ];
}

function wholePart(changes: readonly FileChange[]): EditPart {
  const file = { path: changes[0]!.before.realPath, before: "before", after: "after" };
  return { changes, file, isWhole: true };
}

/** The changes with these texts. A file of which nothing is chosen is written as it is, for its time. */
function changesOfParts(
  parts: readonly EditPart[],
  texts: ReadonlyMap<string, string>,
): FileChange[] {
  return parts.flatMap(({ changes, file, isWhole }) => {
    const text = texts.get(file.path);
    if (!isWhole) return [{ ...changes[0]!, text: text ?? file.before }];
    return text === undefined ? [] : changes;
  });
}

/** The clock of a file system may be some ms behind. */
const clockLag = 50;

function nextSecond(): () => Promise<void> {
  let last = Math.floor(Date.now() / 1000);
  return async () => {
    const isLater = (): boolean => Math.floor((Date.now() - clockLag) / 1000) > last;
    while (!isLater()) await sleep(1000 - (Date.now() % 1000) + clockLag);
    last = Math.floor(Date.now() / 1000);
  };
}

function leftPatch(
  { changes, file, isWhole }: EditPart,
  texts: ReadonlyMap<string, string>,
  nameOf: (path: string) => string,
): string {
  const path = nameOf(file.path);
  const now = texts.get(file.path);
  if (!isWhole) return unifiedDiff({ path, text: now ?? file.before }, { path, text: file.after });
  if (now !== undefined) return "";
  return changes
    .map(({ before, text, moveTo }) => {
      const name = nameOf(before.realPath);
      const goal = moveTo === undefined ? name : nameOf(moveTo);
      return unifiedDiff(
        before.exists ? { path: name, text: before.text } : null,
        text === null ? null : { path: goal, text },
      );
    })
    .join("");
}

/** The file whose text has new syntax errors, though the whole edit has none. */
async function brokenSyntax(
  parts: readonly EditPart[],
): Promise<(texts: ReadonlyMap<string, string>) => string | undefined> {
  const counts = new Map<string, (text: string) => number | undefined>();
  for (const { file, isWhole } of parts) {
    const checker = isWhole ? undefined : await syntaxFor(file.path);
    if (!checker) continue;
    const count = newErrors(checker, file.before);
    if (count(file.after) === 0) counts.set(file.path, count);
  }
  return (texts) => [...texts].find(([path, text]) => (counts.get(path)?.(text) ?? 0) > 0)?.[0];
}

/** What a trial ends with, so that its files are taken back. */
const endOfTrial = "The hunks were only tried.";

/** Writes changes, has them judged, and takes them back. */
async function tryOut(
  changes: readonly FileChange[],
  options: WriteOptions,
  judge: () => Promise<CheckAnswer>,
): Promise<CheckAnswer> {
  let answer: CheckAnswer | undefined;
  const check = async (): Promise<void> => {
    answer = await judge();
    throw new RedraftError("cancelled", endOfTrial);
  };
  try {
    await writeChanges(changes, { ...options, check });
  } catch (error) {
    if (!RedraftError.is(error)) throw error;
    if (error.message === `${endOfTrial} Nothing was changed.` && answer) return answer;
    if (error.message.startsWith(endOfTrial)) throw changesFiles(error);
    // Some parts cannot be written without others: a file in a folder that takes the place of a file.
    if (error.code !== "file-error") throw error;
    return { ok: false, why: error.message };
  }
  return { ok: false };
}

function changesFiles({ message }: RedraftError): RedraftError {
  return new RedraftError(
    "check-failed",
    `the check changes files, so that parts of the edit cannot be tried: give one that only reports.${message.slice(endOfTrial.length)}`,
  );
}
