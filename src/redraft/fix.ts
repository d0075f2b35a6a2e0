import { basename } from "node:path";
import type { Diagnostic } from "../core/diagnostic.ts";
import { RedraftError } from "../core/errors.ts";
import type { Snapshot } from "../diagnostics/brought-errors.ts";
import {
  type FixCheckAnswer,
  type FixOutcome,
  fixAll,
  type TriedFix,
} from "../orchestrate/fix/fix-all.ts";
import type { FixProposal, ProposedFix } from "../orchestrate/fix/propose.ts";
import { createRepositoryIndex } from "../orchestrate/index/repository-index.ts";
import { nameViewOf } from "../orchestrate/names/view.ts";
import type { RefineEvent } from "../orchestrate/refine.ts";
import {
  arrangeFixes,
  fixDecisions,
  type LearntArms,
} from "../orchestrate/select/fix-decisions.ts";
import type { EditCandidate, SpeculationContext } from "../orchestrate/speculator.ts";
import type { AppliedAll } from "../workspace/apply-all.ts";
import { repositoryFiles } from "../workspace/repository-files.ts";
import { parserFor } from "../workspace/syntax.ts";
import { judgeFixes } from "./judge-fixes.ts";
import type { Learning } from "./learning.ts";
import {
  type ApplyCandidateOptions,
  createOrchestrator,
  type OrchestratorOptions,
} from "./orchestrator.ts";
import { relativeDiagnostics } from "./relative-diagnostics.ts";

export type FixEvent =
  | RefineEvent
  /** The tool runs: on the files as they are, on fixes that are tried, or on what is written in the end. */
  | { readonly type: "tool-started"; readonly run: number }
  /** Why the likeliest fix of a problem is not made; with `learning`. */
  | {
      readonly type: "fix-withheld";
      readonly path: string;
      readonly line: number;
      readonly why: string;
    };

export interface FixDiagnosticsOptions
  extends Pick<OrchestratorOptions, "root" | "redraft">,
    Omit<ApplyCandidateOptions, "check"> {
  /** What is to be fixed; files absolute or relative to the root. Default: what the tool says. */
  readonly diagnostics?: readonly Diagnostic[] | undefined;
  /**
   * Asks the tool about the files as they are on the disk. With it a fix stays only if its diagnostic disappears and no new one appears:
   * fixes are written, the tool runs, and they are taken back; what passes is written in the end as one change. Not used in a dry run
   * except to find out what is to be fixed.
   */
  readonly run?: ((signal: AbortSignal | undefined) => Promise<Snapshot>) | undefined;
  /** Where no tool judges: whether the likeliest fix is made, too, or only what is certain. */
  readonly likely?: boolean | undefined;
  /**
   * Raises thresholds where no tool judges, by what was learnt, and learns from what becomes of fixes. Nothing where it is off.
   */
  readonly learning?: Learning | undefined;
  /** Only diagnostics of these files, relative to the root. */
  readonly only?: readonly string[] | undefined;
  readonly onEvent?: ((event: FixEvent) => void) | undefined;
}

export interface FixedDiagnostics {
  /** Each diagnostic with its fix, or with the reason why it is left. Files are relative to the root. */
  readonly outcomes: readonly FixOutcome[];
  /** Absent where nothing is fixed. */
  readonly applied?: AppliedAll;
  /** How often the tool ran. */
  readonly runs: number;
}

/** What a fix must be surer than, where a tool judges; where none does, but the likely ones are wanted; else. */
const leastConfidence = { judged: 0.3, likely: 0.8, certain: 1 };

/**
 * Fixes what tools complain of, hunk by hunk.
 *
 * @throws `check-failed` where the tool cannot be run or changes files itself; `usage` where there is neither a tool nor a diagnostic
 */
export async function fixDiagnostics(options: FixDiagnosticsOptions): Promise<FixedDiagnostics> {
  const { root, only, likely = false, signal, dryRun = false } = options;
  if (!options.run && !options.diagnostics) {
    throw new RedraftError("usage", "there are no diagnostics, and no tool that finds some.");
  }
  const index = createRepositoryIndex(repositoryFiles(root), parserFor);
  await index.update();
  const context = { index, parserFor, names: () => nameViewOf(index, parserFor) };
  const tool = new FixTool(options, context);
  const said = options.run ? await tool.ask() : undefined;
  const given = options.diagnostics ? relativeDiagnostics(options.diagnostics, root) : said!;
  const wanted = only ? given.filter(({ file }) => only.includes(file)) : given;
  const isJudged = said !== undefined && !dryRun;
  const unjudged = likely ? leastConfidence.likely : leastConfidence.certain;
  const learnt = await options.learning?.arms(false);
  const { texts, outcomes } = await fixAll(wanted, context, {
    least: isJudged ? leastConfidence.judged : unjudged,
    signal,
    onEvent: options.onEvent,
    // What was given is all that is asked for; else what a fix uncovers is to be fixed, too.
    wants: (one) => !options.diagnostics && (!only || only.includes(one.file)),
    ...(isJudged && { check: (tried, added) => tool.judge(tried, added) }),
    ...(learnt && { arrange: arrangedBy(learnt, isJudged, options) }),
  });
  const record = async (entry?: string): Promise<void> => {
    if (learnt && !dryRun) {
      await options.learning?.record(fixDecisions(outcomes, tool.secondsPerRun(), entry));
    }
  };
  if (texts.size === 0) {
    await record();
    return { outcomes, runs: tool.runs };
  }
  const candidate = await fixedCandidate(texts, context);
  const applied = await tool.write(candidate, isJudged);
  await record(applied.entry);
  return { outcomes, applied, runs: tool.runs };
}

