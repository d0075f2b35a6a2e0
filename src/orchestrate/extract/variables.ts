import type { Node } from "web-tree-sitter";
import { isOldExceptTarget } from "../names/python-scopes.ts";
import { guardsAround, isLost, isNodeIn } from "./guards.ts";
import { alwaysLeaves, maySwallow } from "./leaves.ts";
import type { NameReference, ScopeBinding } from "./references.ts";
import { ExtractRefusal } from "./refusal.ts";
import { type Selection, scopeFunctions } from "./selection.ts";

/** A variable that the new function takes or gives back. */
export interface Crossing {
  readonly name: string;
  readonly binding: ScopeBinding;
  /** The keyword that declares it inside of the selection; undefined: it is declared outside. */
  readonly declaredBy: string | undefined;
}

export interface Crossings {
  readonly parameters: readonly Crossing[];
  readonly results: readonly Crossing[];
  /** Ids of variables that are others in the new function: what they hold there is not used outside. */
  readonly parted: readonly string[];
}

const loopTypes = /^(?:for_statement|for_in_statement|while_statement|do_statement)$/u;

/**
 * The parameters and the results. `references`: those of the whole outer function.
 *
 * @throws ExtractRefusal where values could differ: a variable without a value, one that closures share, one of an interrupted block
 */
export function crossingsOf(
  selection: Selection,
  references: readonly NameReference[],
  returns: boolean,
): Crossings {
  const parameters: Crossing[] = [];
  const results: Crossing[] = [];
  const parted: string[] = [];
  const byBinding = new Map<string, NameReference[]>();
  for (const one of references) {
    if (!one.binding) continue;
    byBinding.set(one.binding.id, [...(byBinding.get(one.binding.id) ?? []), one]);
  }
  const first = selection.statements[0]!.startIndex;
  const last = selection.statements.at(-1)!.endIndex;
  const isInside = ({ node }: NameReference): boolean =>
    node.startIndex >= first && node.endIndex <= last;
  const loops = loopsAround(selection);
  const loop = loops.at(-1);
  const guards = guardsAround(selection);
  for (const all of byBinding.values()) {
    const inside = all.filter(isInside);
    const [some] = inside;
    if (!some) continue;
    const binding = some.binding!;
    const { name } = some;
    const isOfFunction =
      !binding.isTop &&
      binding.scopeStart >= selection.outer.startIndex &&
      binding.scopeEnd <= selection.outer.endIndex;
    if (!isOfFunction) {
      refuseOuterWrite(selection, inside);
      continue;
    }
    const outside = all.filter((one) => !isInside(one));
    const declaring = all.filter(({ declares }) => declares);
    const isOwn = isDeclaredInside(selection, declaring, isInside, outside);
    if (isOwn) refuseEarlier(selection, inside, outside, name, loop);
    if (isOwn && outside.length === 0) continue;
    if (some.isType) {
      throw new ExtractRefusal(`\`${name}\` is a type of the function.`, some.node.startIndex);
    }
    if (!isSharedLater(selection, all, isOwn, loops))
      refuseShared(selection, all, name, isInside, isOwn);
    const written = inside.filter(({ writes }) => writes);
    // A later round of a loop reads what this one leaves, in the selection too, unless the variable is new in every round.
    const isCarried =
      !isOwn &&
      loops.some((one) => one.startIndex >= binding.scopeStart && one.endIndex <= binding.scopeEnd);
    const after = all.filter(
      (one) =>
        one.reads &&
        !isGivenAgain(selection, one.node, name, loops) &&
        (one.node.startIndex >= last ||
          (isInside(one)
            ? isCarried
            : loop !== undefined && isNodeIn(one.node, loop) && !isOwnInLoop(selection, isOwn))),
    );
    const keyword = isOwn ? declarationWord(declaring.filter(isInside)) : undefined;
    const crossing: Crossing = { name, binding, declaredBy: keyword };
    const isResult = !returns && written.length > 0 && after.length > 0;
    if (isOwn && !isResult) parted.push(binding.id);
    const isParameter =
      !isOwn && (selection.language === "script" || needsValue(selection, inside, name));
    if (isParameter) {
      if (selection.language === "script") requireDeclaredBefore(declaring, some, last);
      if (selection.language === "python") requireValueBefore(selection, declaring, name);
      parameters.push(crossing);
    }
    if (isResult) {
      if (!isParameter && selection.language === "python" && !assigns(selection.statements, name)) {
        throw new ExtractRefusal(
          `\`${name}\` may have no value at the end of the selection, and is used after it.`,
          some.node.startIndex,
        );
      }
      results.push(crossing);
    }
    const reads = all.filter((one) => one.reads && (!isOwn || !isInside(one)));
    if (guards.some((one) => isLost(one, selection, written, reads, loops))) {
      throw new ExtractRefusal(
        `\`${name}\` is assigned in a \`try\` block or a \`with\`, and used where an error may have interrupted it.`,
        written[0]!.node.startIndex,
      );
    }
  }
  return { parameters, results, parted };
}

