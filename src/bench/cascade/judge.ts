import type { Sandbox } from "../sandbox/sandbox.ts";
import type { WrittenCase } from "./cases.ts";

export interface CaseVerdict {
  /** By the case's own judge. */
  readonly ok: boolean;
  /** As the reference, blank lines and blanks at line ends aside. */
  readonly exact: boolean;
}

/**
 * Judges the files that a model's answer led to; a file that is not in `texts` is as before. Tests need a sandbox: without one
 * they do not pass.
 */
export async function judgeCase(
  one: WrittenCase,
  texts: ReadonlyMap<string, string>,
  sandbox?: Sandbox,
): Promise<CaseVerdict> {
  const got = one.files.map(({ path, text }) => ({
    before: text,
    text: texts.get(path) ?? text,
    after: one.after.get(path) ?? text,
  }));
  const exact = got.every(({ text, after }) => bare(text) === bare(after));
  switch (one.judge.kind) {
    case "exact":
      return { ok: exact, exact };
    case "lines":
      return { ok: got.every(hasEdit), exact };
    case "tests": {
      const program = got.map(({ text }) => text).join("\n");
      const outcome = (await sandbox?.run(`${program}\n\n${one.judge.tests}\n`))?.outcome;
      return { ok: outcome === "passed", exact };
    }
  }
}

const linesOf = (text: string): string[] =>
  text
    .split("\n")
    .map((line) => line.trimEnd())
    .filter((line) => line !== "");

const bare = (text: string): string => linesOf(text).join("\n");

/** How often each line occurs, indentation aside. */
function lineCounts(text: string): Map<string, number> {
  const all = new Map<string, number>();
  for (const line of linesOf(text)) {
    const own = line.trimStart();
    all.set(own, (all.get(own) ?? 0) + 1);
  }
  return all;
}

/**
 * Whether a text has the change from `before` to `after`: every line at least as often as the later of them has it, and a line
 * that the change removes not more often than `after`. Lines that neither has may be there: a comment of the writer's own.
 */
function hasEdit({
  before,
  text,
  after,
}: {
  before: string;
  text: string;
  after: string;
}): boolean {
  const [old, own, wanted] = [lineCounts(before), lineCounts(text), lineCounts(after)];
  const hasAll = [...wanted].every(([line, times]) => (own.get(line) ?? 0) >= times);
  const isRemoved = [...old].every(([line, times]) => {
    const left = wanted.get(line) ?? 0;
    return left >= times || (own.get(line) ?? 0) <= left;
  });
  return hasAll && isRemoved;
}
