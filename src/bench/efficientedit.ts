import { writeFile } from "node:fs/promises";
import { Command, Option } from "commander";
import { RedraftError } from "../core/errors.ts";
import { type LlamaVocabulary, llamaVocabulary } from "../engines/llama/target.ts";
import { modelPath } from "../engines/store/store.ts";
import { count } from "./calibrate.ts";
import { type CaseSet, readCaseSet, seededOrder } from "./decode/case-sets.ts";
import { type ChosenSet, chooseCases } from "./decode/choose.ts";
import { knownCurve } from "./decode/cost-curves.ts";
import { fencedCode } from "./decode/fence.ts";
import { caseStudy } from "./efficientedit/case-study.ts";
import { caseStudySvg } from "./efficientedit/case-svg.ts";
import { hunksBetween, speedupFigure } from "./efficientedit/figure3.ts";
import { speedupFigureSvg } from "./efficientedit/figure3-svg.ts";
import { readHiddenTests } from "./efficientedit/hidden-tests.ts";
import { createJudge, type Judge } from "./efficientedit/judge.ts";
import { plainMethod, type TableNumber } from "./efficientedit/methods.ts";
import { printedReference, printedTable } from "./efficientedit/print.ts";
import { referenceRows } from "./efficientedit/reference.ts";
import { tableRows } from "./efficientedit/rows.ts";
import { generateBy, type MethodRun, timeOfRun } from "./efficientedit/runs.ts";
import {
  measuredSource,
  modelledSource,
  type RunSource,
  replayedSource,
} from "./efficientedit/sources.ts";
import { openSandbox } from "./sandbox/sandbox.ts";

interface Options {
  readonly table?: string;
  readonly figure?: string;
  readonly reference?: boolean;
  readonly data: string;
  readonly tests?: string;
  readonly cases: string[];
  readonly model?: string;
  readonly draft?: string;
  readonly replay?: string;
  readonly state?: string;
  readonly method?: string[];
  readonly modelled: boolean;
  readonly cost?: string;
  readonly draftCost?: string;
  readonly sample?: number;
  readonly seed: number;
  readonly length?: number;
  readonly maxTokens?: number;
  readonly threads?: number;
  readonly python: string;
  readonly case?: string;
  readonly svg?: string;
  readonly markdown?: boolean;
  readonly json?: boolean;
}

/** `redraft bench efficientedit`: the tables and figures of the EfficientEdit paper on weights that one has. */
export function efficientEditCommand(): Command {
  return new Command("efficientedit")
    .description("makes the tables and figures of the EfficientEdit paper again")
    .addOption(
      new Option(
        "--table <number>",
        "1: all methods; 2: reuse, draft and verification one by one; 3: rules of acceptance",
      ).choices(["1", "2", "3"]),
    )
    .addOption(
      new Option(
        "--figure <name>",
        "3: speed-up against reused lines and hunks; case: which pass wrote which lines",
      ).choices(["3", "case"]),
    )
    .option("--reference", "how many recorded edits, and files before the edit, pass their tests")
    .requiredOption("--data <folder>", "the folder with traces/ and benchmarks/")
    .option("--tests <folder>", "the hidden tests (default: benchmarks/ in --data)")
    .addOption(
      new Option("--cases <sets>", "case sets: canitedit, l1")
        .default(["canitedit", "l1"], "canitedit,l1")
        .argParser((text: string) => text.split(",").filter((name) => name !== "")),
    )
    .option("--model <gguf>", "the target, or the name of an installed model")
    .option(
      "--draft <gguf>",
      "a smaller model of the same vocabulary; without it rows have no draft model",
    )
    .option(
      "--replay <folder>",
      "use what bench decode --record wrote there, with --draft also of that model; needs no weights",
    )
    .option(
      "--state <file>",
      "measure on the weights and keep each case and method there: may be ended and run again",
    )
    .option("--method <name...>", "only these rows of the table, and plain decoding")
    .option("--no-modelled", "without the table of recorded edits under a GPU's cost curve")
    .option("--cost <file>", 'cost of passes, as "bench calibrate --json" prints it')
    .option("--draft-cost <file>", "the same of the draft model, for --replay")
    .option(
      "--sample <n>",
      "as many cases of each set as the seed draws first: of what is measured, or without --state of all",
      count,
    )
    .option("--seed <n>", "what draws the order of the cases", count, 1)
    .option("--length <n>", "longest prompt in tokens (default: 4608)", count)
    .option("--max-tokens <n>", "longest output (default: twice the original and 128 more)", count)
    .option("--threads <n>", "threads (default: cores - 1)", count)
    .option(
      "--python <file>",
      "the interpreter for hidden tests, with the modules they import",
      "python3",
    )
    .option("--case <id>", "the case of --figure case (default: the first of a fitting size)")
    .option("--svg <file>", "draw the figure")
    .option("--markdown", "print tables as Markdown")
    .option("--json", "print JSON, one object per row or figure")
    .action(run);
}

