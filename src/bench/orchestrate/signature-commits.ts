import { type NameLanguage, nameLanguageOf } from "../../orchestrate/index/languages.ts";
import type { Parameter } from "../../orchestrate/signature/parameters.ts";
import type { CommitFile } from "./history.ts";
import { pairByLines } from "./paired-lines.ts";
import {
  bareCode,
  readTree,
  type WrittenCall,
  type WrittenFunction,
  writtenCalls,
  writtenFunctions,
} from "./written-functions.ts";

/** A change of the parameters of one function that a commit makes. */
export interface SignatureOfCommit {
  readonly name: string;
  /** By which calls name it: a constructor is called by its class. */
  readonly calledAs: string;
  readonly at: { readonly path: string; readonly line: number; readonly column: number };
  /** The new list, as the commit writes it. */
  readonly list: string;
  readonly values: Readonly<Record<string, string>>;
  readonly before: readonly Parameter[];
  readonly after: readonly Parameter[];
  /** The files; where a parameter is taken away, the old text has the new body of the function. */
  readonly files: readonly CommitFile[];
}

/** Why a commit that changes a list is no case. */
export type SignatureLeftOut =
  | "several functions"
  | "declared in several ways"
  | "a parameter gets another name"
  | "calls pass different values";

interface ChangedFunction {
  readonly path: string;
  readonly old: WrittenFunction;
  readonly now: WrittenFunction;
}

/** The change of one function's parameters in a commit; undefined where there is none. */
export async function signatureOfCommit(
  files: readonly CommitFile[],
): Promise<SignatureOfCommit | SignatureLeftOut | undefined> {
  const changed = (await Promise.all(files.map(changedFunctions))).flat();
  const own = changed.filter(({ old, now }) => !isLike(old.parameters, now.parameters));
  const [first] = own;
  if (!first) return undefined;
  const { name } = first.old;
  const isMember = own.every(({ old }) => old.scope.includes("."));
  const isOther = ({ path, old }: ChangedFunction): boolean =>
    old.name !== name || (!isMember && (path !== first.path || old.scope !== first.old.scope));
  if (own.some(isOther)) return "several functions";
  if (own.some(({ old, now }) => bareCode(old.head) !== bareCode(now.head))) return undefined;
  const shape = (list: readonly Parameter[]): string => JSON.stringify(list.map(callerView));
  if (
    own.some(
      ({ old, now }) =>
        shape(old.parameters) !== shape(first.old.parameters) ||
        shape(now.parameters) !== shape(first.now.parameters),
    )
  )
    return "declared in several ways";
  const main = own.find(({ old }) => old.bodyAt) ?? first;
  const [before, after] = [main.old.parameters, main.now.parameters];
  const calledAs = callNameOf(main.old);
  const all = (await Promise.all(files.map((file) => pairedCalls(file, calledAs)))).flat();
  const calls = all.filter(passesElse);
  // Calls that stay pass for it what they passed before.
  const isForEvery = calls.length > 0 && calls.length === all.length;
  if (before.length === after.length && !isForEvery && hasOtherName(before, after))
    return "a parameter gets another name";
  const language = nameLanguageOf(main.path)!;
  const isLoose = /\.[cm]?jsx?$/u.test(main.path);
  const values = commonValues(
    { calls, isAll: calls.length === all.length, isLoose },
    before,
    after,
    language,
  );
  if (!values) return "calls pass different values";
  const isTaken = before.some((one) => !after.some((two) => two.name === one.name));
  const texts = isTaken ? files.map((file) => withNewBodies(file, own)) : files;
  const text = texts.find(({ path }) => path === main.path)!.before;
  const declared = (await readTree(main.path, text, writtenFunctions))?.find(
    ({ scope, list }) => scope === main.old.scope && list === main.old.list,
  );
  if (!declared) return undefined;
  const at = { path: main.path, line: declared.line, column: declared.column };
  return { name, calledAs, at, list: main.now.list, values, before, after, files: texts };
}

const callNameOf = ({ name, scope }: WrittenFunction): string =>
  /^(?:constructor|__init__)$/u.test(name) ? (scope.split(".").at(-2) ?? name) : name;

