import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { basename, dirname, resolve } from "node:path";
import { Command, Option } from "commander";
import { RedraftError } from "../../core/errors.ts";
import { loadTokenizer } from "../../engines/bpe.ts";
import { modelPath } from "../../engines/store/store.ts";
import { count } from "../calibrate.ts";
import { openRepository } from "../data/git.ts";
import { knownCurve } from "../decode/cost-curves.ts";
import { markdownTable, textTable } from "../table.ts";
import { ablations, type LeftOutPart, runWithout } from "./ablation.ts";
import {
  type CaseType,
  caseTypes,
  commitCases,
  commitTypes,
  type RepositoryCase,
  randomBelow,
} from "./cases.ts";
import { DecodingCost } from "./decoding-cost.ts";
import { judgeByTests, readTestSetups, type TestSetup } from "./judge-by-tests.ts";
import { madeCases } from "./made-cases.ts";
import { type OrchestrateRow, orchestrateRows, type TimedOutcome } from "./orchestrate-rows.ts";
import { orchestrateSvg } from "./orchestrate-svg.ts";
import type { CaseOutcome } from "./run-case.ts";

interface Options {
  readonly repo: readonly string[];
  readonly type: readonly string[];
  readonly cases: number;
  readonly commits: number;
  readonly only?: string;
  readonly seed: number;
  readonly model?: string;
  readonly cost?: string;
  readonly threads?: number;
  readonly tests?: string;
  readonly without?: LeftOutPart;
  readonly svg?: string;
  readonly list?: boolean;
  readonly markdown?: boolean;
  readonly json?: boolean;
}

const commaNames = (text: string): string[] => text.split(",").filter((one) => one !== "");

/** `redraft bench orchestrate`: edits that specialists make, on the histories of public repositories. */
export function orchestrateCommand(): Command {
  return new Command("orchestrate")
    .description(
      "edits by specialists on the histories of repositories: proposed, accepted, right, and seconds beside decoding",
    )
    .requiredOption("--repo <clone...>", "clones, bare or not")
    .option("--type <names>", `types: ${caseTypes.join(", ")}`, commaNames, [...caseTypes])
    .option("--cases <n>", "most cases per type and repository", count, 20)
    .option("--commits <n>", "commits of each repository to look at", count, 2000)
    .option(
      "--only <file>",
      "of commits, those alone that a file lists, JSON lines with repository and commit",
    )
    .option("--seed <n>", "what draws the cases that are made", count, 1)
    .option(
      "--model <gguf>",
      "compare with decoding by this model: its vocabulary and its measured cost of passes",
    )
    .option("--cost <file>", "cost of passes as bench calibrate --json prints it")
    .option("--threads <n>", "threads of the model", count)
    .option(
      "--tests <json>",
      "extract: run the tests of the repositories where an edit is not as the commit has it",
    )
    .addOption(
      new Option("--without <part>", "run without a part, to see what it is worth").choices(
        ablations,
      ),
    )
    .option("--svg <file>", "draw what is proposed, accepted and right of each type")
    .option("--list", "also print each case that is not right, with the reason")
    .option("--markdown", "print the table as Markdown")
    .option("--json", "print JSON, one object per row")
    .addHelpText("after", help)
    .action(async (options: Options) => {
      const unknown = options.type.find((one) => !caseTypes.some((type) => type === one));
      if (unknown !== undefined)
        throw new RedraftError("usage", `--type ${unknown}: known are ${caseTypes.join(", ")}.`);
      const cost = await decodingCost(options);
      const setups = options.tests === undefined ? [] : await readTestSetups(options.tests);
      const outcomes: TimedOutcome[] = [];
      for await (const { one, clone, name } of repositoryCases(options)) {
        const outcome = await testedOutcome(
          await runWithout(one, options.without),
          { one, clone, name },
          setups,
        );
        // Where nothing is proposed, a model writes what the commit has, if all of it is the edit.
        const isWhole = one.judge.kind === "commit" || one.type === "multi-file-known";
        const files =
          outcome.files.length === 0 && isWhole && "files" in one.judge
            ? one.judge.files
            : outcome.files;
        const decoding =
          cost && files.length > 0 ? await cost.of(files, one.instruction) : undefined;
        outcomes.push({ ...outcome, ...(decoding && { decoding }) });
        if (process.stderr.isTTY)
          process.stderr.write(`\r${outcomes.length} ${one.type} ${one.id}\u001b[K`);
        if (options.list && !outcome.right)
          process.stderr.write(
            `${one.type} ${one.id}: ${shortRequest(one)}: ${outcome.why ?? "?"}\n`,
          );
      }
      if (process.stderr.isTTY) process.stderr.write("\r\u001b[K");
      const rows = orchestrateRows(outcomes);
      printRows(rows, options);
      if (options.svg !== undefined) await writeFile(options.svg, orchestrateSvg(rows));
    });
}