const arrangedBy =
  (learnt: LearntArms, isJudged: boolean, { onEvent }: FixDiagnosticsOptions) =>
  (proposal: FixProposal): readonly ProposedFix[] => {
    const { fixes, withheld } = arrangeFixes(proposal, learnt, isJudged);
    const { path, diagnostics } = proposal;
    const [{ line }] = diagnostics as [Diagnostic];
    if (withheld !== undefined) onEvent?.({ type: "fix-withheld", path, line, why: withheld });
    return fixes;
  };

async function fixedCandidate(
  texts: ReadonlyMap<string, string>,
  { index }: SpeculationContext,
): Promise<EditCandidate> {
  const files: { path: string; before: string; after: string }[] = [];
  for (const [path, after] of texts) {
    const before = await index.read(path);
    if (before === undefined) {
      throw new RedraftError("stale-file", `${path} changed meanwhile. Nothing was written.`, {
        retryable: true,
      });
    }
    files.push({ path, before, after });
  }
  return { by: "fix", title: "fixes", why: "", confidence: 1, files, notes: [] };
}

const isTemporary = (file: string): boolean => /^\.redraft-.*\.tmp$/u.test(basename(file));

/** What a trial ends with, so that its files are taken back. */
const trialEnd = "The fixes were only tried.";

/** Runs the tool on files as they are tried. */
class FixTool {
  runs = 0;
  private seconds = 0;
  private readonly options: FixDiagnosticsOptions;
  private readonly context: SpeculationContext;
  private readonly apply: (
    candidate: EditCandidate,
    options: ApplyCandidateOptions,
  ) => Promise<AppliedAll>;
  /** What the tool said about the texts that were accepted last. */
  private said: readonly Diagnostic[] = [];
  private accepted: ReadonlyMap<string, string> = new Map();

  constructor(options: FixDiagnosticsOptions, context: SpeculationContext) {
    this.options = options;
    this.context = context;
    const { root, redraft } = options;
    this.apply = createOrchestrator({ root, ...(redraft && { redraft }) }).apply;
  }

  /** Mean; a try without a tool takes next to nothing. */
  secondsPerRun(): number {
    return this.runs === 0 ? 0.001 : this.seconds / this.runs;
  }

  /** What the tool says about the files as they are now. */
  async ask(): Promise<readonly Diagnostic[]> {
    this.said = await this.run("before the fixes");
    return this.said;
  }

  async judge(
    texts: ReadonlyMap<string, string>,
    added: readonly TriedFix[],
  ): Promise<FixCheckAnswer> {
    const candidate = await fixedCandidate(texts, this.context);
    let now: readonly Diagnostic[] | undefined;
    let failed: unknown;
    const check = async (): Promise<void> => {
      try {
        now = await this.run("with the fixes");
      } catch (error) {
        failed = error;
      }
      throw new RedraftError("cancelled", trialEnd);
    };
    try {
      await this.apply(candidate, { ...this.writing(), check });
    } catch (error) {
      const isTrial =
        RedraftError.is(error) && error.message === `${trialEnd} Nothing was changed.`;
      if (!isTrial) throw this.stopped(error);
    }
    this.options.signal?.throwIfAborted();
    if (now === undefined)
      return { ok: false, why: failed instanceof Error ? failed.message : "the tool failed" };
    const before = { said: this.said, texts: this.accepted };
    const answer = await judgeFixes(before, { said: now, texts }, added, (path) =>
      this.context.index.read(path),
    );
    if (!answer.ok) return answer;
    this.said = now;
    this.accepted = texts;
    return { ok: true, diagnostics: now };
  }

  /** Writes what was accepted. Where a file changed since it was tried, the tool must say the same again. */
  async write(candidate: EditCandidate, isJudged: boolean): Promise<AppliedAll> {
    const { dryRun = false } = this.options;
    if (!isJudged) return this.apply(candidate, { ...this.writing(), dryRun });
    const changes = await this.context.index.update();
    const isSame = [changes.added, changes.changed, changes.removed].every(
      (list) => list.length === 0,
    );
    if (isSame) return this.apply(candidate, this.writing());
    const check = async (): Promise<void> => {
      const now = await this.run("with all fixes");
      if (now.length <= this.said.length) return;
      throw new RedraftError(
        "check-failed",
        "Files changed meanwhile, and the tool says more with the fixes than before.",
      );
    };
    return this.apply(candidate, { ...this.writing(), check });
  }

  private writing(): ApplyCandidateOptions {
    const { journal, note, uninterrupted, signal } = this.options;
    return {
      ...(journal && { journal }),
      ...(note && { note }),
      ...(uninterrupted && { uninterrupted }),
      ...(signal && { signal }),
    };
  }

  private async run(when: string): Promise<readonly Diagnostic[]> {
    const { run, signal, root, onEvent } = this.options;
    this.runs += 1;
    onEvent?.({ type: "tool-started", run: this.runs });
    const start = performance.now();
    const { found, problem } = await run!(signal);
    this.seconds += (performance.now() - start) / 1000;
    signal?.throwIfAborted();
    // While fixes are tried, the old texts lie beside the new ones, and some tools look at every file.
    const own = found.filter(({ file }) => !isTemporary(file));
    if (problem === undefined) return relativeDiagnostics(own, root);
    throw new RedraftError(
      "check-failed",
      `the command does not say what is wrong ${when}: ${problem}. Nothing was written.`,
    );
  }

  /** A tool that changes the files itself leaves copies of them. */
  private stopped(error: unknown): unknown {
    if (!RedraftError.is(error) || !error.message.startsWith(trialEnd)) return error;
    const rest = error.message.slice(trialEnd.length).trim();
    return new RedraftError(
      "check-failed",
      `the command changes files, so that it cannot judge fixes: give one that only reports. ${rest}`,
    );
  }
}
