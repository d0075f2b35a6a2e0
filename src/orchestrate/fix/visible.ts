import type { Node } from "web-tree-sitter";
import type { NameLanguage } from "../index/languages.ts";
import { GoScopes } from "../names/go-scopes.ts";
import { wordStarts } from "../names/nodes.ts";
import { PythonScopes } from "../names/python-scopes.ts";
import { ScriptScopes } from "../names/script-scopes.ts";

/** The names that a file declares, as code at one place sees them. */
export interface VisibleNames {
  /** What the name declares there: the nodes of its declarations; undefined where the file does not declare it. */
  declarations(name: string, at: Node): readonly VisibleDeclaration[] | undefined;
  /** Every identifier of the file, once. */
  identifiers(): readonly string[];
  /** How often a name is written in the code. */
  uses(name: string): number;
}

export interface VisibleDeclaration {
  /** The name, as the declaration writes it. */
  readonly node: Node;
  /** What declares it: a declarator, a parameter, a function. */
  readonly by: Node;
}

const identifierType = /identifier$/u;

export function visibleNames(root: Node, text: string, language: NameLanguage): VisibleNames {
  let all: string[] | undefined;
  const find = finders[language](root, text);
  return {
    declarations: find,
    identifiers() {
      all ??= [...new Set(identifierLeaves(root).map((node) => node.text))];
      return all;
    },
    uses(name) {
      let count = 0;
      for (const start of wordStarts(text, name)) {
        const node = root.namedDescendantForIndex(start, start + name.length);
        if (node && identifierType.test(node.type) && node.text === name) count += 1;
      }
      return count;
    },
  };
}

type Finder = VisibleNames["declarations"];

const finders: Readonly<Record<NameLanguage, (root: Node, text: string) => Finder>> = {
  script(root, text) {
    const scopes = new ScriptScopes(root, text);
    return (name, at) => scopes.resolve(at, undefined, name)?.declarations;
  },
  python(root, text) {
    const scopes = new PythonScopes(root, text);
    return (name, at) => scopes.resolve(at, name)?.declarations;
  },
  go(root, text) {
    const scopes = new GoScopes(root, text);
    return (name, at) => scopes.resolve(at, name)?.declarations;
  },
};

function identifierLeaves(root: Node): Node[] {
  const found: Node[] = [];
  const open: Node[] = [root];
  for (let node = open.pop(); node; node = open.pop()) {
    if (identifierType.test(node.type) && node.childCount === 0) found.push(node);
    for (const child of node.namedChildren) if (child) open.push(child);
  }
  return found;
}
