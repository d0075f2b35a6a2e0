import { readFileSync } from "node:fs";
import { join } from "node:path";
import { RedraftError } from "../../core/errors.ts";
import type { TextTarget } from "../../core/target.ts";
import { editFiles } from "../../instruct/edit-files.ts";
import { createRedraft } from "../../redraft/create-redraft.ts";
import { readTraces } from "../traces/data.ts";

interface Case {
  readonly id: string;
  readonly path: string;
  readonly instruction: string;
  readonly before: string;
  readonly after: string;
  readonly sketch: string;
}

interface Row {
  readonly suite: "cascade";
  readonly set: string;
  readonly cases: number;
  /** The file as it should be, byte for byte (the last newline aside), right after applying. */
  readonly exact: number;
  readonly refused: number;
  readonly wrong: number;
  /** Sketch by rewrite, in characters: what the large model writes one way and the other. */
  readonly sketchShare: number;
  /** The same in tokens, where a vocabulary is given. */
  readonly sketchTokenShare?: number;
  /** How often the cost model would have chosen the sketch, and how often that was the shorter way. */
  readonly autoCascade: number;
  readonly autoRight: number;
  /** Output of the large model with `--via auto`, by rewriting everything. */
  readonly autoShare: number;
  readonly p50: number;
  readonly p95: number;
}

/** Recorded sketches in the place of a large model: prints a row for each set. */
export async function runScripted(options: ScriptedOptions): Promise<void> {
  for (const { name, cases } of readSets(options)) {
    const row = await measure(name, cases, options);
    print(row, options.json === true);
  }
}

export interface ScriptedOptions {
  readonly data: string;
  readonly style: string;
  readonly limit: number;
  readonly vocab?: string;
  readonly each?: boolean;
  readonly json?: boolean;
}

async function measure(
  set: string,
  cases: readonly Case[],
  options: ScriptedOptions,
): Promise<Row> {
  const count = await counter(options.vocab);
  const redraft = createRedraft();
  const times: number[] = [];
  let exact = 0;
  let refused = 0;
  let autoCascade = 0;
  let autoRight = 0;
  const sums = { sketch: 0, rewrite: 0, auto: 0, sketchTokens: 0, rewriteTokens: 0 };
  for (const one of cases) {
    const file = { path: one.path, text: one.before, exists: true };
    const request = { files: [file], instruction: one.instruction };
    const start = performance.now();
    const large = scripted(one);
    const outcome = await editFiles({ ...request, via: "cascade" }, { large, redraft }).catch(
      (error: unknown) => {
        // The script has one answer; going back to it means that the sketch was refused.
        if (error === secondQuestion || RedraftError.is(error)) return undefined;
        throw error;
      },
    );
    times.push(performance.now() - start);
    const text = outcome?.files[0]?.result.text;
    const isRight = trimmed(text ?? "") === trimmed(one.after);
    if (text === undefined || text === null) refused += 1;
    else if (isRight) exact += 1;
    if (options.each && !isRight) {
      process.stderr.write(`${one.id}: ${text === undefined ? "refused" : "wrong"}\n`);
    }
    const { forecast } = await import("../../instruct/costs.ts");
    const { via } = forecast([file], one.instruction);
    const shorter = one.sketch.length < one.after.length ? "cascade" : "rewrite";
    if (via === "cascade") autoCascade += 1;
    if (via === shorter) autoRight += 1;
    sums.sketch += one.sketch.length;
    sums.rewrite += one.after.length;
    sums.auto += via === "cascade" ? one.sketch.length : one.after.length;
    sums.sketchTokens += count?.(one.sketch) ?? 0;
    sums.rewriteTokens += count?.(one.after) ?? 0;
  }
  await redraft.dispose();
  times.sort((a, b) => a - b);
  const share = (part: number, all: number): number => Number((part / all).toFixed(3));
  return {
    suite: "cascade",
    set,
    cases: cases.length,
    exact,
    refused,
    wrong: cases.length - exact - refused,
    sketchShare: share(sums.sketch, sums.rewrite),
    ...(count && { sketchTokenShare: share(sums.sketchTokens, sums.rewriteTokens) }),
    autoCascade,
    autoRight,
    autoShare: share(sums.auto, sums.rewrite),
    p50: at(times, 0.5),
    p95: at(times, 0.95),
  };
}

