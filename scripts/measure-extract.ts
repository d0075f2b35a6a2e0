/**
 * Extracts random statements of random functions of a repository's files: `node --import tsx scripts/measure-extract.ts <bare
 * repository> [tries] [folder for the results]`. Python results are compiled; the first results are written for reading.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { RedraftError } from "../src/core/errors.ts";
import { planExtract } from "../src/orchestrate/extract/extract.ts";
import { unifiedDiff } from "../src/workspace/diff.ts";
import { parserFor } from "../src/workspace/syntax.ts";
import { memoryView } from "../test/support/memory-repository.ts";

const [repository = "", tries = "150", out] = process.argv.slice(2);
const print = (line: string): void => void process.stdout.write(`${line}\n`);
const git = (...args: string[]): string =>
  execFileSync("git", ["-C", repository, ...args], { maxBuffer: 1 << 30, encoding: "utf8" });
let seed = 7;
const random = (below: number): number => {
  seed = (seed * 1103515245 + 12345) % 2147483648;
  return Math.floor((seed / 2147483648) * below);
};

const paths = git("ls-tree", "-r", "--name-only", "HEAD")
  .split("\n")
  .filter((path) => /\.(?:py|[jt]sx?)$/u.test(path) && !path.endsWith(".d.ts"));
const chosen = Array.from({ length: 40 }, () => paths[random(paths.length)]!);
const texts = new Map([...new Set(chosen)].map((path) => [path, git("show", `HEAD:${path}`)]));
const view = await memoryView(Object.fromEntries(texts));

interface Range {
  readonly path: string;
  readonly from: number;
  readonly to: number;
}
const ranges: Range[] = [];
for (const [path, text] of texts) {
  const tree = (await parserFor(path))?.parse(text);
  if (!tree || tree.rootNode.hasError) continue;
  for (const list of tree.rootNode.descendantsOfType(["statement_block", "block"])) {
    const statements = (list?.namedChildren ?? []).filter((one) => one?.type !== "comment");
    if (statements.length < 2 || !/func|method|if_|for_|with_|try_/u.test(list!.parent?.type ?? ""))
      continue;
    const first = random(statements.length - 1);
    const last = first + random(Math.min(statements.length - first, 6));
    ranges.push({
      path,
      from: statements[first]!.startPosition.row + 1,
      to: statements[last]!.endPosition.row + 1,
    });
  }
}
const counts = { tried: 0, made: 0, refused: 0, crashed: 0, uncompiled: 0 };
const reasons = new Map<string, number>();
for (let at = 0; at < Number(tries) && ranges.length > 0; at += 1) {
  const [range] = ranges.splice(random(ranges.length), 1);
  counts.tried += 1;
  try {
    const plan = await planExtract(view, { ...range!, name: "extracted_part" });
    counts.made += 1;
    if (range!.path.endsWith(".py")) {
      const compiled = spawnSync(
        "python3",
        ["-c", "import sys; compile(sys.stdin.read(), 'a.py', 'exec')"],
        { input: plan.after },
      );
      if (compiled.status !== 0) {
        counts.uncompiled += 1;
        print(`not compiled: ${JSON.stringify(range)} ${compiled.stderr.toString().slice(-200)}`);
      }
    }
    if (out !== undefined && counts.made <= 12) {
      mkdirSync(out, { recursive: true });
      writeFileSync(
        `${out}/${counts.made}.diff`,
        `${JSON.stringify(range)} ${plan.notes.join()}\n${unifiedDiff({ path: range!.path, text: plan.before }, { path: range!.path, text: plan.after })}`,
      );
    }
  } catch (error) {
    if (!RedraftError.is(error)) {
      counts.crashed += 1;
      print(`crash ${JSON.stringify(range)} ${(error as Error).stack?.slice(0, 400)}`);
      continue;
    }
    counts.refused += 1;
    const why = error.message.replace(/^\S+ /u, "").replaceAll(/`[^`]*`/gu, "`x`");
    reasons.set(why, (reasons.get(why) ?? 0) + 1);
  }
}
print(JSON.stringify({ repository: repository.split("/").at(-2), ...counts }));
for (const [why, count] of [...reasons].sort((a, b) => b[1] - a[1])) print(`  ${count} ${why}`);
