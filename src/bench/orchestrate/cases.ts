import type { Node } from "web-tree-sitter";
import { nameLanguageOf } from "../../orchestrate/index/languages.ts";
import type { OrchestrateRequest } from "../../orchestrate/speculator.ts";
import { parserFor } from "../../workspace/syntax.ts";
import { type CommitHunk, hunksOfFile, tokensChanged } from "./commit-hunks.ts";
import { type CodeCommit, type CommitFile, codeCommits, codeFilesOf } from "./history.ts";
import { type RenameOfCommit, renameOfCommit } from "./rename-commits.ts";

export const caseTypes = [
  "rename",
  "repeat",
  "repeat-two",
  "multi-file",
  "extract",
  "signature",
] as const;
export type CaseType = (typeof caseTypes)[number];

/** Types whose cases are commits. */
export const commitTypes: readonly CaseType[] = ["rename", "repeat", "repeat-two", "multi-file"];

/** What is asked, of which files, and how the answer is judged. */
export interface RepositoryCase {
  readonly id: string;
  readonly type: CaseType;
  readonly request: OrchestrateRequest;
  /** The repository by path: the files of code. */
  readonly texts: ReadonlyMap<string, string>;
  /** In words, for the model that would write the edit instead. */
  readonly instruction: string;
  readonly judge: CaseJudgement;
}

export type CaseJudgement =
  /** What the commit did to the files of code; blanks aside. */
  | { readonly kind: "commit"; readonly files: readonly CommitFile[] }
  /** The name is replaced where the commit replaced it, among its other changes. */
  | {
      readonly kind: "rename";
      readonly files: readonly CommitFile[];
      readonly rename: RenameOfCommit;
    }
  /** A request that takes the edit back must give the old texts. */
  | { readonly kind: "undone"; readonly request: OrchestrateRequest }
  /** The texts parse, and their names resolve as before: the specialist's own check, with no second opinion. */
  | { readonly kind: "parses" };

/** Numbers in [0, below), the same for the same seed. */
export type RandomBelow = (below: number) => number;

