/**
 * Extracts random statements of random functions of a Go package and builds each result: `node --import tsx
 * scripts/measure-extract-go.ts <folder of the package> [made] [seed]`. The folder is changed during a build and restored after it; Go's own
 * environment says how it is built (`GO111MODULE`, `GOPATH`). Prints what `gofmt -l` and `go vet` refuse, and the refusals by reason.
 */
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { RedraftError } from "../src/core/errors.ts";
import { planExtract } from "../src/orchestrate/extract/extract.ts";
import { parserFor } from "../src/workspace/syntax.ts";
import { memoryView } from "../test/support/memory-repository.ts";

const [folder = ".", wanted = "30", start = "7"] = process.argv.slice(2);
const print = (line: string): void => void process.stdout.write(`${line}\n`);
let seed = Number(start);
const random = (below: number): number => {
  seed = (seed * 1103515245 + 12345) % 2147483648;
  return Math.floor((seed / 2147483648) * below);
};
const paths = readdirSync(folder).filter((path) => path.endsWith(".go"));
const texts = new Map(paths.map((path) => [path, readFileSync(join(folder, path), "utf8")]));
const view = await memoryView(Object.fromEntries(texts));
const go = (...args: string[]): ReturnType<typeof spawnSync> =>
  spawnSync(args[0]!, args.slice(1), { cwd: folder, encoding: "utf8" });

const ranges: { readonly path: string; readonly from: number; readonly to: number }[] = [];
for (const [path, text] of texts) {
  const tree = (await parserFor(path))?.parse(text);
  if (!tree || path.endsWith("_test.go")) continue;
  for (const list of tree.rootNode.descendantsOfType("statement_list")) {
    const statements = list!.namedChildren.filter((one) => one?.type !== "comment");
    for (let tries = 0; tries < 2 && statements.length > 1; tries += 1) {
      const first = random(statements.length);
      const last = Math.min(statements.length - 1, first + random(5));
      ranges.push({
        path,
        from: statements[first]!.startPosition.row + 1,
        to: statements[last]!.endPosition.row + 1,
      });
    }
  }
}
const known = String(go("go", "vet", ".").stderr);
const counts = { tried: 0, made: 0, refused: 0, unformatted: 0, unbuilt: 0 };
const reasons = new Map<string, number>();
while (counts.made < Number(wanted) && ranges.length > 0) {
  const [range] = ranges.splice(random(ranges.length), 1);
  counts.tried += 1;
  try {
    const plan = await planExtract(view, { ...range!, name: "extractedPart" });
    counts.made += 1;
    const file = join(folder, plan.path);
    const wasFormatted = go("gofmt", "-l", plan.path).stdout === "";
    writeFileSync(file, plan.after);
    const isFormatted = !wasFormatted || go("gofmt", "-l", plan.path).stdout === "";
    const built = go("go", "vet", ".");
    const said = String(built.stderr);
    writeFileSync(file, plan.before);
    if (!isFormatted) {
      counts.unformatted += 1;
      print(`not formatted: ${plan.path}:${range!.from}-${range!.to}`);
    }
    if (built.status !== 0 && said.split("\n").length > known.split("\n").length) {
      counts.unbuilt += 1;
      print(`not built: ${plan.path}:${range!.from}-${range!.to} ${said.slice(0, 400)}`);
    }
  } catch (error) {
    if (!RedraftError.is(error)) throw error;
    counts.refused += 1;
    const reason = error.message.replace(/^\S+ /u, "").replace(/`[^`]*`/gu, "`…`");
    reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  }
}
print(JSON.stringify(counts));
for (const [reason, count] of [...reasons].sort((one, other) => other[1] - one[1]))
  print(`${count} ${reason}`);
