import { runGit } from "../src/bench/data/git.ts";
import { type CodeCommit, codeCommits, codeFilesOf } from "../src/bench/orchestrate/history.ts";
import type { Diagnostic } from "../src/core/diagnostic.ts";
import { proposeFixes } from "../src/orchestrate/fix/propose.ts";
import { nameLanguageOf } from "../src/orchestrate/index/languages.ts";
import { createRepositoryIndex } from "../src/orchestrate/index/repository-index.ts";
import { nameViewOf } from "../src/orchestrate/names/view.ts";
import type {
  EditCandidate,
  OrchestrateRequest,
  SpeculationContext,
} from "../src/orchestrate/speculator.ts";
import { writerEditType } from "../src/orchestrate/writer/edit-type.ts";
import { parserFor } from "../src/workspace/syntax.ts";
import { importForm, mutations } from "./fix-mutations.ts";

/** Candidates of one request, and which of them are right. */
export interface EditCase {
  readonly id: string;
  readonly request: OrchestrateRequest;
  readonly candidates: readonly EditCandidate[];
  readonly right: readonly boolean[];
}

export type RandomNumber = () => number;

/** Mistakes whose message is known without running a tool: a name that nothing declares. */
const mistakes = ["name misspelt", "declaration misspelt", "import dropped"] as const;

/** Files of a clone that are broken by a mutation; the candidates are the specialist's own, right where they give the old text. */
export async function* fixCases(
  clone: string,
  name: string,
  wanted: number,
  random: RandomNumber,
): AsyncGenerator<EditCase> {
  const texts = await codeFilesOf(clone, "HEAD");
  const index = createRepositoryIndex(
    {
      list: async () => [...texts.keys()].sort(),
      stamp: (path) => texts.get(path),
      read: async (path) => {
        const text = texts.get(path);
        return text === undefined ? undefined : { text, hash: text };
      },
    },
    parserFor,
  );
  await index.update();
  const context: SpeculationContext = {
    index,
    parserFor,
    names: () => nameViewOf(index, parserFor),
  };
  const paths = [...texts.keys()].filter(
    (path) => /\.(?:py|tsx?)$/u.test(path) && !/test|\.d\.ts$/u.test(path),
  );
  // A repository of another language has no file to break.
  if (paths.length === 0) return;
  for (let made = 0, tries = 0; made < wanted && tries < 30 * wanted; tries++) {
    const path = paths[Math.floor(random() * paths.length)]!;
    const before = texts.get(path)!;
    const tree = (await parserFor(path))?.parse(before);
    if (!tree || tree.rootNode.hasError) continue;
    const language = nameLanguageOf(path)!;
    const kind = mistakes[tries % mistakes.length]!;
    const broken = mutations[kind]!(tree.rootNode, before, language, random);
    tree.delete();
    const diagnostic = broken && unknownName(path, before, broken.text, language);
    if (!broken || !diagnostic) continue;
    texts.set(path, broken.text);
    try {
      await index.update();
      const proposals = await proposeFixes([diagnostic], context, (one) => index.read(one));
      const candidates = proposals.flatMap(({ fixes }) =>
        fixes.map((fix): EditCandidate => {
          let after = broken.text;
          for (const { start, end, text } of [...fix.changes].sort((a, b) => b.start - a.start))
            after = after.slice(0, start) + text + after.slice(end);
          const files = [{ path, before: broken.text, after }];
          return { by: "fix", title: fix.title, why: "", confidence: 0.9, files, notes: [] };
        }),
      );
      if (candidates.length === 0) continue;
      const right = candidates.map(
        ({ files: [file] }) => importForm(file!.after) === importForm(before),
      );
      made += 1;
      yield {
        id: `${name} ${path} ${tries}`,
        request: { diagnostics: [diagnostic] },
        candidates,
        right,
      };
    } finally {
      texts.set(path, before);
      await index.update();
    }
  }
}

/** What a checker says about the first name that is in the new text and was not in the old one, or lost its import. */
function unknownName(
  path: string,
  before: string,
  after: string,
  language: string,
): Diagnostic | undefined {
  const words = (text: string): string[] => text.match(/[\p{L}_$][\p{L}\p{N}_$]*/gu) ?? [];
  const known = new Set(words(before));
  const left = words(after);
  const lost = before
    .split("\n")
    .filter((line) => !after.includes(line))
    .flatMap(words);
  const name =
    left.find((word) => !known.has(word)) ??
    lost.find(
      (word) => word.length > 3 && left.includes(word) && !/^(?:from|import|type)$/u.test(word),
    );
  if (name === undefined) return undefined;
  const line = after.split("\n").findIndex((text) => words(text).includes(name)) + 1;
  const message =
    language === "python"
      ? `F821 undefined name '${name}'`
      : `error TS2304: Cannot find name '${name}'.`;
  return { file: path, line, message, severity: "error" };
}

