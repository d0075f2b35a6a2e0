import type { Diagnostic } from "../../core/diagnostic.ts";
import {
  changesByPath,
  type HunkAttempt,
  type HunkOutcome,
  type RefineEvent,
  refine,
} from "../refine.ts";
import type { Replacement } from "../rename/rewrite.ts";
import type { SpeculationContext } from "../speculator.ts";
import { type FixProposal, type ProposedFix, proposeFixes } from "./propose.ts";
import { type Removed, structuralProblem } from "./structure.ts";

/** A fix that is tried, and what it answers. */
export interface TriedFix extends ProposedFix {
  readonly path: string;
  readonly diagnostics: readonly Diagnostic[];
}

export interface FixCheckAnswer {
  readonly ok: boolean;
  readonly why?: string | undefined;
  /** Which of the added fixes are bad, as indices, where that is known. */
  readonly blamed?: readonly number[] | undefined;
  /** What the tool says about the texts; absent where none was run. */
  readonly diagnostics?: readonly Diagnostic[];
}

/**
 * Judges texts by running a tool on them. `added`: the fixes that are new since the last accepted texts. Files of diagnostics are relative
 * to the root.
 */
export type FixCheck = (
  texts: ReadonlyMap<string, string>,
  added: readonly TriedFix[],
) => Promise<FixCheckAnswer>;

export interface FixAllOptions {
  /** Absent: fixes are checked by their structure alone. */
  readonly check?: FixCheck | undefined;
  /** Fixes below this confidence are not tried, 0 to 1. */
  readonly least: number;
  /** The fixes of a problem that are tried, in this order; default: all, the most confident first. */
  readonly arrange?: ((proposal: FixProposal) => readonly ProposedFix[]) | undefined;
  /** Whether a diagnostic that the tool says only after a fix is to be fixed, too; default: none. */
  readonly wants?: ((diagnostic: Diagnostic) => boolean) | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: ((event: RefineEvent) => void) | undefined;
  /** After so many checks nothing more is tried. */
  readonly mostChecks?: number | undefined;
}

/** One diagnostic and what became of it. */
export interface FixOutcome {
  readonly path: string;
  readonly diagnostic: Diagnostic;
  /** The fix that stays; undefined: it is left, or resolved. */
  readonly fix?: ProposedFix;
  /** The tool does not say it any more, after fixes of others. */
  readonly resolved?: true;
  /** Why it is left. */
  readonly why?: string;
  /** What else was proposed, best first; with the reason why it was refused, where it was tried. */
  readonly others: readonly (ProposedFix & { readonly refused?: string })[];
}

export interface FixedAll {
  /** The files that differ from how they were. */
  readonly texts: ReadonlyMap<string, string>;
  readonly outcomes: readonly FixOutcome[];
  readonly checks: number;
  /** What the tool says in the end, where one ran. */
  readonly diagnostics?: readonly Diagnostic[];
}

/** A fix may uncover what a syntax error hid, and two fixes of one list exclude each other: both come up again. */
const mostFixRounds = 8;

/**
 * Fixes what can be fixed, hunk by hunk, in rounds: a round proposes for what is left, on the texts as they then are. What may be only
 * a consequence of another problem is tried when the others are done. Writes nothing.
 */
export async function fixAll(
  diagnostics: readonly Diagnostic[],
  context: SpeculationContext,
  options: FixAllOptions,
): Promise<FixedAll> {
  const work = new FixRounds(context, options);
  let open = diagnostics;
  let stage: FixStage = "causes";
  for (let round = 1; round <= mostFixRounds && open.length > 0; round += 1) {
    const { left, isChanged } = await work.round(open, stage);
    open = left;
    if (isChanged) continue;
    if (stage === "all") break;
    stage = "all";
  }
  return work.result();
}

/** Which fixes a round tries. */
type FixStage = "causes" | "all";

interface FixHunk {
  readonly alternatives: readonly {
    readonly path: string;
    readonly changes: readonly Replacement[];
    readonly fix: ProposedFix;
  }[];
}

