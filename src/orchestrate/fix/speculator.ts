import type { Diagnostic } from "../../core/diagnostic.ts";
import type { EditCandidate, SpeculationContext, Speculator } from "../speculator.ts";
import { fixAll } from "./fix-all.ts";
import { readFix } from "./instruction.ts";
import { type ProposedFix, proposeFixes } from "./propose.ts";

/** Candidates besides the one of everything that is certain. */
const mostSingle = 60;

/**
 * Fixes what tools complain of. First comes everything that is certain, as one candidate; then each other fix by itself, with a
 * confidence below 1. A tool that runs again can judge more: see `fixDiagnostics`.
 */
export const fixSpeculator: Speculator = {
  name: "fix",
  recognise({ diagnostics = [], instruction }) {
    if (diagnostics.length === 0) return undefined;
    const has = `the request has ${countOf(diagnostics.length, "diagnostic")}`;
    if (instruction === undefined) return { confidence: 0.9, why: has };
    const read = readFix(instruction, diagnostics);
    return read && { ...read, why: `${has}, and ${read.why}` };
  },
  async *speculate({ diagnostics = [], instruction }, context, signal) {
    const sure = await fixAll(diagnostics, context, { least: 1, signal });
    const isAll = sure.outcomes.every(({ fix }) => fix);
    const fixed = sure.outcomes.flatMap(({ path, diagnostic, fix }) =>
      fix
        ? [{ ...shownDiagnostic(path, diagnostic), rule: fix.rule, title: fix.title, why: fix.why }]
        : [],
    );
    if (sure.texts.size > 0) {
      yield {
        by: "fix",
        title: `${countOf(fixed.length, "fix", "fixes")} in ${countOf(sure.texts.size, "file")}`,
        why: "each is the only way, and takes nothing away that is used",
        // Whoever asks for all errors in words has not asked for some.
        confidence: instruction === undefined || isAll ? 1 : 0.9,
        files: await filesOf(sure.texts, context),
        notes: isAll ? [] : ["Diagnostics are left that have no certain fix."],
        details: { fixes: fixed },
      };
    }
    const text = (path: string): Promise<string | undefined> => context.index.read(path);
    let count = 0;
    for (const { path, diagnostics: answered, fixes } of await proposeFixes(
      diagnostics,
      context,
      text,
      signal,
    )) {
      if (fixes[0]?.confidence === 1) continue;
      for (const fix of fixes) {
        count += 1;
        if (count > mostSingle) return;
        const candidate = await singleCandidate(path, answered[0]!, fix, context);
        if (candidate) yield candidate;
      }
    }
  },
};

async function singleCandidate(
  path: string,
  diagnostic: Diagnostic,
  fix: ProposedFix,
  context: SpeculationContext,
): Promise<EditCandidate | undefined> {
  const before = await context.index.read(path);
  if (before === undefined) return undefined;
  let after = before;
  for (const { start, end, text } of [...fix.changes].sort((a, b) => b.start - a.start)) {
    after = after.slice(0, start) + text + after.slice(end);
  }
  return {
    by: "fix",
    title: `${path}:${diagnostic.line}: ${fix.title}`,
    why: fix.why,
    confidence: Math.min(0.99, fix.confidence),
    files: [{ path, before, after }],
    notes: [],
    details: {
      fixes: [
        { ...shownDiagnostic(path, diagnostic), rule: fix.rule, title: fix.title, why: fix.why },
      ],
    },
  };
}

async function filesOf(
  texts: ReadonlyMap<string, string>,
  { index }: SpeculationContext,
): Promise<EditCandidate["files"]> {
  const files: { path: string; before: string; after: string }[] = [];
  for (const [path, after] of texts) {
    const before = await index.read(path);
    if (before !== undefined) files.push({ path, before, after });
  }
  return files;
}

const shownDiagnostic = (
  path: string,
  { line, message }: Diagnostic,
): { readonly path: string; readonly line: number; readonly message: string } => ({
  path,
  line,
  message,
});

const countOf = (count: number, what: string, many = `${what}s`): string =>
  `${count} ${count === 1 ? what : many}`;
