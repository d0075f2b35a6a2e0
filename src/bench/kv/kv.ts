import { writeFile } from "node:fs/promises";
import { Command } from "commander";
import { RedraftError } from "../../core/errors.ts";
import { type LlamaTarget, llamaVocabulary } from "../../engines/llama/target.ts";
import { engines } from "../../engines/registry.ts";
import { modelPath } from "../../engines/store/store.ts";
import type { RepairSelector } from "../../session/repair.ts";
import { count } from "../calibrate.ts";
import { markdownTable, textTable } from "../table.ts";
import { runAgent } from "./agent.ts";
import { runDrift } from "./drift.ts";
import { editCase, editKinds, type KvCase, settings } from "./edit-cases.ts";
import { type KvRow, kvRows } from "./kv-rows.ts";
import { costSvg, positionSvg } from "./kv-svg.ts";
import { type MeasuredPolicy, measuredPolicies, measuredSelectors } from "./measure.ts";
import { openResults, type ResultStore } from "./results.ts";
import { runEditCase, runStaleCase } from "./run-cases.ts";
import { readSources, type SourceFile, seededNumbers } from "./sources.ts";
import { staleCases } from "./stale-cases.ts";

const kvSets = ["edits", "stale", "agent", "drift"] as const;

interface Options {
  readonly model: string;
  readonly repo: readonly string[];
  readonly set: readonly string[];
  readonly context: readonly number[];
  readonly cases: number;
  readonly share: readonly number[];
  readonly select: readonly string[];
  readonly threads?: number;
  readonly state?: string;
  readonly seed: number;
  readonly edits: number;
  readonly svg?: string;
  readonly positions?: string;
  readonly markdown?: boolean;
  readonly json?: boolean;
}

const commaList = (text: string): string[] => text.split(",").filter((one) => one !== "");

/** `redraft bench kv`: edits of the cache beside full evaluation, on real text and real weights. */
export function kvCommand(): Command {
  return new Command("kv")
    .description(
      "edits of the KV cache beside full evaluation: tokens saved, next token, next line",
    )
    .requiredOption("--model <gguf>", "the model, or the name of an installed one")
    .option("--repo <folder...>", "repositories whose files make the contexts (.py, .java, .ts)", [
      ".",
    ])
    .option("--set <names>", `sets: ${kvSets.join(", ")}`, commaList, ["edits", "stale"])
    .option(
      "--context <tokens>",
      "lengths of the contexts",
      (text) => commaList(text).map(count),
      [1024],
    )
    .option("--cases <n>", "cases per kind of edit and context", count, 10)
    .option(
      "--share <shares>",
      "what a repair may evaluate, as shares of the suffix",
      shares,
      [0.05],
    )
    .option("--select <names>", "how repairs choose", commaList, [...measuredSelectors])
    .option("--threads <n>", "threads (default: cores - 1)", count)
    .option("--state <file>", "keep results there, and go on from them")
    .option("--seed <n>", "what draws the cases", count, 1)
    .option("--edits <n>", "edits in a row of the set drift", count, 1000)
    .option("--svg <file>", "draw quality against the cost of the update")
    .option("--positions <file>", "draw what is saved by the place of the change")
    .option("--markdown", "print the tables as Markdown")
    .option("--json", "print JSON, one object per row")
    .action(run);
}

function shares(text: string): number[] {
  const found = commaList(text).map(Number);
  if (found.length > 0 && found.every((share) => share > 0 && share <= 1)) return found;
  throw new RedraftError(
    "usage",
    `--share ${text}: numbers above 0 and up to 1 are needed, as in 0.02,0.05`,
  );
}

async function run(options: Options): Promise<void> {
  const unknown = options.set.find((name) => !(kvSets as readonly string[]).includes(name));
  if (unknown !== undefined) {
    throw new RedraftError("usage", `--set ${unknown}: there are ${kvSets.join(", ")}`);
  }
  const unknownSelector = options.select.find((name) => !isSelector(name));
  if (unknownSelector !== undefined) {
    throw new RedraftError(
      "usage",
      `--select ${unknownSelector}: there are ${measuredSelectors.join(", ")}`,
    );
  }
  const files = readSources(options.repo);
  const model = await modelPath(options.model);
  const store = openResults(options.state);
  // Twice the longest context: what was read before, and the copy that follows the change.
  const contextSize = 256 * Math.ceil((2.2 * Math.max(...options.context) + 1024) / 256);
  const target = await engines.gguf.openTokens(model, {
    contextSize: Math.max(contextSize, options.set.includes("agent") ? 12_288 : 0),
    ...(options.threads && { threads: options.threads }),
  });
  try {
    if (target.capabilities.kvEdit !== "splice") {
      throw new RedraftError(
        "usage",
        `${target.name} (${target.info.architecture}): its keys cannot be moved, so there is nothing to compare`,
      );
    }
    if (options.set.includes("edits")) await runEdits(target, model, files, options, store);
    if (options.set.includes("stale")) await runStale(target, files, options, store);
    show(
      kvRows(store.all, target.name).filter(({ set }) => options.set.includes(set)),
      options,
    );
    if (options.svg !== undefined)
      await writeFile(options.svg, costSvg(kvRows(store.all, target.name)));
    if (options.positions !== undefined) {
      const own = store.all.filter(({ model }) => model === target.name);
      await writeFile(options.positions, positionSvg(own));
    }
    if (options.set.includes("agent")) {
      const head = ["policy", "edits", "length", "recomputed", "firstTokenMs", "top1"] as const;
      print(head, await runAgent(target, files, { lines: 400, edits: 20 }), options);
    }
    if (options.set.includes("drift")) {
      const head = [
        "policy",
        "edits",
        "length",
        "compared",
        "top1First",
        "top1Last",
        "top1",
        "kl",
        "largestKl",
        "savedOfSuffix",
      ] as const;
      const policies = ["splice", "splice+repair", "auto"] as const;
      const course = { policies, edits: options.edits, every: 10, lines: 60 };
      print(head, await runDrift(target, files, course), options);
    }
  } finally {
    await target.dispose();
  }
}

