import { Command } from "commander";
import { RedraftError } from "../core/errors.ts";
import type { KeptEntry } from "../workspace/journal/entries.ts";
import { editStates } from "../workspace/journal/history.ts";
import { type EntryHunk, entryHunks } from "../workspace/journal/hunks.ts";
import type { DiskJournal } from "../workspace/journal/journal.ts";
import { shownIn } from "../workspace/journal/state-home.ts";
import { textPairs } from "../workspace/journal/take-back.ts";
import { cliJournal } from "./journal.ts";
import { rootFolder } from "./patch.ts";

interface LogOptions {
  readonly root: string;
  readonly id?: string;
  readonly clear?: boolean;
  readonly json?: boolean;
}

/** `redraft log`: the edits of a folder, newest first, and what became of them. */
export function logCommand(): Command {
  return new Command("log")
    .description("Lists the edits that were made in a folder, newest first, or the hunks of one.")
    .option("--root <folder>", "only edits inside this folder", ".")
    .option("--id <id>", "the hunks of this edit, with their numbers")
    .option(
      "--clear",
      "delete these edits and their texts from the log; they can no longer be undone",
    )
    .option("--json", "print the log as JSON")
    .addHelpText("after", help)
    .action(log);
}

async function log(options: LogOptions): Promise<void> {
  const folder = await rootFolder(options.root);
  const journal = cliJournal(folder);
  await journal.recover();
  if (options.clear) {
    const entries = await journal.clear();
    if (options.json) process.stdout.write(`${JSON.stringify({ cleared: entries })}\n`);
    else process.stderr.write(`${entries} ${entries === 1 ? "entry" : "entries"} forgotten\n`);
    return;
  }
  const entries = await journal.entries();
  if (options.id !== undefined) await showOne(entries, options.id, folder, options);
  else showAll(entries, folder, journal, options);
}

function showAll(
  entries: readonly KeptEntry[],
  folder: string,
  journal: DiskJournal,
  options: LogOptions,
): void {
  const states = new Map(editStates(entries).map((one) => [one.entry.id, one]));
  const rows = entries.toReversed().map((entry) => {
    const { id, time, kind, of, by, hunks, interrupted } = entry;
    const standing = states.get(id);
    return {
      id,
      time,
      kind,
      ...(by === undefined ? {} : { by }),
      ...(of === undefined ? {} : { of }),
      ...(hunks === undefined ? {} : { hunks }),
      ...(standing === undefined ? {} : { state: standing.state, undoneHunks: standing.hunks }),
      ...(interrupted ? { interrupted } : {}),
      files: changedFiles(entry, folder),
    };
  });
  if (options.json) {
    process.stdout.write(`${JSON.stringify({ journal: journal.home, entries: rows })}\n`);
    return;
  }
  if (rows.length === 0) process.stderr.write("redraft: no edit was made here yet.\n");
  for (const row of rows) {
    const state = row.state === undefined || row.state === "in place" ? "" : `, ${row.state}`;
    const of = row.of === undefined ? "" : ` of ${row.of.join(", ")}`;
    const some = row.hunks === undefined ? "" : `, hunks ${row.hunks.join(", ")}`;
    const cut = row.interrupted ? ", interrupted" : "";
    const by = row.by === undefined ? "" : ` by ${row.by}`;
    const files = row.files.map(({ path, action }) => `  ${action} ${path}\n`).join("");
    process.stdout.write(
      `${row.id}  ${row.time}  ${row.kind}${of}${some}${by}${state}${cut}\n${files}`,
    );
  }
}

function changedFiles(entry: KeptEntry, folder: string): { path: string; action: string }[] {
  return entry.files
    .filter(({ movedTo }) => movedTo === undefined)
    .map(({ path, before, after, movedFrom }) => {
      const shown = shownIn([folder], path);
      if (movedFrom !== undefined) {
        return { path: `${shownIn([folder], movedFrom)} -> ${shown}`, action: "move" };
      }
      const action = before === null ? "create" : after === null ? "delete" : "update";
      return { path: shown, action };
    });
}

async function showOne(
  entries: readonly KeptEntry[],
  id: string,
  folder: string,
  options: LogOptions,
): Promise<void> {
  const entry = entries.find((one) => one.id === id);
  if (entry === undefined) {
    throw new RedraftError("no-match", `there is no entry ${id} here; redraft log lists all.`);
  }
  const hunks = entryHunks(await textPairs(entry)).map((hunk) => ({
    ...hunk,
    path: shownIn([folder], hunk.path),
  }));
  if (options.json) {
    process.stdout.write(`${JSON.stringify({ id, files: changedFiles(entry, folder), hunks })}\n`);
    return;
  }
  for (const { path, action } of changedFiles(entry, folder))
    process.stdout.write(`${action} ${path}\n`);
  for (const hunk of hunks) process.stdout.write(hunkText(hunk));
}

function hunkText({ number, path, before, after }: EntryHunk): string {
  const lines = [
    ...before.lines.map((line) => `-${line}`),
    ...after.lines.map((line) => `+${line}`),
  ];
  return `hunk ${number}: ${path}, line ${after.from + 1}\n${lines.join("\n")}\n`;
}

const help = `
The log is in the user's state folder, readable by the user only: $XDG_STATE_HOME/redraft, ~/.local/state/redraft, on macOS
~/Library/Application Support/redraft, on Windows %LOCALAPPDATA%\\redraft; set $REDRAFT_STATE_HOME to use another one.
It holds the last 500 edits of a folder, at most 256 MiB and 30 days of them.

Examples:
  redraft log
  redraft log --id mx2338mt       its hunks, for redraft undo --hunk
  redraft log --clear`;
