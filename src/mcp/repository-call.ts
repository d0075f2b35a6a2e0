import { basename } from "node:path";
import type {
  CallToolResult,
  InputRequiredResult,
  ServerContext,
} from "@modelcontextprotocol/server";
import { RedraftError } from "../core/errors.ts";
import type { Redraft } from "../core/redraft.ts";
import type { OrchestrateEvent } from "../orchestrate/orchestrate.ts";
import type { Learning } from "../redraft/learning.ts";
import {
  type ApplyCandidateOptions,
  createOrchestrator,
  type OrchestrateCall,
  type Orchestrator,
} from "../redraft/orchestrator.ts";
import type { DiskJournal } from "../workspace/journal/journal.ts";
import { type RootedPath, resolveInRoots } from "../workspace/roots.ts";
import type { WriteOptions } from "../workspace/write.ts";

export interface RepositoryToolOptions {
  readonly redraft: Redraft;
  readonly journalOf: (roots: readonly string[]) => DiskJournal;
  /** What is learnt of a root, where its owner has turned that on. */
  readonly learningOf: (root: string) => Learning;
  readonly uninterrupted?: WriteOptions["uninterrupted"];
  /** Runs a call inside its roots, and turns refusals into answers. */
  readonly answer: (
    context: ServerContext,
    work: (
      roots: readonly string[],
      onProgress: (message: string) => void,
    ) => Promise<CallToolResult>,
  ) => Promise<CallToolResult | InputRequiredResult>;
}

/** One call of a tool that works on a whole folder. */
export interface RepositoryCall {
  readonly root: string;
  /** The file that `path` names, if the call has a `path`. */
  readonly file: RootedPath | undefined;
  readonly orchestrator: Orchestrator;
  /** Sends the events of the orchestrator as progress. */
  readonly onEvent: NonNullable<OrchestrateCall["onEvent"]>;
  /** How the call writes; whether it does is the tool's to say. */
  readonly write: ApplyCandidateOptions & { readonly signal: AbortSignal };
}

/** An event of the orchestrator as a message for a user who waits; undefined where it says nothing new. */
function progressMessage(event: OrchestrateEvent): string | undefined {
  switch (event.type) {
    case "speculator-started":
      return `${event.name}: ${event.why}`;
    case "candidate":
      return `${event.candidate.by} proposes: ${event.candidate.title}`;
    case "speculator-refused":
      return `${event.name} refuses: ${event.error.message}`;
    case "speculator-failed":
      return `${event.name} failed: ${event.why}`;
    case "candidate-judged":
      return `${event.accepted ? "accepted" : "not accepted"}: ${event.candidate.title}`;
    default:
      return undefined;
  }
}

/** The place of a symbol that a call names by `path` and `line`. */
export function symbolPlace(
  { file }: Pick<RepositoryCall, "file">,
  line: number | undefined,
): { readonly path: string; readonly line: number } | undefined {
  if (line === undefined) return undefined;
  if (file === undefined)
    throw new RedraftError("usage", "`line` needs `path`, the file that it is a line of.");
  return { path: file.display, line };
}

export type RepositoryAnswer = (
  context: ServerContext,
  /** A file of the folder that is meant, as the caller names it; needed only where several folders are open. */
  path: string | undefined,
  work: (call: RepositoryCall) => Promise<CallToolResult>,
) => Promise<CallToolResult | InputRequiredResult>;

/** Runs calls of the tools that work on a folder. The index of a folder is kept for all of them, so a later call reads only what changed. */
export function repositoryAnswer(options: RepositoryToolOptions): RepositoryAnswer {
  const { redraft, journalOf, learningOf, uninterrupted, answer } = options;
  const orchestrators = new Map<string, Orchestrator>();
  return (context, path, work) =>
    answer(context, async (roots, onProgress) => {
      const file = path === undefined ? undefined : await resolveInRoots(path, roots);
      if (file === undefined && roots.length > 1) {
        throw new RedraftError(
          "usage",
          "Several folders are open: send `path`, a file of the one that is meant.",
        );
      }
      const root = file?.root ?? roots[0];
      if (root === undefined) {
        throw new RedraftError("outside-root", "No folder is open to this server.");
      }
      const orchestrator =
        orchestrators.get(root) ??
        createOrchestrator({ root, redraft, learning: learningOf(root) });
      orchestrators.set(root, orchestrator);
      // The index of a large folder takes seconds the first time.
      onProgress(`reading the files of ${basename(root)}`);
      return work({
        root,
        file,
        orchestrator,
        onEvent: (event) => {
          const message = progressMessage(event);
          if (message !== undefined) onProgress(message);
        },
        write: {
          journal: journalOf([root]),
          note: { kind: "edit", by: "MCP" },
          signal: context.mcpReq.signal,
          ...(uninterrupted && { uninterrupted }),
        },
      });
    });
}
