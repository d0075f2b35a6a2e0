import type { Node } from "web-tree-sitter";
import type { NameLanguage } from "../../orchestrate/index/languages.ts";
import { type CodeToken, codeTokens, renamedAs } from "./code-tokens.ts";
import type { CommitFile } from "./history.ts";
import { bareCode, readTree, type TextSpan, writtenFunctions } from "./written-functions.ts";

/** Statements that a commit makes a function of. */
export interface ExtractOfCommit {
  readonly path: string;
  readonly name: string;
  /** Of the statements, from 1. */
  readonly from: number;
  readonly to: number;
  /** The names around the function that they leave, and its own. */
  readonly scope: string;
  readonly file: CommitFile;
}

/** One statement of a block. */
interface StatementCode {
  readonly tokens: readonly CodeToken[];
  /** From 0. */
  readonly from: number;
  readonly to: number;
}

interface FunctionCode {
  readonly name: string;
  readonly scope: string;
  readonly body: readonly StatementCode[];
  /** The statements of every block in it. */
  readonly blocks: readonly (readonly StatementCode[])[];
  readonly text: string;
  readonly wholeAt: TextSpan;
  readonly call: (name: string) => CallOfPart | undefined;
}

/** What a call passes, and what takes its results. */
interface CallOfPart {
  /** What a method is called on. */
  readonly object: string;
  readonly passed: ReadonlySet<string>;
  /** Undefined: the call is a part of something else than a statement of its own. */
  readonly taken: ReadonlySet<string> | undefined;
}

const statementBlocks = ["statement_block", "block", "statement_list"];
/** Less is as likely a coincidence. */
const fewestTokens = 12;
const fewestMovedLines = 2;

/** Statements that are in a new function afterwards, which is called where they were; names aside. */
export async function extractOfCommit(
  files: readonly CommitFile[],
): Promise<ExtractOfCommit | undefined> {
  for (const file of files) {
    const { path, before, after } = file;
    if (!mayHaveNewFunction(before, after)) continue;
    const old = await readTree(path, before, functionCodes);
    const now = old && (await readTree(path, after, functionCodes));
    if (!now) continue;
    const known = new Set(before.match(/[\p{L}_$][\p{L}\p{N}_$]*/gu));
    for (const part of now.filter(({ name }) => !known.has(name))) {
      const found = leftStatements(part, old, now);
      if (found) return { ...found, path, name: part.name, file };
    }
  }
  return undefined;
}