async function run(options: Options): Promise<void> {
  requireSense(options);
  const data = options.cases.map((name) => readCaseSet(name, options.data));
  if (options.reference) return runReference(data, options);
  const model = await modelPath(options.model!);
  const vocabulary = await llamaVocabulary(model);
  try {
    if (options.figure !== undefined) await runFigure(model, vocabulary, data, options);
    else await runTable(model, vocabulary, data, options);
  } finally {
    await vocabulary.dispose();
  }
}

function requireSense(options: Options): void {
  const { table, figure, reference, model, svg } = options;
  const refuse = (message: string): never => {
    throw new RedraftError("usage", message);
  };
  if ([table, figure, reference].filter((one) => one !== undefined).length !== 1)
    refuse("name one of --table, --figure and --reference");
  if (!reference && model === undefined)
    refuse("--model is needed: for --replay its vocabulary only");
  if (svg !== undefined && figure === undefined) refuse("--svg is for --figure");
  if (options.method !== undefined && table === undefined) refuse("--method is for --table");
  if (options.case !== undefined && figure !== "case") refuse("--case is for --figure case");
  if (table === "3" && options.state === undefined && options.replay !== undefined)
    refuse("table 3 compares lossy rules, which no recording can answer; measure with --state");
  if (options.draft !== undefined && options.state === undefined && options.replay === undefined)
    refuse("--draft is for measuring and for replays; add --state <file> or --replay <folder>");
}

async function runReference(data: readonly CaseSet[], options: Options): Promise<void> {
  const judge = await judgeFor(options);
  if (judge === undefined) {
    throw new RedraftError("model-unavailable", "the hidden tests cannot be run here");
  }
  const rows = [];
  for (const { name, records } of data) {
    const chosen = seededOrder(records, options.seed).slice(0, options.sample);
    rows.push(...(await referenceRows(name, chosen, judge, progress(`tests of ${name}`))));
  }
  liveNote("\r\u001b[K");
  if (options.json) printLines(rows);
  else process.stdout.write(printedReference(rows, options.markdown));
  sayMissing(judge, options);
}

async function runTable(
  model: string,
  vocabulary: LlamaVocabulary,
  data: readonly CaseSet[],
  options: Options,
): Promise<void> {
  const table = Number(options.table) as TableNumber;
  const judge = await judgeFor(options);
  for (const open of sourcesFor(model, vocabulary, data, table, options)) {
    const source = await open();
    try {
      for (const set of options.cases) {
        const wanted = wantedMethods(source, options);
        const runs = await source.runs(set, progress(`${source.kind} ${set}`), wanted);
        liveNote("\r\u001b[K");
        const rows = await tableRows({
          table,
          source: source.kind,
          set,
          methods: source.labels,
          runs,
          seconds: source.unit === "ms",
          // Recorded edits are the reference: --reference judges them.
          ...(judge && source.kind !== "modelled" && { judge }),
        });
        if (options.json) printLines(rows.map((row) => ({ ...row, time: source.time })));
        else {
          const heading = `Table ${"I".repeat(table)}, ${set}, ${source.kind}`;
          process.stdout.write(`${heading}\n\n${printedTable(rows, options.markdown)}\n`);
        }
      }
      if (!options.json) {
        const left = source.leftOut.map((one) => `left out: ${one}\n`);
        process.stdout.write(`${source.kind}: ${source.time}\n${left.join("")}\n`);
      }
    } finally {
      await source.dispose();
    }
  }
  if (judge) sayMissing(judge, options);
  if (!options.json) process.stderr.write(explanation);
}

/** Which methods `--method` names; undefined means all. Throws `usage` for a name that the source's table has not. */
function wantedMethods(
  { labels, kind }: Pick<RunSource, "labels" | "kind">,
  { method }: Options,
): ((name: string) => boolean) | undefined {
  if (method === undefined) return undefined;
  const names = labels.map(({ name }) => name);
  const unknown = method.find((name) => !names.includes(name));
  if (unknown === undefined) return (name) => name === plainMethod || method.includes(name);
  throw new RedraftError(
    "usage",
    `the ${kind} table has no row "${unknown}"; it has ${names.join(", ")}`,
  );
}

