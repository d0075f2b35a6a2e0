import { realpathSync, statSync } from "node:fs";
import { resolve } from "node:path";
import type { Diagnostic } from "../core/diagnostic.ts";
import { compareDiagnostics } from "./compare.ts";
import type { EditedText } from "./follow-lines.ts";
import { parseDiagnostics } from "./parse.ts";
import { runTool } from "./run-tool.ts";

/** What one tool says about an edit. */
export interface ToolReport {
  /** The command, as the person wrote it. */
  readonly command: string;
  /** Messages that the edit brought. */
  readonly new: readonly Diagnostic[];
  /** How many messages are resolved. */
  readonly went: number;
  /** How many were there before and still are. */
  readonly stayed: number;
  /** Why the errors are not known, or not all of them: then `new` is empty. */
  readonly problem?: string;
}

/** The messages of a tool about the files as they are now. */
export interface Snapshot {
  readonly found: readonly Diagnostic[];
  readonly problem?: string;
}

/** The messages in what a tool printed, with real paths. `folders`: where its relative paths may begin. */
export function readPrinted(outputs: readonly string[], folders: readonly string[]): Diagnostic[] {
  const files = new Map<string, string | undefined>();
  const fileOf = (name: string): string | undefined => {
    if (!files.has(name)) {
      const found = folders.map((folder) => realFile(resolve(folder, name)));
      files.set(
        name,
        found.find((path) => path !== undefined),
      );
    }
    return files.get(name);
  };
  const isFile = (name: string): boolean => fileOf(name) !== undefined;
  return outputs.flatMap((output) =>
    parseDiagnostics(output, isFile).map((one) => ({ ...one, file: fileOf(one.file)! })),
  );
}

/** Runs a tool on the files as they are on the disk. `folder`: where it runs, and where its relative paths begin. */
export async function snapshot(
  command: string,
  folder: string,
  signal?: AbortSignal,
): Promise<Snapshot> {
  const run = await runTool(command, signal, folder);
  const found = readPrinted([run.stdout, run.stderr], [folder]);
  if (run.failed !== undefined) return { found, problem: run.failed };
  if (run.code !== 0 && found.length === 0) {
    const last = `${run.stdout}${run.stderr}`.trim().split("\n").at(-1) ?? "";
    const said = last === "" ? "nothing" : JSON.stringify(last.slice(0, 200));
    return {
      found,
      problem: `it exited with code ${run.code} and printed no message with a file and a line; its last output was ${said}`,
    };
  }
  return { found };
}

/** What a tool says about an edit, by what it said before and after. */
export function toolReport(
  command: string,
  before: Snapshot,
  after: Snapshot,
  edits: readonly EditedText[],
): ToolReport {
  const problem =
    before.problem !== undefined
      ? `before the edit: ${before.problem}`
      : after.problem === undefined
        ? undefined
        : `after the edit: ${after.problem}`;
  if (problem !== undefined) return { command, new: [], went: 0, stayed: 0, problem };
  const { brought, went, stayed } = compareDiagnostics(before.found, after.found, edits);
  return { command, new: brought, went, stayed };
}

/** Returns the real path of the file, or undefined if there is none. */
function realFile(path: string): string | undefined {
  try {
    return statSync(path).isFile() ? realpathSync(path) : undefined;
  } catch {
    return undefined;
  }
}
