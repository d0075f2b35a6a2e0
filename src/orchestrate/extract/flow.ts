import type { Node } from "web-tree-sitter";
import { alwaysLeaves, endsFunction } from "./leaves.ts";
import { ExtractRefusal } from "./refusal.ts";
import { type Selection, scopeFunctions } from "./selection.ts";

/** What the statements do beside computing. */
export interface SelectionFlow {
  readonly awaits: boolean;
  readonly yields: boolean;
  /** Every way through the statements returns, throws, or comes to the end of the function. */
  readonly returns: boolean;
  /** Some way gives a value back; otherwise the call is a statement like others. */
  readonly returnsValue: boolean;
  /** `super()` or `__class__` of Python, which only a method of the class has. */
  readonly superAt: Node | undefined;
  /** `this` of JavaScript, of the class that the outer function is a member of. */
  readonly usesThis: boolean;
}

const jumpLoops = /^(?:for_statement|for_in_statement|while_statement|do_statement)$/u;

/** @throws ExtractRefusal for what leaves the statements, or means something else in a function of its own */
export function flowOf(selection: Selection, text: string): SelectionFlow {
  const { statements, inner, outer, owner, language } = selection;
  let awaits = false;
  let yields = false;
  let usesThis = false;
  let returned: Node | undefined;
  let returnsValue = false;
  let superAt: Node | undefined;
  const isInside = (node: Node): boolean =>
    node.startIndex >= statements[0]!.startIndex && node.endIndex <= statements.at(-1)!.endIndex;
  const visit = (node: Node, isNested: boolean, arrowsOnly: boolean): void => {
    const { type } = node;
    const refuse = (why: string): never => {
      throw new ExtractRefusal(why, node.startIndex);
    };
    if (!isNested) {
      if (/^(?:await|await_expression)$/u.test(type) || (type === "async" && !isFunctionWord(node)))
        awaits = true;
      if (type === "for_in_statement" && node.children.some((one) => one?.type === "await"))
        awaits = true;
      if (type === "yield" || type === "yield_expression") yields = true;
      if (type === "return_statement") {
        returned ??= node;
        returnsValue ||= node.namedChildren.some((one) => one?.type !== "comment");
      }
      if (type === "break_statement" || type === "continue_statement") {
        const target = jumpTarget(node);
        if (!target || !isInside(target)) refuse(`\`${node.text}\` leaves the selection.`);
      }
    }
    if (language === "script" && arrowsOnly) {
      if (type === "this") usesThis = true;
      // A method beside it has the same class above.
      if (type === "super" && node.parent?.type !== "call_expression") usesThis = true;
      else if (type === "super")
        refuse("`super(…)` means something only in the constructor itself.");
      if (type === "meta_property")
        refuse("`new.target` means something only in the function itself.");
      if (type === "identifier" && node.text === "arguments")
        refuse("`arguments` are those of the function itself.");
    }
    if (language === "python" && type === "identifier" && node.parent?.type !== "attribute") {
      if (node.text === "__class__" || isBareSuper(node)) {
        superAt ??= node;
        if (inner.id !== outer.id) refuse(superRefusal);
      }
    }
    if (/^(?:global_statement|nonlocal_statement)$/u.test(type))
      refuse(`\`${node.text}\` is for the whole function.`);
    const isFunction = scopeFunctions.test(type);
    const keepsThis = type === "arrow_function" || !(isFunction || /^class/u.test(type));
    for (const child of node.children) {
      if (child)
        visit(child, isNested || isFunction || /^class/u.test(type), arrowsOnly && keepsThis);
    }
  };
  for (const one of statements) visit(one, false, true);
  const [first] = statements;
  const isFirst =
    first!.parent?.namedChildren.find((one) => one?.type !== "comment")?.id === first!.id;
  if (
    isFirst &&
    first!.type === "expression_statement" &&
    first!.namedChildren[0]?.type === "string"
  ) {
    throw new ExtractRefusal(
      "the first string of a block may be its documentation or a directive.",
      first!.startIndex,
    );
  }
  refuseDynamic(inner, outer, language);
  if (language === "script") refuseBlockRules(selection);
  if (usesThis) requireMethod(selection);
  if (/#[\p{L}_$]/u.test(text.slice(selection.start, selection.end)) && language === "script") {
    const isPrivate = statements.some(
      (one) => one.descendantsOfType("private_property_identifier").length > 0,
    );
    if (isPrivate && !usesThis)
      throw new ExtractRefusal("a private member can be used only in its class.", selection.start);
  }
  // At the end of a function, going on is returning nothing.
  const ends = endsFunction(selection);
  const returns = returned !== undefined && (ends || alwaysLeaves(statements));
  if (returned && !returns) {
    throw new ExtractRefusal(
      "`return` is not reached on every way through the selection. Select up to the end of the function, or without it.",
      returned.startIndex,
    );
  }
  if (yields && language === "python" && inner.children.some((one) => one?.type === "async")) {
    throw new ExtractRefusal("Python has no `yield from` in an async function.", selection.start);
  }
  return {
    awaits,
    yields,
    superAt,
    returns,
    returnsValue: returns && (returnsValue || !ends),
    usesThis: usesThis && owner !== undefined,
  };
}

