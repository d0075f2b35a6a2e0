import type { Node } from "web-tree-sitter";
import { nameLanguageOf } from "../index/languages.ts";
import type { Replacement } from "../rename/rewrite.ts";
import type { SpeculationContext } from "../speculator.ts";
import { type ImportEntry, importEntries } from "./imports.ts";
import { linesWith, withoutItem } from "./places.ts";
import type { Fix, FixProblem, FixRule } from "./rule.ts";

interface Unused {
  /** Undefined: everything that the statement at the place imports. */
  readonly name: string | undefined;
}

const unusedImportForms: readonly RegExp[] = [
  // tsc, ESLint
  /^'(?<name>[^']+)' is (?:declared but (?:its value is never read|never used)|defined but never used)/u,
  // pyflakes, ruff
  /^['`](?<name>[^'`]+)['`] imported but unused/u,
  // Go
  /^"(?<name>[^"]+)" imported(?: as \S+)? and not used/u,
];

/** Takes an import out that nothing uses. */
export const unusedImport: FixRule<Unused> = {
  name: "unused import",
  isConsequence: true,
  recognise(said) {
    if (/^All imports in import declaration are unused/u.test(said)) return { name: undefined };
    for (const form of unusedImportForms) {
      const name = form.exec(said)?.groups?.name;
      if (name !== undefined) return { name };
    }
    return undefined;
  },
  async propose({ name }, problem, context) {
    const { root, language, path } = problem;
    const entries = importEntries(root, language);
    const near = entries.filter(({ statement }) => isAround(statement, problem));
    if (near.length === 0) return [];
    const unused = name === undefined ? near : near.filter((entry) => isEntryNamed(entry, name));
    if (unused.length === 0 || (name !== undefined && unused.length > 1)) return [];
    if (language === "python" && (await isImportedElsewhere(unused, problem, context))) return [];
    // A package of Python offers to others what its __init__ imports.
    const mentioned = unused.some((entry) => isMentioned(entry, root));
    const isDoubtful =
      mentioned || /(?:^|\/)__init__\.pyi?$/u.test(path) || isUsedInJsx(unused, root);
    const confidence = isDoubtful ? 0.5 : 1;
    const isKept =
      /\.[cm]?jsx?$/u.test(path) ||
      (/\.[cm]?tsx?$/u.test(path) && (await context.names()).modules.mayKeepImports(path));
    const bare = isKept ? bareImport(near, unused) : undefined;
    const shown = unused.map(({ local }) => `\`${local}\``).join(", ");
    return [
      ...(bare === undefined
        ? []
        : [
            {
              title: `import ${shown} without its name`,
              why: "nothing uses the name, and loading the module may have an effect",
              confidence: 0.9 * confidence,
              changes: [bare],
              removes: unused.map(({ local }) => local),
            },
          ]),
      {
        title: `remove the import of ${shown}`,
        why: mentioned
          ? "the message says that nothing uses it, but the file has the name elsewhere"
          : "nothing in the file uses it",
        confidence: bare === undefined ? confidence : 0.5 * confidence,
        changes: [removal(problem, near, unused)],
        removes: unused.map(({ local }) => local),
      },
    ] satisfies Fix[];
  },
};

/** The message may be older than the file, or wrong: where the name is written elsewhere, nothing is certain. */
function isMentioned({ local, statement }: ImportEntry, root: Node): boolean {
  return root.descendantsOfType([...identifierTypes]).some((node) => {
    if (node?.text !== local) return false;
    if (node.startIndex >= statement.startIndex && node.endIndex <= statement.endIndex)
      return false;
    const { parent } = node;
    const member = parent?.childForFieldName(parent.type === "attribute" ? "attribute" : "name");
    const isMember = parent?.type === "attribute" || parent?.type === "keyword_argument";
    return !(isMember && member?.id === node.id);
  });
}

const identifierTypes: readonly string[] = [
  "identifier",
  "type_identifier",
  "shorthand_property_identifier",
  "package_identifier",
];

