import type { Diagnostic } from "../../core/diagnostic.ts";
import { changesByPath, type HunkAttempt, type RefineEvent, refine } from "../refine.ts";
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
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: ((event: RefineEvent) => void) | undefined;
  /** After so many checks nothing more is tried. */
  readonly mostChecks?: number | undefined;
}

/** One diagnostic and what became of it. */
export interface FixOutcome {
  readonly path: string;
  readonly diagnostic: Diagnostic;
  /** The fix that stays; undefined: it is left. */
  readonly fix?: ProposedFix;
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
const mostFixRounds = 5;

/** Fixes what can be fixed, hunk by hunk, in rounds: a round proposes for what is left, on the texts as they then are. Writes nothing. */
export async function fixAll(
  diagnostics: readonly Diagnostic[],
  context: SpeculationContext,
  options: FixAllOptions,
): Promise<FixedAll> {
  const { signal, onEvent, check, least, mostChecks = 200 } = options;
  const now = new Map<string, string>();
  const text = async (path: string): Promise<string | undefined> =>
    now.get(path) ?? context.index.read(path);
  const done: FixOutcome[] = [];
  let open = diagnostics;
  let left: FixOutcome[] = [];
  let checks = 0;
  let said: readonly Diagnostic[] | undefined;
  for (let round = 1; round <= mostFixRounds && open.length > 0; round += 1) {
    signal?.throwIfAborted();
    const proposals = await proposeFixes(open, context, text, signal);
    const before = await textsBefore(proposals, text);
    const hunks = proposals.map(({ path, fixes }) => ({
      alternatives: fixes
        .filter(({ confidence }) => confidence >= least)
        .map((fix) => ({ path, changes: fix.changes, fix })),
    }));
    const judge = async (
      texts: ReadonlyMap<string, string>,
      added: readonly HunkAttempt<(typeof hunks)[number]["alternatives"][number]>[],
    ): Promise<FixCheckAnswer> => {
      const tried = added.map(({ hunk, alternative }): TriedFix => {
        const { path, diagnostics: answered } = proposals[hunk]!;
        return { ...alternative.fix, path, diagnostics: answered };
      });
      const problem = await problemIn(texts, before, proposals, context);
      if (problem !== undefined) return { ok: false, why: problem };
      if (!check) return { ok: true };
      const answer = await check(new Map([...now, ...texts]), tried);
      if (answer.ok) said = answer.diagnostics;
      return answer;
    };
    const refined = await refine(before, hunks, judge, {
      signal,
      onEvent,
      mostChecks: Math.max(0, mostChecks - checks),
    });
    checks += refined.checks;
    const outcomes = proposals.flatMap((proposal, at) =>
      outcomesOf(proposal, refined.outcomes[at]!, least),
    );
    const isChanged = refined.texts.size > 0;
    done.push(...outcomes.filter(({ fix }) => fix !== undefined));
    left = outcomes.filter(({ fix }) => fix === undefined);
    if (!isChanged) break;
    for (const [path, written] of refined.texts) now.set(path, written);
    const moved = placesAfter(
      refined.outcomes.flatMap(({ kept }, at) =>
        kept === undefined ? [] : [hunks[at]!.alternatives[kept]!],
      ),
      before,
      now,
    );
    open = said ?? left.map(({ diagnostic }) => moved(diagnostic));
    if (left.length === 0 && said === undefined) break;
    left = left.map((one) => ({ ...one, diagnostic: moved(one.diagnostic) }));
    if (open.length === 0) left = [];
  }
  const end = said === undefined ? {} : { diagnostics: said };
  return { texts: now, outcomes: [...done, ...left], checks, ...end };
}

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
  {
    kept,
    refused,
  }: { readonly kept?: number; readonly refused: readonly { alternative: number; why: string }[] },
  least: number,
): FixOutcome[] {
  const tried = fixes.filter(({ confidence }) => confidence >= least);
  const fix = kept === undefined ? undefined : tried[kept];
  const others = fixes
    .filter((one) => one !== fix)
    .map((one) => {
      const found = refused.find(({ alternative }) => tried[alternative] === one);
      return found ? { ...one, refused: found.why } : one;
    });
  const reason =
    why ?? (tried.length === 0 ? "no fix is certain enough" : (refused.at(-1)?.why ?? "not tried"));
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
