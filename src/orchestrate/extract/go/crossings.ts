import type { Node } from "web-tree-sitter";
import { isNodeIn } from "../guards.ts";
import { ExtractRefusal } from "../refusal.ts";
import type { GoCopies } from "./copies.ts";
import { type GoFlow, isTerminating } from "./flow.ts";
import type { GoReference, GoVariable } from "./references.ts";
import { type GoSelection, isInGoSelection } from "./selection.ts";
import type { GoValueTypes } from "./types.ts";

/** A variable that the new function takes or gives back. */
export interface GoCrossing {
  readonly name: string;
  readonly type: string;
  readonly variable: GoVariable;
  /** The statements declare it. */
  readonly isOwn: boolean;
}

/** Each in the order of the declarations; results with the errors last. */
export interface GoCrossings {
  readonly parameters: readonly GoCrossing[];
  readonly results: readonly GoCrossing[];
}

/**
 * The parameters and the results of the new function. `references`: those of the whole outer function.
 *
 * @throws ExtractRefusal where a copy could differ from the variable, and where a type is not known
 */
export function goCrossingsOf(
  selection: GoSelection,
  references: readonly GoReference[],
  types: GoValueTypes,
  copies: GoCopies,
  { returns, bare }: GoFlow,
): GoCrossings {
  const parameters: GoCrossing[] = [];
  const results: GoCrossing[] = [];
  const groups = new Map<string, GoReference[]>();
  for (const one of references) {
    if (!one.variable || one.variable.isTop) continue;
    groups.set(one.variable.id, [...(groups.get(one.variable.id) ?? []), one]);
  }
  const last = selection.statements.at(-1)!.endIndex;
  const loops = goLoopsAround(selection);
  if (bare) {
    for (const all of groups.values())
      if (isNamedResult(all[0]!.variable!, selection)) requireStillZero(selection, all, loops);
  }
  for (const all of groups.values()) {
    const inside = all.filter(({ node }) => isInGoSelection(selection, node));
    const outside = all.filter((one) => !inside.includes(one));
    const [some] = inside;
    if (!some) continue;
    const variable = some.variable!;
    if (bare && isNamedResult(variable, selection)) continue;
    const isOwn = isInGoSelection(selection, variable.declarations[0]!.node);
    if (isOwn && outside.length === 0) continue;
    if (isOwn && isDeclaredAgain(outside, all)) continue;
    refuseNoVariable(variable, some.node);
    const type = types.ofVariable(variable, some.node);
    if (type === undefined) {
      throw new ExtractRefusal(
        `the type of \`${some.name}\` is not known from the text. Declare it with its type (\`var ${some.name} T\`).`,
        some.node.startIndex,
      );
    }
    const isPartWrite = copies.changesByPart(type);
    // What leaves as a whole may be shared inside as before.
    const isWhole = isLeftWhole(selection, outside, loops, returns);
    if (!isWhole && !isSharedOnlyLater(selection, all, some, isOwn, loops))
      refuseGoShared(all, some, isPartWrite);
    refuseAddress(isWhole ? outside : all, some, type, copies);
    const crossing: GoCrossing = { name: some.name, type, variable, isOwn };
    if (!isOwn) parameters.push(crossing);
    const written = inside.filter((one) => one.writes || (isPartWrite && one.writesPart));
    if (!isOwn) refuseNamedResult(written[0], selection);
    const isCarried =
      !isOwn &&
      loops.some(
        (one) =>
          isNodeIn(one, variable.scope) && all.some((own) => own.reads && isNodeIn(own.node, one)),
      );
    const isRead = outside.some((one) => one.reads && one.node.startIndex >= last);
    if (isOwn && !isRead) {
      throw new ExtractRefusal(
        `\`${some.name}\` is declared in the selection and only assigned after it.`,
        some.node.startIndex,
      );
    }
    if (!returns && written.length > 0 && (isRead || isCarried)) results.push(crossing);
  }
  const inOrder = (list: GoCrossing[]): GoCrossing[] =>
    list.sort(
      (one, other) =>
        one.variable.declarations[0]!.node.startIndex -
        other.variable.declarations[0]!.node.startIndex,
    );
  // Go returns an error as the last result.
  const isError = ({ type }: GoCrossing): boolean => type === "error";
  const given = inOrder(results);
  return {
    parameters: inOrder(parameters),
    results: [...given.filter((one) => !isError(one)), ...given.filter(isError)],
  };
}

/** After the selection a `:=` declares it anew, before anything else uses it. */
function isDeclaredAgain(outside: readonly GoReference[], all: readonly GoReference[]): boolean {
  return outside[0]!.declares && all.every(({ within }) => within === all[0]!.within);
}

function refuseNoVariable(variable: GoVariable, at: Node): void {
  const [first] = variable.declarations;
  if (first!.kind === "type") {
    const isParameter = first!.by.type === "type_parameter_declaration";
    throw new ExtractRefusal(
      `\`${variable.name}\` is a type ${isParameter ? "parameter " : ""}of the function.`,
      at.startIndex,
    );
  }
  if (first!.by.type === "const_spec") {
    throw new ExtractRefusal(
      `\`${variable.name}\` is a constant of the function. Declare it outside of the function.`,
      at.startIndex,
    );
  }
}

/** Nothing outside has the variable once the selection runs: everything else of it is written before, and in no closure. */
function isLeftWhole(
  { statements, inner }: GoSelection,
  outside: readonly GoReference[],
  loops: readonly Node[],
  returns: boolean,
): boolean {
  const first = statements[0]!.startIndex;
  const isBefore = outside.every(
    ({ node, within }) => node.endIndex <= first && within === outside[0]!.within,
  );
  const isOfInner = isNodeIn(outside[0]?.node ?? inner, inner);
  return isBefore && isOfInner && (returns || loops.length === 0);
}

