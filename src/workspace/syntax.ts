import type { Node, Parser, Tree } from "web-tree-sitter";
import type { TreeParser } from "../core/repository.ts";
import { codeGrammarOf, grammarBytes, grammarOf } from "./grammars.ts";
import { jsonError, looseJsonError } from "./json-syntax.ts";
import {
  type MarkupRules,
  markupErrors,
  mayStayOpenInComponent,
  mayStayOpenInHtml,
} from "./markup-syntax.ts";
import { nameKind } from "./name-kind.ts";
import { syntaxChanges } from "./syntax-window.ts";
import { repeatedKeys } from "./yaml-syntax.ts";

/** Counts the syntax errors of texts in one language. */
export interface SyntaxChecker {
  /** Undefined if unknown: the text is too long, or takes too much work. */
  errors(text: string): number | undefined;
  /** The 0-based line of the first error at or behind a line, else of the first of all. */
  errorLine?(text: string, from?: number): number | undefined;
  /** For a source that this checker finds wrong, though its readers take it. */
  readonly loose?: SyntaxChecker;
  /** A stretch of a text says nothing here, and the whole costs little. */
  readonly wholeOnly?: boolean;
  /** The tree of a text, where the language has a grammar. It belongs to the checker and lives until some texts later. */
  tree?(text: string): Tree | undefined;
}

const jsonFiles =
  /(?:\.(?:json|ipynb|geojson|webmanifest|har|map)|(?:^|[\\/])(?:composer|Pipfile|flake|deno|bun)\.lock)$/iu;
/** Files whose readers allow comments and trailing commas. */
const looseJsonFiles =
  /(?:\.(?:jsonc|json5|code-workspace)|(?:^|[\\/])(?:[tj]sconfig(?:\.\w+)*\.json|\.(?:babelrc|eslintrc|prettierrc|jshintrc)))$/iu;

/** Longer texts are not parsed: about 9 ms per 1,000 lines would become seconds. */
const longestText = 1_000_000;

/**
 * Work of one parse, in calls of the parser's progress function: 100 operations each, about 40 µs and 110 characters of a
 * file. Work and not time, so that the answer does not depend on how busy the machine is.
 */
const parseSteps = 10_000;
/** For one text of a whole repository, where a file that cannot be read costs more than time. */
const patientParseSteps = 50_000;
/** Processor time of one parse, ms: recovering from errors, an operation may take a hundred times as long. A busy machine hardly changes it. */
const longestParse = 1000;
/** Between two looks at the clock. */
const stepsPerLook = 16;

const loaded = new Map<string, Promise<SyntaxChecker | undefined>>();

/**
 * The checker for a file, by its name, or undefined if there is no grammar for it. The parser and the grammar are
 * loaded on first use (some 20 ms), so ask only where syntax can decide something.
 */
export function syntaxFor(path: string): Promise<SyntaxChecker | undefined> {
  if (looseJsonFiles.test(path)) return Promise.resolve(looseJson);
  if (jsonFiles.test(path)) return Promise.resolve(json);
  const kind = nameKind(path);
  if (kind === "jsonl" || kind === "ndjson") return Promise.resolve(jsonLinesChecker);
  const markup = markupKinds[kind];
  if (markup) return loadOnce(kind, () => loadMarkup(markup));
  if (kind === "yaml" || kind === "yml") return loadOnce("yaml", loadYaml);
  const grammar = grammarOf(path);
  if (grammar === undefined) return Promise.resolve(undefined);
  const hasDeclarations = codeGrammarOf(path) !== undefined;
  return loadOnce(grammar, () => load(grammar, hasDeclarations));
}

/** Loads a checker once; undefined if its grammar is not there. */
function loadOnce(
  name: string,
  load: () => Promise<SyntaxChecker>,
): Promise<SyntaxChecker | undefined> {
  let checker = loaded.get(name);
  if (!checker) {
    checker = load().catch(() => undefined);
    loaded.set(name, checker);
  }
  return checker;
}

