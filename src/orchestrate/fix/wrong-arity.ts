import type { Node } from "web-tree-sitter";
import type { SpeculationContext } from "../speculator.ts";
import { importEntries } from "./imports.ts";
import { isWithoutEffects, largestAt, mayHaveEffects, nameAt, withoutItem } from "./places.ts";
import type { Fix, FixProblem, FixRule } from "./rule.ts";

interface Arity {
  /** How many arguments are too many; negative: how many are missing. */
  readonly excess: number;
  /** The function, where the tool names it. */
  readonly called?: string | undefined;
  /** Parameters without an argument, where the tool names them. */
  readonly missing?: readonly string[];
}

/** Drops an argument that the function does not take, or passes the variable that has the name of the missing parameter. */
export const wrongArity: FixRule<Arity> = {
  name: "wrong arity",
  recognise(said) {
    const counted =
      /^Expected (?<least>\d+)(?:-(?<most>\d+))? arguments?, but got (?<got>\d+)/u.exec(said) ??
      /^Expected at least (?<least>\d+) arguments?, but got (?<got>\d+)/u.exec(said);
    if (counted) return excessOf(counted.groups!);
    const python =
      /^(?:[\w.]*\.)?(?<called>\w+)\(\) takes (?:from (?<least>\d+) to )?(?<most>\d+) positional arguments? but (?<got>\d+) (?:was|were) given/u.exec(
        said,
      );
    if (python) return { ...excessOf(python.groups!), called: python.groups!.called };
    const lacking =
      /^(?:[\w.]*\.)?(?<called>\w+)\(\) missing \d+ required positional arguments?: (?<names>.+)$/u.exec(
        said,
      )?.groups;
    if (lacking) {
      const missing = [...lacking.names!.matchAll(/'(\w+)'/gu)].map((found) => found[1]!);
      return { excess: -missing.length, called: lacking.called, missing };
    }
    const many = /^Too many (?:positional )?arguments(?:$| for "(?<called>\w+)")/u.exec(
      said,
    )?.groups;
    if (many) return { excess: 1, called: many.called };
    const few =
      /^Missing positional arguments? (?<names>"[^\n]+") in call to "(?<called>\w+)"/u.exec(
        said,
      )?.groups;
    if (few) {
      const missing = [...few.names!.matchAll(/"(\w+)"/gu)].map((found) => found[1]!);
      return { excess: -missing.length, called: few.called, missing };
    }
    const go = /^(?<which>too many|not enough) arguments in call to (?:\w+\.)*(?<called>\w+)/u.exec(
      said,
    )?.groups;
    return go && { excess: go.which === "too many" ? 1 : -1, called: go.called };
  },
  async propose(arity, problem, context) {
    const call = callOf(arity, problem);
    const list = call?.childForFieldName("arguments");
    if (!call || !list) return [];
    const given = list.namedChildren.filter((one) => one !== null && one.type !== "comment");
    if (arity.excess > 0) return without(given, arity.excess, problem);
    if (arity.excess !== -1 || given.some(({ type }) => /spread|splat/u.test(type))) return [];
    const known = await parametersOfCall(call, problem, context);
    // A class has no list of parameters: the one that the tool names comes last, or the tool complains again.
    const unknown = arity.missing ? [...given.map(() => ""), ...arity.missing] : [];
    const parameters = known.length > 0 ? known : unknown;
    return withArgument(list, given, parameters, arity.missing?.[0], problem);
  },
};

function excessOf(found: Readonly<Record<string, string | undefined>>): Arity {
  const got = Number(found.got);
  const least = Number(found.least ?? found.most);
  const most = Number(found.most ?? found.least);
  return { excess: got > most ? got - most : got - least };
}

/** The place is the callee, an argument too many, or somewhere on the line. */
function callOf({ called }: Arity, problem: FixProblem): Node | undefined {
  const { root, start, diagnostic } = problem;
  const isCall = ({ type }: Node): boolean =>
    /^(?:call|call_expression|new_expression)$/u.test(type);
  if (called !== undefined) {
    const node = nameAt(problem, called);
    for (let outer = node?.parent; outer; outer = outer.parent) {
      if (isCall(outer)) return outer;
      if (!/attribute|member|selector/u.test(outer.type)) break;
    }
  }
  if (diagnostic.column === undefined) return undefined;
  const at = root.descendantForIndex(start, start + 1);
  for (let node: Node | null = at; node; node = node.parent) {
    // An argument too many, or the name behind the dot.
    if (/^(?:arguments|argument_list)$/u.test(node.type) && node.startIndex < start)
      return node.parent ?? undefined;
    if (isCall(node) && node.childForFieldName("arguments")!.startIndex >= start) return node;
  }
  return largestAt(root, start, isCall);
}

function without(given: readonly Node[], excess: number, { text }: FixProblem): Fix[] {
  const dropped = given.slice(-excess);
  if (dropped.length < excess || dropped.some(mayHaveEffects)) return [];
  const first = withoutItem(text, given, dropped[0]!);
  const last = dropped.at(-1)!;
  const shown = dropped.map((one) => `\`${one.text}\``).join(", ");
  return [
    {
      title: `drop the argument ${shown}`,
      why: "the function takes fewer arguments, and this one has no effect of its own",
      confidence: excess === 1 && dropped.every(isWithoutEffects) ? 0.85 : 0.7,
      changes: [{ start: first.start, end: Math.max(first.end, last.endIndex), text: "" }],
    },
  ];
}

