import type { Node } from "web-tree-sitter";
import type { Replacement } from "../rename/rewrite.ts";
import { type ImportEntry, importEntries } from "./imports.ts";
import { type ImportOrigin, importOrigins } from "./origins.ts";
import { nameAt } from "./places.ts";
import type { Fix, FixProblem, FixRule } from "./rule.ts";
import { recogniseUnknown, type Unknown } from "./unknown-name.ts";

/** Imports a name that another file or the standard library has; one candidate for each origin. */
export const missingImport: FixRule<Unknown> = {
  name: "missing import",
  recognise: recogniseUnknown,
  async propose({ name }, problem, context) {
    const node = nameAt(problem, name);
    if (!node) return [];
    const isType = node.type === "type_identifier";
    const origins = await importOrigins(name, problem, context);
    const fixes: Fix[] = [];
    const all = origins.reduce((sum, { importedBy }) => sum + importedBy, 0);
    for (const origin of origins.slice(0, 5)) {
      const change = importChange(origin, name, isType, problem);
      if (!change) continue;
      const share = all === 0 ? 1 / origins.length : origin.importedBy / all;
      fixes.push({
        title: change.text.trim().includes("import")
          ? change.text.trim()
          : `import \`${name}\` from ${origin.specifier}`,
        why: origin.why,
        confidence: origins.length === 1 ? 0.98 : Math.min(0.95, 0.4 + 0.55 * share),
        changes: [change],
      });
    }
    return fixes;
  },
};

/** Writes an import as the file writes its own: beside one from the same module, or as a new line. */
function importChange(
  origin: ImportOrigin,
  name: string,
  isType: boolean,
  problem: FixProblem,
): Replacement | undefined {
  const { root, language, text } = problem;
  const entries = importEntries(root, language).filter(({ statement }) => isTopLevel(statement));
  if (language === "go") return goImport(origin, entries, problem);
  const typeOnly =
    isType &&
    (origin.isType ||
      entries.some((one) => one.isType) ||
      (origin.declaresType && entries.length === 0));
  if (origin.kind === "named") {
    const beside = joinedList(origin, name, typeOnly, entries, language === "script", text);
    if (beside) return beside;
  }
  const quote = /^import\b[^\n]*"/mu.test(text) || entries.length === 0 ? '"' : "'";
  const usesSemicolon =
    entries.length === 0 || entries.some(({ statement }) => statement.text.endsWith(";"));
  const line =
    language === "python"
      ? pythonLine(origin, name)
      : `import ${typeOnly ? "type " : ""}${scriptClause(origin, name)} from ${quote}${origin.specifier}${quote}${usesSemicolon ? ";" : ""}`;
  return newLine(line, origin.specifier, entries, problem);
}

const isTopLevel = (statement: Node): boolean =>
  /^(?:program|module|source_file)$/u.test(statement.parent?.type ?? "");

function scriptClause({ kind, imported }: ImportOrigin, name: string): string {
  if (kind === "default") return name;
  if (kind === "module") return `* as ${name}`;
  return imported === name ? `{ ${name} }` : `{ ${imported} as ${name} }`;
}

function pythonLine({ kind, imported, specifier }: ImportOrigin, name: string): string {
  if (kind === "module") {
    return specifier.split(".")[0] === name
      ? `import ${specifier}`
      : `import ${specifier} as ${name}`;
  }
  return `from ${specifier} import ${imported}${imported === name ? "" : ` as ${name}`}`;
}

/** The name in a list that is there already. */
function joinedList(
  { specifier, imported }: ImportOrigin,
  name: string,
  typeOnly: boolean,
  entries: readonly ImportEntry[],
  isScript: boolean,
  text: string,
): Replacement | undefined {
  const same = entries.filter((one) => one.specifier === specifier && one.kind === "named");
  const isTypeStatement = ({ statement }: ImportEntry): boolean =>
    /^import\s+type\b/u.test(statement.text);
  // A value cannot be in `import type`, and a type is best there.
  const fitting = isScript ? same.filter((one) => isTypeStatement(one) === typeOnly) : same;
  const inlineTypes =
    typeOnly && fitting.length === 0 && same.some((one) => one.isType && !isTypeStatement(one));
  const list = fitting.length > 0 ? fitting : inlineTypes ? same : [];
  const [first] = list;
  if (!first) return undefined;
  const items = list.filter((one) => one.statement.id === first.statement.id);
  const written = `${inlineTypes ? "type " : ""}${imported}${imported === name ? "" : ` as ${name}`}`;
  const keys = items.map((one) => one.imported);
  const compare = orderOf(keys);
  const at = compare ? keys.findIndex((key) => compare(imported, key) < 0) : -1;
  const next = items[at]?.node;
  const last = items.at(-1)!.node;
  const anchor = next ?? last;
  const lineStart = text.lastIndexOf("\n", anchor.startIndex - 1) + 1;
  const blanks = text.slice(lineStart, anchor.startIndex);
  const gap = blanks.trim() === "" && lineStart > first.statement.startIndex ? `\n${blanks}` : " ";
  return next
    ? { start: next.startIndex, end: next.startIndex, text: `${written},${gap}` }
    : { start: last.endIndex, end: last.endIndex, text: `,${gap}${written}` };
}