/**
 * Errors that `text` has and `source` does not have, or undefined if unknown: without a grammar, or where the source
 * has errors itself (2 % of valid files have, for these grammars), so that a count would say nothing.
 * A parse costs about 9 ms per 1,000 lines, so where the lines around the change are sound by themselves
 * these are parsed first, and the whole text only where they have errors now.
 */
export function newErrors(
  strict: SyntaxChecker,
  source: string,
): (text: string) => number | undefined {
  const checker = checkerOf(strict, source);
  const sound = new Map<string, boolean>();
  let before: { count: number | undefined } | undefined;
  // What was too much work once will be so again with every candidate, and there may be many.
  let tooMuch = false;
  const errorsOf = (text: string): number | undefined => {
    const count = tooMuch ? undefined : checker.errors(text);
    tooMuch = count === undefined;
    return count;
  };
  /** Whether every change is in a stretch that parses by itself, before and after. */
  const soundAround = (text: string): boolean => {
    for (const change of syntaxChanges(source, text)) {
      let isSound = false;
      for (const window of change) {
        if (nesting(window.before).some((depth) => depth !== 0)) continue;
        // Most have no errors, and then the stretch before the edit need not be parsed.
        if (nesting(window.after).every((depth) => depth === 0) && errorsOf(window.after) === 0) {
          isSound = true;
          break;
        }
        if (!sound.has(window.before)) sound.set(window.before, errorsOf(window.before) === 0);
        if (sound.get(window.before)) break;
      }
      if (!isSound) return false;
    }
    return true;
  };
  return (text) => {
    if (tooMuch) return undefined;
    if (!checker.wholeOnly && soundAround(text)) return 0;
    const count = errorsOf(text);
    if (count === 0 || count === undefined) return count;
    before ??= { count: errorsOf(source) };
    return before.count === 0 ? count : undefined;
  };
}

/** The checker by which a source is sound, where there are two. */
function checkerOf(strict: SyntaxChecker, source: string): SyntaxChecker {
  return strict.loose && strict.errors(source) !== 0 ? strict.loose : strict;
}

/** The 1-based line of the first error of a result at or behind its first changed line. */
export function errorLine(strict: SyntaxChecker, source: string, text: string): number | undefined {
  let same = 0;
  let line = 0;
  for (; same < source.length && source[same] === text[same]; same++) {
    if (text[same] === "\n") line += 1;
  }
  const found = checkerOf(strict, source).errorLine?.(text, line);
  return found === undefined ? undefined : found + 1;
}

/** Per character code below 128: 1-based kind of bracket, negative for the opening one, 0 for others. */
const bracketDepths = new Int8Array(128);
for (const [index, one] of [..."()[]{}"].entries()) {
  bracketDepths[one.charCodeAt(0)] = ((index >> 1) + 1) * (index & 1 ? 1 : -1);
}

/** Closing minus opening brackets of each kind; the same on both sides of nearly every sound edit. */
function nesting(text: string): readonly number[] {
  const depth = [0, 0, 0];
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    const kind = code < 128 ? bracketDepths[code]! : 0;
    if (kind !== 0) depth[Math.abs(kind) - 1]! += Math.sign(kind);
  }
  return depth;
}

const looseJson: SyntaxChecker = {
  errors: (text) => (looseJsonError(text) === undefined ? 0 : 1),
  errorLine: (text) => looseJsonError(text),
  wholeOnly: true,
};

const json: SyntaxChecker = {
  errors: (text) => (jsonError(text) === undefined ? 0 : 1),
  errorLine: (text) => jsonError(text),
  wholeOnly: true,
  loose: looseJson,
};

/** One value a line. */
const jsonLinesChecker: SyntaxChecker = {
  errors: (text) => badLines(text).length,
  errorLine: (text, from = 0) => {
    const bad = badLines(text);
    return bad.find((line) => line >= from) ?? bad[0];
  },
  wholeOnly: true,
};