async function decodingCost(options: Options): Promise<DecodingCost | undefined> {
  if (options.model === undefined) return undefined;
  const model = await modelPath(options.model);
  return new DecodingCost(await loadTokenizer(model), await knownCurve(model, options));
}

interface CaseOfClone {
  readonly one: RepositoryCase;
  readonly clone: string;
  /** Of the repository. */
  readonly name: string;
}

/** An extraction that is not as the commit has it, with what the tests of the repository say. */
async function testedOutcome(
  outcome: CaseOutcome,
  { one, clone, name: repository }: CaseOfClone,
  setups: readonly TestSetup[],
): Promise<CaseOutcome> {
  const { judge, commit } = one;
  const [file] = outcome.files;
  const isAsked = setups.length > 0 && outcome.accepted && !outcome.right;
  if (!isAsked || !file || judge.kind !== "extract" || commit === undefined) return outcome;
  const { name } = judge.extract;
  const { verdict, why } = await judgeByTests({ clone, repository, commit, file, name }, setups);
  return { ...outcome, tests: verdict, why: `${outcome.why}; tests: ${verdict}, ${why}` };
}

async function* repositoryCases(options: Options): AsyncGenerator<CaseOfClone> {
  const wanted = new Set(options.type as CaseType[]);
  const listed = options.only === undefined ? undefined : listedCommits(options.only);
  for (const folder of options.repo) {
    const name = basename(resolve(folder));
    const clone = await openRepository(name, {
      mirror: dirname(resolve(folder)),
      from: "",
      clones: "",
    });
    const fromCommits = new Set<CaseType>(commitTypes.filter((one) => wanted.has(one)));
    const found = new Map<string, number>();
    if (fromCommits.size > 0) {
      const only = listed?.filter((one) => cloneNames(one.repository).includes(name));
      const commits = only?.map(({ commit }) => commit);
      if (commits?.length === 0) continue;
      for await (const one of commitCases(clone, name, fromCommits, options.commits, commits)) {
        // Of a type with several kinds, each has its own number: one of them has most commits.
        const which = one.kind === undefined ? one.type : `${one.type}: ${one.kind}`;
        const known = found.get(which) ?? 0;
        if (known < options.cases) yield { one, clone, name };
        found.set(which, known + 1);
        if ([...fromCommits].every((type) => (found.get(type) ?? 0) >= options.cases)) break;
      }
    }
    for (const type of ["made-extract", "made-signature"] as const) {
      if (!wanted.has(type)) continue;
      const made = await madeCases(clone, name, type, options.cases, randomBelow(options.seed));
      for (const one of made) yield { one, clone, name };
    }
  }
}

interface ListedCommit {
  readonly repository: string;
  readonly commit: string;
}

function listedCommits(file: string): readonly ListedCommit[] {
  const rows = readFileSync(file, "utf8").trim().split("\n");
  return rows.map((row) => JSON.parse(row) as ListedCommit);
}

/** What the clone of a repository may be called. */
const cloneNames = (repository: string): string[] => [
  repository.replace("/", "+"),
  basename(repository),
  `${basename(repository)}.git`,
];

