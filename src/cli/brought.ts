import { realpath } from "node:fs/promises";
import { relative, resolve, sep } from "node:path";
import type { Command } from "commander";
import type { Diagnostic } from "../core/diagnostic.ts";
import { RedraftError } from "../core/errors.ts";
import {
  type Snapshot,
  snapshot,
  type ToolReport,
  toolReport,
} from "../diagnostics/brought-errors.ts";
import type { EditedText } from "../diagnostics/follow-lines.ts";
import { serverReport } from "../diagnostics/lsp/report.ts";

export interface ToolOptions {
  readonly diagnostics?: string;
  readonly lsp?: string;
  readonly dryRun?: boolean;
}

/** The options that name tools. Only the command line can: a command in a file or from a model is never run. */
export function withToolOptions(command: Command): Command {
  return command
    .option(
      "--diagnostics <command>",
      "run a compiler or linter before and after, and show only the messages that the edit introduces",
    )
    .option("--lsp <command>", "the same with a language server on standard input and output");
}

/** Asks tools about an edit: a command before and after it is written, a language server at the end. */
export interface ToolWatch {
  /** To be called while the files are as they were; only the first call counts. */
  before(): Promise<void>;
  /** What the command said before. */
  found(): readonly Diagnostic[];
  after(edits: readonly EditedText[]): Promise<readonly ToolReport[]>;
}

/** Returns undefined if no tool is named. */
export function watchTools(options: ToolOptions): ToolWatch | undefined {
  const { diagnostics, lsp, dryRun } = options;
  if (diagnostics === undefined && lsp === undefined) return undefined;
  if (diagnostics !== undefined && dryRun) {
    throw new RedraftError(
      "usage",
      "--diagnostics runs on the written file: leave out --dry-run, or use a language server (--lsp).",
    );
  }
  const folder = process.cwd();
  let old: Snapshot | undefined;
  return {
    async before() {
      if (diagnostics === undefined || old !== undefined) return;
      old = await interruptible(async (signal) => {
        const found = await snapshot(diagnostics, folder, signal);
        if (signal.aborted) {
          throw new RedraftError("cancelled", "cancelled; nothing was written.");
        }
        return found;
      });
    },
    found: () => old?.found ?? [],
    async after(edits) {
      return interruptible(async (signal) => {
        const reports: ToolReport[] = [];
        if (diagnostics !== undefined && old !== undefined) {
          const now = await snapshot(diagnostics, folder, signal);
          reports.push(toolReport(diagnostics, old, now, edits));
        }
        if (lsp !== undefined) reports.push(await serverReport(lsp, edits, { folder, signal }));
        return reports.map((report) => ({ ...report, new: report.new.map(shown) }));
      });
    },
  };

  function shown(one: Diagnostic): Diagnostic {
    const way = relative(folder, one.file);
    return way.startsWith(`..${sep}`) || way === ".." ? one : { ...one, file: way };
  }
}

/** A tool runs in a process group of its own, which Ctrl-C does not reach: it is passed on. */
async function interruptible<Result>(
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const controller = new AbortController();
  const stop = (): void => controller.abort();
  const names = ["SIGINT", "SIGTERM"] as const;
  for (const name of names) process.once(name, stop);
  try {
    return await work(controller.signal);
  } finally {
    for (const name of names) process.off(name, stop);
  }
}

/** Paths of an edited file as tools name it: links followed. */
export async function editedText(
  edited: Omit<EditedText, "newPath"> & {
    readonly movedTo?: string | undefined;
    readonly isDeleted: boolean;
  },
): Promise<EditedText> {
  const { movedTo, isDeleted, ...rest } = edited;
  const real = (path: string): Promise<string> =>
    realpath(resolve(path)).catch(() => resolve(path));
  const path = await real(rest.path);
  const newPath = isDeleted ? null : movedTo === undefined ? path : await real(movedTo);
  return { ...rest, path, newPath };
}

/** What tools said, for people: a line for each tool, and a line for each message that the edit brought. */
export function toolLines(reports: readonly ToolReport[]): string {
  const lines = reports.flatMap(({ command, new: brought, went, stayed, problem }) => {
    if (problem !== undefined)
      return [`${command}: cannot say which messages the edit introduces: ${problem}`];
    const messages = brought.length === 1 ? "message" : "messages";
    const counts = `${brought.length} new ${messages}, ${went} resolved, ${stayed} unchanged`;
    return [
      `${command}: ${counts}`,
      ...brought.map((one) => `  ${place(one)}: ${one.severity}: ${one.message}`),
    ];
  });
  return lines.map((line) => `${line}\n`).join("");
}

const place = ({ file, line, column }: Diagnostic): string =>
  column === undefined ? `${file}:${line}` : `${file}:${line}:${column}`;