function badLines(text: string): number[] {
  const lines = text.split(/\r?\n/u);
  return lines.flatMap((line, index) =>
    line.trim() === "" || jsonError(line) === undefined ? [] : [index],
  );
}

/**
 * Parses whole files by their extension, without keeping trees; undefined if there is no grammar. What is too long is not
 * parsed, as for the checkers.
 */
export async function parserFor(path: string): Promise<TreeParser | undefined> {
  const grammar = grammarOf(path);
  if (grammar === undefined) return undefined;
  let parser = parsers.get(grammar);
  if (!parser) {
    parser = loadParser(grammar).catch(() => undefined);
    parsers.set(grammar, parser);
  }
  const loadedParser = await parser;
  return loadedParser && { parse: (text) => parseTree(loadedParser, text, patientParseSteps) };
}

const parsers = new Map<string, Promise<Parser | undefined>>();

async function loadParser(grammar: string): Promise<Parser> {
  const { Language, Parser: TreeParser } = await import("web-tree-sitter");
  await TreeParser.init();
  const language = await Language.load(await grammarBytes(grammar));
  const parser = new TreeParser();
  parser.setLanguage(language);
  return parser;
}

async function load(grammar: string, hasDeclarations: boolean): Promise<SyntaxChecker> {
  const trees = new Trees(await loadParser(grammar));
  return {
    errors: (text) => trees.errors(text),
    errorLine: (text, from = 0) => {
      const root = trees.tree(text)?.rootNode;
      return root?.hasError ? firstError(root, from) : undefined;
    },
    ...(hasDeclarations && { tree: (text) => trees.tree(text) }),
  };
}

interface MarkupKind {
  readonly grammar: "html" | "svelte";
  readonly mayLackEnd: (name: string) => boolean;
}

const component = { mayLackEnd: mayStayOpenInComponent } as const;
const markupKinds: Readonly<Record<string, MarkupKind>> = {
  html: { grammar: "html", mayLackEnd: mayStayOpenInHtml },
  htm: { grammar: "html", mayLackEnd: mayStayOpenInHtml },
  vue: { grammar: "html", ...component },
  svelte: { grammar: "svelte", ...component },
};

/** Files whose names say what a script is; only components have typed ones. */
const scriptNames: Readonly<Record<string, string>> = {
  "": "a.js",
  module: "a.js",
  js: "a.js",
  jsx: "a.js",
  "text/javascript": "a.js",
  "application/javascript": "a.js",
  "text/babel": "a.js",
  ts: "a.ts",
  typescript: "a.ts",
  tsx: "a.tsx",
  importmap: "a.json",
  "application/json": "a.json",
  "application/ld+json": "a.json",
};
const styleNames: Readonly<Record<string, string>> = {
  "": "a.css",
  css: "a.css",
  "text/css": "a.css",
};

async function loadMarkup({ grammar, mayLackEnd }: MarkupKind): Promise<SyntaxChecker> {
  const trees = new Trees(await loadParser(grammar));
  const names = [
    "a.js",
    "a.css",
    "a.json",
    ...(mayLackEnd === mayStayOpenInHtml ? [] : ["a.ts", "a.tsx"]),
  ];
  const checkers = new Map(
    await Promise.all(names.map(async (name) => [name, await syntaxFor(name)] as const)),
  );
  const rules: MarkupRules = {
    mayLackEnd,
    embedded: (element, kind) =>
      checkers.get((element === "script" ? scriptNames : styleNames)[kind] ?? ""),
  };
  const errorsOf = (text: string, from?: number): readonly number[] | undefined => {
    const root = trees.tree(text)?.rootNode;
    return root && markupErrors(root, rules, from);
  };
  return checkerOfLines(errorsOf);
}

