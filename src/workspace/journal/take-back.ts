import { RedraftError } from "../../core/errors.ts";
import { matchedLines } from "../../text/line-pairs.ts";
import { splitLines } from "../../text/lines.ts";
import { disk, type FileSystem } from "../disk.ts";
import { type Decoded, decodeText } from "../encoding.ts";
import { type FileView, viewFiles } from "../file-view.ts";
import { isInside } from "../inside.ts";
import type { FileChange } from "../steps.ts";
import { hashOf, readTextFile } from "../text-file.ts";
import { type EntryFile, type EntryState, type KeptEntry, readBlob } from "./entries.ts";
import { entryHunks, type TextPair, textWithoutHunks } from "./hunks.ts";
import { type Obstacle, obstacle } from "./obstacle.ts";
import type { CarryOver } from "./types.ts";

export interface Reversal {
  /** What is taken back, in this order. */
  readonly entries: readonly KeptEntry[];
  /** Only these hunks of the one entry. */
  readonly hunks?: readonly number[];
  /** The whole log, for naming what is in the way. */
  readonly log: readonly KeptEntry[];
  /** Folders outside which nothing is touched. */
  readonly folders: readonly string[];
  readonly carry: CarryOver;
  readonly fs?: FileSystem;
}

/** The changes that undo entries and keep all later changes; refused if a later change meets them. Writes nothing. */
export async function reverse(reversal: Reversal): Promise<FileChange[]> {
  const { fs = disk } = reversal;
  const view = viewFiles((path) => readTextFile(path, fs));
  for (const entry of reversal.entries) {
    requireInside(entry, reversal.folders);
    await requireSamePlaces(entry, view);
    if (reversal.hunks !== undefined) await reverseHunks(entry, reversal, view);
    else await reverseEntry(entry, reversal, view);
  }
  return view.changes();
}

/** The text of an entry's file before the edit, and after it. Undefined where it came, went, or was a link. */
export async function textPairs(entry: KeptEntry): Promise<(TextPair & { file: EntryFile })[]> {
  const pairs = [];
  for (const file of entry.files) {
    const before = stateBefore(entry, file);
    if (before === null || file.after === null || before.link !== undefined) continue;
    pairs.push({
      file,
      path: file.path,
      before: (await keptText(entry, before, file.path)).text,
      after: (await keptText(entry, file.after, file.path)).text,
    });
  }
  return pairs;
}

/**
 * What the text of a file was before: of a file that moved, at the place it came from. Where the old file moved away and a new one
 * came, there is none.
 */
function stateBefore(entry: KeptEntry, file: EntryFile): EntryState | null {
  if (file.movedFrom === undefined) return hasMoved(entry, file.path) ? null : file.before;
  return entry.files.find(({ path }) => path === file.movedFrom)?.before ?? null;
}

/** Whether the file of a path is at another one after the entry. */
function hasMoved(entry: KeptEntry, path: string): boolean {
  return entry.files.some(({ movedFrom }) => movedFrom === path);
}

async function keptText(
  entry: KeptEntry,
  { sha256 }: EntryState,
  path: string,
): Promise<Decoded & { readonly bytes: Buffer }> {
  const bytes = await readBlob(entry.folder, sha256);
  if (bytes === undefined) {
    throw new RedraftError(
      "no-match",
      `the text of ${path} that edit ${entry.id} needs is no longer in the journal, so the edit cannot be undone.`,
      { details: { id: entry.id, path } },
    );
  }
  return { ...decodeText(bytes, path), bytes };
}

async function reverseEntry(entry: KeptEntry, reversal: Reversal, view: FileView): Promise<void> {
  const moves: { from: string; to: string; text: string }[] = [];
  const restores: (() => Promise<void>)[] = [];
  for (const file of entry.files) {
    const { path, after } = file;
    const before = stateBefore(entry, file);
    if (after === null) {
      if (before !== null) {
        restores.push(() => restore(entry, file, before, view));
      }
      continue;
    }
    const current = await view.get(path);
    if (before === null) {
      if (current !== undefined) {
        await removeUnchanged(entry, file, current.text, reversal, view);
      }
      continue;
    }
    if (current === undefined) throw await missingSince(entry, path, reversal);
    const text = await reversed(entry, file, before, current.text, reversal);
    if (file.movedFrom === undefined) await view.write(path, text);
    else {
      moves.push({ from: path, to: file.movedFrom, text });
      // What it came in the place of went without a trace elsewhere.
      const replaced = file.before;
      if (replaced !== null && !hasMoved(entry, path)) {
        restores.push(() => restore(entry, file, replaced, view));
      }
    }
  }
  if (moves.length > 0) await view.move(moves);
  for (const one of restores) await one();
}

