/**
 * An independent fuzz of reading and placing: npm run attack:merge -- [--count 200000] [--seed 1] [--data <folder>]
 * [--state <file>] [--failures <file>] [--only <index>]. Generates pairs of a file and an edit with one right answer (a text, or a
 * refusal), and edits that are garbage, from this repository, from `cases.public.jsonl` of a folder, and from texts that are
 * made up; applies each with the engine, and counts. With --state an interrupted run goes on where it was. Prints a table by kind.
 * Exits 1 where an answer was wrong, something broke, or one took more than a second of processor time.
 */
import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { createRedraft } from "../../src/redraft/create-redraft.ts";
import { randomOf } from "../../test/merge/generate.ts";
import { filesOfData, ownFiles } from "./merge/files.ts";
import { type Judged, judge, type Verdict, verdicts } from "./merge/judge.ts";
import { trialOf } from "./merge/make.ts";

const { values } = parseArgs({
  options: {
    count: { type: "string", default: "200000" },
    seed: { type: "string", default: "1" },
    data: { type: "string" },
    state: { type: "string" },
    failures: { type: "string" },
    only: { type: "string" },
  },
});
const count = Number(values.count);
const seed = Number(values.seed);
type Row = Record<Verdict, number>;
interface State {
  readonly seed: number;
  next: number;
  readonly rows: Record<string, Row>;
  readonly messages: Record<string, number>;
  slowest: number;
}
const saved = values.state !== undefined && existsSync(values.state);
const state: State = saved
  ? (JSON.parse(readFileSync(values.state!, "utf8")) as State)
  : { seed, next: 0, rows: {}, messages: {}, slowest: 0 };
if (state.seed !== seed) throw new Error(`${values.state} is of seed ${state.seed}`);
const pool = [...ownFiles(), ...(values.data === undefined ? [] : filesOfData(values.data))];
const redraft = createRedraft();
const only = values.only === undefined ? undefined : Number(values.only);
const show = (text: string): boolean => process.stdout.write(`${text}\n`);

for (let index = only ?? state.next; index < (only === undefined ? count : only + 1); index++) {
  const trial = trialOf(randomOf(seed * 1_000_003 + index), pool);
  const judged = await judge(trial, redraft);
  note(index, trial.kind, judged);
  if (only !== undefined) {
    show(JSON.stringify({ ...judged, trial }, undefined, 2));
    show(
      `--- edit (${trial.format})\n${trial.edit}\n--- answer: ${judged.verdict}\n${judged.said ?? ""}`,
    );
  } else if (
    ["idle", "wrong", "crashed", "slow", "gap", "noCure"].includes(judged.verdict) &&
    values.failures
  )
    appendFileSync(values.failures, `${JSON.stringify({ index, ...judged, trial })}\n`);
  if ((index + 1) % 5_000 === 0) {
    state.next = index + 1;
    if (values.state !== undefined) writeFileSync(values.state, JSON.stringify(state));
    const totals = verdicts.map((name) => `${sum(name)} ${name}`).join(", ");
    show(`${index + 1}: ${totals}; slowest ${state.slowest} ms`);
  }
}
printTable();

function note(_: number, kind: string, { verdict, ms }: Judged): void {
  state.rows[kind] ??= Object.fromEntries(verdicts.map((name) => [name, 0])) as Row;
  state.rows[kind][verdict] += 1;
  state.slowest = Math.max(state.slowest, ms);
}

function sum(verdict: Verdict): number {
  return Object.values(state.rows).reduce((total, row) => total + row[verdict], 0);
}

function printTable(): void {
  const width = Math.max(...Object.keys(state.rows).map((kind) => kind.length), 5);
  show(`${"".padEnd(width)} ${verdicts.map((name) => name.padStart(8)).join("")}`);
  for (const [kind, row] of Object.entries(state.rows).sort())
    show(`${kind.padEnd(width)} ${verdicts.map((name) => String(row[name]).padStart(8)).join("")}`);
  show(`${"all".padEnd(width)} ${verdicts.map((name) => String(sum(name)).padStart(8)).join("")}`);
  show(`slowest: ${state.slowest} ms of processor time`);
}
process.exitCode =
  sum("idle") + sum("wrong") + sum("crashed") + sum("noCure") + sum("slow") > 0 ? 1 : 0;