export function randomBelow(seed: number): RandomBelow {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** Cases that commits of a clone make; the newest first. */
export async function* commitCases(
  clone: string,
  name: string,
  types: ReadonlySet<CaseType>,
  most: number,
): AsyncGenerator<RepositoryCase> {
  for await (const commit of codeCommits(clone, most)) {
    const made = [
      ...(types.has("rename") ? renameCase(commit) : []),
      ...(types.has("repeat") ? repeatCase(commit, 1) : []),
      ...(types.has("repeat-two") ? repeatCase(commit, 2) : []),
      ...(types.has("multi-file") ? multiFileCase(commit) : []),
    ];
    if (made.length === 0) continue;
    const texts = await codeFilesOf(clone, `${commit.commit}^`);
    for (const one of made) {
      yield { ...one, id: `${name}@${commit.commit.slice(0, 9)}`, texts: withFiles(texts, one) };
    }
  }
}

type CommitCaseParts = Omit<RepositoryCase, "id" | "texts"> & {
  readonly edited?: readonly CommitFile[];
};

/** The edit that is to be repeated is made already. */
function withFiles(
  texts: ReadonlyMap<string, string>,
  { edited }: CommitCaseParts,
): ReadonlyMap<string, string> {
  return new Map([...texts, ...(edited ?? []).map(({ path, after }) => [path, after] as const)]);
}

function renameCase({ files }: CodeCommit): CommitCaseParts[] {
  const found = renameOfCommit(files);
  if (!found) return [];
  const { from, to, at } = found;
  return [
    {
      type: "rename",
      request: { rename: { from, to, at: at[0] } },
      instruction: `Rename ${from} to ${to} everywhere.`,
      judge: { kind: "rename", files, rename: found },
    },
  ];
}

/** Like hunks that make a commit a repeated edit: the first one is made by hand. */
const fewestLike = 3;

/** The first hunks are made, one or two, and the others are to be found. */
function repeatCase({ files }: CodeCommit, made: 1 | 2): CommitCaseParts[] {
  const groups = new Map<string, CommitHunk[]>();
  const hunks = files.flatMap(hunksOfFile);
  for (const hunk of hunks) {
    const id = tokensChanged(hunk);
    if (id !== "") groups.set(id, [...(groups.get(id) ?? []), hunk]);
  }
  const [group] = [...groups.values()].sort((a, b) => b.length - a.length);
  // Other hunks would be wrong in the answer without being asked for.
  if (!group || group.length < fewestLike || group.length < hunks.length) return [];
  const given = group.slice(0, made);
  const [first] = given;
  const edited = files.flatMap(({ path, before }) => {
    const here = given.filter((one) => one.path === path);
    if (here.length === 0) return [];
    const lines = before.split("\n");
    for (const { start, end, added } of here.reverse()) lines.splice(start, end - start, ...added);
    return [{ path, before, after: lines.join("\n") }];
  });
  return [
    {
      type: made === 1 ? "repeat" : "repeat-two",
      request: { repeat: { edit: edited, all: true } },
      instruction: `Make the same change everywhere: ${first!.removed.join("\n")} becomes ${first!.added.join("\n")}.`,
      judge: { kind: "commit", files },
      edited,
    },
  ];
}

/** Files of an edit that counts as one of several files; larger ones are rarely one edit. */
const severalFiles = [2, 5] as const;

/**
 * Every commit to a few files of code is a case: the rename or the repeated edit that it is, if it is one. Otherwise the request is its
 * message, which no specialist of today reads.
 */
function multiFileCase(commit: CodeCommit): CommitCaseParts[] {
  const { files, subject } = commit;
  if (files.length < severalFiles[0] || files.length > severalFiles[1]) return [];
  const [known] = [...renameCase(commit), ...repeatCase(commit, 1)];
  const type = "multi-file";
  if (known) return [{ ...known, type }];
  const request = { instruction: subject };
  return [{ type, request, instruction: subject, judge: { kind: "commit", files } }];
}

/** Cases that are made of a commit's files: statements to extract, functions to give a parameter. */
export async function madeCases(
  clone: string,
  name: string,
  type: "extract" | "signature",
  wanted: number,
  random: RandomBelow,
): Promise<RepositoryCase[]> {
  const texts = await codeFilesOf(clone, "HEAD");
  const paths = [...texts.keys()].filter((path) => nameLanguageOf(path) && !/\.d\.ts$/u.test(path));
  const found: RepositoryCase[] = [];
  for (let tries = 0; found.length < wanted && tries < 40 * wanted; tries += 1) {
    const path = paths[random(paths.length)]!;
    const tree = (await parserFor(path))?.parse(texts.get(path)!);
    if (!tree || tree.rootNode.hasError) continue;
    const made =
      type === "extract"
        ? extractCase(tree.rootNode, path, random)
        : signatureCase(tree.rootNode, path, random);
    tree.delete();
    if (made) found.push({ ...made, id: `${name}:${path}:${tries}`, type, texts });
  }
  return found;
}

type MadeCase = Pick<RepositoryCase, "request" | "instruction" | "judge">;

function extractCase(root: Node, path: string, random: RandomBelow): MadeCase | undefined {
  if (nameLanguageOf(path) === "go") return undefined;
  const blocks = root.descendantsOfType(["statement_block", "block"]).flatMap((block) => {
    const statements = (block?.namedChildren ?? []).filter((one) => one?.type !== "comment");
    const isBody = /func|method|if_|for_|with_|try_/u.test(block?.parent?.type ?? "");
    return isBody && statements.length > 1 ? [statements] : [];
  });
  const statements = blocks[random(blocks.length)];
  if (!statements) return undefined;
  const first = random(statements.length - 1);
  const last = first + random(Math.min(statements.length - first, 6));
  const from = statements[first]!.startPosition.row + 1;
  const to = statements[last]!.endPosition.row + 1;
  return {
    request: { extract: { path, from, to, name: "extracted_part" } },
    instruction: `Extract lines ${from} to ${to} of ${path} into a function called extracted_part.`,
    judge: { kind: "parses" },
  };
}

const functionNodes = ["function_declaration", "function_definition", "method_definition"];

function signatureCase(root: Node, path: string, random: RandomBelow): MadeCase | undefined {
  const functions = root
    .descendantsOfType([...functionNodes, "method_declaration"])
    .flatMap((one) => {
      const name = one?.childForFieldName("name");
      const list = one?.childForFieldName("parameters");
      return name && list && !/^(?:constructor|__\w+__)$/u.test(name.text) ? [{ name, list }] : [];
    });
  const chosen = functions[random(functions.length)];
  if (!chosen) return undefined;
  const { name, list } = chosen;
  const isPython = nameLanguageOf(path) === "python";
  const written = list.text.slice(1, -1).trim().replace(/,$/u, "");
  const own = isPython ? written.replace(/^(?:self|cls)\s*(?:,\s*|$)/u, "") : written;
  const type = path.endsWith(".go") ? " int" : /\.[cm]?tsx?$/u.test(path) ? ": number" : "";
  const wider = own === "" ? `zz${type}` : `zz${type}, ${own}`;
  const { row, column } = name.startPosition;
  const at = { path, line: row + 1, column: column + 1 };
  return {
    request: { signature: { from: name.text, parameters: wider, values: { zz: "0" }, at } },
    instruction: `Give ${name.text} a first parameter zz, and pass 0 for it at every call.`,
    judge: {
      kind: "undone",
      request: { signature: { from: name.text, parameters: own, at, unsure: "include" } },
    },
  };
}