/** Python: whether every way from the selection to a place gives the variable another value. */
function isGivenAgain(
  { language, statements }: Selection,
  node: Node,
  name: string,
  loops: readonly Node[],
): boolean {
  if (language !== "python") return false;
  const last = statements.at(-1)!.endIndex;
  if (node.startIndex >= last) return hasValueAt(node, name, last);
  // A later round of the innermost loop around both.
  const loop = loops.find((one) => isNodeIn(node, one));
  return loop !== undefined && hasValueAt(node, name, loop.startIndex);
}

/** A variable that is declared later may not be read yet, and has its value only then; functions have theirs from the start. */
function requireDeclaredBefore(
  declaring: readonly NameReference[],
  some: NameReference,
  last: number,
): void {
  const isLater = declaring.every(
    ({ node }) =>
      node.startIndex >= last &&
      !/^(?:generator_)?function_declaration$/u.test(node.parent?.type ?? ""),
  );
  if (isLater && declaring.length > 0) {
    throw new ExtractRefusal(
      `\`${some.name}\` is declared after the selection.`,
      some.node.startIndex,
    );
  }
}

/** Variables of `let` and `const` are new in every round of a loop. */
const isOwnInLoop = ({ language }: Selection, isOwn: boolean): boolean =>
  isOwn && language === "script";

function isDeclaredInside(
  { language }: Selection,
  declaring: readonly NameReference[],
  isInside: (one: NameReference) => boolean,
  outside: readonly NameReference[],
): boolean {
  if (declaring.length === 0 || !declaring.some(isInside)) return false;
  if (language === "script") return declaring.every(isInside);
  // Python declares by assigning: nothing before may have given it a value.
  const from = Math.min(...declaring.filter(isInside).map(({ node }) => node.startIndex));
  return outside.every(({ node, writes }) => !writes || node.startIndex > from);
}

/** A variable of the selection whose value comes from before it: hoisted, or of an earlier round of the loop. */
function refuseEarlier(
  selection: Selection,
  inside: readonly NameReference[],
  outside: readonly NameReference[],
  name: string,
  loop: Node | undefined,
): void {
  const first = selection.statements[0]!.startIndex;
  const isScript = selection.language === "script";
  const isVar =
    isScript &&
    inside.some(({ declares, node }) => declares && declarationWord([{ node }]) === "var");
  if (isScript && outside.some(({ node }) => node.startIndex < first)) {
    throw new ExtractRefusal(
      `\`${name}\` is used before the selection that declares it.`,
      inside[0]!.node.startIndex,
    );
  }
  if (loop === undefined) return;
  const mayKeep = isScript
    ? isVar && !isSetAtOnce(selection, inside[0]!)
    : needsValue(selection, inside, name);
  if (mayKeep || (isVar && outside.length > 0)) {
    throw new ExtractRefusal(
      `\`${name}\` may have its value from an earlier round of the loop.`,
      inside[0]!.node.startIndex,
    );
  }
}

/** Whether the first place of a `var` gives it a value on every way. */
function isSetAtOnce({ statements }: Selection, { node, declares }: NameReference): boolean {
  const declarator = node.parent;
  if (!declares || declarator?.type !== "variable_declarator") return false;
  const list = declarator.parent!;
  const home = list.parent?.type === "for_statement" ? list.parent : list;
  return (
    declarator.childForFieldName("value") !== null && statements.some((one) => one.id === home.id)
  );
}

function refuseOuterWrite({ language }: Selection, inside: readonly NameReference[]): void {
  // A name of the module stays what it is in the new function; in Python an assignment would make it local.
  const written = inside.find(({ writes }) => writes);
  if (written && language === "python") {
    throw new ExtractRefusal(
      `\`${written.name}\` is a name of the module, assigned here.`,
      written.node.startIndex,
    );
  }
}

/** Closures that share a variable are all made after the selection: while it runs, nobody else has the variable. */
function isSharedLater(
  { language, inner, statements }: Selection,
  all: readonly NameReference[],
  isOwn: boolean,
  loops: readonly Node[],
): boolean {
  const { binding } = all[0]!;
  const home = all.find(({ declares }) => declares)?.within;
  const last = statements.at(-1)!.endIndex;
  // A later round runs the selection again, with a variable that is not new.
  const isAgain =
    !(isOwn && language === "script") &&
    loops.some((one) => one.startIndex >= binding!.scopeStart && one.endIndex <= binding!.scopeEnd);
  if (home !== inner.startIndex || isAgain) return false;
  return all.every(({ node, within }) => within === home || isMadeAfter(node, inner, last));
}

