import { spawnSync } from "node:child_process";
import { type Command, Option } from "commander";

/** How a diff is printed for people. */
export interface DiffOutputOptions {
  readonly color?: "auto" | "always" | "never";
}

export function withColorOption(command: Command): Command {
  return command.addOption(
    new Option("--color <when>", "colour diffs; auto = on a terminal")
      .choices(["auto", "always", "never"])
      .default("auto"),
  );
}

interface Terminal {
  readonly isTTY: boolean;
  readonly rows?: number | undefined;
}

type OutputEnv = Readonly<Record<string, string | undefined>>;

/** Whether a diff is coloured: `--color`, then NO_COLOR, FORCE_COLOR (no-color.org, force-color.org), then the terminal. */
export function isColored(
  { color = "auto" }: DiffOutputOptions,
  { isTTY }: Pick<Terminal, "isTTY">,
  env: OutputEnv,
): boolean {
  if (color !== "auto") return color === "always";
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR) return env.FORCE_COLOR !== "0";
  return isTTY && env.TERM !== "dumb";
}

const sgr = (code: number, line: string): string => `\u001b[${code}m${line}\u001b[0m`;

/** A unified diff in colours, as git has them: headers bold, ranges cyan, old lines red, new ones green. */
export function coloredDiff(patch: string): string {
  // A removed line that begins with `-- ` looks like a header: only the counts of the hunk say which it is.
  let old = 0;
  let added = 0;
  return patch.replace(/[^\n]+/g, (line) => {
    const range = /^@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@/.exec(line);
    if (old + added <= 0 && range) {
      old = Number(range[1] ?? 1);
      added = Number(range[2] ?? 1);
      return sgr(36, line);
    }
    if (line.startsWith("\\")) return line;
    if (old + added <= 0) return sgr(1, line);
    if (!line.startsWith("+")) old--;
    if (!line.startsWith("-")) added--;
    if (line.startsWith("-")) return sgr(31, line);
    return line.startsWith("+") ? sgr(32, line) : line;
  });
}

/** A diff as it is printed on standard output. */
export function shownDiff(patch: string, options: DiffOutputOptions): string {
  const terminal = { isTTY: process.stdout.isTTY === true };
  return isColored(options, terminal, process.env) ? coloredDiff(patch) : patch;
}

/** Prints a diff on standard output: in colours and through a pager where a person reads it, as it is for a program. */
export function printDiff(patch: string, options: DiffOutputOptions): void {
  const { stdout, env } = process;
  const terminal = { isTTY: stdout.isTTY === true, rows: stdout.rows };
  const text = shownDiff(patch, options);
  const pager = pagerFor(patch, terminal, env);
  if (pager === undefined || !pageThrough(pager, text)) stdout.write(text);
}

/** The pager for a text that is longer than the terminal; undefined: none is needed. `PAGER=cat` and an empty PAGER say none. */
export function pagerFor(
  text: string,
  { isTTY, rows }: Terminal,
  env: OutputEnv,
): string | undefined {
  const pager = env.PAGER ?? "less";
  if (!isTTY || pager === "" || pager === "cat" || env.TERM === "dumb") return undefined;
  const lines = text.split("\n").length;
  // Some pseudo-terminals have no rows.
  return lines > (rows || 24) ? pager : undefined;
}

/** Shows a text in a pager until the reader leaves it. False: there is no such pager. */
function pageThrough(pager: string, text: string): boolean {
  const done = spawnSync(pager, {
    shell: true,
    input: text,
    stdio: ["pipe", "inherit", "inherit"],
    // As git does: colours as they are, and no screen of its own for a text that fits.
    env: { LESS: "FRX", ...process.env },
  });
  return done.error === undefined && done.status !== 127;
}
