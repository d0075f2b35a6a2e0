/**
 * Gives random functions of a repository a new first parameter and asks a type checker whether a call was missed:
 * `node --import tsx scripts/measure-signature.ts <folder> "<command>" [tries] [seed]`. The command runs in the folder and prints what is
 * wrong; complaints about arguments that were not there before count. Then the parameter is taken away, which must give the old texts.
 * The folder is changed and restored: use a copy.
 */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { RedraftError } from "../src/core/errors.ts";
import { createRepositoryIndex } from "../src/orchestrate/index/repository-index.ts";
import { nameViewOf } from "../src/orchestrate/names/view.ts";
import { planSignature } from "../src/orchestrate/signature/signature.ts";
import { repositoryFiles } from "../src/workspace/repository-files.ts";
import { parserFor } from "../src/workspace/syntax.ts";

const [folder = ".", command = "true", tries = "30", firstSeed = "7"] = process.argv.slice(2);
const print = (line: string): void => void process.stdout.write(`${line}\n`);
let seed = Number(firstSeed);
const random = (below: number): number => {
  seed = (seed * 1103515245 + 12345) % 2147483648;
  return Math.floor((seed / 2147483648) * below);
};

const index = createRepositoryIndex(repositoryFiles(folder), parserFor);
await index.update();
const view = await nameViewOf(index, parserFor);

interface Declared {
  readonly path: string;
  readonly line: number;
  readonly column: number;
  readonly name: string;
  readonly list: string;
}
const functions: Declared[] = [];
for (const path of index.paths()) {
  if (!/\.(?:py|go|[cm]?[jt]sx?)$/u.test(path) || path.endsWith(".d.ts")) continue;
  const tree = (await parserFor(path))?.parse((await view.text(path)) ?? "");
  if (!tree) continue;
  const types = [
    "function_declaration",
    "function_definition",
    "method_definition",
    "method_declaration",
  ];
  for (const node of tree.rootNode.hasError ? [] : tree.rootNode.descendantsOfType(types)) {
    const name = node?.childForFieldName("name");
    const list = node?.childForFieldName("parameters");
    if (!name || !list || /^(?:constructor|__\w+__)$/u.test(name.text)) continue;
    const { row, column } = name.startPosition;
    functions.push({
      path,
      line: row + 1,
      column: column + 1,
      name: name.text,
      list: list.text.slice(1, -1).trim(),
    });
  }
  tree.delete();
}

const isPython = (path: string): boolean => path.endsWith(".py");
/** The list with a parameter before the others, and without it. */
function lists({ path, list }: Declared): [string, string] {
  const bare = isPython(path) ? list.replace(/^(?:self|cls)\s*(?:,\s*|$)/u, "") : list;
  const added = path.endsWith(".go")
    ? "zz int"
    : isPython(path)
      ? "zz"
      : path.endsWith(".js")
        ? "zz"
        : "zz: number";
  const rest = bare.replace(/,\s*$/u, "");
  return [rest === "" ? added : `${added}, ${rest}`, rest];
}

/** Complaints about the arguments of calls. */
function complaints(): string[] {
  const { stdout, stderr } = spawnSync(command, {
    cwd: folder,
    shell: true,
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  return `${stdout}\n${stderr}`
    .split("\n")
    .filter((line) =>
      /TS2554|TS2555|call-arg|arg-type.*Argument 1|arguments in call|not enough arguments|too many arguments/u.test(
        line,
      ),
    )
    .map((line) => line.replaceAll(/[:(]\d+(?:[:,]\d+)?\)?/gu, ""));
}

const count = { tried: 0, made: 0, refused: 0, missed: 0, notRestored: 0, calls: 0 };
const reasons = new Map<string, number>();
const before = complaints();
for (; count.tried < Number(tries) && functions.length > 0; count.tried += 1) {
  const [one] = functions.splice(random(functions.length), 1);
  const { path, line, column, name } = one!;
  const [wider, own] = lists(one!);
  try {
    const at = { path, line, column };
    const made = await planSignature(view, {
      from: name,
      parameters: wider,
      values: { zz: "0" },
      at,
    });
    count.made += 1;
    count.calls += made.calls;
    for (const file of made.files) writeFileSync(join(folder, file.path), file.after);
    const after = complaints();
    const left = [...before];
    const added = after.filter((complaint) => {
      const known = left.indexOf(complaint);
      if (known >= 0) left.splice(known, 1);
      return known < 0;
    });
    if (added.length > 0) {
      count.missed += 1;
      print(`missed: ${path}:${line} ${name}(${wider}): ${added.slice(0, 3).join(" | ")}`);
    }
    const changedIndex = createRepositoryIndex(repositoryFiles(folder), parserFor);
    await changedIndex.update();
    const again = await nameViewOf(changedIndex, parserFor);
    const back = await planSignature(again, { from: name, parameters: own, at }).catch(
      (error: unknown) => error as Error,
    );
    const restored =
      back instanceof Error
        ? undefined
        : new Map(back.files.map((file) => [file.path, file.after]));
    const strange = made.files.find((file) => restored?.get(file.path) !== file.before);
    if (strange) {
      count.notRestored += 1;
      print(
        `not restored: ${path}:${line} ${name}: ${back instanceof Error ? back.message.slice(0, 200) : strange.path}`,
      );
    }
    for (const file of made.files) writeFileSync(join(folder, file.path), file.before);
  } catch (error) {
    if (!RedraftError.is(error)) throw error;
    count.refused += 1;
    const why = /\((?<why>[^()]*)\)\n|: (?<said>[^\n]*)/u.exec(error.message)?.groups;
    const reason = (why?.why ?? why?.said ?? error.message)
      .replaceAll(/`[^`]*`/gu, "...")
      .slice(0, 80);
    reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  }
}
print(JSON.stringify(count));
for (const [why, times] of [...reasons].sort((a, b) => b[1] - a[1])) print(`${times} ${why}`);