class FixRounds {
  private readonly context: SpeculationContext;
  private readonly options: FixAllOptions;
  private readonly now = new Map<string, string>();
  private readonly done: FixOutcome[] = [];
  private left: readonly FixOutcome[] = [];
  /** Fixes that were refused, and why: they are not tried again. */
  private readonly failed = new Map<string, string>();
  private checks = 0;
  private said: readonly Diagnostic[] | undefined;

  constructor(context: SpeculationContext, options: FixAllOptions) {
    this.context = context;
    this.options = options;
  }

  result(): FixedAll {
    const { now, done, left, checks, said } = this;
    return {
      texts: now,
      outcomes: [...done, ...left],
      checks,
      ...(said === undefined ? {} : { diagnostics: said }),
    };
  }

  /** Tries the fixes of a stage; answers what is to be fixed yet, where it is then. */
  async round(
    open: readonly Diagnostic[],
    stage: FixStage,
  ): Promise<{ left: readonly Diagnostic[]; isChanged: boolean }> {
    const { signal, onEvent, least, arrange, mostChecks = 200 } = this.options;
    signal?.throwIfAborted();
    const text = async (path: string): Promise<string | undefined> =>
      this.now.get(path) ?? this.context.index.read(path);
    const proposals = await proposeFixes(open, this.context, text, signal);
    const before = await textsBefore(proposals, text);
    const hunks = proposals.map(
      (proposal): FixHunk => ({
        alternatives: (arrange?.(proposal) ?? proposal.fixes)
          .filter(
            (fix) => isTried(fix, least, stage) && !this.failed.has(fixId(proposal.path, fix)),
          )
          .map((fix) => ({ path: proposal.path, changes: fix.changes, fix })),
      }),
    );
    const refined = await refine(before, hunks, this.judge(proposals, before), {
      signal,
      onEvent,
      mostChecks: Math.max(0, mostChecks - this.checks),
    });
    this.checks += refined.checks;
    for (const [at, { refused }] of refined.outcomes.entries()) {
      for (const { alternative, isConflict, why } of refused) {
        const one = hunks[at]!.alternatives[alternative]!;
        // What only overlaps with another fix may be made after it.
        if (!isConflict) this.failed.set(fixId(one.path, one.fix), why);
      }
    }
    const outcomes = proposals.flatMap((proposal, at) =>
      outcomesOf(proposal, refined.outcomes[at]!, hunks[at]!, this.failed),
    );
    this.done.push(...outcomes.filter(({ fix }) => fix !== undefined));
    const left = outcomes.filter(({ fix }) => fix === undefined);
    for (const [path, written] of refined.texts) this.now.set(path, written);
    const kept = refined.outcomes.flatMap((one, at) =>
      one.kept === undefined ? [] : [hunks[at]!.alternatives[one.kept]!],
    );
    const moved = placesAfter(kept, before, this.now);
    return { left: this.next(left, moved, open), isChanged: refined.texts.size > 0 };
  }

  private judge(proposals: readonly FixProposal[], before: ReadonlyMap<string, string>) {
    return async (
      texts: ReadonlyMap<string, string>,
      added: readonly HunkAttempt<FixHunk["alternatives"][number]>[],
    ): Promise<FixCheckAnswer> => {
      const tried = added.map(({ hunk, alternative }): TriedFix => {
        const { path, diagnostics } = proposals[hunk]!;
        return { ...alternative.fix, path, diagnostics };
      });
      const problem = await problemIn(texts, before, proposals, this.context);
      if (problem !== undefined) return { ok: false, why: problem };
      if (!this.options.check) return { ok: true };
      const answer = await this.options.check(new Map([...this.now, ...texts]), tried);
      if (answer.ok) this.said = answer.diagnostics;
      return answer;
    };
  }

  /** What is open after a round: what was left and is still said, and what is new and wanted. */
  private next(
    left: readonly FixOutcome[],
    moved: (diagnostic: Diagnostic) => Diagnostic,
    open: readonly Diagnostic[],
  ): readonly Diagnostic[] {
    const now = left.map((one) => ({ ...one, diagnostic: moved(one.diagnostic) }));
    const { said, options } = this;
    if (said === undefined) {
      this.left = now;
      return now.map(({ diagnostic }) => diagnostic);
    }
    const ids = new Set(said.map(diagnosticId));
    const known = new Set(open.map((one) => diagnosticId(moved(one))));
    const isLeft = ({ diagnostic }: FixOutcome): boolean => ids.has(diagnosticId(diagnostic));
    this.left = now.filter(isLeft);
    this.done.push(
      ...now
        .filter((one) => !isLeft(one))
        .map(({ path, diagnostic }) => ({ path, diagnostic, resolved: true as const, others: [] })),
    );
    const wanted = said.filter((one) => !known.has(diagnosticId(one)) && options.wants?.(one));
    return [...this.left.map(({ diagnostic }) => diagnostic), ...wanted];
  }
}

