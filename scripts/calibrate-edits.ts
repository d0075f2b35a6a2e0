/**
 * From which score on a model's verdict about an edit is taken, by type of edit: scores candidates whose right answer is known, chooses
 * thresholds on some repositories for a wanted precision, and measures them on the others.
 *
 *     node --import tsx scripts/calibrate-edits.ts --model <gguf or URL> --clones a,b,c --held d,e --cases 60 --rows rows.jsonl
 *     node --import tsx scripts/calibrate-edits.ts --rows rows.jsonl --held d,e --fit models/edit-verifier.json [--wanted 0.98]
 *
 * `--only fixes|commits`: one kind of cases. A clone is a git directory; `--held` are names of those that only measure. Rows of cases that are in the file already are not made again.
 */
import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import { parseArgs } from "node:util";
import { type Asset, sha256Of } from "../src/assets/asset.ts";
import { engineOf, engines } from "../src/engines/registry.ts";
import { candidateScores, leastLead, taskInWords } from "../src/orchestrate/likelihood-verifier.ts";
import { lowerBound } from "../src/orchestrate/select/binomial.ts";
import type { EditThreshold, EditThresholds } from "../src/redraft/edit-thresholds.ts";
import { versionScorer } from "../src/redraft/model-verifier.ts";
import { serverOptions } from "../src/redraft/server-options.ts";
import { modelIdentity } from "../src/settle/model/calibrations.ts";
import { commitCasesOf, type EditCase, fixCases } from "./edit-cases.ts";

const { values } = parseArgs({
  options: {
    model: { type: "string" },
    clones: { type: "string", default: "" },
    held: { type: "string", default: "" },
    cases: { type: "string", default: "60" },
    seed: { type: "string", default: "1" },
    threads: { type: "string", default: "1" },
    only: { type: "string" },
    rows: { type: "string", default: "rows.jsonl" },
    fit: { type: "string" },
    wanted: { type: "string", default: "0.98" },
  },
});

interface ScoredRow {
  readonly model: string;
  readonly file: string;
  readonly repository: string;
  readonly id: string;
  readonly type: string;
  readonly scores: readonly number[];
  readonly right: readonly boolean[];
  readonly seconds: number;
}

const readRows = (): ScoredRow[] =>
  existsSync(values.rows)
    ? readFileSync(values.rows, "utf8")
        .trim()
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line) as ScoredRow)
    : [];
const held = new Set(values.held.split(",").filter((name) => name !== ""));
/** `owner+name` of `owner+name/repo`. */
const nameOf = (clone: string): string =>
  basename(clone) === "repo" ? basename(dirname(clone)) : basename(clone);

async function score(model: string): Promise<void> {
  const threads = Number(values.threads);
  const isServer = engineOf(model) === "http";
  const target = isServer
    ? await engines.http.openTokens(model, serverOptions(model, { env: process.env }))
    : await engines.gguf.openTokens(model, { contextSize: 4096, threads });
  const identity = "info" in target ? modelIdentity(target.info.metadata) : target.name;
  const scorer = await versionScorer(target);
  const known = new Set(readRows().map((row) => `${row.model}\0${row.id}`));
  const clones = values.clones.split(",");
  const share = Math.ceil(Number(values.cases) / clones.length);
  for (const clone of clones) {
    let state = Number(values.seed) >>> 0;
    const random = (): number => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state / 2 ** 32;
    };
    const name = nameOf(clone);
    const sources = [
      ...(values.only === "commits" ? [] : [fixCases(clone, name, share, random)]),
      ...(values.only === "fixes" ? [] : [commitCasesOf(clone, name, share, random)]),
    ];
    for (const source of sources) {
      for await (const one of source) {
        if (known.has(`${identity}\0${one.id}`)) continue;
        await scoreCase(one, { identity, name, file: basename(model), scorer });
      }
    }
  }
  await target.dispose();
}

