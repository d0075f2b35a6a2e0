import type { Node } from "web-tree-sitter";
import { around, isField, wordStarts } from "../names/nodes.ts";
import type { Replacement } from "../rename/rewrite.ts";
import { likeWords } from "./likeness.ts";
import { functionAround, isWithoutEffects, linesWith, nameAt, withoutItem } from "./places.ts";
import type { Fix, FixProblem, FixRule } from "./rule.ts";

const unusedForms: readonly RegExp[] = [
  // tsc, ESLint
  /^'(?<name>[^']+)' is (?:declared but (?:its value is never read|never used)|(?:defined|assigned a value) but never used)/u,
  // pyflakes, ruff
  /^[Ll]ocal variable ['`](?<name>[^'`]+)['`] is assigned to but never used/u,
  // Go, new and old
  /^declared and not used: (?<name>\S+)/u,
  /^(?<name>[\p{L}_][\p{L}\p{N}_]*) declared (?:and|but) not used/u,
];

/** Takes a variable out that nothing reads; what its value does stays. */
export const unusedVariable: FixRule<string> = {
  name: "unused variable",
  isConsequence: true,
  recognise(said) {
    for (const form of unusedForms) {
      const name = form.exec(said)?.groups?.name;
      if (name !== undefined) return name;
    }
    return undefined;
  },
  propose(name, problem) {
    const node = nameAt(problem, name);
    const by = node && variableAround(node);
    if (!node || !by) return [];
    const found = removals[by.type]?.(by, node, problem) ?? [];
    // Where the value cannot be kept for its own mention of the name, it is not dropped either.
    const removal = found.every((fix) => leavesNoMention(fix, name, node, problem)) ? found : [];
    const meant = meantName(name, node, problem);
    // A misspelt target looks unused, too.
    const fixes = meant
      ? removal.map((fix) => ({ ...fix, confidence: 0.5 * fix.confidence }))
      : removal;
    return [...(meant ? [meant] : []), ...fixes].map((fix) => ({ ...fix, removes: [name] }));
  },
};

/**
 * Whether a fix takes every mention of the name out with it: a write that stays would have no declaration. A mention is counted in the
 * function around the declaration, or in the whole file; a handler of Python has its name for itself.
 */
function leavesNoMention(
  { changes }: Fix,
  name: string,
  node: Node,
  { root, text }: FixProblem,
): boolean {
  const handler = around(node, /^(?:except_clause|except_group_clause|block)$/u);
  const isHandlerName = handler !== undefined && handler.type !== "block";
  const scope = (isHandlerName ? handler : functionAround(node)) ?? root;
  const within = text.slice(scope.startIndex, scope.endIndex);
  for (const at of wordStarts(within, name)) {
    const start = scope.startIndex + at;
    const other = root.namedDescendantForIndex(start, start + name.length);
    if (!other || other.id === node.id || !isMention(other, name)) continue;
    if (!changes.some((one) => one.start <= start && start + name.length <= one.end)) return false;
  }
  return true;
}

/** A member or the name of an argument is not the variable. */
const isMention = (node: Node, name: string): boolean =>
  /^(?:identifier|shorthand_property_identifier(?:_pattern)?)$/u.test(node.type) &&
  node.text === name &&
  !(node.parent?.type === "attribute" && isField(node, "attribute")) &&
  !(node.parent?.type === "keyword_argument" && isField(node, "name"));

/** The variable that an assignment means whose target differs from it in one letter. */
function meantName(name: string, node: Node, { names }: FixProblem): Fix | undefined {
  if (name.length < 4 || names.uses(name) !== 1) return undefined;
  const visible = names
    .identifiers()
    .filter((one) => one.length > 3 && names.declarations(one, node) !== undefined);
  const [like] = likeWords(name, visible);
  if (!like || like.distance > 1) return undefined;
  return {
    title: `\`${name}\` -> \`${like.word}\``,
    why: `nothing reads \`${name}\`, and \`${like.word}\` differs in one letter`,
    confidence: 0.85,
    changes: [{ start: node.startIndex, end: node.endIndex, text: like.word }],
  };
}

const declaring =
  /^(?:variable_declarator|assignment|short_var_declaration|var_spec|shorthand_property_identifier_pattern|pair_pattern|required_parameter|optional_parameter|formal_parameters|as_pattern_target)$/u;

function variableAround(node: Node): Node | undefined {
  if (declaring.test(node.type)) return node;
  for (let outer = node.parent; outer; outer = outer.parent) {
    if (declaring.test(outer.type)) return outer;
    if (/statement|block|function/u.test(outer.type)) return undefined;
  }
  return undefined;
}

type Removal = (by: Node, node: Node, problem: FixProblem) => readonly Fix[];

