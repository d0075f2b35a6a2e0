import {
  type CodeParts,
  type CodeTokenChange,
  codePartsOf,
  codeTokenChanges,
  importsApart,
} from "./code-parts.ts";
import { type CommitHunk, fewestLike, hunksOfFile, tokensChanged } from "./commit-hunks.ts";

import type { CommitFile } from "./history.ts";
import type { RenameOfCommit } from "./rename-commits.ts";
import { type SignatureOfCommit, signatureOfCommit } from "./signature-commits.ts";
import {
  bareCode,
  readTree,
  type TextSpan,
  writtenCalls,
  writtenFunctions,
} from "./written-functions.ts";

/** The one known kind that all of a commit's change of code is, and what a person would ask for. */
export type WholeEdit =
  | { readonly kind: "rename"; readonly rename: RenameOfCommit }
  | { readonly kind: "moved"; readonly moves: readonly MovedFile[] }
  | { readonly kind: "signature"; readonly change: SignatureOfCommit }
  | { readonly kind: "repeat"; readonly first: CommitHunk };

export interface MovedFile {
  readonly from: string;
  readonly to: string;
}

/** A file that a commit changes, by its parts. */
interface ReadCommitFile {
  readonly file: CommitFile;
  readonly old: CodeParts;
  readonly now: CodeParts;
}

/**
 * What a commit to several files of code is, if all of its code is one known kind of edit: blanks, comments and the order of imports aside.
 * Decided by the two texts alone, not by the analysis that is measured.
 */
export async function knownEditOf(files: readonly CommitFile[]): Promise<WholeEdit | undefined> {
  if (files.length < 2) return undefined;
  if (files.some(({ movedFrom }) => movedFrom !== undefined)) {
    const read = await readAll(files);
    return read && movedModule(read);
  }
  const hunks = files.map((file) => hunksOfFile(file).filter(isMoreThanBlanks));
  const isRename = mayRename(hunks);
  const isSignature = mayChangeList(files, hunks);
  const read = isRename || isSignature ? await readAll(files) : undefined;
  const changed = read?.filter(({ old, now }) => isChanged(old, now)) ?? [];
  if (changed.length > 1) {
    const rename = isRename ? wholeRename(changed) : undefined;
    if (rename) return { kind: "rename", rename };
    const own = changed.map(({ file }) => file);
    const change = isSignature ? await wholeSignature(own) : undefined;
    if (change) return { kind: "signature", change };
  }
  const first = wholeRepeat(hunks.flat());
  return first && (await changesCode(files, read)) ? { kind: "repeat", first } : undefined;
}

/** Whether code of several files is changed, not comments alone. */
async function changesCode(
  files: readonly CommitFile[],
  known: readonly ReadCommitFile[] | undefined,
): Promise<boolean> {
  const read = known ?? (await readAll(files));
  return read !== undefined && read.filter(({ old, now }) => isChanged(old, now)).length > 1;
}

async function readAll(files: readonly CommitFile[]): Promise<ReadCommitFile[] | undefined> {
  const read: ReadCommitFile[] = [];
  for (const file of files) {
    const old = await codePartsOf(file.movedFrom ?? file.path, file.before);
    const now = old && (await codePartsOf(file.path, file.after));
    if (!old || !now) return undefined;
    read.push({ file, old, now });
  }
  return read;
}