const explanation =
  "passes: means per case, of the target and of the draft model; speed-up: ratio of mean tokens/s, as in the paper; by total time: all cases together; Pass@1: hidden tests in a sandbox, of all cases that can be judged; as greedy: outputs token for token those of plain decoding (lossless rows differ at near-ties of quantised kernels)\n";

/** What the options ask for, each opened when its turn comes. */
function sourcesFor(
  model: string,
  vocabulary: LlamaVocabulary,
  data: readonly CaseSet[],
  table: TableNumber,
  options: Options,
): (() => Promise<RunSource>)[] {
  const { state, replay } = options;
  const all: (() => Promise<RunSource>)[] = [];
  const { sample: _, ...whole } = options;
  const wide = state === undefined ? options : whole;
  if (state !== undefined) {
    all.push(async () =>
      measuredSource({
        ...(await curveOptions(options)),
        model,
        ...(options.draft && { draft: await modelPath(options.draft) }),
        table,
        sets: await paperSets(vocabulary, options),
        state,
        note: liveNote,
      }),
    );
  }
  if (replay !== undefined && table !== 3) {
    all.push(async () => {
      const sets = await paperSets(vocabulary, wide);
      const curve = await knownCurve(model, await curveOptions(options));
      const draft = options.draft && {
        model: await modelPath(options.draft),
        curve: await knownCurve(await modelPath(options.draft), {
          ...threadsOf(options),
          ...(options.draftCost !== undefined && { cost: options.draftCost }),
        }),
      };
      const recorded = { model, folder: replay, curve, ...(draft && { draft }) };
      return replayedSource({ table, vocabulary, sets, ...recorded });
    });
  }
  if (options.modelled && table !== 3) {
    all.push(async () =>
      modelledSource({ table, vocabulary, sets: await paperSets(vocabulary, wide), data }),
    );
  }
  if (all.length === 0) {
    throw new RedraftError(
      "usage",
      "there is nothing to make it from: name --state (measure) or --replay",
    );
  }
  return all;
}

async function curveOptions(options: Options) {
  const { cost } = options;
  return { ...(cost !== undefined && { cost }), ...threadsOf(options) };
}

function threadsOf({ threads }: Options): { threads?: number } {
  return threads === undefined ? {} : { threads };
}

async function paperSets(vocabulary: LlamaVocabulary, options: Options): Promise<ChosenSet[]> {
  const { data, cases, sample, seed, length, maxTokens } = options;
  const sets = await chooseCases(vocabulary, {
    data,
    sets: cases,
    seed,
    limit: 0,
    ...(sample !== undefined && { sample }),
    ...(length !== undefined && { length }),
    ...(maxTokens !== undefined && { maxTokens }),
  });
  const empty = sets.find((set) => set.cases.length === 0);
  if (empty === undefined) return sets;
  throw new RedraftError("usage", `no case of ${empty.set} in ${data} fits into --length`);
}

async function runFigure(
  model: string,
  vocabulary: LlamaVocabulary,
  data: readonly CaseSet[],
  options: Options,
): Promise<void> {
  // One source: measured where it is asked for, else replayed, else the recorded edits.
  const [open] = sourcesFor(model, vocabulary, data, 1, options);
  const source = await open!();
  try {
    const drawn =
      options.figure === "3"
        ? await drawSpeedups(source, data, options)
        : await drawCase(source, data, options);
    if (options.svg !== undefined) await writeFile(options.svg, drawn.svg);
    if (options.json) printLines(drawn.numbers);
    else process.stdout.write(drawn.text);
  } finally {
    await source.dispose();
  }
}

interface Drawn {
  readonly svg: string;
  readonly numbers: readonly object[];
  readonly text: string;
}

/** Methods that the figures compare with plain decoding. */
function isDrawn(name: string, source: RunSource): boolean {
  const names = source.labels.map((one) => one.name);
  const wanted = names.includes("ee-full")
    ? ["ee-full", "redraft-line+draft"]
    : ["ee-reuse", "redraft-line"];
  return wanted.includes(name);
}