/** Small commits of one file: what the commit wrote is right, and the same with one token or line changed is wrong. */
export async function* commitCasesOf(
  clone: string,
  name: string,
  wanted: number,
  random: RandomNumber,
): AsyncGenerator<EditCase> {
  let made = 0;
  for await (const commit of codeCommits(clone, 1500)) {
    if (made >= wanted) return;
    const one = await commitCase(clone, name, commit, random);
    if (!one) continue;
    made += 1;
    yield one;
  }
}

const fewLines = 10;

async function commitCase(
  clone: string,
  name: string,
  { commit, files }: CodeCommit,
  random: RandomNumber,
): Promise<EditCase | undefined> {
  const [file] = files;
  if (!file || files.length > 1 || /test/u.test(file.path)) return undefined;
  const { path, before, after } = file;
  const [old, now] = [before.split("\n"), after.split("\n")];
  let start = 0;
  while (start < old.length && old[start] === now[start]) start += 1;
  let end = 0;
  while (end < Math.min(old.length, now.length) - start && old.at(-1 - end) === now.at(-1 - end))
    end += 1;
  const [removed, added] = [old.length - start - end, now.length - start - end];
  if (removed > fewLines || added > fewLines || added === 0 || removed === 0) return undefined;
  const log = await runGit(clone, ["log", "-1", "--format=%s", commit]);
  const instruction = log
    .toString("utf8")
    .trim()
    .replace(/^\w+(?:\([^)]*\))?!?:\s*/u, "")
    .replace(/\s*\(#\d+\)$/u, "");
  // A new version number says nothing about judging code.
  if (/^(?:version|bump|release|prepare|merge|revert)\b|\bversion\b/iu.test(instruction))
    return undefined;
  const written = now.slice(start, start + added);
  const versions = new Set([written.join("\n")]);
  for (let tries = 0; versions.size < 4 && tries < 20; tries++)
    versions.add(spoilt(written, now, random).join("\n"));
  const type = `writer ${writerEditType({ instruction })}`;
  const candidates = [...versions]
    .map((version) =>
      [
        ...now.slice(0, start),
        ...(version === "" ? [] : version.split("\n")),
        ...now.slice(start + added),
      ].join("\n"),
    )
    .filter((text) => text !== before)
    .map(
      (text): EditCandidate => ({
        by: "writer",
        type,
        title: commit,
        why: "",
        confidence: 0.4,
        files: [{ path, before, after: text }],
        notes: [],
      }),
    );
  const right = candidates.map(({ files: [made] }) => made!.after === after);
  return { id: `${name}@${commit.slice(0, 9)}`, request: { instruction }, candidates, right };
}

/** The lines with one mistake: another name of the file, another operator or constant, or a line left out. */
function spoilt(lines: readonly string[], file: readonly string[], random: RandomNumber): string[] {
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)]!;
  const made = [...lines];
  const at = Math.floor(random() * lines.length);
  const line = made[at]!;
  const names = [...line.matchAll(/[\p{L}_$][\p{L}\p{N}_$]{2,}/gu)];
  const how = random();
  if (how < 0.25 && lines.length > 1) made.splice(at, 1);
  else if (how < 0.75 && names.length > 0) {
    const name = pick(names);
    const others = file.join("\n").match(/[\p{L}_$][\p{L}\p{N}_$]{2,}/gu) ?? [];
    made[at] = line.slice(0, name.index) + pick(others) + line.slice(name.index + name[0].length);
  } else {
    const swaps: readonly (readonly [RegExp, string])[] = [
      [/===?/u, "!="],
      [/ < /u, " > "],
      [/ \+ /u, " - "],
      [/\btrue\b/u, "false"],
      [/\bTrue\b/u, "False"],
      [/\band\b/u, "or"],
      [/&&/u, "||"],
      [/\bnot /u, ""],
      [/\d+/u, "7"],
    ];
    const fitting = swaps.filter(([form]) => form.test(line));
    if (fitting.length > 0) {
      const [form, text] = pick(fitting);
      made[at] = line.replace(form, text);
    }
  }
  return made;
}
