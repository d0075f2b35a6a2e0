/**
 * Breaks files of real repositories by seeded mutations, records what the real tool says, and counts what `redraft fix` makes of it.
 *
 *     node --import tsx scripts/bench-fix.ts --root <checkout> --folder src --run "<command>" --cases 30 --seed 1 [--jsonl rows.jsonl]
 *
 * With --model <gguf> it also compares with decoding: how many times as long the model would need to write the mended file, by its measured
 * cost of passes. Own seconds begin with the messages and include the index, the rules and every run of the tool but the first; a case that
 * is not accepted counts with decoding with our drafts behind it.
 *
 * The checkout is changed and put back while this runs; the command must only report, and runs in it.
 */
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { knownCurve } from "../src/bench/decode/cost-curves.ts";
import { median } from "../src/bench/decode/rows.ts";
import { DecodingCost, type DecodingSeconds } from "../src/bench/orchestrate/decoding-cost.ts";
import type { Diagnostic } from "../src/core/diagnostic.ts";
import { snapshot } from "../src/diagnostics/brought-errors.ts";
import { compareDiagnostics } from "../src/diagnostics/compare.ts";
import { loadTokenizer } from "../src/engines/bpe.ts";
import { modelPath } from "../src/engines/store/store.ts";
import { proposeFixes } from "../src/orchestrate/fix/propose.ts";
import { nameLanguageOf } from "../src/orchestrate/index/languages.ts";
import { createRepositoryIndex } from "../src/orchestrate/index/repository-index.ts";
import { nameViewOf } from "../src/orchestrate/names/view.ts";
import { fixDiagnostics } from "../src/redraft/fix.ts";
import { relativeDiagnostics } from "../src/redraft/relative-diagnostics.ts";
import { repositoryFiles } from "../src/workspace/repository-files.ts";
import { parserFor } from "../src/workspace/syntax.ts";
import { importForm, type Mutation, mutations } from "./fix-mutations.ts";

const { values } = parseArgs({
  options: {
    root: { type: "string", default: "." },
    folder: { type: "string", default: "src" },
    run: { type: "string", default: "" },
    cases: { type: "string", default: "20" },
    seed: { type: "string", default: "1" },
    jsonl: { type: "string" },
    model: { type: "string" },
    threads: { type: "string", default: "1" },
  },
});

const root = values.root;
let state = Number(values.seed) >>> 0;
const random = (): number => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state / 2 ** 32;
};
const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)]!;

interface Row {
  readonly kind: string;
  readonly path: string;
  readonly messages: readonly string[];
  readonly recognised: boolean;
  readonly proposed: boolean;
  /** The best candidates together give the text from before the mutation; up to the place of imports. */
  readonly firstRight: boolean;
  readonly anyRight: boolean;
  readonly accepted: boolean;
  readonly right: boolean;
  readonly runs: number;
  readonly seconds: number;
  /** What a model would need for the mended file. */
  readonly decoding?: DecodingSeconds;
  readonly titles: readonly string[];
  readonly diff?: string;
}

const index = createRepositoryIndex(repositoryFiles(root), parserFor);
await index.update();
const context = { index, parserFor, names: () => nameViewOf(index, parserFor) };
const files = index
  .paths()
  .filter((path) => path.startsWith(`${values.folder}/`) && nameLanguageOf(path) !== undefined)
  .filter((path) => !/(?:^|\/)(?:tests?|__tests__)\/|\.(?:test|spec|d)\.|__init__/u.test(path));
const originals = new Map(
  index.paths().map((path) => [path, readFileSync(join(root, path), "utf8")]),
);
const base = await snapshot(values.run, root);
if (base.problem !== undefined) throw new Error(base.problem);
const cost = values.model === undefined ? undefined : await decodingCost(values.model);
const kinds = Object.keys(mutations);
const rows: Row[] = [];
let turn = 0;
for (
  let tries = 0;
  rows.length < Number(values.cases) && tries < 40 * Number(values.cases);
  tries++
) {
  const path = pick(files);
  const kind = kinds[turn % kinds.length]!;
  const before = readFileSync(join(root, path), "utf8");
  const broken = await mutate(kind, path, before);
  if (!broken) {
    // A kind that no file has is left out after a while.
    if (tries % 20 === 19) turn += 1;
    continue;
  }
  writeFileSync(join(root, path), broken.text);
  try {
    const row = await measure(kind, path, before, broken);
    if (!row) continue;
    turn += 1;
    rows.push(row);
    if (values.jsonl !== undefined) appendFileSync(values.jsonl, `${JSON.stringify(row)}\n`);
    const said = row.right ? "right" : row.accepted ? "WRONG" : row.proposed ? "refused" : "none";
    process.stderr.write(`${rows.length} ${kind} ${path}: ${said}; ${row.messages[0]}\n`);
  } finally {
    writeFileSync(join(root, path), before);
  }
}
process.stdout.write(`${table(rows)}\n`);

async function decodingCost(name: string): Promise<DecodingCost> {
  const model = await modelPath(name);
  const curve = await knownCurve(model, { threads: Number(values.threads) });
  return new DecodingCost(await loadTokenizer(model), curve);
}

async function mutate(kind: string, path: string, text: string): Promise<Mutation | undefined> {
  const tree = (await parserFor(path))?.parse(text);
  if (!tree || tree.rootNode.hasError) return undefined;
  try {
    return mutations[kind]!(tree.rootNode, text, nameLanguageOf(path)!, random);
  } finally {
    tree.delete();
  }
}

