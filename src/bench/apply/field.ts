import { Command } from "commander";
import type { FormatName } from "../../core/edit.ts";
import { RedraftError } from "../../core/errors.ts";
import type { Redraft } from "../../core/redraft.ts";
import { createRedraft } from "../../redraft/create-redraft.ts";
import { textTable } from "../table.ts";
import { jsonLines } from "./cases.ts";

/** An edit as a tool or a model sent it: a line of the data. */
export interface FieldCase {
  readonly id: string;
  /** Where it is from: a group of the table. */
  readonly set: string;
  readonly path: string;
  readonly original: string;
  readonly edit: string;
  readonly format?: FormatName | "auto";
  readonly instruction?: string;
  /** Null: a refusal is right. */
  readonly expected: string | null;
  /** Texts that are as right as the expected one. */
  readonly also?: readonly string[];
  /** A refusal is allowed: the edit is unclear. */
  readonly mayRefuse?: boolean;
}

const verdicts = ["right", "refused", "gap", "wrong"] as const;

/** `gap` = refused although the place is clear; `refused` = where a refusal is allowed. */
export type FieldVerdict = (typeof verdicts)[number];

interface FieldOptions {
  readonly data?: string;
  readonly auto?: boolean;
  readonly list?: string;
  readonly json?: boolean;
}

/** `redraft bench field`: edits as tools and models sent them. */
export function fieldCommand(): Command {
  return new Command("field")
    .description("applies edits as tools and models sent them, and compares with the right result")
    .option("--data <file>", "JSON lines {id, set, path, original, edit, format?, expected, ...}")
    .option("--auto", "leave the format to be recognised")
    .option("--list <verdict>", `list on stderr the cases that are ${verdicts.join(", ")}`)
    .option("--json", "print JSON, one object per row")
    .action(runField);
}

async function runField(options: FieldOptions): Promise<void> {
  if (options.data === undefined)
    throw new RedraftError("usage", "redraft bench field needs --data <file of JSON lines>.");
  const cases = [...jsonLines<FieldCase>(options.data)];
  const redraft = createRedraft();
  const sets = new Map<string, Record<FieldVerdict, number>>();
  for (const one of cases) {
    const verdict = await fieldVerdict(redraft, one, options.auto === true);
    for (const set of [one.set, "all"]) {
      const counts = sets.get(set) ?? { right: 0, refused: 0, gap: 0, wrong: 0 };
      counts[verdict]++;
      sets.set(set, counts);
    }
    if (options.list === verdict) process.stderr.write(`${verdict} ${one.id}\n`);
  }
  await redraft.dispose();
  const rows = [...sets].sort(([a], [b]) => (a === "all" ? 1 : b === "all" ? -1 : a < b ? -1 : 1));
  if (options.json)
    for (const [set, counts] of rows)
      process.stdout.write(`${JSON.stringify({ set, ...counts })}\n`);
  else
    process.stdout.write(
      textTable(
        ["set", ...verdicts],
        rows.map(([set, counts]) => [set, ...verdicts.map((verdict) => counts[verdict])]),
      ),
    );
}

/** Applies one edit and judges the answer. */
export async function fieldVerdict(
  redraft: Redraft,
  one: FieldCase,
  auto: boolean,
): Promise<FieldVerdict> {
  const { path, original: source, edit, format, instruction } = one;
  const request = {
    path,
    source,
    edit,
    ...(format !== undefined && !auto && { format }),
    ...(instruction !== undefined && { instruction }),
  };
  let text: string;
  try {
    text = (await redraft.apply(request)).text ?? "";
  } catch (error) {
    if (!RedraftError.is(error)) throw error;
    // An engine that failed has refused nothing.
    if (error.code === "timeout" || error.code === "engine-failed") return "gap";
    if (one.expected === null) return "right";
    return one.mayRefuse ? "refused" : "gap";
  }
  return text === one.expected || one.also?.includes(text) ? "right" : "wrong";
}
