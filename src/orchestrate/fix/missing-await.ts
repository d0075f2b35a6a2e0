import type { Node } from "web-tree-sitter";
import { expressionAt, mayAwait, nameAt, valueOfMessage } from "./places.ts";
import type { Fix, FixProblem, FixRule } from "./rule.ts";

type AwaitKind =
  /** A member of a promise is asked for. */
  | { readonly at: "object"; readonly member: string }
  /** A promise is in place of its value. */
  | { readonly at: "value" }
  /** Nothing waits for it. */
  | { readonly at: "call"; readonly called?: string | undefined };

const promiseMemberForms: readonly RegExp[] = [
  /^Property '(?<member>[^']+)' does not exist on type 'Promise</u,
  /^'coroutine' object has no attribute '(?<member>[^']+)'/u,
  /^"(?:Coroutine|Awaitable)\[[^\n]*" has no attribute "(?<member>[^"]+)"/u,
];
const valueForms: readonly RegExp[] = [
  /^Type 'Promise<[^\n]*>' is not assignable to type '(?!Promise)/u,
  /^Argument of type 'Promise<[^\n]*>' is not assignable to parameter of type '(?!Promise)/u,
  /^This condition will always return true since this 'Promise</u,
  /^Type 'Promise<[^\n]*>' (?:must have a '\[Symbol\.iterator\]\(\)'|is not an array type|is missing the following properties from type)/u,
  /^(?:The left-hand side|The right-hand side|Operator '[^']+' cannot be applied to types? )[^\n]*Promise</u,
  /^'coroutine' object is not (?:iterable|subscriptable)/u,
  /^Incompatible (?:types in assignment|return value type)[^\n]*(?:expression has type|got) "(?:Coroutine|Awaitable)\[/u,
];
const callForms: readonly RegExp[] = [
  /^coroutine '(?:\w+\.)*(?<called>\w+)' was never awaited/u,
  /^Promises must be awaited/u,
  /^Value of type "(?:Coroutine|Awaitable)\[[^\n]*" must be used/u,
];

/** Waits for a promise or coroutine whose value is used as if it were there. */
export const missingAwait: FixRule<AwaitKind> = {
  name: "missing await",
  recognise(said) {
    for (const form of promiseMemberForms) {
      const member = form.exec(said)?.groups?.member;
      if (member !== undefined) return { at: "object", member };
    }
    if (valueForms.some((form) => form.test(said))) return { at: "value" };
    for (const form of callForms) {
      const found = form.exec(said);
      if (found) return { at: "call", called: found.groups?.called };
    }
    return undefined;
  },
  propose(kind, problem) {
    const found = waitedFor(kind, problem);
    return found ? awaiting(found, problem) : [];
  },
};

function waitedFor(kind: AwaitKind, problem: FixProblem): Node | undefined {
  if (kind.at === "object") {
    const access = nameAt(problem, kind.member)?.parent;
    return access?.childForFieldName("object") ?? undefined;
  }
  if (kind.at === "value") return valueOfMessage(problem) ?? expressionAt(problem);
  if (kind.called === undefined) return callOnly(expressionAt(problem));
  let node: Node | null | undefined = nameAt(problem, kind.called);
  while (node && node.type !== "call") node = node.parent;
  return node ?? undefined;
}

const callOnly = (node: Node | undefined): Node | undefined =>
  node && /^call(?:_expression)?$/u.test(node.type) ? node : undefined;

function awaiting(node: Node, problem: FixProblem): Fix[] {
  const isScript = problem.language === "script";
  if (/^await/u.test(node.type) || !mayAwait(node, isScript)) return [];
  const declared = node.type === "identifier" ? declaredCall(node, problem) : undefined;
  const one = (at: Node, confidence: number): Fix => ({
    title: `await \`${shownCode(at.text)}\``,
    why: "its value is used, and the function is async",
    confidence,
    changes: awaitChanges(at),
  });
  if (declared && mayAwait(declared, isScript)) return [one(declared, 0.96), one(node, 0.6)];
  return [one(node, 0.95)];
}

/** The call whose promise a constant keeps. */
function declaredCall(node: Node, { names }: FixProblem): Node | undefined {
  const found = names.declarations(node.text, node);
  if (found?.length !== 1) return undefined;
  const value = found[0]!.by.childForFieldName("value") ?? found[0]!.by.childForFieldName("right");
  return callOnly(value ?? undefined);
}

/** `await` binds less than a member access. */
function awaitChanges({ startIndex: start, endIndex: end, parent, id }: Node): Fix["changes"] {
  const isObject = ["object", "function", "value"].some(
    (field) =>
      parent?.childForFieldName(field)?.id === id &&
      /^(?:member_expression|subscript_expression|call_expression|attribute|subscript|call)$/u.test(
        parent.type,
      ),
  );
  if (!isObject) return [{ start, end: start, text: "await " }];
  return [
    { start, end: start, text: "(await " },
    { start: end, end, text: ")" },
  ];
}

const shownCode = (text: string): string => {
  const line = text.split("\n", 1)[0]!;
  return line.length > 60 || line.length < text.length ? `${line.slice(0, 57)}...` : line;
};