/** Whether the function of a function that has a place is made after the selection; declarations of JavaScript are there from the start. */
function isMadeAfter(place: Node, inner: Node, last: number): boolean {
  let made: Node | undefined;
  for (let node: Node | null = place; node && node.id !== inner.id; node = node.parent)
    if (scopeFunctions.test(node.type)) made = node;
  return (
    made !== undefined &&
    made.startIndex >= last &&
    !/^(?:generator_)?function_declaration$/u.test(made.type)
  );
}

/** A closure that shares a variable sees every later value; a parameter would be a copy. */
function refuseShared(
  { inner }: Selection,
  all: readonly NameReference[],
  name: string,
  isInside: (one: NameReference) => boolean,
  isOwn: boolean,
): void {
  const functions = new Set(all.filter(({ declares }) => !declares).map(({ within }) => within));
  const home = all.find(({ declares }) => declares)?.within;
  const isShared =
    [...functions].some((one) => one !== (home ?? inner.startIndex)) || functions.size > 1;
  if (!isShared) return;
  const changes = all.filter(
    ({ writes, declares, node }) => writes && (!declares || !hasValue(node)),
  );
  const declarations = all.filter(({ declares }) => declares);
  const isOnce = changes.length === 0 && declarations.length <= 1;
  if (isOnce) return;
  const place = all.find((one) => isInside(one) && (one.writes || !isOwn)) ?? all.find(isInside)!;
  throw new ExtractRefusal(
    `\`${name}\` is shared with a function inside, and changes.`,
    place.node.startIndex,
  );
}

/** Whether a declaration gives the value that the variable keeps. */
function hasValue(node: Node): boolean {
  for (let outer = node.parent; outer; outer = outer.parent) {
    if (outer.type === "variable_declarator") return outer.childForFieldName("value") !== null;
    if (/^(?:augmented_assignment|delete_statement)$/u.test(outer.type)) return false;
    if (outer.type === "assignment") return outer.childForFieldName("right") !== null;
    if (/statement$|block$/u.test(outer.type)) return true;
    if (scopeFunctions.test(outer.type)) return true;
  }
  return true;
}

/** Whether the statements may read a variable before they give it a value. */
function needsValue(
  { statements }: Selection,
  inside: readonly NameReference[],
  name: string,
): boolean {
  const [first] = inside;
  const statement = statements.find(
    (one) => one.startIndex <= first!.node.startIndex && first!.node.endIndex <= one.endIndex,
  )!;
  const own = inside.filter(
    ({ node }) => node.startIndex >= statement.startIndex && node.endIndex <= statement.endIndex,
  );
  return own.some(({ reads }) => reads) || !assigns([statement], name);
}

/** Python: a parameter must have a value on every way to the selection. */
function requireValueBefore(
  { statements, inner }: Selection,
  declaring: readonly NameReference[],
  name: string,
): void {
  const refuse = (node: Node): never => {
    throw new ExtractRefusal(
      `\`${name}\` may have no value before the selection.`,
      node.startIndex,
    );
  };
  const isOfFunction = declaring.some(({ node }) => isOfParameters(node));
  if (isOfFunction && !declaring.some(({ node }) => node.parent?.type === "delete_statement"))
    return;
  if (declaring.some(({ node }) => node.parent?.type === "delete_statement"))
    refuse(statements[0]!);
  // A variable of an outer function is not followed further.
  if (!hasValueAt(statements[0]!, name, inner.startIndex)) refuse(statements[0]!);
}

/** Python: whether a name is given a value on every way to a place of its function, from `since` on. */
function hasValueAt(place: Node, name: string, since: number): boolean {
  let from = place;
  for (let list = place.parent; list && !scopeFunctions.test(list.type); list = list.parent) {
    const { startIndex } = from;
    if (list.type === "block" || list.type === "module") {
      const before = list.namedChildren.filter(
        (one): one is Node => one !== null && one.startIndex >= since && one.endIndex <= startIndex,
      );
      if (assigns(before, name)) return true;
    }
    if (list.startIndex >= since && givesItsBlock(list, from, name)) return true;
    from = list;
  }
  return false;
}

/** Whether a statement of Python gives a name a value before each run of a block of it. */
function givesItsBlock(list: Node, block: Node, name: string): boolean {
  if (list.type === "except_clause") return bindsError(list, name, block);
  if (list.childForFieldName("body")?.id !== block.id) return false;
  if (list.type === "with_statement") return isTargetOfWith(list, name);
  const left = list.type === "for_statement" ? list.childForFieldName("left") : null;
  return left?.descendantsOfType("identifier").some((one) => one?.text === name) ?? false;
}

