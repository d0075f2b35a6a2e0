import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { RedraftError } from "../../core/errors.ts";
import type { MergeOutcome } from "../../core/merge.ts";
import type { Redraft } from "../../core/redraft.ts";
import { readEdit } from "../../edit/read.ts";
import { costs, limits } from "../../merge/align/costs.ts";
import { merge } from "../../merge/merge.ts";
import { markdownTable } from "../table.ts";
import type { ApplyCase } from "./cases.ts";
import { solid } from "./score.ts";

/** One number of the merge, taken so many times as large. */
export interface Ablation {
  readonly name: string;
  readonly value: number;
  readonly times: number;
  /** Edits whose answer changed: the text, or that there is none and why. */
  readonly changed: number;
  /** Of these, answers that are the expected one, white space aside, only now; and only before. */
  readonly gained: number;
  readonly lost: number;
  /** Of these, answers that are another text only now. */
  readonly wrong: number;
  /** An edit whose answer changed, the first that became or ceased to be right if there is one. */
  readonly example: string | null;
}

/** A line of the file that keeps what is done, so that a run may be stopped and taken up again. */
interface Done extends Ablation {
  readonly edits: number;
}

export interface AblateOptions {
  /** Takes only so many of the edits, evenly spread. */
  readonly limit?: number;
  /** Where what is done is kept: JSON, one object a line. */
  readonly state?: string;
  /** Only these numbers. */
  readonly names?: readonly string[];
  /** How many times as large each number is taken; default: half and double. */
  readonly times?: readonly number[];
  readonly onProgress?: (said: string) => void;
}

type Numbers = Record<string, number>;
const groups: readonly Numbers[] = [costs, limits];

/** An edit, what comes of it, and the numbers that this takes. */
interface Known {
  readonly one: ApplyCase;
  readonly run: () => MergeOutcome;
  readonly outcome: string;
  readonly reads: ReadonlySet<string>;
  verdict?: string;
}

/**
 * Takes every number by which the merge decides at half, at double or otherwise, and says what becomes of the edits. An edit that
 * never asks for a number is not placed again; the engine is asked only where the merge comes out otherwise.
 */
export async function ablate(
  redraft: Redraft,
  cases: Iterable<ApplyCase>,
  options: AblateOptions,
): Promise<Ablation[]> {
  const { state, names, times = [0.5, 2], onProgress = () => {} } = options;
  const edits = spread([...cases], options.limit).map(knownOf);
  onProgress(`${edits.length} edits placed as they are`);
  const done = state === undefined ? [] : readState(state, edits.length);
  const rows: Ablation[] = [];
  for (const group of groups) {
    for (const [name, value] of Object.entries(group)) {
      if (names && !names.includes(name)) continue;
      for (const factor of times) {
        const taken = takenOf(value, factor);
        if (taken === value) continue;
        const before = done.find((row) => row.name === name && row.times === factor);
        if (before?.value === value) {
          rows.push(before);
          continue;
        }
        const sums = await ablateOne(redraft, edits, group, name, taken);
        const row = { name, value, times: factor, ...sums };
        if (state !== undefined)
          appendFileSync(state, `${JSON.stringify({ ...row, edits: edits.length })}\n`);
        onProgress(`${name} ${value} -> ${taken}: ${row.changed} changed`);
        rows.push(row);
      }
    }
  }
  return rows;
}

async function ablateOne(
  redraft: Redraft,
  edits: readonly Known[],
  group: Numbers,
  name: string,
  taken: number,
): Promise<Omit<Ablation, "name" | "value" | "times">> {
  const value = group[name]!;
  const count = { changed: 0, gained: 0, lost: 0, wrong: 0 };
  let example: string | null = null;
  let isTelling = false;
  for (const known of edits.filter(({ reads }) => reads.has(name))) {
    group[name] = taken;
    const outcome = keyOf(known.run());
    const now = outcome === known.outcome ? undefined : await verdictOf(redraft, known.one);
    group[name] = value;
    if (now === undefined) continue;
    known.verdict ??= await verdictOf(redraft, known.one);
    if (now === known.verdict) continue;
    count.changed++;
    const [was, is] = [known.verdict, now].map((verdict) => verdict.split(" ")[0]);
    const turns = is !== was;
    if (turns && is === "right") count.gained++;
    if (turns && was === "right") count.lost++;
    if (turns && is === "wrong") count.wrong++;
    if (example === null || (turns && !isTelling)) {
      example = known.one.id;
      isTelling = turns;
    }
  }
  return { ...count, example };
}