async function measure(
  kind: string,
  path: string,
  before: string,
  broken: Mutation,
): Promise<Row | undefined> {
  const now = await snapshot(values.run, root);
  const absolute = join(root, path);
  const edits = [{ path: absolute, newPath: absolute, before, after: broken.text }];
  const brought = compareDiagnostics(base.found, now.found, edits).brought;
  // The tool does not notice it, or says too much for a case.
  if (now.problem !== undefined || brought.length === 0 || brought.length > 12) return undefined;
  await index.update();
  const own = relativeDiagnostics(brought, root);
  const proposals = await proposeFixes(own, context, (one) => index.read(one));
  const same = (text: string): boolean => importForm(text) === importForm(before);
  const first = applied(
    broken.text,
    proposals
      .filter((one) => one.path === path)
      .flatMap(({ fixes }) => fixes.slice(0, 1))
      .filter((fix, _, all) => !fix.isConsequence || all.every((one) => one.isConsequence)),
  );
  const any = proposals.some((one) =>
    one.fixes.some((fix) => one.path === path && same(applied(broken.text, [fix]))),
  );
  const start = performance.now();
  const done = await fixDiagnostics({
    root,
    diagnostics: brought,
    run: (signal) => snapshot(values.run, root, signal),
  });
  const seconds = (performance.now() - start) / 1000;
  const after = readFileSync(absolute, "utf8");
  const accepted = done.applied?.written === true;
  const isWide =
    accepted &&
    restoreOthers(
      done.applied!.files.map((file) => file.path),
      path,
    );
  return {
    kind,
    path,
    messages: own.map((one: Diagnostic) => `${one.file}:${one.line}: ${one.message}`),
    recognised: proposals.some(({ why }) => why !== "no rule knows this message"),
    proposed: proposals.some(({ fixes }) => fixes.length > 0),
    firstRight: same(first),
    anyRight: any || same(first),
    accepted,
    right: accepted && !isWide && same(after),
    runs: done.runs,
    seconds,
    ...(cost && {
      decoding: await cost.of(
        [{ path, before: broken.text, after: before }],
        own.map(({ message }) => message).join("\n"),
      ),
    }),
    titles: done.outcomes.flatMap(({ fix, why, others }) => [
      fix ? `+ ${fix.rule}: ${fix.title}` : `- ${why}`,
      ...others.map((one) => `  ${one.title} ${one.confidence.toFixed(2)} ${one.refused ?? ""}`),
    ]),
    ...(accepted && !same(after)
      ? { diff: done.applied!.files.map((file) => file.diff).join("") + broken.shown }
      : { diff: broken.shown }),
  };
}

/** Another file must not reach the next case as a fix left it. */
function restoreOthers(changed: readonly string[], path: string): boolean {
  const others = changed.filter((one) => one !== path);
  for (const other of others) writeFileSync(join(root, other), originals.get(other)!);
  return others.length > 0;
}

function applied(
  text: string,
  fixes: readonly { readonly changes: readonly { start: number; end: number; text: string }[] }[],
): string {
  const all = new Map(
    fixes.flatMap(({ changes }) => changes.map((one) => [JSON.stringify(one), one])),
  );
  let after = text;
  for (const one of [...all.values()].sort((a, b) => b.start - a.start)) {
    after = after.slice(0, one.start) + one.text + after.slice(one.end);
  }
  return after;
}

function table(all: readonly Row[]): string {
  const line = (name: string, list: readonly Row[]): string => {
    const count = (fits: (row: Row) => boolean): string => String(list.filter(fits).length);
    const cells = [
      name,
      String(list.length),
      count((row) => row.recognised),
      count((row) => row.proposed),
      count((row) => row.firstRight),
      count((row) => row.anyRight),
      count((row) => row.accepted),
      count((row) => row.right),
      count((row) => row.accepted && !row.right),
      ...timesOf(list),
    ];
    return `| ${cells.join(" | ")} |`;
  };
  const byKind = [...new Set(all.map((row) => row.kind))].map((kind) =>
    line(
      kind,
      all.filter((row) => row.kind === kind),
    ),
  );
  const names =
    "mutation | cases | recognised | proposed | first right | any right | accepted | right | wrong";
  const head = cost ? `${names} | seconds | plain / | drafted / | sketch / | worst plain /` : names;
  return [`| ${head} |`, `|${head.replace(/[^|]+/gu, " --- ")}|`, ...byKind, line("all", all)].join(
    "\n",
  );
}

/** Median seconds, and how many times as long decoding takes, both in sum. */
function timesOf(list: readonly Row[]): string[] {
  const timed = list.flatMap(({ decoding, accepted, seconds }) =>
    decoding ? [{ decoding, own: seconds + (accepted ? 0 : decoding.drafted) }] : [],
  );
  if (timed.length === 0) return [];
  const own = timed.reduce((sum, one) => sum + one.own, 0);
  const against = (key: "plain" | "drafted" | "sketch"): string =>
    (timed.reduce((sum, { decoding }) => sum + decoding[key], 0) / own).toFixed(1);
  const worst = Math.min(...timed.map((one) => one.decoding.plain / one.own));
  return [
    median(list.map(({ seconds }) => seconds)).toFixed(1),
    against("plain"),
    against("drafted"),
    against("sketch"),
    worst.toFixed(1),
  ];
}