/** A deleted file comes back, where nothing else has come since. */
async function restore(
  entry: KeptEntry,
  { path }: EntryFile,
  before: EntryState,
  view: FileView,
): Promise<void> {
  if (before.link !== undefined) {
    throw cannot(
      entry,
      path,
      `it was a symbolic link: ln -s ${JSON.stringify(before.link)} restores it`,
    );
  }
  const was = await keptText(entry, before, path);
  const now = await view.get(path);
  if (now === undefined) {
    const mode = before.mode === null ? {} : { mode: before.mode };
    await view.create(path, was.text, { encoding: was.encoding, bom: was.bom, ...mode });
    return;
  }
  if (now.text === was.text) return;
  throw cannot(entry, path, "another file is there now: move it away first");
}

/** Removes a file that the entry created, if it is unchanged. */
async function removeUnchanged(
  entry: KeptEntry,
  file: EntryFile,
  current: string,
  reversal: Reversal,
  view: FileView,
): Promise<void> {
  const { path } = file;
  const made = await keptText(entry, file.after!, path);
  const isSame = current === made.text && (await isUntouched(path, made, view));
  if (isSame) return view.remove(path);
  const found = await obstacle({ entry, path, base: made.text, edited: "", ...reversal });
  throw cannot(
    entry,
    path,
    `it created this file, which was changed since ${writtenBy(found)}: remove it by hand`,
  );
}

/** Whether a file that no edit of this undo has touched has the very bytes that the entry left. */
async function isUntouched(
  path: string,
  left: { readonly bytes: Buffer },
  view: FileView,
): Promise<boolean> {
  const onDisk = await view.onDisk(path);
  const viewed = await view.get(path);
  return viewed?.text !== onDisk.text || onDisk.hash === hashOf(left.bytes);
}

async function reversed(
  entry: KeptEntry,
  { path, after }: EntryFile,
  before: EntryState,
  current: string,
  reversal: Reversal,
): Promise<string> {
  const was = await keptText(entry, before, path);
  const made = await keptText(entry, after!, path);
  return carried(entry, { path, before: was.text, after: made.text }, current, reversal);
}

/** The current text with the change from `after` back to `before`. */
async function carried(
  entry: KeptEntry,
  { path, before, after }: TextPair,
  current: string,
  reversal: Reversal,
): Promise<string> {
  if (current === after) return before;
  if (current === before || before === after) return current;
  if (changesLineEnds(before, after)) {
    throw cannot(
      entry,
      path,
      "it changed line ends, and the file was changed since: undo the newer changes first",
    );
  }
  try {
    return reversal.carry({ path, base: after, edited: before, current }).text;
  } catch (error) {
    if (!RedraftError.is(error) || error.code !== "stale-file") throw error;
    const found = await obstacle({ entry, path, base: after, edited: before, ...reversal });
    throw cannot(
      entry,
      path,
      `${conflictReport(error, found)}${await freeHunks(entry, current, path, reversal)}`,
      {
        ...error.details,
        ...(found.entry === undefined ? {} : { by: found.entry.id }),
      },
    );
  }
}

/** Whether lines that stayed have other ends: a merge of lines does not see that. The end of the text is another thing. */
function changesLineEnds(before: string, after: string): boolean {
  const [oldLines, newLines] = [splitLines(before), splitLines(after)];
  const pairs = matchedLines(
    oldLines.map(({ text }) => text),
    newLines.map(({ text }) => text),
  );
  return pairs.some(([a, b]) => {
    const [one, other] = [oldLines[a]!.end, newLines[b]!.end];
    return one !== other && one !== "" && other !== "";
  });
}

async function reverseHunks(entry: KeptEntry, reversal: Reversal, view: FileView): Promise<void> {
  const pairs = await textPairs(entry);
  const all = entryHunks(pairs);
  const wanted = new Set(reversal.hunks);
  const unknown = [...wanted].find((number) => !all.some((hunk) => hunk.number === number));
  if (unknown !== undefined || wanted.size === 0) {
    throw new RedraftError(
      "usage",
      `edit ${entry.id} has ${all.length === 0 ? "no hunks" : `the hunks 1 to ${all.length}`}, and ${unknown ?? "none"} was asked for: redraft log --id ${entry.id} shows them.`,
    );
  }
  for (const pair of pairs) {
    const chosen = all.filter(({ path, number }) => path === pair.path && wanted.has(number));
    if (chosen.length === 0) continue;
    const current = await view.get(pair.path);
    if (current === undefined) throw await missingSince(entry, pair.path, reversal);
    const part = { ...pair, before: textWithoutHunks(pair, chosen) };
    await view.write(pair.path, await carried(entry, part, current.text, reversal));
  }
}