const diagnosticId = ({ file, line, message }: Diagnostic): string =>
  `${file}\0${line}\0${message}`;

const fixId = (path: string, { rule, title, changes }: ProposedFix): string =>
  `${path}\0${rule}\0${title}\0${changes.map(({ text }) => text).join("\0")}`;

const isTried = (
  { confidence, isConsequence, isDoubted }: ProposedFix,
  least: number,
  stage: FixStage,
): boolean => confidence >= least && !isDoubted && (stage === "all" || !isConsequence);

async function textsBefore(
  proposals: readonly FixProposal[],
  text: (path: string) => Promise<string | undefined>,
): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const { path } of proposals) {
    const source = await text(path);
    if (source !== undefined) found.set(path, source);
  }
  return found;
}

async function problemIn(
  texts: ReadonlyMap<string, string>,
  before: ReadonlyMap<string, string>,
  proposals: readonly FixProposal[],
  context: SpeculationContext,
): Promise<string | undefined> {
  for (const [path, after] of texts) {
    if (after.trim() === "") return `${path}: nothing would be left of the file`;
    const removed: Removed = new Set(
      proposals
        .filter((one) => one.path === path)
        .flatMap(({ fixes }) => fixes.flatMap(({ removes = [] }) => removes)),
    );
    const problem = await structuralProblem(path, before.get(path)!, after, removed, context);
    if (problem !== undefined) return `${path}: ${problem}`;
  }
  return undefined;
}

function outcomesOf(
  { path, diagnostics, fixes, why }: FixProposal,
  { kept, refused }: HunkOutcome,
  { alternatives }: FixHunk,
  failed: ReadonlyMap<string, string>,
): FixOutcome[] {
  const fix = kept === undefined ? undefined : alternatives[kept]!.fix;
  const others: FixOutcome["others"] = fixes
    .filter((one) => one !== fix)
    .map((one) => {
      const found = failed.get(fixId(path, one));
      return found === undefined ? one : { ...one, refused: found };
    });
  const earlier = others.find((one) => "refused" in one)?.refused;
  const doubt = fixes[0]?.isDoubted ? "another message of the file may be its cause" : undefined;
  const reason = why ?? refused.at(-1)?.why ?? earlier ?? doubt ?? "no fix is certain enough";
  return diagnostics.map((diagnostic) =>
    fix ? { path, diagnostic, fix, others } : { path, diagnostic, why: reason, others },
  );
}

/** Where diagnostics are after changes. */
function placesAfter(
  kept: readonly { readonly path: string; readonly changes: readonly Replacement[] }[],
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): (diagnostic: Diagnostic) => Diagnostic {
  const changes = changesByPath(kept);
  return (diagnostic) => {
    const own = changes.get(diagnostic.file);
    const [old, now] = [before.get(diagnostic.file), after.get(diagnostic.file)];
    if (!own || old === undefined || now === undefined) return diagnostic;
    const start = offsetOf(old, diagnostic.line, diagnostic.column ?? 1);
    let shift = 0;
    for (const { start: from, end, text } of own) {
      if (from > start) break;
      shift += text.length - (Math.min(end, start) - from);
    }
    const at = start + shift;
    const line = now.slice(0, at).split("\n").length;
    const column = at - (now.lastIndexOf("\n", at - 1) + 1) + 1;
    return { ...diagnostic, line, ...(diagnostic.column === undefined ? {} : { column }) };
  };
}

function offsetOf(text: string, line: number, column: number): number {
  let start = 0;
  for (let count = 1; count < line; count++) {
    const next = text.indexOf("\n", start);
    if (next < 0) break;
    start = next + 1;
  }
  return start + column - 1;
}
