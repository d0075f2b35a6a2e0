import { Command, InvalidArgumentError } from "commander";
import { RedraftError } from "../../core/errors.ts";
import type { TokenTarget } from "../../core/target.ts";
import { engines } from "../../engines/registry.ts";
import { modelPath } from "../../engines/store/store.ts";
import { textTable } from "../table.ts";
import { settleByMerge } from "./open-region.ts";
import { readQuestions } from "./questions.ts";
import { scoreCandidates } from "./rank.ts";
import { writeRegion } from "./write.ts";

interface Options {
  readonly model: readonly string[];
  readonly data: readonly string[];
  readonly limit: number;
  readonly context: number;
  readonly longest: number;
  readonly json?: boolean;
}

/** How often something was right, in one group of questions. */
export interface EvaluateRow {
  readonly suite: "evaluate";
  readonly task: "write" | "rank" | "merge";
  /** `merge` for the order of the merge itself. */
  readonly model: string;
  /** `all`, or a kind of group: `length`, `language`, `style`, `repository`. */
  readonly by: string;
  readonly group: string;
  readonly cases: number;
  /** Share of exact regions (write), of right first candidates (rank), of exact files (merge). */
  readonly exact: number;
  readonly top3?: number;
}

/** `redraft bench evaluate`: writing regions and ranking candidates, on questions of held-out repositories. */
export function evaluateCommand(): Command {
  return new Command("evaluate")
    .description(
      "exact match of written regions and rank of the right candidate, by length and language",
    )
    .requiredOption("--data <jsonl...>", "questions, as training/questions.py writes them")
    .option("--model <gguf...>", "models to compare, by path or name", ["default"])
    .option("--limit <n>", "questions of each kind", count, Number.POSITIVE_INFINITY)
    .option("--context <n>", "context size", count, 4096)
    .option(
      "--longest <n>",
      "tokens of prompt and answer beyond which no ranking is asked",
      count,
      1792,
    )
    .option("--json", "print JSON, one object per row")
    .action(run);
}

async function run(options: Options): Promise<void> {
  const targets: { name: string; target: TokenTarget }[] = [];
  const tally = new Tally();
  try {
    for (const name of options.model) {
      const model = await modelPath(name);
      const target = await engines.gguf.openTokens(model, {
        contextSize: options.context,
        outputs: 512,
      });
      targets.push({ name, target });
    }
    await ask(options, targets, tally);
  } finally {
    for (const { target } of targets) await target.dispose();
  }
  const rows = tally.rows();
  const out = options.json
    ? rows.map((row) => `${JSON.stringify(row)}\n`).join("")
    : textTable(
        ["task", "model", "by", "group", "cases", "exact %", "top 3 %"],
        rows.map((row) => [
          row.task,
          row.model,
          row.by,
          row.group,
          row.cases,
          percent(row.exact),
          row.top3 === undefined ? "" : percent(row.top3),
        ]),
      );
  process.stdout.write(out);
}

type Named = { readonly name: string; readonly target: TokenTarget };

async function ask(options: Options, targets: readonly Named[], tally: Tally): Promise<void> {
  const asked = { region: 0, file: 0 };
  for (const path of options.data) {
    for await (const question of readQuestions(path)) {
      if (asked[question.kind] >= options.limit) continue;
      asked[question.kind]++;
      const { language, style, repository } = question;
      const labels = { language, style, repository };
      if (question.kind === "region") {
        const length = lengthGroup(question.length);
        const limits = lengths.filter((most) => question.length <= most);
        for (const { name, target } of targets) {
          const { exact } = await writeRegion(target, question);
          tally.add("write", name, { length, ...labels }, exact);
          for (const most of limits)
            tally.add("write", name, {}, exact, undefined, `up to ${most}`);
        }
        continue;
      }
      try {
        const { outcome, exact, open } = settleByMerge(question);
        tally.add("merge", outcome, {}, exact);
        // Only where the right text is among the candidates can an order be right.
        if (!open || open.right < 0) continue;
        tally.add("rank", "merge", labels, open.right === 0, open.right < 3);
        for (const { name, target } of targets) {
          const scores = await scoreCandidates(target, open, options.longest);
          if (scores === undefined) {
            tally.add("rank", name, labels, false, false);
            tally.add("rank", `${name}, too long`, {}, false, false);
            continue;
          }
          const better = scores.filter((score) => score > scores[open.right]!).length;
          tally.add("rank", name, labels, better === 0, better < 3);
        }
      } catch (error) {
        if (!RedraftError.is(error) || error.code !== "unreadable-edit") throw error;
        tally.add("merge", "unreadable", {}, false);
      }
    }
  }
}

class Tally {
  private readonly groups = new Map<
    string,
    { cases: number; exact: number; top3: number; ranked: boolean; key: string[] }
  >();

  add(
    task: EvaluateRow["task"],
    model: string,
    labels: Readonly<Record<string, string>>,
    exact: boolean,
    top3?: boolean,
    upTo?: string,
  ): void {
    const whole = upTo === undefined ? ["all", ""] : ["all", upTo];
    for (const [by, group] of [whole, ...Object.entries(labels)] as [string, string][]) {
      const key = [task, model, by, group];
      const id = key.join("\u0000");
      const row = this.groups.get(id) ?? {
        cases: 0,
        exact: 0,
        top3: 0,
        ranked: top3 !== undefined,
        key,
      };
      row.cases++;
      row.exact += Number(exact);
      row.top3 += Number(top3 ?? false);
      this.groups.set(id, row);
    }
  }

  rows(): EvaluateRow[] {
    return [...this.groups.values()].map(({ key, cases, exact, top3, ranked }) => ({
      suite: "evaluate" as const,
      task: key[0] as EvaluateRow["task"],
      model: key[1]!,
      by: key[2]!,
      group: key[3]!,
      cases,
      exact: exact / cases,
      ...(ranked && { top3: top3 / cases }),
    }));
  }
}

const lengths = [256, 512, 1024];

/** "257-512": lengths apart; "up to 512" holds the shorter ones too. */
function lengthGroup(length: number): string {
  const at = lengths.findIndex((most) => length <= most);
  return at < 0
    ? `over ${lengths.at(-1)}`
    : `${at === 0 ? 1 : lengths[at - 1]! + 1}-${lengths[at]}`;
}

function percent(share: number): number {
  return Math.round(1000 * share) / 10;
}

function count(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new InvalidArgumentError("a whole number above 0 is needed");
  return value;
}