const secondQuestion = new Error("the script has no second answer");

/** A large model whose one answer is the recorded sketch, in the form that the prompt asks for. */
function scripted({ path, sketch }: Case): TextTarget {
  let asked = 0;
  return {
    kind: "text",
    name: "recorded sketches",
    async *complete() {
      asked += 1;
      if (asked > 1) throw secondQuestion;
      const edit = sketch.endsWith("\n") ? sketch : `${sketch}\n`;
      yield {
        text: `<edit_file>\n<target_file>${path}</target_file>\n<instructions>I make the edit.</instructions>\n<code_edit>\n${edit}</code_edit>\n</edit_file>`,
      };
      yield { text: "", finish: "stop" };
    },
    async dispose() {},
  };
}

async function counter(vocab: string | undefined): Promise<((text: string) => number) | undefined> {
  if (vocab === undefined) return undefined;
  const { loadTokenizer } = await import("../../engines/bpe.ts");
  const tokenizer = await loadTokenizer(vocab);
  return (text) => tokenizer.tokenize(text).length;
}

function readSets(options: ScriptedOptions): { name: string; cases: readonly Case[] }[] {
  if (!options.data.endsWith(".jsonl")) {
    return [{ name: `apply ${options.style}`, cases: readApply(options) }];
  }
  return readTraces(options.data).map(({ name, records }) => ({
    name,
    cases: records.slice(0, options.limit).flatMap((record): Case[] => {
      if (record.sketch === undefined) return [];
      const { id, instruction, original: before, edited: after, sketch } = record;
      return [{ id, path: "file.py", instruction, before, after, sketch }];
    }),
  }));
}

/** The apply cases in order of id with their sketches of one style, spread evenly over the set. */
function readApply({ data, style, limit }: ScriptedOptions): Case[] {
  const read = (name: string): Record<string, string>[] =>
    readFileSync(join(data, name), "utf8")
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as Record<string, string>);
  const edits = new Map(read("cases.public.jsonl").map((one) => [one.id, one]));
  const sketches = read("sketches.public.jsonl").filter((one) => one.style === style);
  const step = Math.max(1, sketches.length / limit);
  const chosen = Array.from(
    { length: Math.min(limit, sketches.length) },
    (_, index) => sketches[Math.floor(index * step)]!,
  );
  return chosen.map(({ id, case: edit, sketch }) => {
    const { path, before, after } = edits.get(edit)!;
    return {
      id: id!,
      path: path!,
      instruction: "make the edit",
      before: before!,
      after: after!,
      sketch: sketch!,
    };
  });
}

const trimmed = (text: string): string => text.replace(/\r?\n$/, "");

function at(sorted: readonly number[], share: number): number {
  const value = sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  return Number(value.toFixed(2));
}

function print(row: Row, json: boolean): void {
  if (json) {
    process.stdout.write(`${JSON.stringify(row)}\n`);
    return;
  }
  const { set, cases, exact, refused, wrong, sketchShare, sketchTokenShare } = row;
  const tokens = sketchTokenShare === undefined ? "" : ` (${sketchTokenShare} in tokens)`;
  process.stdout.write(
    `${set}: ${cases} cases, ${exact} exact, ${refused} refused, ${wrong} wrong; sketch/rewrite ${sketchShare}${tokens}; ` +
      `auto takes the sketch in ${row.autoCascade}, the shorter way in ${row.autoRight}, and writes ${row.autoShare} of rewriting; ` +
      `${row.p50} ms, p95 ${row.p95} ms\n`,
  );
}
