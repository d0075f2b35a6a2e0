import { readFileSync, writeFileSync } from "node:fs";
import { Command } from "commander";
import { whole } from "../../cli/numbers.ts";
import { warnings } from "../../cli/warnings.ts";
import { RedraftError } from "../../core/errors.ts";
import type { Redraft } from "../../core/redraft.ts";
import { createRedraft } from "../../redraft/create-redraft.ts";
import { settleRoute } from "../../redraft/settle-route.ts";
import { textTable } from "../table.ts";
import { ablate, ablationTable } from "./ablate.ts";
import { type ApplyCase, readCases } from "./cases.ts";
import { foreignCases } from "./foreign.ts";
import { type Answer, type ApplyRow, Scorer } from "./score.ts";

interface Options {
  readonly data?: string;
  readonly styles?: string;
  readonly by: string;
  readonly list?: string;
  readonly model: string;
  readonly foreign?: boolean;
  readonly json?: boolean;
  readonly ablate?: boolean;
  readonly limit?: number;
  readonly only?: string;
  readonly times?: string;
  readonly state?: string;
  readonly into?: string;
}

const groupings = ["style", "noise", "language"] as const;

/** `redraft bench apply`: real edits written in the styles of language models, against the real file after. */
export function applyCommand(): Command {
  return new Command("apply")
    .description("applies recorded edits and compares with the real result")
    .option(
      "--data <paths>",
      "folder with cases.*.jsonl and sketches.*.jsonl; several separated by commas",
    )
    .option("--styles <names>", "only these styles, separated by commas")
    .option("--by <what>", `rows by ${groupings.join(", ")}`, "style")
    .option(
      "--model <name>",
      "model for ambiguous edits: default, none, an alias, or a .gguf file",
      "none",
    )
    .option(
      "--list <kind>",
      "list on stderr the cases that are wrong, ambiguous, refused or settled by the model",
    )
    .option(
      "--foreign",
      "apply every edit to the file of another case: it is wrong unless it is refused or changes nothing",
    )
    .option("--json", "print JSON, one object per row")
    .option(
      "--ablate",
      "scale each constant of the merge down and up, and print a table of the answers that change",
    )
    .option("--limit <count>", "with --ablate: use only this many edits, evenly spread", whole)
    .option("--only <names>", "with --ablate: only these constants, separated by commas")
    .option("--times <factors>", "with --ablate: the factors to scale by", "0.5,2")
    .option(
      "--state <file>",
      "with --ablate: a file of finished results, from which a stopped run resumes",
    )
    .option(
      "--into <file>",
      "with --ablate: write the table between its markers in this Markdown file",
    )
    .action(run);
}

async function run(options: Options): Promise<void> {
  if (options.data === undefined) {
    throw new RedraftError(
      "usage",
      "redraft bench apply needs --data <folder>: cases.*.jsonl with {id, path, before, after} and " +
        "sketches.*.jsonl with {id, case, style, format, sketch}, one object a line.",
    );
  }
  const by = groupings.find((name) => name === options.by);
  if (!by) throw new RedraftError("usage", `--by must be one of ${groupings.join(", ")}.`);
  const styles = options.styles?.split(",").map((name) => name.trim());
  const settle = await settleRoute(options.model, { env: process.env, logger: warnings });
  const redraft = createRedraft(settle ? { settle } : {});
  const own = options.data.split(",").flatMap((path) => [...readCases(path.trim())]);
  if (options.ablate) {
    await printAblation(redraft, own, options);
    await redraft.dispose();
    return;
  }
  const rows = await scoreCases(redraft, options.foreign ? foreignCases(own) : own, {
    by,
    ...(styles && { styles }),
    onAnswer: (one, answer) => {
      const kind = kindOf(one, answer);
      if (options.list === kind || (options.list === "model" && answer.byModel))
        process.stderr.write(`${kind} ${one.id} ${one.noise.join(" ")}\n`);
    },
  });
  await redraft.dispose();
  if (rows.length === 0) throw new RedraftError("usage", "no case has one of these styles.");
  if (options.json) {
    for (const row of rows) process.stdout.write(`${JSON.stringify(row)}\n`);
    return;
  }
  process.stdout.write(tableOf(rows, by));
}