/** Whether a text calls a function of the name, by its words. */
export function mentionsCall(text: string, { name, calledAs }: SignatureOfCommit): boolean {
  for (let at = text.indexOf(calledAs); at >= 0; at = text.indexOf(calledAs, at + 1)) {
    const isWord = !/[\p{L}\p{N}_$]$/u.test(text.slice(Math.max(0, at - 1), at));
    const isDeclared = /\b(?:def|func|function|class)\s*(?:\([^()]*\)\s*)?$/u.test(
      text.slice(Math.max(0, at - 60), at),
    );
    const after = text.slice(at + calledAs.length, at + calledAs.length + 2000);
    // `get(key) {` declares a method.
    const isMethod = calledAs === name && /^\([^()]*\)[^\n;]*\{\s*\n/u.test(after);
    if (isWord && after.startsWith("(") && !isDeclared && !isMethod) return true;
  }
  return false;
}

/** What callers see of a parameter; its type is not asked. */
const callerView = ({ name, kind, only, fallback }: Parameter): readonly unknown[] => [
  bareCode(name),
  kind,
  only,
  fallback !== undefined,
];

const isLike = (one: readonly Parameter[], other: readonly Parameter[]): boolean =>
  JSON.stringify(one.map(callerView)) === JSON.stringify(other.map(callerView));

const hasOtherName = (before: readonly Parameter[], after: readonly Parameter[]): boolean =>
  before.some(
    ({ name }, at) =>
      !after.some((one) => one.name === name) &&
      !before.some((one) => one.name === after[at]!.name),
  );

/** Functions whose list is another one, with the same names around them. */
async function changedFunctions({ path, before, after }: CommitFile): Promise<ChangedFunction[]> {
  const old = await readTree(path, before, writtenFunctions);
  const now = old && (await readTree(path, after, writtenFunctions));
  if (!now) return [];
  const byScope = (all: readonly WrittenFunction[]): Map<string, WrittenFunction[]> => {
    const found = new Map<string, WrittenFunction[]>();
    for (const one of all) found.set(one.scope, [...(found.get(one.scope) ?? []), one]);
    return found;
  };
  const later = byScope(now);
  return [...byScope(old)].flatMap(([scope, all]) => {
    const others = later.get(scope) ?? [];
    if (others.length !== all.length) return [];
    return all.flatMap((one, at) => {
      const other = others[at]!;
      return bareCode(one.list) === bareCode(other.list) ? [] : [{ path, old: one, now: other }];
    });
  });
}

interface PairedCall {
  readonly old: WrittenCall;
  readonly now: WrittenCall;
}

/** Calls of the name, and those that they became. */
async function pairedCalls(
  { path, before, after }: CommitFile,
  name: string,
): Promise<PairedCall[]> {
  const read = (text: string): Promise<WrittenCall[] | undefined> =>
    readTree(path, text, (root) => writtenCalls(root, name));
  const [old, now] = [(await read(before)) ?? [], (await read(after)) ?? []];
  return [...pairByLines(before, after, old, now)].flatMap(([one, other]) =>
    one.callee === other.callee ? [{ old: one, now: other }] : [],
  );
}

const passesElse = ({ old, now }: PairedCall): boolean =>
  bareCode(old.items.join()) !== bareCode(now.items.join());

const nullWords: Readonly<Record<NameLanguage, string>> = {
  script: "undefined",
  python: "None",
  go: "nil",
};

interface CallsOfCommit {
  /** Those that pass something else. */
  readonly calls: readonly PairedCall[];
  readonly isAll: boolean;
  /** JavaScript without types: any argument may be left out. */
  readonly isLoose: boolean;
}

/** What the calls of the commit pass for new parameters; undefined where a value is needed, and they pass several. */
function commonValues(
  { calls, isAll, isLoose }: CallsOfCommit,
  before: readonly Parameter[],
  after: readonly Parameter[],
  language: NameLanguage,
): Readonly<Record<string, string>> | undefined {
  const values: Record<string, string> = {};
  for (const { name, kind, fallback } of after) {
    if (kind !== "one" || before.some((one) => one.name === name)) continue;
    const passed = calls.flatMap(({ now }) => boundTo(now.items, after, language).get(name) ?? []);
    const different = new Set(passed.map(bareCode));
    const isForAll = isAll && passed.length === calls.length && calls.length > 0;
    const mayLack = fallback !== undefined || isLoose;
    if (different.size === 1 && (isForAll || !mayLack)) values[name] = passed[0]!;
    else if (!mayLack && different.size > 1) return undefined;
    else if (fallback === undefined) values[name] = nullWords[language];
  }
  return values;
}

/** What a call passes for each parameter; "" has what is for none. */
export function boundTo(
  items: readonly string[],
  list: readonly Parameter[],
  language: NameLanguage,
): Map<string, string> {
  const bound = new Map<string, string>();
  const put = (name: string, text: string): void => {
    const known = bound.get(name);
    bound.set(name, known === undefined ? text : `${known}, ${text}`);
  };
  const inOrder = list.filter(({ kind, only }) => kind === "one" && only !== "name");
  const rest = list.find(({ kind }) => kind === "rest");
  for (const [at, item] of items.entries()) {
    const [, keyword, value] =
      language === "python" ? (/^([\p{L}_]\w*)\s*=(?!=)\s*([\s\S]*)$/u.exec(item) ?? []) : [];
    if (keyword === undefined) put(inOrder[at]?.name ?? rest?.name ?? "", item);
    else if (list.some(({ name, kind }) => name === keyword && kind === "one"))
      put(keyword, value!);
    else put("", item);
  }
  return bound;
}

/** The functions with the bodies that the commit gives them: whoever takes a parameter away has taken its uses away. */
function withNewBodies(file: CommitFile, all: readonly ChangedFunction[]): CommitFile {
  let { before } = file;
  const own = all.filter(({ path, old, now }) => path === file.path && old.bodyAt && now.bodyAt);
  for (const { old, now } of own.toSorted((a, b) => b.old.bodyAt!.start - a.old.bodyAt!.start)) {
    const body = file.after.slice(now.bodyAt!.start, now.bodyAt!.end);
    before = before.slice(0, old.bodyAt!.start) + body + before.slice(old.bodyAt!.end);
  }
  return { ...file, before };
}
