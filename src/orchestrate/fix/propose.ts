import type { Tree } from "web-tree-sitter";
import type { Diagnostic } from "../../core/diagnostic.ts";
import { nameLanguageOf } from "../index/languages.ts";
import { groupBy } from "../names/nodes.ts";
import type { SpeculationContext } from "../speculator.ts";
import { likeWords } from "./likeness.ts";
import type { Fix, FixProblem, FixRule } from "./rule.ts";
import { fixRules } from "./rules.ts";
import { codeBefore, messageWithoutCode } from "./said.ts";
import { recogniseUnknown } from "./unknown-name.ts";
import { visibleNames } from "./visible.ts";

export interface ProposedFix extends Fix {
  readonly rule: string;
  /** See `FixRule`. */
  readonly isConsequence: boolean;
  /** Another message of the file may be its cause: not made while that one is open. */
  readonly isDoubted?: true;
}

/** A problem and the ways to fix it. */
export interface FixProposal {
  /** Relative to the root of the repository, with `/`. */
  readonly path: string;
  /** Usually one; several where one fix answers them. */
  readonly diagnostics: readonly Diagnostic[];
  /** Best first; none where no rule has one. */
  readonly fixes: readonly ProposedFix[];
  /** Why there is none. */
  readonly why?: string;
}

/** Candidates of one problem that are kept. */
const mostFixes = 6;

/**
 * The fixes of every rule for every diagnostic, whose `file` is relative to the root. `text`: of a file as it is now. Writes nothing.
 */
export async function proposeFixes(
  diagnostics: readonly Diagnostic[],
  context: SpeculationContext,
  text: (path: string) => Promise<string | undefined>,
  signal?: AbortSignal,
  rules: readonly FixRule[] = fixRules,
): Promise<readonly FixProposal[]> {
  const proposals: FixProposal[] = [];
  for (const [path, own] of groupBy(diagnostics, ({ file }) => file)) {
    const language = nameLanguageOf(path);
    const source = language === undefined ? undefined : await text(path);
    const parser = source === undefined ? undefined : await context.parserFor(path);
    const tree = source === undefined ? undefined : parser?.parse(source);
    if (language === undefined || source === undefined || !tree) {
      const why =
        language === undefined
          ? "files of this kind are not understood"
          : "the file is not in the folder, or git ignores it";
      proposals.push(...own.map((one) => ({ path, diagnostics: [one], fixes: [], why })));
      continue;
    }
    try {
      const found: FixProposal[] = [];
      for (const diagnostic of own) {
        signal?.throwIfAborted();
        const problem = problemAt(diagnostic, path, source, tree);
        found.push(await proposalFor(problem, context, rules));
      }
      proposals.push(...found.map((one) => withDoubt(one, found)));
    } finally {
      tree.delete();
    }
  }
  return merged(proposals);
}

/** What is unused in a file with another error may be what that one misses, unless it misses a name that is nothing like it. */
function withDoubt(proposal: FixProposal, all: readonly FixProposal[]): FixProposal {
  const causes = all.filter((one) => one !== proposal && one.fixes[0]?.isConsequence !== true);
  if (causes.length === 0) return proposal;
  const missed = causes.flatMap(({ diagnostics }) =>
    diagnostics.map(
      ({ message, code }) => recogniseUnknown(messageWithoutCode(message), code)?.name,
    ),
  );
  const isDoubted = ({ isConsequence, removes = [] }: ProposedFix): boolean =>
    isConsequence &&
    missed.some((name) => name === undefined || likeWords(name, removes).length > 0);
  const fixes = proposal.fixes.map((fix) =>
    isDoubted(fix)
      ? { ...fix, confidence: Math.min(0.75, fix.confidence), isDoubted: true as const }
      : fix,
  );
  return { ...proposal, fixes };
}

export function problemAt(
  diagnostic: Diagnostic,
  path: string,
  text: string,
  tree: Tree,
): FixProblem {
  const language = nameLanguageOf(path)!;
  const { lineStart, lineEnd } = boundsOfLine(text, diagnostic.line);
  const indent = text.slice(lineStart, lineEnd).search(/\S/u);
  const column = diagnostic.column === undefined ? Math.max(0, indent) : diagnostic.column - 1;
  return {
    diagnostic,
    path,
    language,
    text,
    root: tree.rootNode,
    start: Math.min(lineEnd, lineStart + Math.max(0, column)),
    lineStart,
    lineEnd,
    names: visibleNames(tree.rootNode, text, language),
  };
}

/** Behind the last line, tools complain of what is missing at the end. */
function boundsOfLine(text: string, line: number): { lineStart: number; lineEnd: number } {
  let lineStart = 0;
  for (let count = 1; count < line; count++) {
    const next = text.indexOf("\n", lineStart);
    if (next < 0) break;
    lineStart = next + 1;
  }
  const next = text.indexOf("\n", lineStart);
  const end = next < 0 ? text.length : next;
  return { lineStart, lineEnd: end > lineStart && text[end - 1] === "\r" ? end - 1 : end };
}

async function proposalFor(
  problem: FixProblem,
  context: SpeculationContext,
  rules: readonly FixRule[],
): Promise<FixProposal> {
  const { diagnostic, path } = problem;
  const said = messageWithoutCode(diagnostic.message);
  const code = diagnostic.code ?? codeBefore(diagnostic.message);
  const found = new Map<string, ProposedFix>();
  let isRecognised = false;
  for (const rule of rules) {
    const match = rule.recognise(said, code);
    if (match === undefined) continue;
    isRecognised = true;
    for (const fix of await rule.propose(match, problem, context)) {
      const id = changesId(fix);
      const known = found.get(id);
      if (!known || known.confidence < fix.confidence)
        found.set(id, { ...fix, rule: rule.name, isConsequence: rule.isConsequence ?? false });
    }
  }
  // A name that exists is more likely to be meant than one that is like it.
  const exists = [...found.values()].some(({ rule }) => rule === "missing import");
  const weighed = [...found.values()].map((fix) =>
    exists && fix.rule === "likely name" && !fix.removes
      ? { ...fix, confidence: 0.5 * fix.confidence }
      : fix,
  );
  const fixes = weighed.sort((a, b) => b.confidence - a.confidence).slice(0, mostFixes);
  const why = isRecognised ? "no fix can be justified here" : "no rule knows this message";
  return { path, diagnostics: [diagnostic], fixes, ...(fixes.length === 0 && { why }) };
}

const changesId = ({ changes }: Fix): string => JSON.stringify(changes);

/** Diagnostics with the same best fix are one problem. */
function merged(proposals: readonly FixProposal[]): FixProposal[] {
  const found: FixProposal[] = [];
  const byFix = new Map<string, number>();
  for (const one of proposals) {
    const [best] = one.fixes;
    const id = best && `${one.path}\0${changesId(best)}`;
    const at = id === undefined ? undefined : byFix.get(id);
    if (at === undefined) {
      if (id !== undefined) byFix.set(id, found.length);
      found.push(one);
    } else {
      const known = found[at]!;
      found[at] = { ...known, diagnostics: [...known.diagnostics, ...one.diagnostics] };
    }
  }
  return found;
}
