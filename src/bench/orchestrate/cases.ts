import { nameLanguageOf } from "../../orchestrate/index/languages.ts";
import type { OrchestrateRequest } from "../../orchestrate/speculator.ts";
import { type CommitHunk, fewestLike, hunksOfFile, tokensChanged } from "./commit-hunks.ts";
import { type ExtractOfCommit, extractOfCommit } from "./extract-commits.ts";
import { type CodeCommit, type CommitFile, codeCommits, codeFilesOf } from "./history.ts";
import { knownEditOf, type MovedFile } from "./known-commits.ts";
import { type LoopOfCommit, loopOfCommit } from "./loop-commits.ts";
import { type RenameOfCommit, renameOfCommit } from "./rename-commits.ts";
import { mentionsCall, type SignatureOfCommit, signatureOfCommit } from "./signature-commits.ts";

/** Types whose cases are commits. */
const typesOfCommits = [
  "rename",
  "repeat",
  "repeat-two",
  "multi-file",
  "multi-file-known",
  "signature",
  "extract",
  "loop",
] as const;
export const caseTypes: readonly [...typeof typesOfCommits, "made-extract", "made-signature"] = [
  ...typesOfCommits,
  "made-extract",
  "made-signature",
];
export type CaseType = (typeof caseTypes)[number];
export const commitTypes: readonly CaseType[] = typesOfCommits;

/** What is asked, of which files, and how the answer is judged. */
export interface RepositoryCase {
  readonly id: string;
  readonly type: CaseType;
  /** Of a type with several kinds of edits, which one. */
  readonly kind?: string;
  /** The commit that it is made of, by its hash. */
  readonly commit?: string;
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
  /** Declarations and calls have the lists of the commit, among its other changes. */
  | {
      readonly kind: "signature";
      readonly files: readonly CommitFile[];
      readonly change: SignatureOfCommit;
    }
  /** Code and imports are those of the commit, which moves files; the order of imports aside. */
  | {
      readonly kind: "moved";
      readonly files: readonly CommitFile[];
      readonly moves: readonly MovedFile[];
    }
  /** The same statements leave for a function of the same parameters and results. */
  | { readonly kind: "extract"; readonly extract: ExtractOfCommit }
  /** The loop, or what became one, is written in the words of the commit. */
  | { readonly kind: "loop"; readonly loop: LoopOfCommit }
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
  only?: readonly string[],
): AsyncGenerator<RepositoryCase> {
  const moves = types.has("multi-file-known");
  for await (const commit of codeCommits(clone, most, { moves, only })) {
    const isMove = commit.files.some(({ movedFrom }) => movedFrom !== undefined);
    const known = moves ? await knownCase(commit) : [];
    const made = isMove
      ? known
      : [
          ...known,
          ...(types.has("rename") ? renameCase(commit) : []),
          ...(types.has("repeat") ? repeatCase(commit, 1) : []),
          ...(types.has("repeat-two") ? repeatCase(commit, 2) : []),
          ...(types.has("multi-file") ? multiFileCase(commit) : []),
          ...(types.has("signature") ? await signatureCase(commit) : []),
          ...(types.has("extract") ? await extractCase(commit) : []),
          ...(types.has("loop") ? await loopCase(commit) : []),
        ];
    if (made.length === 0) continue;
    const texts = await codeFilesOf(clone, `${commit.commit}^`);
    for (const one of made) {
      const { judge } = one;
      // Where nothing calls the function by its name, nothing is to be carried.
      if (judge.kind === "signature" && !isCalled(texts, judge.change)) continue;
      const id = `${name}@${commit.commit.slice(0, 9)}`;
      yield { ...one, id, commit: commit.commit, texts: withFiles(texts, one) };
    }
  }
}

type CommitCaseParts = Omit<RepositoryCase, "id" | "texts" | "commit"> & {
  /** Texts that a part of the edit is made in already, by path. */
  readonly edited?: readonly (readonly [path: string, text: string])[];
};

function withFiles(
  texts: ReadonlyMap<string, string>,
  { edited }: CommitCaseParts,
): ReadonlyMap<string, string> {
  return edited ? new Map([...texts, ...edited]) : texts;
}

const isCalled = (texts: ReadonlyMap<string, string>, change: SignatureOfCommit): boolean =>
  [...texts].some(([path, text]) => nameLanguageOf(path) && mentionsCall(text, change));

async function signatureCase({ files }: CodeCommit): Promise<CommitCaseParts[]> {
  const change = await signatureOfCommit(files);
  return change === undefined || typeof change === "string" ? [] : signatureParts(change);
}

function signatureParts(change: SignatureOfCommit): CommitCaseParts[] {
  const { name, list, values, at } = change;
  return [
    {
      type: "signature",
      request: { signature: { from: name, parameters: list, values, at } },
      instruction: `Change the parameters of ${name} to (${list}).`,
      judge: { kind: "signature", files: change.files, change },
      edited: change.files.map(({ path, before }) => [path, before] as const),
    },
  ];
}

function renameCase({ files }: CodeCommit): CommitCaseParts[] {
  const found = renameOfCommit(files);
  return found ? renameParts(files, found) : [];
}

function renameParts(files: readonly CommitFile[], found: RenameOfCommit): CommitCaseParts[] {
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

async function extractCase({ files }: CodeCommit): Promise<CommitCaseParts[]> {
  const extract = await extractOfCommit(files);
  if (!extract) return [];
  const { path, from, to, name } = extract;
  return [
    {
      type: "extract",
      request: { extract: { path, from, to, name } },
      instruction: `Extract lines ${from} to ${to} of ${path} into ${name}.`,
      judge: { kind: "extract", extract },
    },
  ];
}

async function loopCase({ files }: CodeCommit): Promise<CommitCaseParts[]> {
  const loop = await loopOfCommit(files);
  if (!loop) return [];
  const { path, line, to } = loop;
  return [
    {
      type: "loop",
      request: { loop: { path, line, to } },
      instruction: `Give the loop at ${path}:${line} the form ${to ?? loop.form}.`,
      judge: { kind: "loop", loop },
    },
  ];
}

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
  const type = made === 1 ? "repeat" : "repeat-two";
  return repeatParts(files, group.slice(0, made), type);
}

function repeatParts(
  files: readonly CommitFile[],
  given: readonly CommitHunk[],
  type: CaseType,
): CommitCaseParts[] {
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
      type,
      request: { repeat: { edit: edited, all: true } },
      instruction: `Make the same change everywhere: ${first!.removed.join("\n")} becomes ${first!.added.join("\n")}.`,
      judge: { kind: "commit", files },
      edited: edited.map(({ path, after }) => [path, after] as const),
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

/** A commit to several files of code all of whose code is one known kind of edit, asked for as a person would. */
async function knownCase({ files }: CodeCommit): Promise<CommitCaseParts[]> {
  const known = await knownEditOf(files);
  if (!known) return [];
  const type = "multi-file-known";
  const { kind } = known;
  const parts =
    kind === "rename"
      ? renameParts(files, known.rename)
      : kind === "signature"
        ? signatureParts(known.change)
        : kind === "repeat"
          ? repeatParts(files, [known.first], type)
          : movedParts(files, known.moves);
  return parts.map((one) => ({ ...one, type, kind }));
}

function movedParts(files: readonly CommitFile[], moves: readonly MovedFile[]): CommitCaseParts[] {
  const words = moves.map(({ from, to }) => `${from} to ${to}`).join(", ");
  const instruction = `move ${words}`;
  const judge = { kind: "moved" as const, files, moves };
  return [{ type: "multi-file-known", request: { move: { moves } }, instruction, judge }];
}