const removals: Readonly<Record<string, Removal>> = {
  variable_declarator(by, node, { text }) {
    const value = by.childForFieldName("value");
    const statement = by.parent;
    const isSole = statement?.namedChildren.filter((one) => one?.type === by.type).length === 1;
    if (by.childForFieldName("name")?.id !== node.id || !statement || !isSole) return [];
    if (
      !/^(?:program|statement_block|switch_case|switch_default)$/u.test(
        statement.parent?.type ?? "",
      )
    )
      return [];
    return withoutStatement(text, statement, value);
  },
  assignment(by, node, { text }) {
    const statement = by.parent;
    const value = by.childForFieldName("right");
    if (statement?.type !== "expression_statement" || by.childForFieldName("left")?.id !== node.id)
      return [];
    return withoutStatement(text, statement, value);
  },
  short_var_declaration(by, node, { text }) {
    const names = by.childForFieldName("left")?.namedChildren ?? [];
    const value = by.childForFieldName("right");
    if (names.length === 1) return withoutStatement(text, by, value, "_ = ");
    const others = names.filter((one) => one && one.id !== node.id && one.text !== "_");
    if (others.length === 0) return [];
    return [
      {
        title: `\`${node.text}\` -> \`_\``,
        why: "the value is not read, and the others are",
        confidence: 0.95,
        changes: [{ start: node.startIndex, end: node.endIndex, text: "_" }],
      },
    ];
  },
  var_spec(by, node, { text }) {
    const statement = by.parent;
    const isSole =
      by.childForFieldName("name")?.id === node.id &&
      by.childrenForFieldName("name").length === 1 &&
      statement?.namedChildren.filter((one) => one?.type === by.type).length === 1;
    if (statement?.type !== "var_declaration" || !isSole) return [];
    return withoutStatement(text, statement, by.childForFieldName("value"), "_ = ", node.text);
  },
  shorthand_property_identifier_pattern: (_, node, problem) => withoutProperty(node, problem),
  // What is beside the name, or a default, would be lost with it; so would what a computed key does.
  pair_pattern: (by, node, problem) =>
    by.childForFieldName("value")?.id === node.id &&
    by.childForFieldName("key")?.type !== "computed_property_name"
      ? withoutProperty(by, problem)
      : [],
  as_pattern_target(by, node, { text }) {
    // `except Error as e` and `with a as b`.
    const pattern = by.parent;
    const value = pattern?.namedChildren[0];
    if (
      !pattern ||
      !value ||
      by.text !== node.text ||
      text.slice(value.endIndex, by.startIndex).trim() !== "as"
    )
      return [];
    return [
      {
        title: `remove \`as ${node.text}\``,
        why: "nothing reads the name",
        confidence: 0.95,
        changes: [{ start: value.endIndex, end: by.endIndex, text: "" }],
      },
    ];
  },
  required_parameter: underscored,
  optional_parameter: underscored,
  formal_parameters: underscored,
};

/** A parameter has its place in calls: it gets the name that says that it is not read. */
function underscored(_: Node, node: Node): Fix[] {
  return [
    {
      title: `\`${node.text}\` -> \`_${node.text}\``,
      why: "a parameter keeps its place, and the underscore says that it is not read",
      confidence: 0.6,
      changes: [{ start: node.startIndex, end: node.startIndex, text: "_" }],
    },
  ];
}

/** Takes a statement out; a block of Python needs one. */
function statementRemoval(text: string, statement: Node): Replacement {
  const { parent, startIndex: start, endIndex: end, type } = statement;
  const others = parent?.namedChildren.filter(
    (one) => one && one.id !== statement.id && one.type !== "comment",
  );
  const isOnly = type === "expression_statement" && parent?.type === "block" && !others?.length;
  if (isOnly) return { start, end, text: "pass" };
  return { ...linesWith(text, start, end), text: "" };
}

/** Whether JavaScript would read the lines around a statement as one when it is out. */
function mayJoinLines(statement: Node): boolean {
  if (!/^(?:lexical|variable)_declaration$/u.test(statement.type)) return false;
  const sibling = (from: Node, way: "next" | "previous"): Node | null => {
    const one = way === "next" ? from.nextNamedSibling : from.previousNamedSibling;
    return one?.type === "comment" ? sibling(one, way) : one;
  };
  const before = sibling(statement, "previous")?.text;
  const after = sibling(statement, "next")?.text ?? "";
  return before !== undefined && !before.endsWith(";") && /^[([`/+*-]/u.test(after);
}

function withoutStatement(
  text: string,
  statement: Node,
  value: Node | null,
  keeping = "",
  name = "it",
): Fix[] {
  if (mayJoinLines(statement)) return [];
  if (!value || isWithoutEffects(value)) {
    return [
      {
        title: "remove the variable",
        why: `nothing reads ${name}, and its value has no effect`,
        confidence: 1,
        changes: [statementRemoval(text, statement)],
      },
    ];
  }
  // A statement of JavaScript that begins like this would be a block or a declaration, or belong to the line before.
  const isHazard =
    /^(?:lexical|variable)_declaration$/u.test(statement.type) &&
    /^(?:[([`{/+-]|(?:async|class|function|let)\b)/u.test(value.text);
  const kept = isHazard ? "void " : keeping;
  return [
    {
      title: "keep the value and remove the variable",
      why: "nothing reads it, and its value may have an effect, or fail",
      confidence: 0.9,
      changes: [{ start: statement.startIndex, end: value.startIndex, text: kept }],
    },
    {
      title: "remove the variable and its value",
      why: "nothing reads it",
      confidence: 0.5,
      changes: [statementRemoval(text, statement)],
    },
  ];
}

/** A property that is taken out of an object; with a rest beside it, it is left out of the rest on purpose. */
function withoutProperty(property: Node, { text }: FixProblem): Fix[] {
  const pattern = property.parent;
  const items = pattern?.namedChildren.filter((one) => one !== null) ?? [];
  if (pattern?.type !== "object_pattern" || items.length < 2) return [];
  if (items.some(({ type }) => type === "rest_pattern")) return [];
  return [
    {
      title: `remove \`${property.text}\``,
      why: "nothing reads it; a property is read without effect as a rule",
      confidence: 0.9,
      changes: [{ ...withoutItem(text, items, property), text: "" }],
    },
  ];
}
