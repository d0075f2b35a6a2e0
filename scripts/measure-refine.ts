/**
 * Edits of several hunks with one bad hunk, of public commits: `node --import tsx scripts/measure-refine.ts <ruff> <cases> <seed> <bare
 * repository...>`, with `--least <confidence>` for another limit of the texts that mend. One hunk of a commit is spoilt, so that its file does not parse, or (Python) uses a name that is declared nowhere. The
 * check is the parser, the syntax check of TypeScript, and for Python `ruff` (syntax and F821). Counted are edits whose other hunks all
 * stay while the bad one is left out or mended, or is left out with hunks that need it; what is answered must pass the check.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import ts from "typescript";
import { randomBelow } from "../src/bench/orchestrate/cases.ts";
import { hunksOfFile } from "../src/bench/orchestrate/commit-hunks.ts";
import { type CommitFile, codeCommits } from "../src/bench/orchestrate/history.ts";
import type { Diagnostic } from "../src/core/diagnostic.ts";
import { proposeFixes } from "../src/orchestrate/fix/propose.ts";
import { createRepositoryIndex } from "../src/orchestrate/index/repository-index.ts";
import { nameViewOf } from "../src/orchestrate/names/view.ts";
import type { CheckAnswer } from "../src/orchestrate/refine.ts";
import { type MendedText, refineEdit } from "../src/orchestrate/refine-edit.ts";
import { parserFor } from "../src/workspace/syntax.ts";

const { values, positionals } = parseArgs({
  options: { least: { type: "string" } },
  allowPositionals: true,
});
const [ruff = "ruff", cases = "60", seed = "1", ...repositories] = positionals;
const leastConfidence = values.least === undefined ? undefined : Number(values.least);
const print = (line: string): void => void process.stdout.write(`${line}\n`);
const random = randomBelow(Number(seed));
const folder = mkdtempSync(join(tmpdir(), "redraft-refine-"));

/** What the tools say of a text: syntax errors, and in Python unknown names. */
async function said(path: string, text: string): Promise<Diagnostic[]> {
  const tree = (await parserFor(path))?.parse(text);
  const isBroken = tree?.rootNode.hasError ?? false;
  tree?.delete();
  const found: Diagnostic[] = [];
  if (/\.[cm]?[jt]sx?$/u.test(path)) {
    const { diagnostics = [] } = ts.transpileModule(text, {
      fileName: path,
      reportDiagnostics: true,
      compilerOptions: { target: ts.ScriptTarget.ESNext, jsx: ts.JsxEmit.Preserve },
    });
    for (const { start = 0, messageText, code, file } of diagnostics) {
      const at = file?.getLineAndCharacterOfPosition(start) ?? { line: 0, character: 0 };
      found.push({
        file: path,
        line: at.line + 1,
        column: at.character + 1,
        severity: "error",
        code: `TS${code}`,
        message: ts.flattenDiagnosticMessageText(messageText, "\n"),
      });
    }
  }
  if (path.endsWith(".py")) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
    const words = ["check", "--isolated", "--no-cache", "--select", "F821,E9"];
    const { stdout } = spawnSync(ruff, [...words, "--output-format", "json", path], {
      cwd: folder,
      encoding: "utf8",
    });
    for (const one of JSON.parse(stdout || "[]") as RuffMessage[]) {
      const code = one.code ?? "invalid-syntax";
      const { row: line, column } = one.location;
      const message = one.code === null ? `SyntaxError: ${one.message}` : one.message;
      found.push({ file: path, line, column, severity: "error", code, message });
    }
  }
  if (isBroken && found.length === 0)
    found.push({ file: path, line: 1, severity: "error", message: "the parser finds an error" });
  return found;
}

interface RuffMessage {
  readonly code: string | null;
  readonly message: string;
  readonly location: { readonly row: number; readonly column: number };
}

const messages = (all: readonly Diagnostic[]): string[] => all.map(({ message }) => message).sort();

/** Passes where no message is new. */
function checkOf(files: readonly CommitFile[]) {
  const known = new Map<string, Promise<string[]>>();
  const base = (path: string): Promise<string[]> => {
    const { before } = files.find((one) => one.path === path)!;
    const one = known.get(path) ?? said(path, before).then(messages);
    known.set(path, one);
    return one;
  };
  return async (texts: ReadonlyMap<string, string>): Promise<CheckAnswer> => {
    for (const [path, text] of texts) {
      const left = [...(await base(path))];
      const added = messages(await said(path, text)).find((message) => {
        const at = left.indexOf(message);
        if (at >= 0) left.splice(at, 1);
        return at < 0;
      });
      if (added !== undefined) return { ok: false, why: `${path}: ${added}` };
    }
    return { ok: true };
  };
}

