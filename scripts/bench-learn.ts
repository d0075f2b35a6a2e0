/**
 * Fixes in one repository, with and without learning: files are broken by seeded mutations, a real tool says what is wrong, and the right
 * text is known. Every fix that is proposed is tried once by itself, and the outcomes are replayed.
 *
 *     node --import tsx scripts/bench-learn.ts --root <folder> --run "<command>" --problems 300 --seed 1
 *
 * The folder is changed and put back while this runs; the command must only report.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
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
import { arrangeFixes, fixDecisions } from "../src/orchestrate/select/fix-decisions.ts";
import { type Learning, openLearning } from "../src/redraft/learning.ts";
import { relativeDiagnostics } from "../src/redraft/relative-diagnostics.ts";
import { repositoryFiles } from "../src/workspace/repository-files.ts";
import { parserFor } from "../src/workspace/syntax.ts";
import { importForm, mutations } from "./fix-mutations.ts";

const { values } = parseArgs({
  options: {
    root: { type: "string", default: "." },
    run: { type: "string", default: "" },
    problems: { type: "string", default: "300" },
    seed: { type: "string", default: "1" },
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
const base = await snapshot(run, root);
if (base.problem !== undefined) throw new Error(base.problem);
const start = performance.now();
let runs = 0;
const stream = await tryProblems();
const secondsPerRun = (performance.now() - start) / 1000 / Math.max(1, runs);
await report();

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
  return compareDiagnostics(base.found, found, [edit]).brought;
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

/** As `redraft fix` with and without `--run`: the first fix that the tool confirms, or the first one of 80 % and more. A wrong one is undone. */
async function answered(
  problem: TriedProblem,
  isJudged: boolean,
  learning: Learning | undefined,
  entry: string,
): Promise<Answer> {
  const { proposal, confirmed, right } = problem;
  const learnt = await learning?.arms(false);
  const fixes = learnt ? arrangeFixes(proposal, learnt, isJudged).fixes : proposal.fixes;
  const tried = fixes.filter(({ confidence }) => confidence >= (isJudged ? 0.3 : 0.8));
  const at = isJudged ? tried.findIndex((fix) => confirmed.has(fix)) : tried.length > 0 ? 0 : -1;
  const fix = tried[at];
  const refused = new Set(at < 0 ? (isJudged ? tried : []) : tried.slice(0, at));
  const others = proposal.fixes
    .filter((one) => one !== fix)
    .map((one) => (refused.has(one) ? { ...one, refused: "no" } : one));
  const { path, diagnostics } = proposal;
  const outcome = { path, diagnostic: diagnostics[0]!, others, ...(fix && { fix }) };
  await learning?.record(fixDecisions([outcome], secondsPerRun, entry));
  const isWrong = fix !== undefined && !right.has(fix);
  if (isWrong) await learning?.undone([entry], true);
  return {
    tries: refused.size + Number(fix !== undefined),
    result: fix === undefined ? "left" : isWrong ? "wrong" : "right",
  };
}

async function report(): Promise<void> {
  const print = (line: string): void => void process.stdout.write(`${line}\n`);
  print(`${stream.length} problems, ${runs} runs of the tool, ${secondsPerRun.toFixed(2)} s each`);
  print("| fixes | half | right | wrong | left | tries | tries a right fix |");
  print("| --- | --- | --- | --- | --- | --- | --- |");
  for (const isJudged of [true, false]) {
    for (const isOn of [false, true]) {
      const home = mkdtempSync(join(tmpdir(), "redraft-bench-learn-"));
      const learning = isOn ? openLearning({ folder: root, home }) : undefined;
      await learning?.turn(true);
      const answers: Answer[] = [];
      for (const [at, problem] of stream.entries()) {
        answers.push(await answered(problem, isJudged, learning, `e${at}`));
      }
      const half = answers.length >> 1;
      const name = `${isJudged ? "a tool judges" : "none judges, 80 %"}, learning ${isOn ? "on" : "off"}`;
      print(row(name, "first", answers.slice(0, half)));
      print(row(name, "second", answers.slice(half)));
      if (learning) {
        process.stderr.write(`${JSON.stringify((await learning.status()).types, null, 1)}\n`);
      }
      rmSync(home, { recursive: true });
    }
  }
}

function row(name: string, half: string, answers: readonly Answer[]): string {
  const count = (result: Answer["result"]): number =>
    answers.filter((one) => one.result === result).length;
  const tries = answers.reduce((sum, one) => sum + one.tries, 0);
  const cells = [name, half, count("right"), count("wrong"), count("left"), tries];
  return `| ${[...cells, (tries / Math.max(1, count("right"))).toFixed(2)].join(" | ")} |`;
}
