/**
 * Fixes in one repository, with and without learning: files are broken by seeded mutations, a real tool says what is wrong, and the right
 * text is known. Every fix that is proposed is tried once by itself, and the outcomes are replayed, then again with a second half of
 * which the learning is told lies.
 *
 *     node --import tsx scripts/bench-learn.ts --root <folder> --run "<command>" --problems 300 --seed 1
 *
 * The folder is changed and put back while this runs; the command must only report. `--tried <file>` keeps what was tried, or takes it from
 * there; `--updates` prints what the gate said to each update.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Diagnostic } from "../src/core/diagnostic.ts";
import { snapshot } from "../src/diagnostics/brought-errors.ts";
import { compareDiagnostics } from "../src/diagnostics/compare.ts";
import {
  type FixProposal,
  type ProposedFix,
  proposeFixes,
} from "../src/orchestrate/fix/propose.ts";
import { nameLanguageOf } from "../src/orchestrate/index/languages.ts";
import { createRepositoryIndex } from "../src/orchestrate/index/repository-index.ts";
import { nameViewOf } from "../src/orchestrate/names/view.ts";
import { seededDraws } from "../src/orchestrate/select/draws.ts";
import type { ExperienceUpdate } from "../src/orchestrate/select/experience.ts";
import { arrangeFixes, fixDecisions } from "../src/orchestrate/select/fix-decisions.ts";
import { type Learning, openLearning } from "../src/redraft/learning.ts";
import { relativeDiagnostics } from "../src/redraft/relative-diagnostics.ts";
import { repositoryFiles } from "../src/workspace/repository-files.ts";
import { parserFor } from "../src/workspace/syntax.ts";
import { importForm, mutations } from "./fix-mutations.ts";
import { fromTheStart, type Poison, poisons } from "./learn-poisons.ts";

const { values } = parseArgs({
  options: {
    root: { type: "string", default: "." },
    run: { type: "string", default: "" },
    problems: { type: "string", default: "300" },
    seed: { type: "string", default: "1" },
    tried: { type: "string" },
    updates: { type: "boolean", default: false },
  },
});
const { root, run } = values;
const wanted = Number(values.problems);
const { uniform: random } = seededDraws(Number(values.seed));

/** A problem with its fixes, and what became of each when it was tried alone. */
interface TriedProblem {
  readonly kind: string;
  readonly proposal: FixProposal;
  /** The tool says nothing more with them. */
  readonly confirmed: ReadonlySet<ProposedFix>;
  /** They give the text from before the mutation, up to the place of an import. */
  readonly right: ReadonlySet<ProposedFix>;
}

const index = createRepositoryIndex(repositoryFiles(root), parserFor);
await index.update();
const context = { index, parserFor, names: () => nameViewOf(index, parserFor) };
const originals = new Map(
  index.paths().map((path) => [path, readFileSync(join(root, path), "utf8")]),
);
const files = [...originals.keys()].filter((path) => nameLanguageOf(path) !== undefined);
const kinds = Object.keys(mutations);
let base: readonly Diagnostic[] = [];
let runs = 0;
const { stream, secondsPerRun } = await keptOrTried(values.tried);
await report();

interface TriedStream {
  readonly stream: readonly TriedProblem[];
  readonly secondsPerRun: number;
}

async function keptOrTried(path: string | undefined): Promise<TriedStream> {
  if (path !== undefined && existsSync(path)) {
    const kept = JSON.parse(readFileSync(path, "utf8"));
    const fixes = (proposal: FixProposal, at: number[]): Set<ProposedFix> =>
      new Set(at.map((one) => proposal.fixes[one]!));
    runs = kept.runs;
    return {
      secondsPerRun: kept.secondsPerRun,
      stream: kept.problems.map(({ kind, proposal, confirmed, right }: KeptProblem) => ({
        kind,
        proposal,
        confirmed: fixes(proposal, confirmed),
        right: fixes(proposal, right),
      })),
    };
  }
  const first = await snapshot(run, root);
  if (first.problem !== undefined) throw new Error(first.problem);
  base = first.found;
  const start = performance.now();
  const tried = await tryProblems();
  const perRun = (performance.now() - start) / 1000 / Math.max(1, runs);
  if (path !== undefined) {
    const problems = tried.map(({ kind, proposal, confirmed, right }): KeptProblem => {
      const numbers = (set: ReadonlySet<ProposedFix>): number[] =>
        [...set].map((fix) => proposal.fixes.indexOf(fix));
      return { kind, proposal, confirmed: numbers(confirmed), right: numbers(right) };
    });
    writeFileSync(path, JSON.stringify({ runs, secondsPerRun: perRun, problems }));
  }
  return { stream: tried, secondsPerRun: perRun };
}