/** Which hunks of the entry could be taken back by themselves, for the refusal. */
async function freeHunks(
  entry: KeptEntry,
  current: string,
  path: string,
  reversal: Reversal,
): Promise<string> {
  if (reversal.hunks !== undefined || reversal.entries.length > 1 || entry.kind !== "edit")
    return "";
  const pairs = await textPairs(entry);
  const all = entryHunks(pairs);
  const pair = pairs.find((one) => one.path === path);
  if (pair === undefined || all.length < 2 || all.length > 50) return "";
  const free = all.filter((hunk) => {
    if (hunk.path !== path) return false;
    try {
      reversal.carry({ path, base: pair.after, edited: textWithoutHunks(pair, [hunk]), current });
      return true;
    } catch {
      return false;
    }
  });
  if (free.length === 0) return "";
  const numbers = free.map(({ number }) => number).join(",");
  return ` Some of its hunks can be undone: redraft undo --id ${entry.id} --hunk ${numbers}.`;
}

interface UndoConflict {
  readonly base: {
    readonly firstLine: number;
    readonly lastLine: number;
    readonly lines: readonly string[];
  };
  readonly current: {
    readonly firstLine: number;
    readonly lastLine: number;
    readonly lines: readonly string[];
  };
}

/** `line 3 that it wrote ("a") is now line 5 ("b"), by edit k1 (redraft apply, ...)`. */
function conflictReport(error: RedraftError, found: Obstacle): string {
  const [first, ...more] = (error.details.conflicts ?? []) as readonly UndoConflict[];
  if (first === undefined) return `what it wrote was changed since ${writtenBy(found)}`;
  const wrote = conflictLines(first.base);
  const now = conflictLines(first.current);
  const was = wrote === "" ? "what it removed" : `${wrote} that it wrote`;
  const is =
    now === "" ? `was removed (after line ${first.current.firstLine - 1} now)` : `is now ${now}`;
  const others =
    more.length === 0
      ? ""
      : `, and ${more.length} more ${more.length === 1 ? "place" : "places"} like this`;
  const place =
    wrote === "" && now !== "" ? `where it removed lines there is now ${now}` : `${was} ${is}`;
  return `${place}, changed ${writtenBy(found)}${others}.`;
}

function conflictLines({ firstLine, lastLine, lines: texts }: UndoConflict["base"]): string {
  if (texts.length === 0) return "";
  const shown = JSON.stringify((texts[0] ?? "").trim().slice(0, 80));
  const dots = texts.length > 1 ? ", ..." : "";
  return `${lastLine === firstLine ? `line ${firstLine}` : `lines ${firstLine}-${lastLine}`} (${shown}${dots})`;
}

function writtenBy({ entry }: Obstacle): string {
  if (entry === undefined) return "by hand, or by a program that keeps no journal";
  return `by ${entry.kind} ${entry.id} (${entry.by ?? "redraft"}, ${entry.time})`;
}

async function missingSince(
  entry: KeptEntry,
  path: string,
  reversal: Reversal,
): Promise<RedraftError> {
  const later = reversal.log.find(
    (one) =>
      one.id > entry.id && one.files.some((file) => file.path === path && file.after === null),
  );
  const goal = later?.files.find((file) => file.path === path)?.movedTo;
  const what = goal === undefined ? "no longer exists" : `was moved to ${goal}`;
  return cannot(
    entry,
    path,
    `the file ${what}, ${writtenBy({ entry: later })}${later ? ": undo that first" : ""}`,
  );
}

function cannot(
  entry: KeptEntry,
  path: string,
  why: string,
  details: Readonly<Record<string, unknown>> = {},
): RedraftError {
  const end = why.endsWith(".") ? "" : ".";
  return new RedraftError(
    "stale-file",
    `${entry.kind} ${entry.id} cannot be undone in ${path}: ${why}${end} Nothing was changed.`,
    { details: { ...details, id: entry.id, path } },
  );
}

function requireInside(entry: KeptEntry, folders: readonly string[]): void {
  const outside = entry.files.find(({ path }) => !folders.some((folder) => isInside(path, folder)));
  if (outside === undefined) return;
  throw new RedraftError(
    "outside-root",
    `${entry.kind} ${entry.id} also changed ${outside.path}, which is outside ${folders.join(", ")}. Undo it from ${entry.root}.`,
    { details: { id: entry.id, path: outside.path } },
  );
}

/** The paths of the log are real ones: one that leads elsewhere by now, through a link, is another file. */
async function requireSamePlaces(entry: KeptEntry, view: FileView): Promise<void> {
  for (const { path, before } of entry.files) {
    if (before?.link !== undefined) continue;
    const { realPath } = await view.onDisk(path);
    if (realPath === path) continue;
    throw cannot(entry, path, `the path leads to ${realPath} now`);
  }
}