type Compare = (a: string, b: string) => number;

const byCode: Compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
const byLetter: Compare = (a, b) => byCode(a.toLowerCase(), b.toLowerCase());

/** The order in which a list is sorted, or undefined. One item is in order. */
function orderOf(list: readonly string[]): Compare | undefined {
  return [byLetter, byCode].find((compare) =>
    list.every((one, index) => index === 0 || compare(list[index - 1]!, one) <= 0),
  );
}

/** A new line among the imports: in their order where they are sorted, else behind the last one of its kind. */
function newLine(
  line: string,
  specifier: string,
  entries: readonly ImportEntry[],
  { root, text }: FixProblem,
): Replacement {
  const statements = new Map(entries.map((one) => [one.statement.id, one]));
  const all = [...statements.values()];
  if (all.length === 0) {
    const at = behindHead(root, text);
    return { start: at, end: at, text: `${line}\n` };
  }
  const isPlain = line.startsWith("import ") && !line.includes(" from ");
  const group = (one: string): string => (one.startsWith(".") ? "own" : "others");
  const alike = all.filter(
    (one) =>
      group(one.specifier) === group(specifier) &&
      (isPlain ? one.statement.type === "import_statement" : true),
  );
  const list = alike.length > 0 ? alike : all;
  const isSorted = orderOf(list.map((one) => one.specifier)) !== undefined && list.length > 1;
  const before = isSorted
    ? list.filter((one) => byLetter(one.specifier, specifier) <= 0).at(-1)
    : list.at(-1);
  const anchor = before?.statement;
  if (anchor) {
    const at = lineEndAfter(text, anchor.endIndex);
    return at.isOpen
      ? { start: at.offset, end: at.offset, text: `\n${line}` }
      : { start: at.offset, end: at.offset, text: `${line}\n` };
  }
  const first = list[0]!.statement.startIndex;
  return { start: first, end: first, text: `${line}\n` };
}

/** The offset behind the line end; open: the text ends before one. */
function lineEndAfter(text: string, from: number): { offset: number; isOpen: boolean } {
  const at = text.indexOf("\n", from);
  return at < 0 ? { offset: text.length, isOpen: true } : { offset: at + 1, isOpen: false };
}

/** Behind comments, directives and the docstring at the top of a file. */
function behindHead(root: Node, text: string): number {
  let at = 0;
  for (const child of root.namedChildren) {
    if (!child) continue;
    const isString =
      child.type === "expression_statement" && child.namedChildren[0]?.type === "string";
    if (!isString && !/^(?:comment|hash_bang_line|future_import_statement)$/u.test(child.type))
      break;
    at = lineEndAfter(text, child.endIndex).offset;
  }
  return at;
}

function goImport(
  { specifier }: ImportOrigin,
  entries: readonly ImportEntry[],
  { root, text }: FixProblem,
): Replacement | undefined {
  const clause = root.namedChildren.find((child) => child?.type === "package_clause");
  const listed = entries.filter(({ node }) => node.parent?.type === "import_spec_list");
  const isStandard = (path: string): boolean => !path.split("/")[0]!.includes(".");
  const alike = listed.filter((one) => isStandard(one.specifier) === isStandard(specifier));
  const list = alike.length > 0 ? alike : listed;
  const before = list.filter((one) => one.specifier < specifier).at(-1);
  if (before) {
    const { offset } = lineEndAfter(text, before.node.endIndex);
    return { start: offset, end: offset, text: `\t"${specifier}"\n` };
  }
  const [first] = list;
  if (first) {
    const start = text.lastIndexOf("\n", first.node.startIndex) + 1;
    return { start, end: start, text: `\t"${specifier}"\n` };
  }
  const anchor = entries.at(-1)?.statement ?? clause;
  if (!anchor) return undefined;
  const { offset } = lineEndAfter(text, anchor.endIndex);
  const gap = entries.length === 0 ? "\n" : "";
  return { start: offset, end: offset, text: `${gap}import "${specifier}"\n` };
}