const shortRequest = ({ request }: RepositoryCase): string => JSON.stringify(request).slice(0, 120);

function printRows(rows: readonly OrchestrateRow[], { json, markdown }: Options): void {
  if (json) {
    for (const row of rows) process.stdout.write(`${JSON.stringify(row)}\n`);
    return;
  }
  const isTimed = rows.some((row) => row.againstPlain !== undefined);
  const isTested = rows.some((row) => row.rightByTests !== undefined);
  const head = [
    "type",
    "cases",
    "recognised",
    "proposed",
    "accepted",
    "asked",
    "listed",
    "right",
    ...(isTested ? ["right by tests", "wrong by tests", "not run"] : []),
    "precision",
    "seconds",
    "index",
    ...(isTimed ? ["plain /", "drafted /", "sketch /", "worst plain /"] : []),
  ];
  const cells = rows.map((row) => [
    row.type,
    row.cases,
    row.recognised,
    row.proposed,
    row.accepted,
    row.asked,
    row.listed ?? "",
    row.right,
    ...(isTested ? [row.rightByTests ?? "", row.wrongByTests ?? "", row.notRun ?? ""] : []),
    row.precision ?? "",
    row.seconds,
    row.indexSeconds,
    ...(isTimed
      ? [
          row.againstPlain ?? "",
          row.againstDrafted ?? "",
          row.againstSketch ?? "",
          row.worstAgainstPlain ?? "",
        ]
      : []),
  ]);
  process.stdout.write((markdown ? markdownTable : textTable)(head, cells));
}

const help = `
rename and repeat are commits: one that replaces a name by a new one in at least three lines, and one whose hunks all make the same
change (the first hunk is given, the others are to be found). A rename is right if it is made where the commit made it, and nowhere
that the commit kept; other changes of the commit say nothing. Where places are unsure, the person says
that they are meant ("asked"); where the commit renames several symbols of the name, one request follows the other. A repeated edit is right if it is what the commit did.
Where its list has places that the commit left, or some that are unsure, the person takes those whose change is a part of the commit's
("asked"; "listed": how many places are looked through, the median). repeat-two is the same with the first two hunks given.
multi-file-known is every commit to several files of code all of whose code is one known kind of edit, blanks, comments and the order of
imports aside: a rename, a repeated edit, a change of parameters with its calls (the body of the function aside), or files that move, with
the imports that lead to them. --cases counts for each kind. bench-data/multi-file-known.jsonl, for --only, has those that were measured.
multi-file is every commit to two to five files of code: a rename, a repeated edit, or one that no specialist recognises, which a model
writes.
signature, extract and loop are commits, too, found by what they write and not by the analysis that is measured: one that changes the
list of parameters of one function, one that has statements of a function in a new one afterwards, which is called where they were, and
one that gives a loop another form. The request is the commit's list, with the value that all its calls pass; the lines; the form.
Right: lists and calls as the commit has them, nothing else changed; the same statements, parameters and results; the same form with the
same names. Where a parameter is taken away, the body of the function is the commit's already. "Asked": the commit adapts all listed
places that can be, or none, and keeps the others.
made-extract and made-signature are made of the newest files: right means that the result parses, and for made-signature that taking the
parameter away gives the old texts.

--tests names a list of { "repository", "since", "until", "setup", "test", "passed" }: shell commands that are run in the parent of the
commit, and a regular expression that finds the names of the tests that pass. An extraction that is not as the commit has it is right
by tests if what passed before still passes, and an error that is planted in the new function makes some of it fail; without such a
test it is "not run". Precision then counts what is right as the commit or by tests, of what is neither refused nor "not run".
The commands, and the tests of old commits, run as you.

"plain /" is how many times as long the model of --model would take to write the same files, a token a pass; "drafted /" the same
with drafts from the source, "sketch /" for the changed lines alone. Seconds of decoding are modelled by the measured cost of passes
(bench calibrate); the edit's own include the index of the whole repository from nothing. Errors that are fixed have a measurement of
their own: scripts/bench-fix.ts.`;