interface KeptProblem {
  readonly kind: string;
  readonly proposal: FixProposal;
  /** Numbers of fixes. */
  readonly confirmed: number[];
  readonly right: number[];
}

async function tryProblems(): Promise<TriedProblem[]> {
  const found: TriedProblem[] = [];
  for (let tries = 0; found.length < wanted && tries < 40 * wanted; tries += 1) {
    const path = files[Math.floor(random() * files.length)]!;
    const kind = kinds[Math.floor(random() * kinds.length)]!;
    const before = originals.get(path)!;
    const broken = await mutated(kind, path, before);
    if (broken === undefined) continue;
    try {
      const brought = await broughtBy(path, broken);
      if (brought.length === 0 || brought.length > 12) continue;
      await index.update();
      const relative = relativeDiagnostics(brought, root);
      const proposals = await proposeFixes(relative, context, (one) => index.read(one));
      const [proposal] = proposals.filter((one) => one.path === path && one.fixes.length > 0);
      if (!proposal) continue;
      const [confirmed, right] = [new Set<ProposedFix>(), new Set<ProposedFix>()];
      for (const fix of proposal.fixes) {
        const after = applied(broken, fix);
        if (importForm(after) === importForm(before)) right.add(fix);
        if ((await broughtBy(path, after)).length === 0) confirmed.add(fix);
      }
      found.push({ kind, proposal, confirmed, right });
      process.stderr.write(`${found.length} ${kind} ${path}\n`);
    } finally {
      writeFileSync(join(root, path), before);
    }
  }
  return found;
}

/** What the tool says of a text that it does not say of the original. */
async function broughtBy(path: string, text: string) {
  const absolute = join(root, path);
  writeFileSync(absolute, text);
  runs += 1;
  const { found, problem } = await snapshot(run, root);
  if (problem !== undefined) throw new Error(problem);
  const edit = { path: absolute, newPath: absolute, before: originals.get(path)!, after: text };
  return compareDiagnostics(base, found, [edit]).brought;
}

async function mutated(kind: string, path: string, text: string): Promise<string | undefined> {
  const tree = (await parserFor(path))?.parse(text);
  if (!tree || tree.rootNode.hasError) return undefined;
  try {
    return mutations[kind]!(tree.rootNode, text, nameLanguageOf(path)!, random)?.text;
  } finally {
    tree.delete();
  }
}

function applied(text: string, { changes }: ProposedFix): string {
  let after = text;
  for (const one of [...changes].sort((a, b) => b.start - a.start)) {
    after = after.slice(0, one.start) + one.text + after.slice(one.end);
  }
  return after;
}

interface Answer {
  readonly tries: number;
  readonly result: "right" | "wrong" | "left";
}

interface Replay {
  readonly isJudged: boolean;
  readonly learning: Learning | undefined;
  readonly poison: Poison | undefined;
  readonly gate: GateCounts;
}

interface GateCounts {
  kept: number;
  refused: number;
  forgotten: number;
}

