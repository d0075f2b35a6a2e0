import type { Node } from "web-tree-sitter";
import type { SpeculationContext } from "../speculator.ts";
import { builtIn } from "./known-names.ts";
import { type LikeWord, likeWords } from "./likeness.ts";
import { nameAt, namesOnLine } from "./places.ts";
import type { Fix, FixProblem, FixRule } from "./rule.ts";
import { recogniseUnknown, type Unknown } from "./unknown-name.ts";
import { usualness } from "./usual-words.ts";

/** More candidates help nobody. */
const mostLikeNames = 4;

/** Replaces an unknown name by one that is visible at its place and looks like it. */
export const likelyName: FixRule<Unknown> = {
  name: "likely name",
  recognise: recogniseUnknown,
  propose({ name, suggested }, problem, { index }) {
    const node = nameAt(problem, name);
    if (!node) return [];
    const { names, language } = problem;
    const visible = names
      .identifiers()
      .filter((one) => one !== name && names.declarations(one, node) !== undefined);
    const like = likeWords(name, [...visible, ...builtIn[language]]);
    const known = new Set(visible);
    const ranked = like.sort(
      (a, b) => a.distance - b.distance || Number(known.has(b.word)) - Number(known.has(a.word)),
    );
    return [
      ...misspeltDeclaration(name, ranked, node, problem, index),
      ...fixesFor(name, node, ranked, suggested, "is visible here", problem, false),
    ];
  },
};

interface UnknownMember extends Unknown {
  readonly type: string | undefined;
}

const memberForms: readonly RegExp[] = [
  // tsc
  /^Property '(?<name>[^']+)' does not exist on type '(?<type>[^\n]*?)'\.(?: Did you mean '(?<suggested>[\w$]+)'\?)?/u,
  /^Object literal may only specify known properties, (?:and|but) '(?<name>[^']+)' does not exist in type '(?<type>[^\n]*?)'\.(?: Did you mean to write '(?<suggested>[\w$]+)'\?)?/u,
  /^'(?<type>[^\n]*?)' has no exported member (?:named )?'(?<name>[^']+)'\.(?: Did you mean '(?<suggested>[\w$]+)'\?)?/u,
  /^Module '(?<type>[^\n]*?)' has no exported member '(?<name>[^']+)'/u,
  // Python
  /^'(?<type>[^']+)' object has no attribute '(?<name>[^']+)'(?:\. Did you mean: '(?<suggested>\w+)'\?)?/u,
  /^module '(?<type>[^']+)' has no attribute '(?<name>[^']+)'(?:\. Did you mean: '(?<suggested>\w+)'\?)?/u,
  /^cannot import name '(?<name>[^']+)' from '(?<type>[^']+)'/u,
  /^"(?<type>[^"]+)" has no attribute "(?<name>[^"]+)"(?:; maybe "(?<suggested>[^"]+)")?/u,
  /^Item "(?<type>(?!None")[^"]+)" of "[^"]+" has no attribute "(?<name>[^"]+)"/u,
  /^Module (?:"(?<type>[^"]+)" )?has no attribute "(?<name>[^"]+)"(?:; maybe "(?<suggested>[^"]+)")?/u,
  /^Unexpected keyword argument "(?<name>[^"]+)" for "(?<type>[^"]+)"(?:; did you mean "(?<suggested>[^"]+)")?/u,
  // Go
  /^\S+?\.(?<name>[\p{L}_]\w*) undefined \(type (?<type>\S+) has no field or method \S+?(?:, but does have (?:field |method )?(?<suggested>\w+))?\)/u,
];

