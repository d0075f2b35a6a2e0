import { existsSync, readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import { RedraftError } from "../../core/errors.ts";
import { type ApplyPair, type ApplySketch, jsonLines } from "../apply/cases.ts";
import { appendSet } from "../apply/styles/append.ts";
import { driftSet } from "../apply/styles/drift.ts";
import { spacedSketches } from "../apply/styles/markers.ts";
import { symbolSketches } from "../apply/styles/symbol.ts";
import { textTable } from "../table.ts";
import { type ArchiveSum, readArchive, type Sketches } from "./archive.ts";
import { type CaseOrigin, rebuildCases } from "./rebuild.ts";

interface DataOptions {
  readonly out?: string;
  readonly archive?: string;
  readonly sha256?: string;
  readonly mirror?: string;
  readonly from: string;
  readonly repositories?: string;
  readonly cases?: string;
  readonly licences?: boolean;
}

/** `redraft bench data`: the apply set, rebuilt from the histories of public repositories. */
export function dataCommand(): Command {
  return new Command("data")
    .description(
      "rebuilds the files of the apply set from public repositories, and checks that they are the measured ones",
    )
    .option("--out <folder>", "folder for the sets apply, more, drift and append, and the clones")
    .option(
      "--archive <file>",
      "the archive of sketches; without it, only files and the set append",
    )
    .option("--sha256 <sum>", "sum of another archive's decompressed content")
    .option("--mirror <folder>", "take the repositories from clones in this folder")
    .option("--from <url>", "clone <url>/<owner>/<name>.git", "https://github.com")
    .option("--repositories <names>", "only these repositories, separated by commas")
    .option("--cases <file>", "another list of cases than bench-data/apply-cases.jsonl")
    .option("--licences", "list the repositories with their licences, and do nothing else")
    .action(makeData);
}

async function makeData(options: DataOptions): Promise<void> {
  const origins = caseOrigins(options);
  if (options.licences) {
    process.stdout.write(licenceTable(origins));
    return;
  }
  const { out, archive, mirror } = options;
  if (out === undefined)
    throw new RedraftError("usage", "redraft bench data needs --out <folder>.");
  // Read first: a damaged archive is known before anything is cloned.
  const sketches =
    archive === undefined ? undefined : readArchive(archive, options.sha256 ?? ownSum().sha256);
  const cases = await rebuildCases(origins, {
    from: options.from,
    clones: join(out, "repositories"),
    ...(mirror === undefined ? {} : { mirror }),
    onProgress: (line) => process.stderr.write(`${line}\n`),
  });
  const sets = setsOf(cases, sketches);
  for (const { name, pairs, edits } of sets) {
    const folder = join(out, name);
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, "cases.public.jsonl"), jsonLinesOf(pairs));
    if (edits.length > 0)
      await writeFile(join(folder, "sketches.public.jsonl"), jsonLinesOf(edits));
    process.stdout.write(`${folder}: ${pairs.length} files, ${edits.length} edits\n`);
  }
  if (sketches === undefined) {
    process.stdout.write("The sets apply, more and drift need the sketches: --archive <file>.\n");
    return;
  }
  const folders = sets.map(({ name }) => join(out, name)).join(",");
  process.stdout.write(`To measure: redraft bench apply --data ${folders}\n`);
}

interface NamedSet {
  readonly name: string;
  readonly pairs: readonly ApplyPair[];
  readonly edits: readonly ApplySketch[];
}

/** All sets that follow from the files and the sketches, by the names of their folders. */
export function setsOf(pairs: readonly ApplyPair[], archive?: Sketches): NamedSet[] {
  const append = appendSet(pairs);
  const appended = { name: "append", pairs: append.cases, edits: append.sketches };
  if (archive === undefined) return [{ name: "apply", pairs, edits: [] }, appended];
  const byId = new Map(pairs.map((pair) => [pair.id, pair]));
  const own = archive.sketches.filter((sketch) => byId.has(sketch.case));
  const more = [...spacedSketches(own), ...symbolSketches(byId, archive.symbols)];
  const drift = driftSet(pairs, own);
  return [
    { name: "apply", pairs, edits: own },
    { name: "more", pairs, edits: more },
    { name: "drift", pairs: drift.cases, edits: drift.sketches },
    appended,
  ];
}

const benchData = (file: string): string =>
  fileURLToPath(new URL(`../../../bench-data/${file}`, import.meta.url));

function caseOrigins({ cases, repositories }: DataOptions): CaseOrigin[] {
  const path = cases ?? benchData("apply-cases.jsonl");
  if (cases === undefined && !existsSync(path)) {
    throw new RedraftError(
      "usage",
      `${path} does not exist. The list of cases is in the repository, not in the npm package: use a checkout, or --cases <file>.`,
    );
  }
  const all = [...jsonLines<CaseOrigin>(path)];
  if (repositories === undefined) return all;
  const wanted = repositories.split(",").map((name) => name.trim());
  const unknown = wanted.find((name) => !all.some(({ repo }) => repo === name));
  if (unknown !== undefined)
    throw new RedraftError("usage", `--repositories: no case is from ${unknown}.`);
  return all.filter(({ repo }) => wanted.includes(repo));
}

function ownSum(): ArchiveSum {
  const path = benchData("apply-archive.json");
  if (!existsSync(path))
    throw new RedraftError("usage", "Outside of a checkout --archive needs --sha256 <sum>.");
  return JSON.parse(readFileSync(path, "utf8")) as ArchiveSum;
}

function licenceTable(origins: readonly CaseOrigin[]): string {
  const rows = [...new Set(origins.map(({ repo }) => repo))].sort().map((repo) => {
    const own = origins.filter((origin) => origin.repo === repo);
    return [repo, own[0]!.license, own.length];
  });
  return textTable(["repository", "licence", "cases"], rows);
}

function jsonLinesOf(rows: readonly object[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join("");
}