/** Closures that share a variable are all made after the selection: while it runs, nobody else has the variable. */
function isSharedOnlyLater(
  { statements }: GoSelection,
  all: readonly GoReference[],
  some: GoReference,
  isOwn: boolean,
  loops: readonly Node[],
): boolean {
  const last = statements.at(-1)!.endIndex;
  const { within } = all.find(({ declares }) => declares) ?? some;
  const others = all.filter((one) => one.within !== within);
  const isAgain = !isOwn && loops.some((one) => isNodeIn(one, some.variable!.scope));
  return some.within === within && !isAgain && others.every(({ node }) => node.startIndex >= last);
}

/** A closure that shares a variable sees every later value; a parameter would be a copy. */
function refuseGoShared(
  all: readonly GoReference[],
  some: GoReference,
  isPartWrite: boolean,
): void {
  const home = all.find(({ declares }) => declares) ?? some;
  if (all.every(({ within }) => within === home.within)) return;
  const changes = all.filter(
    (one) =>
      (isPartWrite && one.writesPart) || (one.writes && !(one === home && declaresWithValue(one))),
  );
  if (changes.length === 0) return;
  throw new ExtractRefusal(
    `\`${some.name}\` is shared with a function inside, and changes.`,
    some.node.startIndex,
  );
}

/** Whether a declaration gives the variable its only value: that of a loop gives it many. */
function declaresWithValue({ variable, node }: GoReference): boolean {
  const by = variable!.declarations.find((one) => one.node.id === node.id)?.by;
  if (!by) return false;
  if (/parameter_declaration$/u.test(by.type))
    return by.parent?.parent?.childForFieldName("result")?.id !== by.parent?.id;
  if (by.type === "var_spec") return by.childForFieldName("value") !== null;
  if (by.type === "short_var_declaration") return by.parent?.type !== "for_clause";
  return by.type !== "range_clause";
}

function refuseAddress(
  all: readonly GoReference[],
  some: GoReference,
  type: string,
  copies: GoCopies,
): void {
  if (copies.holdsLock(type)) {
    throw new ExtractRefusal(
      `\`${some.name}\` is a \`${type}\`, which must not be copied.`,
      some.node.startIndex,
    );
  }
  for (const { node, name, declares } of all) {
    const use = declares ? "plain" : copies.use(node, type);
    if (use === "address") {
      throw new ExtractRefusal(
        `the address of \`${name}\` is taken: a parameter would be a copy.`,
        node.startIndex,
      );
    }
    if (use === "unknown") {
      throw new ExtractRefusal(
        `whether \`${node.parent?.text.split("\n")[0]}\` takes the address of \`${name}\` is not known: a parameter would be a copy.`,
        node.startIndex,
      );
    }
  }
}

function refuseNamedResult(written: GoReference | undefined, selection: GoSelection): void {
  if (!written) return;
  if (isNamedResult(written.variable!, selection)) {
    throw new ExtractRefusal(
      `\`${written.name}\` is a named result of the function, and is assigned here.`,
      written.node.startIndex,
    );
  }
}

const isNamedResult = ({ declarations }: GoVariable, { inner, outer }: GoSelection): boolean =>
  [inner, outer].some(
    (one) => one.childForFieldName("result")?.id === declarations[0]!.by.parent?.id,
  );

/** The new function has results of the same names, which begin without a value: so must those of the old one at the selection. */
function requireStillZero(
  { statements, inner }: GoSelection,
  all: readonly GoReference[],
  loops: readonly Node[],
): void {
  const [declared] = all;
  const first = statements[0]!.startIndex;
  const isElsewhere = all.some(({ within }) => within !== inner.startIndex);
  const before = all.filter(
    (one) => one !== declared && (one.writes || one.writesPart) && one.node.startIndex < first,
  );
  const last = before.at(-1);
  const isNil =
    last !== undefined &&
    declared!.variable!.declarations[0]!.by.childForFieldName("type")?.text === "error" &&
    isFoundNil(declared!.name, statements[0]!, inner, last.node.endIndex);
  if (isElsewhere || loops.length > 0 || (last !== undefined && !isNil)) {
    throw new ExtractRefusal(
      `a bare \`return\` gives back \`${declared!.name}\`, which may have a value before the selection.`,
      statements[0]!.startIndex,
    );
  }
}

/** `if err != nil { return err }` is before a place of a function, behind `since`. */
function isFoundNil(name: string, place: Node, inner: Node, since: number): boolean {
  for (let node = place; node.id !== inner.id && node.parent; node = node.parent) {
    if (node.parent.type !== "statement_list") continue;
    const isFound = node.parent.namedChildren.some((one) => {
      const condition = one?.type === "if_statement" ? one.childForFieldName("condition") : null;
      if (!condition || one!.endIndex > node.startIndex || condition.startIndex < since)
        return false;
      return (
        condition.text.replaceAll(/\s/gu, "") === `${name}!=nil` &&
        one!.childForFieldName("alternative") === null &&
        isTerminating(one!.childForFieldName("consequence")!)
      );
    });
    if (isFound) return true;
  }
  return false;
}

/** The loops of the innermost function around the selection. */
function goLoopsAround({ statements, inner }: GoSelection): Node[] {
  const found: Node[] = [];
  for (let node = statements[0]!.parent; node && node.id !== inner.id; node = node.parent)
    if (node.type === "for_statement") found.push(node);
  return found;
}
