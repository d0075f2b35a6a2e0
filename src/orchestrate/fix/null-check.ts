import type { Node } from "web-tree-sitter";
import { largestAt } from "./places.ts";
import type { Fix, FixProblem, FixRule } from "./rule.ts";

const nullForms: readonly RegExp[] = [
  /^'(?<text>[^']+)' is possibly (?:'null'(?: or 'undefined')?|'undefined')/u,
  /^Object is possibly (?:'null'(?: or 'undefined')?|'undefined')/u,
  /^Cannot invoke an object which is possibly/u,
];

/** Reads a member with `?.` where its object may be missing. */
export const nullCheck: FixRule<{ readonly text: string | undefined }> = {
  name: "missing null check",
  isConsequence: true,
  recognise(said) {
    for (const form of nullForms) {
      const found = form.exec(said);
      if (found) return { text: found.groups?.text };
    }
    return undefined;
  },
  propose({ text }, problem) {
    const objects = text === undefined ? unnamed(problem) : [named(text, problem)];
    return objects.flatMap((object) => {
      const access = object?.parent;
      return object && access && !isWritten(access) ? optional(object, access, problem.text) : [];
    });
  },
};

const named = (text: string, { root, start }: FixProblem): Node | undefined =>
  largestAt(root, start, (node) => node.text === text);

/** "Object" is what has no name: one of the calls or elements that begin at the place and of which a member is asked for. */
function unnamed({ root, start }: FixProblem): Node[] {
  const found: Node[] = [];
  for (
    let node: Node | null = root.descendantForIndex(start, start + 1);
    node && node.startIndex === start;
    node = node.parent
  ) {
    const isObject = isMemberAccess(node.parent) && node.parent?.namedChildren[0]?.id === node.id;
    if (isObject && /^(?:call|subscript)_expression$/u.test(node.type)) found.push(node);
  }
  return found;
}

const isMemberAccess = (node: Node | null): boolean =>
  /^(?:member_expression|subscript_expression|call_expression)$/u.test(node?.type ?? "");

function optional(object: Node, access: Node, text: string): Fix[] {
  if (access.namedChildren[0]?.id !== object.id || text.startsWith("?.", object.endIndex))
    return [];
  const at = object.endIndex;
  const isDot = access.type === "member_expression" && text[at] === ".";
  if (!isDot && !isMemberAccess(access)) return [];
  if (access.type === "member_expression" && !isDot) return [];
  const isStatement = statementAround(access)?.type === "expression_statement";
  return [
    {
      title: `\`${object.text}\`?.`,
      why: "it may be missing, and reading a member of it then gives `undefined`",
      confidence: isStatement ? 0.85 : 0.7,
      changes: [{ start: at, end: isDot ? at + 1 : at, text: "?." }],
    },
  ];
}

function statementAround(node: Node): Node | undefined {
  for (let outer: Node | null = node; outer; outer = outer.parent) {
    if (/(?:statement|declaration)$/u.test(outer.type)) return outer;
    if (/^(?:arguments|return_statement|binary_expression)$/u.test(outer.type)) return undefined;
  }
  return undefined;
}

/** `?.` cannot be assigned to. */
function isWritten(access: Node): boolean {
  for (let node = access; node.parent; node = node.parent) {
    const { parent } = node;
    if (/^(?:assignment_expression|augmented_assignment_expression)$/u.test(parent.type)) {
      return parent.childForFieldName("left")?.id === node.id;
    }
    if (/^(?:update_expression|for_in_statement)$/u.test(parent.type)) return true;
    if (!isMemberAccess(parent)) return false;
  }
  return false;
}