const isSelector = (name: string): name is RepairSelector =>
  (measuredSelectors as readonly string[]).includes(name);

const policiesOf = ({ share, select }: Options): MeasuredPolicy[] =>
  measuredPolicies(share, select.filter(isSelector));

function print<Column extends string>(
  head: readonly Column[],
  rows: readonly { readonly [column in Column]?: string | number | undefined }[],
  { json, markdown }: Options,
): void {
  if (json) {
    for (const row of rows) process.stdout.write(`${JSON.stringify(row)}\n`);
    return;
  }
  const table = markdown ? markdownTable : textTable;
  process.stdout.write(
    `\n${table(
      head,
      rows.map((row) => head.map((column) => row[column] ?? "")),
    )}`,
  );
}

function showCase(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r${text}\u001b[K`);
}

async function runEdits(
  target: LlamaTarget,
  model: string,
  files: readonly SourceFile[],
  options: Options,
  store: ResultStore,
): Promise<void> {
  const perToken = await meanTokenLength(model, files);
  const policies = policiesOf(options);
  for (const context of options.context) {
    for (const edit of editKinds) {
      const cases = drawCases(files, edit, Math.floor(context * perToken), options);
      for (const [i, one] of cases.entries()) {
        showCase(`${context} tokens, ${edit}: ${i + 1} of ${cases.length}`);
        await runEditCase(target, one, context, policies, store);
      }
    }
  }
  showCase("");
}

/** Cases of one kind, over all settings, languages and places of the change. */
function drawCases(
  files: readonly SourceFile[],
  edit: KvCase["edit"],
  characters: number,
  { cases, seed }: Options,
): KvCase[] {
  const random = seededNumbers(seed);
  const languages = [...new Set(files.map(({ language }) => language))];
  const found: KvCase[] = [];
  for (let attempt = 0; found.length < cases && attempt < 60 * cases; attempt++) {
    const language = languages[attempt % languages.length]!;
    const own = files.filter((file) => file.language === language);
    const file = own[Math.floor(random() * own.length)]!;
    const setting = settings[Math.floor(attempt / languages.length) % settings.length]!;
    const at = 0.1 + 0.2 * (found.length % 5);
    const id = `${edit}-${characters}-${seed}-${attempt}`;
    const one = editCase(files, { file, edit, setting, characters, at, id }, random);
    if (one !== undefined) found.push(one);
  }
  return found;
}

async function meanTokenLength(model: string, files: readonly SourceFile[]): Promise<number> {
  const vocabulary = await llamaVocabulary(model);
  try {
    const sample = files
      .slice(0, 20)
      .map(({ text }) => text)
      .join("\n")
      .slice(0, 50_000);
    return sample.length / (await vocabulary.tokenize(sample)).length;
  } finally {
    await vocabulary.dispose();
  }
}

async function runStale(
  target: LlamaTarget,
  files: readonly SourceFile[],
  options: Options,
  store: ResultStore,
): Promise<void> {
  const policies = policiesOf(options);
  const typescript = files.filter(({ language }) => language === "typescript");
  const text = (typescript.length > 0 ? typescript : files).map((file) => file.text).join("\n");
  for (const context of options.context) {
    const tokens = await target.tokenize(text.slice(0, 8 * context));
    const characters = Math.floor((Math.min(text.length, 8 * context) * context) / tokens.length);
    const filler = text.slice(0, text.indexOf("\n", characters) + 1);
    const cases = staleCases(filler);
    for (const [i, one] of cases.entries()) {
      showCase(`${context} tokens, stale meaning: ${i + 1} of ${cases.length}`);
      await runStaleCase(target, one, context, policies, store);
    }
  }
  showCase("");
}

function show(rows: readonly KvRow[], options: Options): void {
  const head = [
    "set",
    "edit",
    "context",
    "policy",
    "cases",
    "saved",
    "savedOfSuffix",
    "recomputed",
    "top1",
    "kl",
    "exactMatch",
    "editSimilarity",
    "sameAsFull",
    "keyCosine",
    "staleShare",
    "cpuMs",
  ] as const;
  print(head, rows, options);
}