/** So many times a number; a share is no more than 1, a count is whole. */
const takenOf = (value: number, times: number): number =>
  value < 1 ? Math.min(1, times * value) : Math.floor(times * value);

function knownOf(one: ApplyCase): Known {
  const { path, before: source, edit, format } = one;
  const request = { path, source, edit, format };
  const run = (): MergeOutcome => merge(source, readEdit(edit, request));
  const reads = new Set<string>();
  const unwatch = watch(reads);
  try {
    return { one, run, reads, outcome: keyOf(run()) };
  } catch (error) {
    // What cannot be read is never placed.
    if (!RedraftError.is(error)) throw error;
    return { one, run, reads: new Set(), outcome: "" };
  } finally {
    unwatch();
  }
}

/** Notes which numbers are asked for, until the answer is called. */
function watch(reads: Set<string>): () => void {
  const copies = groups.map((group) => ({ ...group }));
  for (const group of groups) {
    for (const [name, value] of Object.entries(group)) {
      const get = (): number => {
        reads.add(name);
        return value;
      };
      Object.defineProperty(group, name, { get, configurable: true, enumerable: true });
    }
  }
  return () => {
    for (const [g, group] of groups.entries()) {
      for (const [name, value] of Object.entries(copies[g]!))
        Object.defineProperty(group, name, { value, writable: true, enumerable: true });
    }
  };
}

function keyOf(outcome: MergeOutcome): string {
  if (outcome.kind === "refused") return `${outcome.code} ${outcome.message}`;
  const texts = outcome.kind === "proved" ? [outcome] : outcome.candidates;
  return JSON.stringify([outcome.kind, ...texts.map(({ text }) => text)]);
}

/** `right`, `wrong` or the code of the refusal; then what distinguishes two such answers. */
async function verdictOf(redraft: Redraft, one: ApplyCase): Promise<string> {
  const { path, before: source, edit, format, after } = one;
  try {
    const { text } = await redraft.apply({ path, source, edit, format });
    return `${solid(text ?? "") === solid(after) ? "right" : "wrong"} ${text}`;
  } catch (error) {
    if (!RedraftError.is(error)) throw error;
    return `${error.code} ${JSON.stringify(error.details.candidates ?? null)}`;
  }
}

function spread<Item>(items: readonly Item[], limit = items.length): Item[] {
  const step = Math.max(1, items.length / limit);
  return items.filter((_, i) => Math.floor(i / step) !== Math.floor((i - 1) / step));
}

function readState(path: string, edits: number): Done[] {
  if (!existsSync(path)) return [];
  const rows = readFileSync(path, "utf8").trim().split("\n").filter(Boolean);
  const done = rows.map((row) => JSON.parse(row) as Done);
  if (done.some((row) => row.edits !== edits)) {
    throw new RedraftError("usage", `${path} was written for other edits: name another file.`);
  }
  return done;
}

/** The table in Markdown: a line per number; the edits that change, become right (+), cease to be right (-), become wrong. */
export function ablationTable(rows: readonly Ablation[]): string {
  const factors = [...new Set(rows.map(({ times }) => times))].sort((a, b) => a - b);
  const names = [...new Set(rows.map(({ name }) => name))];
  const lines = names.map((name) => {
    const own = rows.filter((row) => row.name === name);
    const cells = factors.map((factor) => {
      const row = own.find(({ times }) => times === factor);
      return row === undefined ? "" : changesOf(row);
    });
    const most = own.toSorted((a, b) => b.changed - a.changed)[0]!;
    return [`\`${name}\``, own[0]!.value, ...cells, most.example ?? ""];
  });
  const head = ["number", "value", ...factors.map((factor) => `times ${factor}`), "for example"];
  return markdownTable(head, lines);
}

function changesOf({ changed, gained, lost, wrong }: Ablation): string {
  const parts = [gained > 0 && `+${gained}`, lost > 0 && `-${lost}`, wrong > 0 && `${wrong} wrong`];
  const said = parts.filter(Boolean).join(", ");
  return said === "" ? `${changed}` : `${changed} (${said})`;
}