const commentedLine = /^\s*(?:\/\/|#|\*|\/\*)/u;

/** Parsing takes long: whether lines that are no comments take out one word and put in one. */
function mayRename(hunks: readonly (readonly CommitHunk[])[]): boolean {
  const [out, into] = [new Set<string>(), new Set<string>()];
  for (const own of hunks) {
    const count = new Map<string, number>();
    const add = (lines: readonly string[], by: 1 | -1): void => {
      for (const line of lines) {
        if (commentedLine.test(line)) continue;
        for (const [word] of line.matchAll(wholeWords))
          count.set(word, (count.get(word) ?? 0) + by);
      }
    };
    for (const { removed, added } of own) {
      add(removed, -1);
      add(added, 1);
    }
    for (const [word, times] of count) {
      if (times < 0) out.add(word);
      if (times > 0) into.add(word);
    }
    if (out.size > 1 || into.size > 1) return false;
  }
  return out.size === 1 && into.size === 1;
}

/** Lines above a change in which the call that it is a part of begins. */
const callAbove = 8;
const called = /([\p{L}\p{N}_$]+)\s*\(/gu;
/** What may declare a function: a keyword before its name, a function as a value, or a method at the beginning of a line. */
const possibleDeclaration =
  /\b(?:def|function\*?|func(?: *\([^()]*\))?) +([\p{L}\p{N}_$]+)|([\p{L}\p{N}_$]+) *[=:] *(?:async *)?(?:function|\()|^\s+(?:(?:async|static|public|private|protected|get|set|override) +)*([\p{L}\p{N}_$]+) *\(/gmu;
const noFunction = /^(?:if|for|while|switch|catch|return|it|describe|test|expect|func|function)$/u;

/** Whether some function that may be declared at or above a change is called, or declared, at or above some change of every file. */
function mayChangeList(
  files: readonly CommitFile[],
  hunks: readonly (readonly CommitHunk[])[],
): boolean {
  const declared = new Set<string>();
  let common: Set<string> | undefined;
  for (const [at, { before }] of files.entries()) {
    if (hunks[at]!.length === 0) continue;
    const lines = before.split("\n");
    const names = new Set<string>();
    for (const { start, end } of hunks[at]!) {
      const text = lines.slice(Math.max(0, start - callAbove), end).join("\n");
      for (const [, name] of text.matchAll(called)) names.add(name!);
      for (const [, ...found] of text.matchAll(possibleDeclaration)) {
        const name = found.find((one) => one !== undefined)!;
        if (noFunction.test(name)) continue;
        declared.add(name);
        // A constructor is called by its class.
        if (!/^(?:constructor|__init__)$/u.test(name)) continue;
        for (const [, one] of before.matchAll(/\bclass\s+([\p{L}\p{N}_$]+)/gu)) {
          names.add(one!);
          declared.add(one!);
        }
      }
    }
    common = common ? new Set([...common].filter((name) => names.has(name))) : names;
    if (common.size === 0) return false;
  }
  return common !== undefined && [...common].some((name) => declared.has(name));
}

function isChanged(old: CodeParts, now: CodeParts): boolean {
  const { removed, added } = importsApart(old, now);
  return removed.length + added.length > 0 || codeTokenChanges(old, now).length > 0;
}

const wholeWords = /[\p{L}\p{N}_$]+/gu;
const replaceWord = (text: string, from: string, to: string): string =>
  text.replaceAll(wholeWords, (word) => (word === from ? to : word));

/** One name becomes another wherever anything differs, and is declared at one of these places. */
function wholeRename(files: readonly ReadCommitFile[]): RenameOfCommit | undefined {
  let from: string | undefined;
  let to: string | undefined;
  const at: { path: string; line: number }[] = [];
  for (const { file, old, now } of files) {
    for (const change of codeTokenChanges(old, now)) {
      const pairs = replacedPairs(change);
      if (!pairs) return undefined;
      for (const [one, other] of pairs) {
        if (one.role !== "name" && one.role !== "declared") continue;
        from ??= one.text;
        to ??= other.text;
        if (one.role === "declared" && one.text === from)
          at.push({ path: file.path, line: one.row + 1 });
      }
    }
  }
  if (from === undefined || to === undefined || at.length === 0) return undefined;
  const isWhole = files.every(({ old, now }) => isOnlyRenamed(old, now, from, to));
  return isWhole ? { from, to, at } : undefined;
}

/** Tokens that take each other's place; a name that gets its old one as a key, `{ old: new }`, is one of them. */
function replacedPairs({ removed, added, before }: CodeTokenChange) {
  if (removed.length === added.length) return removed.map((one, at) => [one, added[at]!] as const);
  const [colon, value] = added;
  if (removed.length === 0 && added.length === 2 && colon?.text === ":" && before)
    return [[before, value!] as const];
  return undefined;
}

function isOnlyRenamed(old: CodeParts, now: CodeParts, from: string, to: string): boolean {
  const isToken = codeTokenChanges(old, now).every((change) =>
    (replacedPairs(change) ?? []).every(
      ([one, other]) => one.text === other.text || replaceWord(one.text, from, to) === other.text,
    ),
  );
  const { removed, added } = importsApart(old, now);
  const names = (list: typeof removed, change: (text: string) => string): string[] =>
    list.map((one) => `${one.module}\0${change(one.names)}`).sort();
  // `import { old as mine }` keeps the name that the file has for it.
  const renamed = names(removed, (text) => replaceWord(text, from, to));
  const isImport = renamed.join("\n") === names(added, (text) => text).join("\n");
  return isToken && isImport;
}

/** Files get other paths, and nothing differs but where imports lead. */
function movedModule(files: readonly ReadCommitFile[]): WholeEdit | undefined {
  const moves = files.flatMap(({ file: { movedFrom, path } }) =>
    movedFrom === undefined ? [] : [{ from: movedFrom, to: path }],
  );
  const changed = files.filter(({ old, now }) => isChanged(old, now));
  const isElsewhere = changed.some(({ file }) => file.movedFrom === undefined);
  if (!isElsewhere) return undefined;
  const isWhole = changed.every(({ old, now }) => {
    const { removed, added } = importsApart(old, now);
    const names = (list: typeof removed): string =>
      list
        .map((one) => one.names)
        .sort()
        .join("\n");
    // A module that is taken as a whole is written with other words where it is used.
    if (names(removed) !== names(added)) return false;
    const byNames = new Map(added.map((one) => [one.names, one.module]));
    const isFollowed = removed.every((one) =>
      followsMove(one.module, byNames.get(one.names) ?? "", moves),
    );
    if (!isFollowed) return false;
    return codeTokenChanges(old, now).every((change) => isOfModules(change, moves));
  });
  return isWhole ? { kind: "moved", moves } : undefined;
}

const moduleWords = (path: string): string[] => path.replace(/\.\w+$/u, "").split(/[/.]/u);

/** The last part of a path that has a name: `a` of `./lib/a.js` and of `./a/index`. */
const lastPart = (path: string): string =>
  path
    .replaceAll(/^["'`]|["'`]$/gu, "")
    .replace(/(?:\.d)?\.(?:[cm]?[jt]sx?|pyi?|go)$/u, "")
    .replace(/\/(?:index|__init__)$/u, "")
    .split(/[/.]/u)
    .at(-1)!;

/** Whether a path becomes that of a moved file: its last part stays, or is that of the old and of the new path. */
function followsMove(old: string, now: string, moves: readonly MovedFile[]): boolean {
  const [one, other] = [lastPart(old), lastPart(now)];
  if (one === other) return true;
  const folder = (path: string): string => lastPart(path.split("/").slice(0, -1).join("/"));
  return moves.some(
    ({ from, to }) =>
      (lastPart(from) === one && lastPart(to) === other) ||
      (folder(from) === one && folder(to) === other),
  );
}

function isOfModules(change: CodeTokenChange, moves: readonly MovedFile[]): boolean {
  const { removed, added, before } = change;
  const [one, other] = [removed[0], added[0]];
  const isString = (token: { readonly role?: string } | undefined): boolean =>
    token?.role === "module" || token?.role === "string";
  const isPath = (text: string): boolean =>
    /^["'`][\w@~./#$-]*["'`]$/u.test(text) && /[./]/u.test(text);
  if (removed.length === 1 && added.length === 1 && isString(one) && isString(other)) {
    const isModule = one!.role === "module" || (isPath(one!.text) && isPath(other!.text));
    return isModule && followsMove(one!.text, other!.text, moves);
  }
  // `pkg.old.name` of a module of Python that is imported as a whole.
  if (!moves.every(({ from }) => /\.pyi?$/u.test(from))) return false;
  const isDotted = before?.text === "." || removed.some(({ text }) => text === ".");
  const old = new Set(moves.flatMap(({ from }) => moduleWords(from)));
  const now = new Set(moves.flatMap(({ to }) => moduleWords(to)));
  return (
    isDotted &&
    removed.every(({ text }) => text === "." || old.has(text)) &&
    added.every(({ text }) => text === "." || now.has(text))
  );
}

/** The parameters of one function change, and what its calls pass; its own body is for the person. */
async function wholeSignature(
  files: readonly CommitFile[],
): Promise<SignatureOfCommit | undefined> {
  const change = await signatureOfCommit(files);
  if (change === undefined || typeof change === "string") return undefined;
  let others = 0;
  for (const { path, before, after } of files) {
    const own = async (text: string): Promise<string | undefined> => {
      const spans = await readTree(path, text, (root, language): TextSpan[] => [
        ...writtenFunctions(root, language)
          .filter(({ name }) => name === change.name)
          .flatMap(({ listAt, bodyAt }) => (bodyAt ? [listAt, bodyAt] : [listAt])),
        ...writtenCalls(root, change.calledAs).map(({ listAt }) => listAt),
      ]);
      return spans && masked(text, spans);
    };
    const [old, now] = [await own(before), await own(after)];
    if (old === undefined || now === undefined) return undefined;
    const [one, other] = [await codePartsOf(path, old), await codePartsOf(path, now)];
    if (!one || !other || isChanged(one, other)) return undefined;
    others += 1;
  }
  return others > 1 ? change : undefined;
}

/** A text with some stretches, which may contain each other, replaced by what every grammar takes for a list or a body. */
function masked(text: string, all: readonly TextSpan[]): string {
  let result = "";
  let from = 0;
  for (const { start, end } of all.toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    if (start < from) continue;
    const isBody = text[start] !== "(";
    result += text.slice(from, start) + (isBody ? "{}" : "()");
    from = end;
  }
  return result + text.slice(from);
}

/** All changes take out and put in the same tokens, some of them several times. */
function wholeRepeat(hunks: readonly CommitHunk[]): CommitHunk | undefined {
  if (new Set(hunks.map(({ path }) => path)).size < 2) return undefined;
  const changes = hunks.flatMap(linesReplaced).map((one) => onceOf(tokensChanged(one)));
  const isAlike = changes[0] !== "" && changes.every((one) => one === changes[0]);
  return isAlike && changes.length >= fewestLike ? hunks[0] : undefined;
}

/** The lines of a hunk that has as many before as after, if each of them differs. */
function linesReplaced(hunk: CommitHunk): CommitHunk[] {
  const { removed, added } = hunk;
  if (removed.length !== added.length) return [hunk];
  const lines = removed.map((line, at) => ({ ...hunk, removed: [line], added: [added[at]!] }));
  return lines.every(isMoreThanBlanks) ? lines : [hunk];
}

const isMoreThanBlanks = ({ removed, added }: CommitHunk): boolean =>
  bareCode(removed.join("\n")) !== bareCode(added.join("\n"));

/** A change of tokens that a line has several times, once. */
function onceOf(tokens: string): string {
  const counts = [...tokens.matchAll(/\*(\d+)(?=[ \0]|$)/gu)].map(([, count]) => Number(count));
  const times = counts.reduce((a, b) => divisor(a, b), 0) || 1;
  return tokens.replaceAll(/\*(\d+)(?=[ \0]|$)/gu, (_, count) => `*${Number(count) / times}`);
}

const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b));