/** Replaces an unknown member by one that the type has, or that code uses, and that looks like it. */
export const likelyMember: FixRule<UnknownMember> = {
  name: "likely member",
  recognise(said) {
    for (const form of memberForms) {
      const { name, type, suggested } = form.exec(said)?.groups ?? {};
      if (
        name === undefined ||
        /^Promise<|^coroutine$|^(?:Coroutine|Awaitable)\[/u.test(type ?? "")
      )
        continue;
      return suggested === undefined ? { name, type } : { name, type, suggested };
    }
    return undefined;
  },
  async propose({ name, type, suggested }, problem, context) {
    const node = nameAt(problem, name);
    if (!node) return [];
    const own = await membersOf(type, context);
    const like = likeWords(name, own);
    const ranked = like.length > 0 ? like : likeWords(name, usedMembers(problem, name));
    const why = like.length > 0 ? `is a member of \`${type}\`` : "is a member that the file uses";
    return fixesFor(name, node, ranked, suggested, why, problem, true);
  },
};

/** The tool knows types; a word that it suggests and that is like the other one is as good as certain. */
function fixesFor(
  name: string,
  node: Node,
  ranked: readonly LikeWord[],
  suggested: string | undefined,
  why: string,
  problem: FixProblem,
  isMember: boolean,
): Fix[] {
  const places = namesOnLine(problem, name).filter(
    ({ type, parent }) => type === node.type && parent?.type === node.parent?.type,
  );
  const hasColumn = problem.diagnostic.column !== undefined;
  const changed = hasColumn ? [node] : places;
  const fix = (word: string, confidence: number, reason: string): Fix => ({
    title: `\`${name}\` -> \`${word}\``,
    why: reason,
    confidence,
    changes: changed.map(({ startIndex, endIndex }) => ({
      start: startIndex,
      end: endIndex,
      text: word,
    })),
  });
  const nearest = ranked[0]?.distance ?? Number.POSITIVE_INFINITY;
  const rivals = ranked.filter(({ distance }) => distance <= nearest + 0.5).length;
  const fixes = ranked.slice(0, mostLikeNames).map(({ word, distance }) => {
    const isSuggested = word === suggested;
    const base = rivals === 1 && distance === nearest ? 0.9 : 0.6;
    const confidence = Math.max(
      0.1,
      base +
        (isSuggested ? 0.08 : 0) -
        0.1 * (distance - nearest) -
        0.05 * Math.max(0, distance - 1),
    );
    const edits = distance <= 1 ? "one letter" : `${Math.ceil(distance)} letters`;
    const said = isSuggested ? ", and the tool suggests it" : "";
    return fix(
      word,
      Math.min(0.98, confidence),
      `\`${word}\` ${why} and differs in ${edits}${said}`,
    );
  });
  const isKnown = suggested === undefined || ranked.some(({ word }) => word === suggested);
  // A tool also suggests globals that have nothing to do with it: what else knows the word counts more.
  const own = isKnown ? [] : [fix(suggested, isMember ? 0.5 : 0.2, "the tool suggests it")];
  return [...fixes, ...own].sort((a, b) => b.confidence - a.confidence);
}

/**
 * A declaration that nothing uses, of a name that is like one that is used and not declared, is the misspelt one: where the name is
 * used more than once, or where its parts are the more usual words of the repository.
 */
function misspeltDeclaration(
  name: string,
  ranked: readonly LikeWord[],
  at: Node,
  { names }: FixProblem,
  index: SpeculationContext["index"],
): Fix[] {
  const wanted = names.uses(name);
  for (const { word } of ranked) {
    const found = names.declarations(word, at);
    const [only] = found ?? [];
    if (!only || found!.length !== 1 || names.uses(word) !== 1) continue;
    const isUsual = usualness(name, index) > usualness(word, index);
    if ((wanted < 2 && !isUsual) || /import|alias/u.test(only.by.type)) continue;
    const { startIndex, endIndex } = only.node;
    return [
      {
        title: `declare \`${name}\` in place of \`${word}\``,
        why: `nothing uses \`${word}\`, and \`${name}\` is used ${wanted === 1 ? "once" : `${wanted} times`}`,
        confidence: 0.99,
        changes: [{ start: startIndex, end: endIndex, text: name }],
        removes: [word],
      },
    ];
  }
  return [];
}

/** The members of the types of a name that the repository declares. */
async function membersOf(
  type: string | undefined,
  { index, parserFor }: SpeculationContext,
): Promise<readonly string[]> {
  const name = /^(?:typeof |import\("[^"]*"\)\.)?(?<name>[\p{L}_$][\w$]*)/u.exec(type ?? "")?.groups
    ?.name;
  if (name === undefined) return [];
  const members: string[] = [];
  for (const { path, line, kind } of (await index.definitions(name)).slice(0, 8)) {
    if (kind !== "class" && kind !== "type") continue;
    const text = await index.read(path);
    const tree = text === undefined ? undefined : (await parserFor(path))?.parse(text);
    if (!tree) continue;
    try {
      const row = line - 1;
      const at = tree.rootNode.descendantForPosition({ row, column: 0 }, { row, column: 9999 });
      for (const member of at?.descendantsOfType(memberTypes) ?? []) {
        const own = member?.childForFieldName("name") ?? member?.childForFieldName("property");
        if (own) members.push(own.text);
      }
    } finally {
      tree.delete();
    }
  }
  return members;
}

const memberTypes = [
  "property_signature",
  "method_signature",
  "method_definition",
  "public_field_definition",
  "field_declaration",
  "function_definition",
  "abstract_method_signature",
];

const memberType = /^(?:property_identifier|field_identifier|shorthand_property_identifier)$/u;

function usedMembers({ root, language }: FixProblem, name: string): Set<string> {
  const found = new Set<string>();
  const open: Node[] = [root];
  for (let node = open.pop(); node; node = open.pop()) {
    const isAttribute =
      language === "python" &&
      node.parent?.type === "attribute" &&
      node.parent.childForFieldName("attribute")?.id === node.id;
    if ((memberType.test(node.type) || isAttribute) && node.text !== name) found.add(node.text);
    for (const child of node.namedChildren) if (child) open.push(child);
  }
  return found;
}
