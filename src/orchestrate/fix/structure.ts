import type { Node } from "web-tree-sitter";
import { nameLanguageOf } from "../index/languages.ts";
import { outlineOf } from "../index/outline.ts";
import type { SpeculationContext } from "../speculator.ts";
import { builtIn, goPackages, pythonModules } from "./known-names.ts";

/** Names that a fix may take out of one file. */
export type Removed = ReadonlySet<string>;

/**
 * What is wrong with a new text, without running anything: a syntax error that the old one does not have, a block of Python without a
 * statement, a lost declaration, or a word that nobody declares. Undefined: nothing.
 */
export async function structuralProblem(
  path: string,
  before: string,
  after: string,
  removed: Removed,
  { parserFor, index }: Pick<SpeculationContext, "parserFor" | "index">,
): Promise<string | undefined> {
  const language = nameLanguageOf(path);
  const parser = await parserFor(path);
  if (!parser || language === undefined) return undefined;
  const [old, now] = [parser.parse(before), parser.parse(after)];
  try {
    if (!old || !now) return "the text cannot be parsed in time";
    if (now.rootNode.hasError && !old.rootNode.hasError) return "it would have a syntax error";
    if (language === "python" && emptyBlocks(now.rootNode) > emptyBlocks(old.rootNode))
      return "a block would have no statement";
    const names = new Set(outlineOf(now, language).definitions.map(({ name }) => name));
    const lost = outlineOf(old, language).definitions.find(
      ({ name }) => !names.has(name) && !removed.has(name),
    );
    // What a syntax error hides is not lost.
    if (lost && !old.rootNode.hasError) return `the declaration of \`${lost.name}\` would be lost`;
  } finally {
    old?.delete();
    now?.delete();
  }
  const known = codeWords(before);
  const unknown = [...codeWords(after)].find(
    (word) =>
      !known.has(word) &&
      index.mentions(word).length === 0 &&
      !builtIn[language].has(word) &&
      !pythonModules.has(word) &&
      goPackages[word] === undefined &&
      !own.has(word) &&
      !known.has(word.replace(/^_/u, "")),
  );
  return unknown === undefined ? undefined : `nothing declares \`${unknown}\``;
}

/** How many blocks of Python have no statement: the parser lets them pass, Python does not. */
const emptyBlocks = (root: Node): number =>
  root.descendantsOfType("block").filter((block) => block && !hasStatement(block)).length;

const hasStatement = (block: Node): boolean =>
  block.namedChildren.some((child) => child !== null && child.type !== "comment");

/** Words that rules write themselves. */
const own: ReadonlySet<string> = new Set(
  "as await from import pass return self str this type void".split(" "),
);

const codeWords = (text: string): Set<string> => new Set(text.match(/[\p{L}_$][\p{L}\p{N}_$]*/gu));