async function scoreCase(
  { id, request, candidates, right }: EditCase,
  {
    identity,
    name,
    file,
    scorer,
  }: {
    readonly identity: string;
    readonly name: string;
    readonly file: string;
    readonly scorer: Parameters<typeof candidateScores>[2];
  },
): Promise<void> {
  const start = performance.now();
  const { signal } = new AbortController();
  let scores: readonly number[];
  try {
    scores = await candidateScores(candidates, taskInWords(request), scorer, signal);
  } catch (error) {
    // A place with long lines does not fit into the context.
    process.stderr.write(`${id}: ${error instanceof Error ? error.message : error}\n`);
    return;
  }
  const { by, type = by } = candidates[0]!;
  const seconds = (performance.now() - start) / 1000;
  const row: ScoredRow = {
    model: identity,
    file,
    repository: name,
    id,
    type,
    scores,
    right,
    seconds,
  };
  appendFileSync(values.rows, `${JSON.stringify(row)}\n`);
}

/** What would be taken at a threshold: of fixes the best one, if it leads; of what a model writes each alone. */
function takenAt(rows: readonly ScoredRow[], threshold: number): boolean[] {
  return rows.flatMap(({ type, scores, right }) => {
    if (type.startsWith("writer")) return right.filter((_, i) => scores[i]! >= threshold);
    const order = [...scores.keys()].sort((a, b) => scores[b]! - scores[a]!);
    const [best, next] = order;
    const leads = next === undefined || scores[best!]! - scores[next]! >= leastLead;
    return scores[best!]! >= threshold && leads ? [right[best!]!] : [];
  });
}

/** Fewer taken edits say nothing about a precision. */
const fewestTaken = 10;

function thresholdOf(rows: readonly ScoredRow[], wanted: number): EditThreshold {
  const [own, others] = [
    rows.filter(({ repository }) => !held.has(repository)),
    rows.filter(({ repository }) => held.has(repository)),
  ];
  const steps = [...new Set(own.flatMap(({ scores }) => scores))].sort((a, b) => a - b);
  const threshold = steps.find((step) => {
    const taken = takenAt(own, step);
    return taken.length >= fewestTaken && taken.filter(Boolean).length >= wanted * taken.length;
  });
  const taken = threshold === undefined ? [] : takenAt(others, threshold);
  const right = taken.filter(Boolean).length;
  const bound = taken.length === 0 ? 0 : lowerBound(right, taken.length);
  const edits = others.length;
  const isKept = taken.length > 0 && right >= wanted * taken.length;
  return {
    threshold: isKept ? threshold! : null,
    measured: { edits, taken: taken.length, wrong: taken.length - right, bound: rounded(bound) },
  };
}

const rounded = (value: number): number => Math.round(value * 1000) / 1000;

function writeThresholds(path: string): void {
  const wanted = Number(values.wanted);
  const rows = readRows();
  const models: Record<string, Record<string, EditThreshold>> = {};
  for (const model of new Set(rows.map((row) => row.model))) {
    const own = rows.filter((row) => row.model === model);
    models[model] = Object.fromEntries(
      [...new Set(own.map(({ type }) => type))].sort().map((type) => [
        type,
        thresholdOf(
          own.filter((row) => row.type === type),
          wanted,
        ),
      ]),
    );
  }
  const payload: EditThresholds = { wanted, models };
  const asset: Asset = {
    name: "edit-verifier",
    version: 1,
    features: { score: ["nats a token against no change"] },
    provenance: {
      script: "scripts/calibrate-edits.ts",
      date: new Date().toISOString().slice(0, 10),
      data: [...new Set(rows.map(({ repository }) => repository))].sort(),
      held: [...held].sort(),
      files: [...new Set(rows.map(({ file }) => file))].sort(),
    },
    sha256: sha256Of(payload),
    payload,
  };
  writeFileSync(path, `${JSON.stringify(asset, null, 1)}\n`);
}

function report(): void {
  const rows = readRows();
  for (const key of new Set(rows.map(({ model, type }) => `${model}\t${type}`))) {
    const own = rows.filter(({ model, type }) => `${model}\t${type}` === key);
    const first = own.filter(({ scores, right }) => right[scores.indexOf(Math.max(...scores))]);
    const possible = own.filter(({ right }) => right.includes(true));
    const seconds = own.reduce((sum, one) => sum + one.seconds, 0) / own.length;
    process.stdout.write(
      `${key}: ${own.length} cases, ${possible.length} with a right candidate, ${first.length} rank it first, ${seconds.toFixed(1)} s a case\n`,
    );
  }
}

if (values.model !== undefined) await score(values.model);
if (values.fit !== undefined) writeThresholds(values.fit);
report();
