/**
 * Gives random loops of at most six lines, and comprehensions, of a repository's files every form that they can get: `node --import tsx
 * scripts/measure-loops.ts <bare repository> [tries] [folder for the results] [seed]`. Python results are compiled; all results are
 * written for reading.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { RedraftError } from "../src/core/errors.ts";
import { planLoops } from "../src/orchestrate/loops/loop.ts";
import { unifiedDiff } from "../src/workspace/diff.ts";
import { parserFor } from "../src/workspace/syntax.ts";
import { memoryView } from "../test/support/memory-repository.ts";

const [repository = "", tries = "120", out, from = "7"] = process.argv.slice(2);
const print = (line: string): void => void process.stdout.write(`${line}\n`);
const git = (...args: string[]): string =>
  execFileSync("git", ["-C", repository, ...args], { maxBuffer: 1 << 30, encoding: "utf8" });
let seed = Number(from);
const random = (below: number): number => {
  seed = (seed * 1103515245 + 12345) % 2147483648;
  return Math.floor((seed / 2147483648) * below);
};

const paths = git("ls-tree", "-r", "--name-only", "HEAD")
  .split("\n")
  .filter((path) => /\.(?:py|[jt]sx?)$/u.test(path) && !path.endsWith(".d.ts"));
const chosen: string[] = [];
for (let at = 0; at < 60 && paths.length > 0; at += 1)
  chosen.push(...paths.splice(random(paths.length), 1));
const texts = new Map(chosen.map((path) => [path, git("show", `HEAD:${path}`)]));
const view = await memoryView(Object.fromEntries(texts));

interface LoopPlace {
  readonly path: string;
  readonly line: number;
}
const places: LoopPlace[] = [];
const loops = ["for_statement", "for_in_statement", "while_statement", "do_statement"];
const values = ["expression_statement", "lexical_declaration"];
for (const [path, text] of texts) {
  const tree = (await parserFor(path))?.parse(text);
  if (!tree || tree.rootNode.hasError) continue;
  for (const node of tree.rootNode.descendantsOfType([...loops, ...values])) {
    const isValue = values.includes(node!.type);
    if (isValue && !/^[^\n]*= [^\n]*(?:\.(?:map|filter)\(|\bfor \w+ in\b)/u.test(node!.text))
      continue;
    if (node!.text.split("\n").length > 6) continue;
    places.push({ path, line: node!.startPosition.row + 1 });
  }
}
const counts = { tried: 0, changed: 0, refused: 0, crashed: 0, results: 0, uncompiled: 0 };
const reasons = new Map<string, number>();
const forms = new Map<string, number>();
const count = (map: Map<string, number>, key: string): void =>
  void map.set(key, (map.get(key) ?? 0) + 1);
for (; counts.tried < Number(tries) && places.length > 0; ) {
  const [place] = places.splice(random(places.length), 1);
  counts.tried += 1;
  try {
    const plans = await planLoops(view, place!);
    counts.changed += 1;
    for (const { path, form, before, after, notes } of plans) {
      counts.results += 1;
      count(forms, form);
      if (path.endsWith(".py")) {
        const code = "import sys; compile(sys.stdin.read(), 'a.py', 'exec')";
        const compiled = spawnSync("python3", ["-c", code], { input: after });
        if (compiled.status !== 0) {
          counts.uncompiled += 1;
          print(`not compiled: ${JSON.stringify(place)} ${compiled.stderr.toString().slice(-200)}`);
        }
      }
      if (out === undefined) continue;
      mkdirSync(out, { recursive: true });
      const diff = unifiedDiff({ path, text: before }, { path, text: after });
      writeFileSync(`${out}/${counts.results}.diff`, `${form} ${notes.join()}\n${diff}`);
    }
  } catch (error) {
    if (!RedraftError.is(error)) {
      counts.crashed += 1;
      print(`crash ${JSON.stringify(place)} ${(error as Error).stack?.slice(0, 400)}`);
      continue;
    }
    counts.refused += 1;
    const rows = (error.details as { reasons?: { why: string; form?: string }[] }).reasons ?? [];
    for (const { form, why } of rows)
      count(reasons, `${form}: ${why.replaceAll(/`[^`]*`/gu, "`x`")}`);
  }
}
print(JSON.stringify({ repository: repository.split("/").at(-2), ...counts }));
print(JSON.stringify(Object.fromEntries(forms)));
for (const [why, number] of [...reasons].sort((a, b) => b[1] - a[1]).slice(0, 25))
  print(`  ${number} ${why}`);