/** Whether an `except` gives the error the name, for its block. */
const bindsError = (clause: Node, name: string, block: Node): boolean =>
  block.type === "block" &&
  (clause
    .descendantsOfType("as_pattern_target")
    .some((one) => one?.text === name && one.endIndex <= block.startIndex) ||
    clause.namedChildren.some((one) => one?.text === name && isOldExceptTarget(one)));

function isOfParameters(node: Node): boolean {
  for (let outer = node.parent; outer; outer = outer.parent) {
    if (/parameters$/u.test(outer.type)) return true;
    if (/block|statement/u.test(outer.type)) return false;
  }
  return false;
}

/** Whether statements of Python give a name a value on every way that leads behind them. */
function assigns(statements: readonly (Node | null)[], name: string): boolean {
  return statements.some((one) => one !== null && (assignsOne(one, name) || alwaysLeaves([one])));
}

function assignsOne(node: Node, name: string): boolean {
  const names = (part: Node | null): boolean =>
    part !== null &&
    (part.type === "identifier"
      ? part.text === name
      : /^(?:pattern_list|tuple_pattern|list_pattern|list_splat_pattern)$/u.test(part.type) &&
        part.namedChildren.some(names));
  switch (node.type) {
    case "expression_statement":
      return assigns(node.namedChildren, name);
    case "assignment":
      return (
        node.childForFieldName("right") !== null &&
        (names(node.childForFieldName("left")) || assigns([node.childForFieldName("right")], name))
      );
    case "function_definition":
    case "class_definition":
      return node.childForFieldName("name")?.text === name;
    case "decorated_definition":
      return assigns(node.namedChildren, name);
    case "import_statement":
    case "import_from_statement":
      return node
        .childrenForFieldName("name")
        .some((one) => (one?.childForFieldName("alias") ?? one)?.text === name);
    case "with_statement":
      return (
        isTargetOfWith(node, name) ||
        (!maySwallow(node) && assigns(node.childForFieldName("body")?.namedChildren ?? [], name))
      );
    case "if_statement": {
      const others = node.namedChildren.filter((one) =>
        /^(?:else_clause|elif_clause)$/u.test(one?.type ?? ""),
      );
      const bodies = [
        node.childForFieldName("consequence"),
        ...others.map(
          (one) => one!.childForFieldName("consequence") ?? one!.childForFieldName("body"),
        ),
      ];
      const hasElse = others.some((one) => one!.type === "else_clause");
      return hasElse && bodies.every((one) => assigns(one?.namedChildren ?? [], name));
    }
    case "try_statement": {
      const clauses = (types: RegExp): Node[] =>
        node.namedChildren.filter((one): one is Node => types.test(one?.type ?? ""));
      const inBlocks = (of: readonly (Node | null)[]): boolean =>
        of.some((one) => assigns(one?.namedChildren ?? [], name));
      const blockOf = (clause: Node): Node | null =>
        clause.namedChildren.findLast((one) => one?.type === "block") ?? null;
      if (inBlocks(clauses(/^finally_clause$/u).map(blockOf))) return true;
      const ways = [node.childForFieldName("body"), ...clauses(/^else_clause$/u).map(blockOf)];
      const handlers = clauses(/^(?:except_clause|except_group_clause)$/u);
      return inBlocks(ways) && handlers.every((one) => inBlocks([blockOf(one)]));
    }
    default:
      return false;
  }
}

const isTargetOfWith = (node: Node, name: string): boolean =>
  node
    .descendantsOfType("as_pattern_target")
    .some(
      (one) =>
        one !== null &&
        one.endIndex <= node.childForFieldName("body")!.startIndex &&
        one.text === name,
    );

function declarationWord(declaring: readonly Pick<NameReference, "node">[]): string {
  for (const { node } of declaring) {
    for (let outer = node.parent; outer; outer = outer.parent) {
      if (outer.type === "lexical_declaration")
        return outer.childForFieldName("kind")?.text ?? "const";
      if (outer.type === "variable_declaration") return "var";
      if (/statement$|block$/u.test(outer.type)) break;
    }
  }
  return "const";
}

/** The loops of the function around a selection, the innermost first. */
function loopsAround({ statements, inner }: Selection): Node[] {
  const found: Node[] = [];
  for (
    let node: Node | null = statements[0]!.parent;
    node && node.id !== inner.id;
    node = node.parent
  ) {
    if (loopTypes.test(node.type)) found.push(node);
  }
  return found;
}
