/**
 * Makes what `redraft bench data` works from, out of a complete apply set: the list of cases, without their texts
 * (bench-data/apply-cases.jsonl), the archive of sketches, and its sum (bench-data/apply-archive.json).
 *
 *   node --import tsx scripts/make-data-archive.ts --data <folder> --out redraft-apply-sketches-1.jsonl.gz
 *
 * The folder has cases.public.jsonl ({id, repo, license, commit, path, language, before, after}), sketches.public.jsonl and
 * symbols.public.json ({id, symbol, lines, sketch}). The archive's form is described at `writeArchive`.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { ApplySketch } from "../src/bench/apply/cases.ts";
import type { EditedSymbol } from "../src/bench/apply/styles/symbol.ts";
import { sha256, writeArchive } from "../src/bench/data/archive.ts";
import type { CaseOrigin, RebuiltCase } from "../src/bench/data/rebuild.ts";

const { values } = parseArgs({ options: { data: { type: "string" }, out: { type: "string" } } });
if (!values.data || !values.out) throw new Error("needs --data and --out");
const read = (name: string): string => readFileSync(join(values.data!, name), "utf8");
const rows = <Row>(name: string): Row[] =>
  read(name)
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Row);

const cases = rows<RebuiltCase>("cases.public.jsonl");
const origins = cases.map((one): CaseOrigin => {
  const { id, repo, license, commit, path, language, before, after } = one;
  const sums = {
    beforeSha256: sha256(Buffer.from(before)),
    afterSha256: sha256(Buffer.from(after)),
  };
  return { id, repo, license, commit, path, language, ...sums };
});
// Only what the bench reads.
const sketches = rows<ApplySketch>("sketches.public.jsonl").map(
  ({ id, case: of, style, format, sketch, derive, noise }): ApplySketch => ({
    id,
    case: of,
    style,
    format,
    ...(derive === undefined ? { sketch: sketch ?? "" } : { derive }),
    noise: noise ?? [],
  }),
);
const symbols = (JSON.parse(read("symbols.public.json")) as EditedSymbol[]).map(
  ({ id, symbol, lines, sketch }) => ({ id, symbol, lines, sketch }),
);
const licences = Object.fromEntries(
  [...new Map(cases.map(({ repo, license }) => [repo, license]))].sort(),
);
const { bytes, sum } = writeArchive({ sketches, symbols }, licences);
writeFileSync(values.out, bytes);
const into = (name: string): string =>
  fileURLToPath(new URL(`../bench-data/${name}`, import.meta.url));
writeFileSync(into("apply-cases.jsonl"), origins.map((row) => `${JSON.stringify(row)}\n`).join(""));
writeFileSync(into("apply-archive.json"), `${JSON.stringify(sum, null, 2)}\n`);
process.stdout.write(`${values.out}: ${bytes.length} bytes, SHA-256 inside ${sum.sha256}\n`);
