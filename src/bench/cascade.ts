import { writeFileSync } from "node:fs";
import { basename } from "node:path";
import { Command } from "commander";
import { sha256Of } from "../assets/asset.ts";
import { RedraftError } from "../core/errors.ts";
import { wayTableExpectation } from "../instruct/way-table.ts";
import { expectedTokens } from "../redraft/expected-tokens.ts";
import { openWriter } from "../redraft/writer.ts";
import { readWrittenCases, type WrittenCase } from "./cascade/cases.ts";
import { type CaseWays, fitWays, productCases, type Regret, regretOf } from "./cascade/fit.ts";
import { codesOf, regretLine, rowHead, type WayRow, wayRows } from "./cascade/report.ts";
import { judgeable, runWays } from "./cascade/run.ts";
import { runScripted } from "./cascade/scripted.ts";
import { type Outcome, openState } from "./cascade/state.ts";
import { usualWays, waysNamed } from "./cascade/ways.ts";
import { seededOrder } from "./decode/case-sets.ts";
import { openSandbox, type Sandbox } from "./sandbox/sandbox.ts";
import { markdownTable, textTable } from "./table.ts";

interface Options {
  readonly data?: string;
  readonly style: string;
  readonly limit: number;
  readonly vocab?: string;
  readonly each?: boolean;
  readonly json?: boolean;
  readonly markdown?: boolean;
  readonly model?: string;
  readonly ways: string;
  readonly sample: number;
  readonly seed: number;
  readonly state?: string;
  readonly mirror?: string;
  readonly python?: string;
  readonly threads?: number;
  readonly fit?: string;
}

/** `redraft bench cascade`: ways of asking a model for an edit; without a model, recorded sketches. */
export function cascadeCommand(): Command {
  return new Command("cascade")
    .description(
      "With --model: has a model make edits in several ways and counts right results, tokens, seconds and refusals. " +
        "Without: runs the cascade with recorded sketches in the place of a large model.",
    )
    .option(
      "--data <path>",
      "a .jsonl: CanItEdit with tests, commits of bench-data/multi-file.jsonl, or recorded edits; without a model also a folder of apply cases",
    )
    .option("--model <name>", "the writer: a .gguf file, an alias, or the URL of a server")
    .option(
      "--ways <list>",
      "ways to compare; +retry, +rules, +tags and +prediction vary them",
      usualWays,
    )
    .option("--sample <number>", "cases, drawn by --seed from those that can be judged", Number, 40)
    .option("--seed <number>", "draws the sample", Number, 1)
    .option("--state <path>", "JSON lines of outcomes: what is there is not run again")
    .option("--mirror <folder>", "clones of the repositories that commits are read from")
    .option("--python <path>", "interpreter for tests", "python3")
    .option("--threads <number>", "threads of a local model", Number)
    .option("--fit <path>", "write the table that --via auto asks, from the outcomes of --state")
    .option("--style <name>", "without a model: of the sketches in an apply folder", "S1")
    .option("--limit <number>", "without a model: at most this many cases of each set", Number, 60)
    .option("--vocab <path>", "without a model: a GGUF vocabulary, to count tokens")
    .option("--each", "also print every case that is not right, on standard error")
    .option("--markdown", "print tables as Markdown")
    .option("--json", "print one JSON object per row")
    .addHelpText("after", help)
    .action(async (options: Options) => {
      const { data, model, state } = options;
      if (model === undefined && data !== undefined) return runScripted({ ...options, data });
      if (model === undefined && state === undefined) {
        throw new RedraftError("usage", "name --data, and --model for a run with a model.");
      }
      const run = openState(state);
      if (model !== undefined) await runModel(model, run, options);
      printReport(run.outcomes, options);
    });
}

