/**
 * A stream of broken edits of one repository, with and without learning: files are broken by seeded mutations, a real tool says what is
 * wrong, and the right answer is known.
 *
 *     node --import tsx scripts/bench-learn.ts --root <folder> --run "<command>" --cases 300 --seed 1 [--decisions out.jsonl]
 *
 * Each case is fixed four times: with the tool as judge (`redraft fix --run`) and without (`--likely`, where a wrong fix is undone), each with
 * learning off and on. The folder is changed and put back while this runs.
 */
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Diagnostic } from "../src/core/diagnostic.ts";
import { snapshot } from "../src/diagnostics/brought-errors.ts";
import { compareDiagnostics } from "../src/diagnostics/compare.ts";
import { nameLanguageOf } from "../src/orchestrate/index/languages.ts";
import { createRepositoryIndex } from "../src/orchestrate/index/repository-index.ts";
import { seededDraws } from "../src/orchestrate/select/draws.ts";
import { fixDecisions } from "../src/orchestrate/select/fix-decisions.ts";
import { fixDiagnostics } from "../src/redraft/fix.ts";
import { type Learning, openLearning } from "../src/redraft/learning.ts";
import { openJournal } from "../src/workspace/journal/journal.ts";
import { repositoryFiles } from "../src/workspace/repository-files.ts";
import { parserFor } from "../src/workspace/syntax.ts";
import { importForm, mutations } from "./fix-mutations.ts";

const { values } = parseArgs({
  options: {
    root: { type: "string", default: "." },
    run: { type: "string", default: "" },
    cases: { type: "string", default: "300" },
    seed: { type: "string", default: "1" },
    decisions: { type: "string" },
  },
});
const { root, run } = values;
const wanted = Number(values.cases);
const { uniform: random } = seededDraws(Number(values.seed));
const state = mkdtempSync(join(tmpdir(), "redraft-bench-learn-"));
process.env.REDRAFT_STATE_HOME = state;

interface Answer {
  readonly runs: number;
  readonly seconds: number;
  readonly result: "right" | "wrong" | "left";
}
type Way = "judged off" | "judged on" | "likely off" | "likely on";

const ways: readonly Way[] = ["judged off", "judged on", "likely off", "likely on"];
const learnings = new Map<Way, Learning>();
for (const way of ways.filter((one) => one.endsWith("on"))) {
  const learning = openLearning({ folder: root, home: join(state, way.replace(" ", "-")) });
  await learning.turn(true);
  learnings.set(way, learning);
}
const index = createRepositoryIndex(repositoryFiles(root), parserFor);
await index.update();
const originals = new Map(
  index.paths().map((path) => [path, readFileSync(join(root, path), "utf8")]),
);
const files = [...originals.keys()].filter((path) => nameLanguageOf(path) !== undefined);
const kinds = Object.keys(mutations);
const base = await snapshot(run, root);
if (base.problem !== undefined) throw new Error(base.problem);
const rows: Record<Way, Answer>[] = [];
for (let tries = 0; rows.length < wanted && tries < 60 * wanted; tries += 1) {
  const path = files[Math.floor(random() * files.length)]!;
  const kind = kinds[Math.floor(random() * kinds.length)]!;
  const before = originals.get(path)!;
  const broken = await mutated(kind, path, before);
  if (broken === undefined) continue;
  const absolute = join(root, path);
  writeFileSync(absolute, broken);
  const now = await snapshot(run, root);
  const edits = [{ path: absolute, newPath: absolute, before, after: broken }];
  const { brought } = compareDiagnostics(base.found, now.found, edits);
  if (now.problem === undefined && brought.length > 0 && brought.length <= 12) {
    const row = {} as Record<Way, Answer>;
    for (const way of ways) row[way] = await fixed(way, path, broken, brought);
    rows.push(row);
    process.stderr.write(
      `${rows.length} ${kind} ${path}: ${ways.map((way) => `${row[way].result} ${row[way].runs}`).join(", ")}\n`,
    );
  }
  writeFileSync(absolute, before);
}
report();
for (const learning of learnings.values()) {
  process.stderr.write(`${JSON.stringify((await learning.status()).types, null, 1)}\n`);
}
rmSync(state, { recursive: true });

async function mutated(kind: string, path: string, text: string): Promise<string | undefined> {
  const tree = (await parserFor(path))?.parse(text);
  if (!tree || tree.rootNode.hasError) return undefined;
  try {
    return mutations[kind]!(tree.rootNode, text, nameLanguageOf(path)!, random)?.text;
  } finally {
    tree.delete();
  }
}

async function fixed(
  way: Way,
  path: string,
  broken: string,
  diagnostics: readonly Diagnostic[],
): Promise<Answer> {
  writeFileSync(join(root, path), broken);
  const learning = learnings.get(way);
  const isJudged = way.startsWith("judged");
  const start = performance.now();
  const done: Awaited<ReturnType<typeof fixDiagnostics>> = await fixDiagnostics({
    root,
    diagnostics,
    likely: true,
    journal: openJournal({ folder: root }),
    learning,
    ...(isJudged && { run: (signal) => snapshot(run, root, signal) }),
  }).catch((error: unknown) => {
    process.stderr.write(`${way}: ${String(error)}\n`);
    return { outcomes: [], runs: 0 };
  });
  const seconds = (performance.now() - start) / 1000;
  const changed = done.applied?.files.map((file) => file.path) ?? [];
  const after = readFileSync(join(root, path), "utf8");
  const isRight =
    changed.every((one) => one === path) && importForm(after) === importForm(originals.get(path)!);
  for (const one of changed) writeFileSync(join(root, one), originals.get(one)!);
  const result = changed.length === 0 ? "left" : isRight ? "right" : "wrong";
  const { entry } = done.applied ?? {};
  if (learning && result === "wrong" && entry !== undefined) await learning.undone([entry], true);
  if (way === "judged off" && values.decisions !== undefined) {
    for (const one of fixDecisions(done.outcomes, seconds / Math.max(1, done.runs), undefined)) {
      const shown = result === "wrong" ? { ...one, undone: true } : one;
      appendFileSync(values.decisions, `${JSON.stringify(shown)}\n`);
    }
  }
  return { runs: done.runs, seconds, result };
}

function report(): void {
  const half = rows.length >> 1;
  const parts = [
    ["first half", rows.slice(0, half)],
    ["second half", rows.slice(half)],
  ] as const;
  const lines = [
    "| way | edits | right | wrong | left | tool runs an edit | seconds an edit |",
    "| --- | --- | --- | --- | --- | --- | --- |",
  ];
  for (const way of ways) {
    for (const [name, part] of parts) {
      const all = part.map((row) => row[way]);
      const mean = (of: (one: Answer) => number): string =>
        (all.reduce((sum, one) => sum + of(one), 0) / all.length).toFixed(2);
      const count = (result: Answer["result"]): number =>
        all.filter((one) => one.result === result).length;
      const cells = [
        `${way}, ${name}`,
        all.length,
        count("right"),
        count("wrong"),
        count("left"),
        mean(({ runs }) => runs),
        mean(({ seconds }) => seconds),
      ];
      lines.push(`| ${cells.join(" | ")} |`);
    }
  }
  process.stdout.write(`${lines.join("\n")}\n`);
}