/** Prints the table of `ablate`, or puts it into a Markdown file. */
async function printAblation(
  redraft: Redraft,
  cases: readonly ApplyCase[],
  options: Options,
): Promise<void> {
  const styles = options.styles?.split(",").map((name) => name.trim());
  const own = cases.filter(({ style }) => styles === undefined || styles.includes(style));
  const { limit, state, into } = options;
  const names = options.only?.split(",").map((name) => name.trim());
  const rows = await ablate(redraft, own, {
    ...(limit === undefined ? {} : { limit }),
    ...(state === undefined ? {} : { state }),
    ...(names === undefined ? {} : { names }),
    ...(options.times === undefined ? {} : { times: factorsOf(options.times) }),
    onProgress: (said) => process.stderr.write(`${said}\n`),
  });
  if (options.json) {
    for (const row of rows) process.stdout.write(`${JSON.stringify(row)}\n`);
    return;
  }
  const table = ablationTable(rows);
  if (into === undefined) process.stdout.write(table);
  else writeFileSync(into, withTable(readFileSync(into, "utf8"), table));
}

function factorsOf(text: string): number[] {
  const factors = text.split(",").map(Number);
  if (factors.every((factor) => factor >= 0)) return factors;
  throw new RedraftError("usage", "--times takes a list of numbers, such as 0.5,2.");
}

const marks = ["<!-- ablation -->", "<!-- end of ablation -->"] as const;

function withTable(text: string, table: string): string {
  const start = text.indexOf(marks[0]);
  const end = text.indexOf(marks[1]);
  if (start < 0 || end < start)
    throw new RedraftError("usage", `--into: the file has no lines ${marks.join(" and ")}.`);
  return `${text.slice(0, start)}${marks[0]}\n\n${table}\n${text.slice(end)}`;
}

export interface ScoreOptions {
  readonly by: (typeof groupings)[number];
  readonly styles?: readonly string[];
  readonly onAnswer?: (one: ApplyCase, answer: Answer) => void;
}

/** Runs the cases one after the other through an engine and adds them up. */
export async function scoreCases(
  redraft: Redraft,
  cases: Iterable<ApplyCase>,
  options: ScoreOptions,
): Promise<ApplyRow[]> {
  const scorer = new Scorer();
  for (const one of cases) {
    if (options.styles && !options.styles.includes(one.style)) continue;
    const answer = await answerOf(redraft, one);
    options.onAnswer?.(one, answer);
    const groups =
      options.by === "style"
        ? [one.style]
        : options.by === "language"
          ? [`${one.style} ${one.language}`]
          : (one.noise.length > 0 ? one.noise : ["none"]).map((noise) => `${one.style} ${noise}`);
    for (const group of groups) scorer.add(group, answer, one.after);
  }
  return scorer.rows();
}

async function answerOf(redraft: Redraft, one: ApplyCase): Promise<Answer> {
  const { style, noise, language } = one;
  const { path, before: source, edit, format, base } = one;
  const request = { path, source, edit, format, ...(base === undefined ? {} : { base }) };
  const start = performance.now();
  try {
    const { text, route } = await redraft.apply(request);
    const ms = performance.now() - start;
    const answer = { style, noise, language, result: text ?? "", code: null, candidates: [], ms };
    return { ...answer, byModel: route === "model" };
  } catch (error) {
    const ms = performance.now() - start;
    if (!RedraftError.is(error)) throw error;
    const found = error.details.candidates;
    const candidates = Array.isArray(found) ? (found as readonly string[]) : [];
    return {
      style,
      noise,
      language,
      result: null,
      code: error.code,
      candidates,
      ms,
      byModel: false,
    };
  }
}

function kindOf(one: ApplyCase, answer: Answer): string {
  if (answer.result === null) return answer.code === "ambiguous" ? "ambiguous" : "refused";
  return answer.result === one.after ? "exact" : "wrong";
}

function tableOf(rows: readonly ApplyRow[], by: string): string {
  const head = [
    by,
    "cases",
    "exact %",
    "=token %",
    "wrong",
    "beyond space",
    "refused",
    "ambiguous",
    "right in top 3",
    "by model",
    "of these wrong",
    "model p50 ms",
    "p50 ms",
    "p95 ms",
  ];
  return textTable(
    head,
    rows.map((row) => [
      row.style,
      row.cases,
      row.exact,
      row.token,
      row.wrong,
      row.wrongBeyondSpace,
      row.refused,
      row.ambiguous,
      row.ambiguousTop3,
      row.byModel,
      row.byModelWrong,
      row.byModel === 0 ? "" : row.modelP50,
      row.p50,
      row.p95,
    ]),
  );
}
