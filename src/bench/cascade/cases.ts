import { existsSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { z } from "zod";
import { RedraftError } from "../../core/errors.ts";
import type { PromptFile } from "../../instruct/prompt.ts";
import { openRepository, readBlobs } from "../data/git.ts";

/** How the result of a case is judged. */
export type CaseJudge =
  /** The program with its tests behind it runs to its end. */
  | { readonly kind: "tests"; readonly tests: string }
  /** The files are as in `after`; blank lines and blanks at line ends aside. */
  | { readonly kind: "exact" }
  /** Of the change, every added line is there, every removed one is not, and all other lines remain; in any order. */
  | { readonly kind: "lines" };

/** An instruction, the files before, and what they should be afterwards. */
export interface WrittenCase {
  readonly id: string;
  readonly set: string;
  readonly instruction: string;
  readonly files: readonly PromptFile[];
  /** By path; of `tests` one answer that passes them. */
  readonly after: ReadonlyMap<string, string>;
  readonly judge: CaseJudge;
}

const canItEdit = z.object({
  full_name: z.string(),
  before: z.string(),
  after: z.string(),
  tests: z.string(),
  instruction_descriptive: z.string(),
  instruction_lazy: z.string(),
});

/** A commit as a case, without the contents of its files. */
export interface CommitCase {
  readonly id: string;
  readonly repository: string;
  readonly commit: string;
  readonly licence: string;
  readonly paths: string[];
  readonly instruction: string;
  readonly check: "exact" | "lines";
}

export const commitCase: z.ZodType<CommitCase> = z.object({
  id: z.string(),
  repository: z.string(),
  commit: z.string().regex(/^[0-9a-f]{40}$/),
  licence: z.string(),
  paths: z.array(z.string()).min(2).max(5),
  instruction: z.string().min(1),
  check: z.enum(["exact", "lines"]),
});

const trace = z.object({
  id: z.string(),
  instruction: z.string(),
  original: z.string(),
  edited: z.string(),
});

/**
 * The cases of a file of JSON lines: CanItEdit with its tests (two cases a task, one for each instruction), commits of
 * public repositories (read from clones below `mirror`), or recorded edits.
 *
 * @throws `RedraftError` `file-error` where the file cannot be read, `usage` where it has another form or the clones are missing
 */
export async function readWrittenCases(
  data: string,
  { mirror }: { readonly mirror?: string } = {},
): Promise<WrittenCase[]> {
  if (!existsSync(data)) throw new RedraftError("file-error", `cannot read --data ${data}`);
  const set = basename(data, ".jsonl");
  const rows = readFileSync(data, "utf8")
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line): unknown => JSON.parse(line));
  const first = rows[0] as Record<string, unknown> | undefined;
  if (first && "tests" in first) return rows.flatMap((row) => fromCanItEdit(set, row, data));
  if (first && "commit" in first) return fromCommits(set, rows, data, mirror);
  return rows.map((row): WrittenCase => {
    const { id, instruction, original, edited } = rowAs(trace, row, data);
    const path = "file.py";
    const files = [{ path, text: original, exists: true }];
    return {
      id,
      set,
      instruction,
      files,
      after: new Map([[path, edited]]),
      judge: { kind: "exact" },
    };
  });
}

function fromCanItEdit(set: string, row: unknown, data: string): WrittenCase[] {
  const one = rowAs(canItEdit, row, data);
  const path = `${one.full_name.replace(/^\d+_/, "")}.py`;
  const shared = {
    set,
    files: [{ path, text: one.before, exists: true }],
    after: new Map([[path, one.after]]),
    judge: { kind: "tests", tests: one.tests },
  } as const;
  return [
    { id: `${one.full_name}/descriptive`, instruction: one.instruction_descriptive, ...shared },
    { id: `${one.full_name}/lazy`, instruction: one.instruction_lazy, ...shared },
  ];
}

async function fromCommits(
  set: string,
  rows: readonly unknown[],
  data: string,
  mirror: string | undefined,
): Promise<WrittenCase[]> {
  if (mirror === undefined) {
    throw new RedraftError(
      "usage",
      `${data} names commits of public repositories: name the folder with their clones by --mirror.`,
    );
  }
  const cases: WrittenCase[] = [];
  for (const row of rows) cases.push(await caseOfCommit(set, rowAs(commitCase, row, data), mirror));
  return cases;
}

/** Reads the files of a commit, before and after, from a clone below `mirror`. */
export async function caseOfCommit(
  set: string,
  { id, repository, commit, paths, instruction, check }: CommitCase,
  mirror: string,
): Promise<WrittenCase> {
  const folder = await openRepository(repository, { mirror, from: "", clones: "" });
  const blobs = await readBlobs(folder, [
    ...paths.map((path) => ({ commit: `${commit}^`, path })),
    ...paths.map((path) => ({ commit, path })),
  ]);
  const texts = blobs.map((blob) => blob.toString("utf8"));
  return {
    id,
    set,
    instruction,
    files: paths.map((path, index) => ({ path, text: texts[index]!, exists: true })),
    after: new Map(paths.map((path, index) => [path, texts[paths.length + index]!])),
    judge: { kind: check },
  };
}

function rowAs<Row>(shape: z.ZodType<Row>, row: unknown, data: string): Row {
  const result = shape.safeParse(row);
  if (result.success) return result.data;
  throw new RedraftError("usage", `${data}: ${z.prettifyError(result.error)}`);
}