function withArgument(
  list: Node,
  given: readonly Node[],
  parameters: readonly string[],
  missing: string | undefined,
  { names }: FixProblem,
): Fix[] {
  const fixes: Fix[] = [];
  for (const [at, parameter] of parameters.entries()) {
    if (
      at > given.length ||
      (missing !== undefined && parameter !== missing && at !== given.length)
    )
      continue;
    if (given.some((one) => one.text === parameter)) continue;
    const declared = names.declarations(parameter, list);
    // A function that calls itself with what it got would not end.
    if (declared === undefined || declared.some(({ by }) => isOwnParameter(by, list))) continue;
    const next = given[at];
    const last = given.at(-1);
    // Arguments that have the names of their parameters show where the gap is.
    const agreeing = given.filter(
      (one, index) => one.text === parameters[index < at ? index : index + 1],
    ).length;
    const change = next
      ? { start: next.startIndex, end: next.startIndex, text: `${parameter}, ` }
      : last
        ? { start: last.endIndex, end: last.endIndex, text: `, ${parameter}` }
        : { start: list.startIndex + 1, end: list.startIndex + 1, text: parameter };
    fixes.push({
      title: `pass \`${parameter}\``,
      why: `the parameter \`${parameter}\` has no argument, and a variable of this name is visible here`,
      confidence: Math.min(0.95, 0.75 + 0.1 * agreeing + (parameter === missing ? 0.1 : 0)),
      changes: [change],
    });
  }
  const best = Math.max(...fixes.map(({ confidence }) => confidence));
  const isOpen = fixes.filter(({ confidence }) => confidence === best).length > 1;
  // The tool would confirm any variable of the right type.
  return isOpen ? fixes.map((fix) => ({ ...fix, confidence: 0.25 })) : fixes;
}

/** Whether a parameter is one of the function that a list of arguments in its body calls. */
function isOwnParameter(by: Node, list: Node): boolean {
  const called = list.parent?.childForFieldName("function")?.text.split(/[.>]/u).at(-1);
  for (let outer: Node | null = by; outer; outer = outer.parent) {
    if (!outer.childForFieldName("parameters")) continue;
    const holder = outer.childForFieldName("name") ?? outer.parent?.childForFieldName("name");
    return holder?.text === called;
  }
  return false;
}

/** The parameters of a called function, by its name: of this file, or of the only one that the repository declares. */
async function parametersOfCall(
  call: Node,
  problem: FixProblem,
  { index, parserFor, names }: SpeculationContext,
): Promise<readonly string[]> {
  const callee = call.childForFieldName("function") ?? call.childForFieldName("constructor");
  const name =
    callee?.childForFieldName("property")?.text ??
    callee?.childForFieldName("attribute")?.text ??
    callee?.childForFieldName("field")?.text ??
    callee?.text;
  if (callee === null || callee === undefined || name === undefined) return [];
  if (callee.type === "identifier") {
    const own = problem.names.declarations(name, callee);
    const isImported = own?.some(({ by }) => /import/u.test(by.type));
    if (own?.length === 1 && !isImported) return parameterNames(own[0]!.by);
    const entry = importEntries(problem.root, problem.language).find(({ local }) => local === name);
    if (entry) {
      const view = await names();
      const target = view.modules.resolve(problem.path, entry.specifier);
      if (target.kind === "file") return declaredIn([target.path]);
    }
  }
  const found = await index.definitions(name);
  const paths = [...new Set(found.map(({ path }) => path))];
  return paths.length <= 4 ? declaredIn(paths) : [];

  async function declaredIn(files: readonly string[]): Promise<readonly string[]> {
    const lists = new Map<string, readonly string[]>();
    for (const path of files) {
      const text = path === problem.path ? problem.text : await index.read(path);
      const tree = text === undefined ? undefined : (await parserFor(path))?.parse(text);
      if (!tree) continue;
      try {
        for (const node of tree.rootNode.descendantsOfType(calledFunctions)) {
          if (!node || node.childForFieldName("name")?.text !== name) continue;
          const list = parameterNames(node);
          lists.set(list.join(","), list);
        }
      } finally {
        tree.delete();
      }
    }
    return lists.size === 1 ? [...lists.values()][0]! : [];
  }
}

const calledFunctions = [
  "function_declaration",
  "function_definition",
  "function_signature",
  "method_definition",
  "method_signature",
  "method_declaration",
  "variable_declarator",
];

function parameterNames(by: Node): readonly string[] {
  const holder = by.childForFieldName("value") ?? by.childForFieldName("right") ?? by;
  const list = holder.childForFieldName("parameters");
  if (!list) return [];
  return list.namedChildren.flatMap((one, at) => {
    if (!one || one.type === "comment") return [];
    const pattern = one.childForFieldName("pattern") ?? one.childForFieldName("name");
    const name =
      pattern?.text ?? (one.type === "identifier" ? one.text : one.namedChildren[0]?.text);
    const isReceiver = at === 0 && (name === "self" || name === "cls" || name === "this");
    return name === undefined || isReceiver ? [] : [name];
  });
}