async function drawSpeedups(
  source: RunSource,
  data: readonly CaseSet[],
  { cases }: Options,
): Promise<Drawn> {
  const runs: MethodRun[] = [];
  const wanted = (name: string): boolean => name === plainMethod || isDrawn(name, source);
  for (const set of cases) runs.push(...(await source.runs(set, progress(set), wanted)));
  liveNote("\r\u001b[K");
  const figure = speedupFigure({
    source: source.kind,
    time: source.time,
    methods: source.labels.filter(({ name }) => isDrawn(name, source)),
    runs,
    originals: originalsOf(data),
  });
  const lines = figure.series.flatMap(({ label, byReuse, byHunks }) =>
    [
      ["reused lines, %", byReuse],
      ["hunks", byHunks],
    ].map(
      ([name, bins]) =>
        `${label}, by ${name as string}: ${(bins as typeof byReuse).map((bin) => `${bin.label}: ${bin.cases === 0 ? "-" : `${bin.median}x (${bin.cases})`}`).join(", ")}\n`,
    ),
  );
  return {
    svg: speedupFigureSvg(figure),
    numbers: [figure],
    text: `${lines.join("")}medians of the speed-up over plain decoding (cases); ${source.time}\n`,
  };
}

async function drawCase(
  source: RunSource,
  data: readonly CaseSet[],
  options: Options,
): Promise<Drawn> {
  const id = options.case ?? fittingCase(source, data, options);
  const found = id === undefined ? undefined : await source.one(id);
  if (found === undefined) {
    throw new RedraftError(
      "usage",
      `no case ${id ?? "of a fitting size"} among these; name one with --case`,
    );
  }
  const { target, methods, case: shown } = found;
  const plain = methods.find(({ name }) => name === plainMethod)!;
  const plainTotal = timeOfRun(await generateBy(target, plain, shown), source.pricing);
  const studies = [];
  for (const method of methods.filter(({ name }) => isDrawn(name, source))) {
    const counted = await generateBy(target, method, shown, { pieces: true });
    const head = {
      set: shown.set,
      id: shown.id,
      method: method.name,
      label: method.label,
      unit: source.unit,
      plainTotal: Math.round(1000 * plainTotal) / 1000,
    };
    studies.push(caseStudy(head, counted, source.pricing));
  }
  const lines = studies.flatMap(({ label, passes, total, unit }) => [
    `${label}: ${passes.length} passes, ${total} ${unit} (plain decoding ${plainTotal.toFixed(1)})\n`,
    ...passes.map(
      ({ pass, start, tokens, drafted, accepted, lines: [first, last] }) =>
        `  pass ${pass} at ${start.toFixed(1)}: ${tokens} tokens in lines ${first}-${last}, ${accepted} of ${drafted} drafted ones accepted\n`,
    ),
  ]);
  return {
    svg: caseStudySvg(studies),
    numbers: studies,
    text: `${shown.id}\n${lines.join("")}${source.time}\n`,
  };
}

/** An edit that shows copying and writing, and fits on a page. */
function fittingCase(
  source: RunSource,
  data: readonly CaseSet[],
  { cases }: Options,
): string | undefined {
  const records = new Map(data.flatMap((set) => set.records.map((one) => [one.id, one] as const)));
  const fits = ({ id, text }: { id: string; text?: string }): boolean => {
    const { original, edited } = records.get(id)!;
    const written = text === undefined ? edited : fencedCode(text);
    const lines = written.split("\n").length;
    const hunks = hunksBetween(original, written);
    return lines >= 15 && lines <= 40 && hunks >= 2 && hunks <= 3;
  };
  return cases.flatMap((set) => source.cases(set)).find(fits)?.id;
}

function originalsOf(data: readonly CaseSet[]): ReadonlyMap<string, string> {
  return new Map(
    data.flatMap(({ records }) => records.map(({ id, original }) => [id, original] as const)),
  );
}

/** Undefined, with a line that says why, where hidden tests cannot be run: Pass@1 stays empty. */
async function judgeFor({ python, tests, data }: Options): Promise<Judge | undefined> {
  const sandbox = await openSandbox(python);
  if ("missing" in sandbox) {
    process.stderr.write(`Pass@1 stays empty: ${sandbox.missing}\n`);
    return undefined;
  }
  return createJudge(sandbox, readHiddenTests(tests ?? data));
}

function sayMissing(judge: Judge, { python }: Options): void {
  const modules = judge.missingModules();
  if (modules.length === 0) return;
  process.stderr.write(
    `not judged for want of modules that their tests import: ${modules.join(", ")}; install them for ${python}, or name another interpreter with --python\n`,
  );
}

function printLines(rows: readonly object[]): void {
  for (const row of rows) process.stdout.write(`${JSON.stringify(row)}\n`);
}

function liveNote(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(text);
}

function progress(what: string): (done: number, of: number) => void {
  return (done, of) => liveNote(`\r${what}: ${done} of ${of}\u001b[K`);
}