/** Texts in which the fixes of what the tools say are made. */
async function mend(path: string, text: string): Promise<MendedText[]> {
  const files = {
    list: async () => [path],
    stamp: () => "1",
    read: async () => ({ text, hash: text }),
  };
  const index = createRepositoryIndex(files, parserFor);
  await index.update();
  const context = { index, parserFor, names: () => nameViewOf(index, parserFor) };
  const proposals = await proposeFixes(await said(path, text), context, async () => text);
  const fixes = proposals.flatMap((one) => one.fixes);
  return fixes.map(({ changes, confidence }) => {
    const made = [...changes]
      .sort((a, b) => b.start - a.start)
      .reduce((now, one) => now.slice(0, one.start) + one.text + now.slice(one.end), text);
    return { text: made, confidence };
  });
}

/** A line with a sign less, or with a name that nobody knows. */
function spoilt(line: string, kind: string): string | undefined {
  if (kind === "parse") {
    const places = [...line.matchAll(/[()[\]{}:]/gu)].map(({ index }) => index);
    const at = places[random(places.length)];
    return at === undefined ? undefined : line.slice(0, at) + line.slice(at + 1);
  }
  const names = [...line.matchAll(/(?<![.\w"'])[a-z_]{4,}(?=[\w.([\s])/gu)];
  const one = names[random(names.length)];
  if (!one) return undefined;
  const [name] = one;
  const at = 1 + random(name.length - 2);
  const wrong = name.slice(0, at) + name[at + 1] + name[at] + name.slice(at + 2);
  return wrong === name
    ? undefined
    : line.slice(0, one.index) + wrong + line.slice(one.index + name.length);
}

const counts = {
  cases: 0,
  leftOut: 0,
  mended: 0,
  mendedOtherwise: 0,
  withNeeding: 0,
  othersLost: 0,
  unchecked: 0,
  checks: 0,
};
const wanted = Number(cases);
const perRepository = Math.ceil(wanted / repositories.length);
for (const repository of repositories) {
  let own = 0;
  for await (const { commit, files } of codeCommits(repository, 1500)) {
    if (own >= perRepository || counts.cases >= wanted) break;
    const hunks = files.flatMap(hunksOfFile);
    if (hunks.length < 3 || hunks.length > 10 || files.length > 5) continue;
    const check = checkOf(files);
    const right = new Map(files.map(({ path, after }) => [path, after]));
    if (!(await check(right)).ok) continue;
    const hunk = hunks[random(hunks.length)]!;
    const kind = hunk.path.endsWith(".py") && counts.cases % 2 === 1 ? "name" : "parse";
    const line = hunk.added.length === 0 ? -1 : random(hunk.added.length);
    const bad = line < 0 ? undefined : spoilt(hunk.added[line]!, kind);
    if (bad === undefined) continue;
    const file = files.find(({ path }) => path === hunk.path)!;
    const [old, now] = [file.before.split("\n"), file.after.split("\n")];
    const from = now.length - old.length;
    const behind = hunks.filter((one) => one.path === hunk.path && one.start >= hunk.start);
    const shift = behind.reduce((sum, one) => sum + one.added.length - (one.end - one.start), 0);
    const start = hunk.start + from - shift;
    const with_ = (lines: readonly string[]): string =>
      [...now.slice(0, start), ...lines, ...now.slice(start + hunk.added.length)].join("\n");
    const edited = with_(hunk.added.with(line, bad));
    const without = with_(hunk.removed);
    const edit = files.map((one) => (one === file ? { ...one, after: edited } : one));
    if ((await check(new Map([[file.path, edited]]))).ok) continue;
    // Other hunks may need this one.
    const canLeave = (await check(new Map([...right, [file.path, without]]))).ok;
    if (
      hunksOfFile(edit.find(({ path }) => path === file.path)!).length !==
      hunks.filter((one) => one.path === file.path).length
    )
      continue;
    counts.cases += 1;
    own += 1;
    const refined = await refineEdit(edit, check, { mend, leastConfidence });
    counts.checks += refined.checks;
    if (!(await check(refined.texts)).ok) counts.unchecked += 1;
    const made = refined.texts.get(file.path) ?? file.before;
    const others = files.every(
      ({ path, before, after }) =>
        path === file.path || (refined.texts.get(path) ?? before) === after,
    );
    const lost = refined.hunks.filter(({ state }) => state === "left out").length;
    const isMended = refined.hunks.some(({ state }) => state === "mended");
    let fate: string;
    if (others && made === file.after) fate = "mended";
    else if (others && made === without) fate = "leftOut";
    else if (others && isMended && lost === 0) fate = "mendedOtherwise";
    else fate = canLeave ? "othersLost" : "withNeeding";
    counts[fate as "mended"] += 1;
    print(
      `${counts.cases} ${repository.split("/").at(-2)} ${commit.slice(0, 9)} ${kind} ${hunks.length} hunks ${refined.checks} checks: ${fate}${canLeave ? "" : " (others need it)"}`,
    );
    if (fate !== "mended" && fate !== "leftOut") {
      print(`   bad: ${bad.trim()} | right: ${hunk.added[line]!.trim()}`);
      for (const one of refined.hunks)
        if (one.state !== "kept") print(`   ${one.state} ${one.path}:${one.line} ${one.why}`);
    }
  }
}
rmSync(folder, { recursive: true });
print(JSON.stringify(counts));
