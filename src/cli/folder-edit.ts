import type { OrchestrateRequest } from "../orchestrate/speculator.ts";
import { createOrchestrator, type Orchestrated } from "../redraft/orchestrator.ts";
import { checkedWrite } from "./check-command.ts";
import { printDiff } from "./diff-output.ts";
import { eventListener } from "./event-option.ts";
import type { FolderEditOptions } from "./folder-options.ts";
import { cliJournal } from "./journal.ts";
import { cliLearning } from "./learn.ts";
import { whileWaiting } from "./waiting.ts";

/** An edit of a folder, as a command asks for it. */
export interface FolderEdit {
  /** The name of the command. */
  readonly command: string;
  /** An absolute path. */
  readonly root: string;
  readonly request: OrchestrateRequest;
  /** In words, for the event log. */
  readonly instruction: string;
  /** What a person reads while it takes long; a check writes on the terminal itself. */
  readonly waiting: string;
}

/** Has the specialists make an edit of a folder: with journal, check, event log, and a line for whoever waits. */
export function editFolder(
  { command, root, request, instruction, waiting }: FolderEdit,
  options: FolderEditOptions & { readonly check?: string },
): Promise<Orchestrated> {
  const { check, dryRun = false, events, journal } = options;
  return whileWaiting(check === undefined ? waiting : undefined, () =>
    createOrchestrator({ root, learning: cliLearning(root) }).run(request, {
      dryRun,
      journal: cliJournal(root, journal),
      note: { kind: "edit", by: `redraft ${command}` },
      ...checkedWrite(check, root),
      ...eventListener(events, { command, instruction }),
    }),
  );
}

/** Prints an edit of a folder: as JSON with the given fields, or its diff, its title, its notes and how to take it back. */
export function printFolderEdit(
  { chosen, applied }: Orchestrated,
  options: FolderEditOptions,
  fields: object,
  listPlaces: () => void = () => {},
): void {
  const { files, written, entry } = applied;
  if (options.json) {
    const answer = { ...fields, files, written, ...(entry ? { entry } : {}), error: null };
    process.stdout.write(`${JSON.stringify(answer)}\n`);
    return;
  }
  if (options.dryRun) printDiff(files.map(({ diff }) => diff).join(""), options);
  process.stderr.write(`${chosen.title}${options.dryRun ? " (dry run)" : ""}\n`);
  listPlaces();
  for (const note of chosen.notes) process.stderr.write(`${note}\n`);
  if (entry !== undefined) process.stderr.write(`redraft undo --id ${entry}\n`);
}