async function runModel(
  model: string,
  state: ReturnType<typeof openState>,
  options: Options,
): Promise<void> {
  const { data, seed, sample, mirror, python, threads } = options;
  if (data === undefined) throw new RedraftError("usage", "--model needs --data: the cases.");
  const ways = waysNamed(options.ways);
  const all = await readWrittenCases(data, mirror === undefined ? {} : { mirror });
  const sandbox = all.some(({ judge }) => judge.kind === "tests")
    ? await sandboxOf(python)
    : undefined;
  const { cases, left } = await judgeable(seededOrder(all, seed), sample, sandbox);
  if (left.length > 0) {
    tell(`${left.length} cases left out: their reference does not pass its tests here (${left})`);
  }
  if (cases.length === 0) throw new RedraftError("usage", `no case of ${data} can be judged here.`);
  await runWays({
    cases,
    ways,
    state,
    sandbox,
    model: basename(model).replace(/\.gguf$/i, ""),
    open: (drafting) =>
      openWriter(model, {
        env: process.env,
        drafting,
        expectedTokens: contextTokens(cases),
        ...(threads !== undefined && { threads }),
      }),
    onOutcome(one, open) {
      const what = one.right ? "right" : (one.code ?? "wrong");
      tell(
        `${one.case} ${one.way}: ${what}, ${one.outputTokens} tokens, ${one.seconds} s (${open} to go)`,
      );
    },
  });
}

async function sandboxOf(python: string | undefined): Promise<Sandbox | undefined> {
  const sandbox = await openSandbox(python);
  if (!("missing" in sandbox)) return sandbox;
  tell(`no tests are run: ${sandbox.missing}`);
  return undefined;
}

/** The example, and a second answer, beside what a rewrite needs. */
const contextTokens = (cases: readonly WrittenCase[]): number =>
  Math.max(
    ...cases.map(({ files, instruction }) =>
      Math.ceil(1.4 * expectedTokens({ files, instruction, via: "rewrite" }) + 1000),
    ),
  );

const tell = (text: string): void => void process.stderr.write(`${text}\n`);

function printReport(outcomes: readonly Outcome[], options: Options): void {
  if (outcomes.length === 0) throw new RedraftError("usage", "there are no outcomes to report.");
  const rows = wayRows(outcomes);
  const cases = productCases(outcomes).filter(({ ways }) => ways.size > 0);
  const regrets = regretOf(cases);
  if (options.json) {
    for (const row of rows) process.stdout.write(`${JSON.stringify(row)}\n`);
    for (const one of regrets) {
      process.stdout.write(`${JSON.stringify({ suite: "cascade-auto", ...one })}\n`);
    }
  } else {
    printTables(rows, regrets, options);
  }
  if (options.each) {
    for (const one of outcomes.filter(({ right }) => !right)) {
      tell(`${one.model} ${one.case} ${one.way}: ${one.message ?? "wrong"}`);
    }
  }
  if (options.fit !== undefined) writeTable(options.fit, cases);
}

function printTables(
  rows: readonly WayRow[],
  regrets: readonly Regret[],
  { markdown }: Options,
): void {
  const table = markdown ? markdownTable : textTable;
  const sets = [...new Set(rows.map(({ model, set }) => `${set}, ${model}`))];
  for (const title of sets) {
    const own = rows.filter(({ model, set }) => `${set}, ${model}` === title);
    const cells = own.map((row) => [...rowHead.map((column) => row[column]), codesOf(row)]);
    process.stdout.write(`${title}\n\n${table([...rowHead, "codes"], cells)}\n`);
    for (const one of regrets) {
      if (`${one.set}, ${one.model}` === title) process.stdout.write(`${regretLine(one)}\n\n`);
    }
  }
}

/** Writes the asset that `--via auto` reads. */
function writeTable(path: string, cases: readonly CaseWays[]): void {
  const payload = fitWays(cases);
  const sets = [...new Set(cases.map(({ model, set }) => `${model} on ${set}`))].sort();
  const asset = {
    ...wayTableExpectation,
    provenance: {
      command: "redraft bench cascade --state <file> --fit models/ways.json",
      date: new Date().toISOString().slice(0, 10),
      data: sets.map((name) => {
        const count = cases.filter(({ model, set }) => `${model} on ${set}` === name).length;
        return `${name}: ${count} cases`;
      }),
      regret: regretOf(cases),
    },
    sha256: sha256Of(payload),
    payload,
  };
  writeFileSync(path, `${JSON.stringify(asset, null, 1)}\n`);
}

const help = `
Ways: rewrite (plain decoding), rewrite+prediction (the source is the draft; +tags: small models write tags, not code blocks), sketch, search-replace (each with a worked example for
small models; +rules leaves it out, +retry sends a refusal back once), region (where the instruction names a declaration).
Cases with tests run in a Python child without network, for 10 seconds and 2 GB at most.
Columns: right = passes its tests, or is the expected result; tokens = written; own = of these, not drafted; means over all cases.`;