/** A linter without rules for JSX takes components, and what JSX is compiled to, for unused. */
function isUsedInJsx(unused: readonly ImportEntry[], root: Node): boolean {
  const tags = root.descendantsOfType(["jsx_opening_element", "jsx_self_closing_element"]);
  const used = new Set(tags.map((tag) => tag?.childForFieldName("name")?.text.split(".")[0]));
  return tags.length > 0 && unused.some(({ local }) => used.has(local) || local === "React");
}

/**
 * In JavaScript, what loads a module stays when nothing of it is named any more. TypeScript leaves such an import out by itself, unless
 * its configuration (`verbatimModuleSyntax`) says otherwise.
 */
function bareImport(
  near: readonly ImportEntry[],
  unused: readonly ImportEntry[],
): Replacement | undefined {
  const { statement } = unused[0]!;
  const all = near.filter((entry) => entry.statement.id === statement.id);
  const source = statement.childForFieldName("source");
  if (!source || all.length > unused.length || all.every(({ isType }) => isType)) return undefined;
  const start = statement.namedChildren.find((one) => one?.type === "import_clause")?.startIndex;
  return start === undefined ? undefined : { start, end: source.startIndex, text: "" };
}

/** A module of Python offers to others what it imports. */
async function isImportedElsewhere(
  unused: readonly ImportEntry[],
  { path }: FixProblem,
  { index, parserFor, names }: SpeculationContext,
): Promise<boolean> {
  const view = await names();
  for (const { local } of unused) {
    for (const file of index.mentions(local)) {
      if (file === path || nameLanguageOf(file) !== "python") continue;
      const text = await view.text(file);
      const tree = text?.includes("import") ? (await parserFor(file))?.parse(text) : undefined;
      if (!tree) continue;
      try {
        const isFromHere = importEntries(tree.rootNode, "python").some(
          ({ imported, specifier }) => {
            if (imported !== local) return false;
            const target = view.modules.resolve(file, specifier);
            return target.kind === "unknown" || (target.kind === "file" && target.path === path);
          },
        );
        if (isFromHere) return true;
      } finally {
        tree.delete();
      }
    }
  }
  return false;
}

const isAround = (
  statement: ImportEntry["statement"],
  { lineStart, lineEnd }: FixProblem,
): boolean => statement.startIndex <= lineEnd && statement.endIndex >= lineStart;

/** Tools write `a.b as c`, `module.name` or the name. */
function isEntryNamed({ local, imported, specifier }: ImportEntry, name: string): boolean {
  const [whole = "", alias] = name.split(" as ");
  if (alias !== undefined && alias !== local) return false;
  const dotted = specifier.endsWith(".") ? `${specifier}${imported}` : `${specifier}.${imported}`;
  const isWhole = whole === specifier || whole === dotted || whole === imported;
  return (
    whole === local || (isWhole && (alias !== undefined || local === whole || whole !== imported))
  );
}

function removal(
  { text }: FixProblem,
  near: readonly ImportEntry[],
  unused: readonly ImportEntry[],
): Replacement {
  const [first] = unused;
  const { statement, node } = first!;
  const all = near.filter((entry) => entry.statement.id === statement.id);
  if (all.length === unused.length) {
    return { ...linesWith(text, statement.startIndex, statement.endIndex), text: "" };
  }
  const list = all.filter((entry) => entry.node.parent?.id === node.parent?.id);
  if (node.parent?.type === "named_imports" && list.length === 1) {
    // `import a, { b }` becomes `import a`.
    const named = node.parent;
    const before = named.previousNamedSibling;
    if (before) return { start: before.endIndex, end: named.endIndex, text: "" };
  }
  if (node.type === "identifier" && node.parent?.type === "import_clause") {
    const after = node.nextNamedSibling;
    if (after) return { start: node.startIndex, end: after.startIndex, text: "" };
  }
  if (node.type === "namespace_import") {
    const before = node.previousNamedSibling;
    if (before) return { start: before.endIndex, end: node.endIndex, text: "" };
  }
  if (node.type === "import_spec")
    return { ...linesWith(text, node.startIndex, node.endIndex), text: "" };
  const items = list.map((entry) => entry.node);
  return { ...withoutItem(text, items, node), text: "" };
}