/** `super` of Python that takes the class and the object from where it is written. */
function isBareSuper(node: Node): boolean {
  const call = node.text === "super" ? node.parent : null;
  if (call?.type !== "call" || call.childForFieldName("function")?.id !== node.id) return false;
  return call.childForFieldName("arguments")?.namedChildCount === 0;
}

export const superRefusal =
  "`super()` and `__class__` mean something only in a method that has the object.";

/** `async` of a function or a lambda belongs to it. */
const isFunctionWord = (node: Node): boolean => scopeFunctions.test(node.parent?.type ?? "");

/** Calls that see the variables around them by name. */
function refuseDynamic(inner: Node, outer: Node, language: string): void {
  const names = language === "python" ? /^(?:locals|eval|exec|vars|dir)$/u : /^eval$/u;
  const types = ["call", "call_expression"];
  for (const call of [inner, outer].flatMap((one) => one.descendantsOfType(types))) {
    const called = call?.childForFieldName("function");
    if (called?.type === "identifier" && names.test(called.text)) {
      throw new ExtractRefusal(
        `\`${called.text}\` sees the variables of the function by name.`,
        called.startIndex,
      );
    }
  }
}

/** What is about a whole block or function of JavaScript. */
function refuseBlockRules({ statements, outer }: Selection): void {
  const using = statements.find(
    (one) => one.type.startsWith("using") || /^(?:await\s+)?using\s+[\p{L}_$]/u.test(one.text),
  );
  if (using)
    throw new ExtractRefusal("`using` frees its object at the end of the block.", using.startIndex);
  for (let node: Node | null = statements[0]!; node; node = node.parent) {
    const first = scopeFunctions.test(node.type) && node.childForFieldName("body");
    const directives = (first ? first.namedChildren : []).filter(
      (one) =>
        one?.type === "expression_statement" &&
        one.namedChildren[0]?.type === "string" &&
        /^.use /u.test(one.text),
    );
    if (directives[0])
      throw new ExtractRefusal(
        `the function has the directive ${directives[0].text}`.replace(/;?$/u, "."),
        directives[0].startIndex,
      );
    if (node.id === outer.id) return;
  }
}

function requireMethod({ outer, owner, start, statements }: Selection): void {
  for (let node: Node | null = statements[0]!; node && node.id !== outer.id; node = node.parent) {
    const isFunction = scopeFunctions.test(node.type) && node.type !== "arrow_function";
    if (isFunction || /^class/u.test(node.type)) {
      throw new ExtractRefusal("`this` is that of a function inside of the method.", start);
    }
  }
  if (outer.type !== "method_definition" || owner === undefined) {
    throw new ExtractRefusal("`this` is not that of a method of a class.", start);
  }
  if (
    /^(?:constructor)$/u.test(outer.childForFieldName("name")?.text ?? "") &&
    outer.descendantsOfType("super").length > 0
  ) {
    throw new ExtractRefusal("`this` may not be used before `super()` in a constructor.", start);
  }
}

/** The loop or switch that a `break` or `continue` is about. */
function jumpTarget(node: Node): Node | undefined {
  const label = node.childForFieldName("label")?.text;
  let from = node;
  for (
    let outer = node.parent;
    outer && !scopeFunctions.test(outer.type);
    from = outer, outer = outer.parent
  ) {
    if (label !== undefined) {
      if (outer.type === "labeled_statement" && outer.childForFieldName("label")?.text === label)
        return outer;
      continue;
    }
    // The `else` of a loop of Python is behind it.
    if (jumpLoops.test(outer.type) && from.type !== "else_clause") return outer;
    if (node.type === "break_statement" && outer.type === "switch_statement") return outer;
  }
  return undefined;
}