async function loadYaml(): Promise<SyntaxChecker> {
  const trees = new Trees(await loadParser("yaml"));
  return checkerOfLines((text, from = 0) => {
    const root = trees.tree(text)?.rootNode;
    if (!root) return undefined;
    if (!root.hasError) return repeatedKeys(root);
    return new Array<number>(trees.errors(text)!).fill(firstError(root, from) ?? 0);
  });
}

/** The checker of a language in which a stretch of a text says nothing. */
function checkerOfLines(
  linesOf: (text: string, from?: number) => readonly number[] | undefined,
): SyntaxChecker {
  return {
    errors: (text) => linesOf(text)?.length,
    errorLine: (text, from = 0) => {
      const lines = linesOf(text, from);
      return lines?.find((line) => line >= from) ?? lines?.[0];
    },
    wholeOnly: true,
  };
}

/** Trees that are kept: of the source, of its result, and of a stretch of each. */
const keptTrees = 4;

/** Parses texts of one language; what was parsed a moment ago is not parsed again. */
class Trees {
  private readonly kept = new Map<string, Tree>();
  private readonly parser: Parser;

  constructor(parser: Parser) {
    this.parser = parser;
  }

  errors(text: string): number | undefined {
    const root = this.tree(text)?.rootNode;
    if (!root) return undefined;
    // A missing token that has no name in the tree is an error all the same.
    return root.hasError ? Math.max(1, errorsIn(root)) : 0;
  }

  tree(text: string): Tree | undefined {
    const known = this.kept.get(text);
    if (known) {
      // The oldest is given up first, and this one is in use.
      this.kept.delete(text);
      this.kept.set(text, known);
      return known;
    }
    const tree = parseTree(this.parser, text);
    if (!tree) return undefined;
    this.kept.set(text, tree);
    for (const [oldest, other] of this.kept) {
      if (this.kept.size <= keptTrees) break;
      this.kept.delete(oldest);
      other.delete();
    }
    return tree;
  }
}

/** Characters of one line beyond which nothing is parsed: a parser may look at such a line again for each of them. */
const longestParsedLine = 10_000;

function hasLongLine(text: string): boolean {
  let start = 0;
  for (let end = text.indexOf("\n"); end !== -1; end = text.indexOf("\n", start)) {
    if (end - start > longestParsedLine) return true;
    start = end + 1;
  }
  return text.length - start > longestParsedLine;
}

function parseTree(parser: Parser, text: string, steps: number = parseSteps): Tree | undefined {
  if (text.length > longestText || hasLongLine(text)) return undefined;
  const start = process.cpuUsage();
  let left = steps;
  const progressCallback = (): boolean => {
    left -= 1;
    return left < 0 || (left % stepsPerLook === 0 && processorMs(start) > longestParse);
  };
  const tree = parser.parse(text, null, { progressCallback });
  if (tree) return tree;
  parser.reset();
  return undefined;
}

function processorMs(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1000;
}

/** The line of the first innermost error at or behind `from`, else of the first of all. An error that spans `from` counts as there. */
function firstError(root: Node, from: number): number | undefined {
  let first: number | undefined;
  let behind: number | undefined;
  // A missing token may have no node: then it is somewhere in the smallest one with an error.
  let hidden: number | undefined;
  const open: Node[] = [root];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    const inner = node.children.filter((child) => child?.hasError || child?.isMissing);
    if (inner.length === 0 && (node.isError || node.isMissing)) {
      const { row } = node.startPosition;
      first = Math.min(first ?? row, row);
      if (node.endPosition.row >= from)
        behind = Math.min(behind ?? Number.POSITIVE_INFINITY, Math.max(row, from));
    }
    for (const child of inner) if (child) open.push(child);
    if (inner.length === 0 && first === undefined) hidden ??= node.endPosition.row;
  }
  return behind ?? first ?? hidden;
}

function errorsIn(root: Node): number {
  let count = 0;
  const open: Node[] = [root];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (node.isError || node.isMissing) count += 1;
    if (!node.hasError) continue;
    for (const child of node.children) if (child) open.push(child);
  }
  return count;
}