/** As `redraft fix` with and without `--run`: the first fix that the tool confirms, or the first one of 80 % and more. A wrong one is undone. */
async function answered(
  problem: TriedProblem,
  at: number,
  { isJudged, learning, poison, gate }: Replay,
): Promise<Answer> {
  const { proposal, confirmed, right } = problem;
  const learnt = await learning?.arms(false);
  const fixes = learnt ? arrangeFixes(proposal, learnt, isJudged).fixes : proposal.fixes;
  const tried = fixes.filter(({ confidence }) => confidence >= (isJudged ? 0.3 : 0.8));
  const made = isJudged ? tried.findIndex((fix) => confirmed.has(fix)) : tried.length > 0 ? 0 : -1;
  const fix = tried[made];
  const refused = new Set(made < 0 ? (isJudged ? tried : []) : tried.slice(0, made));
  const others = proposal.fixes
    .filter((one) => one !== fix)
    .map((one) => (refused.has(one) ? { ...one, refused: "no" } : one));
  const { path, diagnostics } = proposal;
  const outcome = { path, diagnostic: diagnostics[0]!, others, ...(fix && { fix }) };
  const isWrong = fix !== undefined && !right.has(fix);
  if (learning) {
    const entry = `e${at}`;
    const honest = fixDecisions([outcome], secondsPerRun, entry);
    const told = poison?.(honest, { isWrong, at }) ?? { decisions: honest, isUndone: isWrong };
    const updates = [...(await learning.record(told.decisions))];
    if (told.isUndone) updates.push(...(await learning.undone([entry], true)));
    for (const update of updates) await countUpdate(update, at, learning, gate);
  }
  return {
    tries: refused.size + Number(fix !== undefined),
    result: fix === undefined ? "left" : isWrong ? "wrong" : "right",
  };
}

async function countUpdate(
  { type, answer }: ExperienceUpdate,
  at: number,
  learning: Learning,
  gate: GateCounts,
): Promise<void> {
  const own = (await learning.status()).types.find((one) => one.type === type);
  const isForgotten = !answer.kept && own?.decisions === 0;
  gate.kept += Number(answer.kept);
  gate.refused += Number(!answer.kept);
  gate.forgotten += Number(isForgotten);
  if (!values.updates) return;
  const what = answer.kept ? "kept" : isForgotten ? "refused, and forgotten" : "refused";
  process.stdout.write(`  problem ${at + 1}, ${type}: ${what}: ${answer.why}\n`);
}

async function report(): Promise<void> {
  const print = (line: string): void => void process.stdout.write(`${line}\n`);
  print(`${stream.length} problems, ${runs} runs of the tool, ${secondsPerRun.toFixed(2)} s each`);
  const columns = ["fixes", "learning", "half", "right", "wrong", "left", "tries"];
  const counted = [...columns, "tries a right fix", "updates kept", "refused", "forgotten"];
  print(`| ${counted.join(" | ")} |`);
  print(`| ${counted.map(() => "---").join(" | ")} |`);
  const ways = { off: undefined, on: undefined, ...poisons, ...fromTheStart };
  for (const isJudged of [true, false]) {
    for (const [way, poison] of Object.entries(ways)) {
      const home = mkdtempSync(join(tmpdir(), "redraft-bench-learn-"));
      const learning = way === "off" ? undefined : openLearning({ folder: root, home });
      await learning?.turn(true);
      const half = stream.length >> 1;
      const lines: string[] = [];
      for (const [name, from, to] of [
        ["first", 0, half],
        ["second", half, stream.length],
      ] as const) {
        const answers: Answer[] = [];
        const gate = { kept: 0, refused: 0, forgotten: 0 };
        // The first half is honest, but for the lies from the start: there is something to make worse.
        const told = from === 0 && fromTheStart[way] === undefined ? undefined : poison;
        for (let at = from; at < to; at += 1) {
          const replay = { isJudged, learning, poison: told, gate };
          answers.push(await answered(stream[at]!, at, replay));
        }
        const counts = learning ? [gate.kept, gate.refused, gate.forgotten] : ["", "", ""];
        lines.push(row(isJudged ? "a tool judges" : "none judges", way, name, answers, counts));
      }
      for (const line of lines) print(line);
      rmSync(home, { recursive: true });
    }
  }
}

function row(
  fixes: string,
  way: string,
  half: string,
  answers: readonly Answer[],
  gate: readonly (string | number)[],
): string {
  const count = (result: Answer["result"]): number =>
    answers.filter((one) => one.result === result).length;
  const tries = answers.reduce((sum, one) => sum + one.tries, 0);
  const cells = [fixes, way, half, count("right"), count("wrong"), count("left"), tries];
  return `| ${[...cells, (tries / Math.max(1, count("right"))).toFixed(2), ...gate].join(" | ")} |`;
}