const newFunctionLine =
  /\b(?:def|func|function)\s+(?:\([^()]*\)\s*)?([\p{L}_$][\p{L}\p{N}_$]*)|([\p{L}_$#][\p{L}\p{N}_$]*)\s*(?:[:=]\s*(?:async\s*)?(?:function\b|\()|\([^()]*\)[^()]*\{\s*$)/gu;

/** Without a new line that declares a name which is written twice, and was not there, nothing is to be read. */
function mayHaveNewFunction(before: string, after: string): boolean {
  const lines = new Set(before.split("\n"));
  const count = (text: string, word: string): number => text.split(word).length - 1;
  return after.split("\n").some((line) => {
    if (lines.has(line)) return false;
    return [...line.matchAll(newFunctionLine)].some(([, one, other]) => {
      const name = (one ?? other)!;
      return count(before, name) === 0 && count(after, name) > 1;
    });
  });
}

function leftStatements(
  part: FunctionCode,
  old: readonly FunctionCode[],
  now: readonly FunctionCode[],
): Pick<ExtractOfCommit, "from" | "to" | "scope"> | undefined {
  for (const from of old) {
    const later = now.find(({ scope }) => scope === from.scope);
    if (!later || later.text === from.text || !later.call(part.name)) continue;
    for (const block of from.blocks) {
      const run = runLike(block, part.body);
      if (run) return { from: run[0]!.from + 1, to: run.at(-1)!.to + 1, scope: from.scope };
    }
  }
  return undefined;
}

/** Statements of a block that are those of a body, names aside. */
function runLike(
  block: readonly StatementCode[],
  body: readonly StatementCode[],
): readonly StatementCode[] | undefined {
  const size = joinedTokens(body).length;
  let longest: readonly StatementCode[] | undefined;
  for (let from = 0; from < block.length; from += 1) {
    for (let to = from + 1; to <= block.length; to += 1) {
      const run = block.slice(from, to);
      const tokens = joinedTokens(run);
      if (tokens.length > size + 6) break;
      const lines = run.at(-1)!.to - run[0]!.from + 1;
      if (tokens.length < fewestTokens || lines < fewestMovedLines) continue;
      const isLonger = tokens.length > (longest ? joinedTokens(longest).length : 0);
      if (isLonger && movedNames(run, body)) longest = run;
    }
  }
  return longest;
}

const joinedTokens = (statements: readonly StatementCode[]): CodeToken[] =>
  statements.flatMap(({ tokens }) => tokens);

/**
 * The names that statements have as the body of a function: the same statements; with a `return` behind them; or the last one assigns
 * what the function returns.
 */
function movedNames(
  run: readonly StatementCode[],
  body: readonly StatementCode[],
): ReadonlyMap<string, string> | undefined {
  const whole = renamedAs(joinedTokens(run), joinedTokens(body));
  const last = body.at(-1)?.tokens ?? [];
  if (whole || last[0]?.text !== "return") return whole;
  const behind = renamedAs(joinedTokens(run), joinedTokens(body.slice(0, -1)));
  if (behind) return behind;
  const own = run.at(-1)!.tokens;
  const sign = own.findIndex(({ text }) => text === "=" || text === ":=");
  if (sign < 0) return undefined;
  const returned = joinedTokens(body).slice(0, -last.length);
  return renamedAs(
    [...joinedTokens(run.slice(0, -1)), ...own.slice(sign + 1)],
    [...returned, ...last.slice(1)],
  );
}

function functionCodes(root: Node, language: NameLanguage): FunctionCode[] {
  const functions = writtenFunctions(root, language);
  const spans = functions.map(({ wholeAt }) => wholeAt);
  return functions.flatMap(({ name, scope, bodyAt, wholeAt }) => {
    const body = bodyAt && bodyNodeAt(root, bodyAt);
    if (!body) return [];
    // The blocks of a function inside are its own: under another name it would look like one that was extracted.
    const inner = spans.filter((one) => one.start >= bodyAt.start && one.end <= bodyAt.end);
    const isInner = ({ startIndex, endIndex }: Node): boolean =>
      inner.some(({ start, end }) => startIndex >= start && endIndex <= end);
    const blocks = [body, ...body.descendantsOfType(statementBlocks)].flatMap((one) =>
      one && !isInner(one) ? [statementCodes(one)] : [],
    );
    const own = statementCodes(body);
    const isDocumented = /^[rbu]*["']/iu.test(own[0]?.tokens[0]?.text ?? "");
    const calls = callsOf(body);
    return [
      {
        name,
        scope,
        body: isDocumented ? own.slice(1) : own,
        blocks,
        text: body.text,
        wholeAt,
        call: (called: string) => calls.get(called),
      },
    ];
  });
}

function bodyNodeAt(root: Node, { start, end }: TextSpan): Node | null {
  let node = root.descendantForIndex(start, end - 1);
  while (node && !statementBlocks.includes(node.type) && node.startIndex === start)
    node = node.parent;
  return node && node.startIndex === start && node.endIndex === end ? node : null;
}

function statementCodes(block: Node): StatementCode[] {
  return block.namedChildren.flatMap((one) => {
    if (!one || one.type === "comment") return [];
    // In Go it is beside the comments of a block, and ends behind the last line.
    if (one.type === "statement_list") return statementCodes(one);
    return [{ tokens: codeTokens(one), from: one.startPosition.row, to: one.endPosition.row }];
  });
}

function callsOf(body: Node): Map<string, CallOfPart> {
  const found = new Map<string, CallOfPart>();
  for (const node of body.descendantsOfType(["call", "call_expression"])) {
    const callee = node?.childForFieldName("function");
    const name = /([\p{L}_$#][\p{L}\p{N}_$]*)$/u.exec(callee?.text ?? "")?.[1];
    if (!node || name === undefined || found.has(name)) continue;
    const items = node.childForFieldName("arguments")?.namedChildren ?? [];
    const passed = items.flatMap((one) =>
      one && one.type !== "comment" ? bareCode((one.childForFieldName("value") ?? one).text) : [],
    );
    const object = callee!.text.slice(0, -name.length).replace(/\.$/u, "");
    found.set(name, { object, passed: new Set(passed), taken: takesResult(node) });
  }
  return found;
}

function takesResult(call: Node): ReadonlySet<string> | undefined {
  let node = call;
  while (
    /^(?:await|await_expression|parenthesized_expression|expression_list)$/u.test(
      node.parent?.type ?? "",
    )
  )
    node = node.parent!;
  const by = node.parent;
  if (by?.type === "expression_statement") return new Set();
  if (by?.type === "return_statement") return new Set(["return"]);
  const left = by?.childForFieldName("left") ?? by?.childForFieldName("name");
  return left ? new Set(left.text.match(/[\p{L}_$][\p{L}\p{N}_$.]*/gu)) : undefined;
}

/**
 * How an answer differs from an extraction that a commit made among other changes; undefined where it does not: the new function has
 * the same statements and nothing else of the file is changed; its call passes the same values and takes the same results, in any order
 * and without the object of a method. A call that the commit uses within another expression says nothing of results.
 */
export async function wrongExtract(
  { path, name, from, to, scope, file }: ExtractOfCommit,
  made: string,
): Promise<string | undefined> {
  const [old, mine, now] = [
    await readTree(path, file.before, functionCodes),
    await readTree(path, made, functionCodes),
    await readTree(path, file.after, functionCodes),
  ];
  if (!old || !mine || !now) return `${path} does not parse`;
  const moved = old
    .filter((one) => one.scope === scope)
    .flatMap(({ blocks }) => blocks)
    .map((block) => block.filter((one) => one.from >= from - 1 && one.to <= to - 1))
    .find((run) => run.length > 0 && run[0]!.from === from - 1);
  const part = mine.find((one) => one.name === name);
  const names = moved && part && movedNames(moved, part.body);
  if (!names || [...names].some(([one, other]) => one !== other))
    return `${name} has other statements`;
  if (isElsewhere(file.before, made, { from, to }, part.wholeAt))
    return `${path} is changed elsewhere, too`;
  const own = mine.find((one) => one.scope === scope)?.call(name);
  const wanted = now.find((one) => one.scope === scope)?.call(name);
  if (!own || !wanted) return `${scope} does not call ${name}`;
  const objects = new Set(["self", "this", "cls", own.object, wanted.object]);
  const shown = (all: ReadonlySet<string>): string =>
    [...all]
      .filter((one) => !objects.has(one))
      .sort()
      .join(", ");
  if (shown(own.passed) !== shown(wanted.passed))
    return `${name} is passed (${shown(own.passed)}), and in the commit (${shown(wanted.passed)})`;
  if (!wanted.taken || (own.taken && shown(own.taken) === shown(wanted.taken))) return undefined;
  return `${name} gives (${own.taken ? shown(own.taken) : "?"}), and in the commit (${shown(wanted.taken)})`;
}

/** Whether more than the lines becomes something else, apart from a new function. */
function isElsewhere(
  before: string,
  made: string,
  { from, to }: Pick<ExtractOfCommit, "from" | "to">,
  { start, end }: TextSpan,
): boolean {
  const lines = before.split("\n");
  const rest = bareCode(made.slice(0, start) + made.slice(end));
  const [head, tail] = [lines.slice(0, from - 1), lines.slice(to)].map((some) =>
    bareCode(some.join("\n")),
  );
  return !rest.startsWith(head!) || !rest.endsWith(tail!);
}
