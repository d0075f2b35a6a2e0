import type { Node } from "web-tree-sitter";
import { functionAround, nameAt } from "./places.ts";
import type { Fix, FixProblem, FixRule } from "./rule.ts";
import { recogniseUnknown } from "./unknown-name.ts";

type SelfKind =
  | { readonly is: "name"; readonly name: string }
  /** The tool knows the instance member. */
  | { readonly is: "member"; readonly name: string; readonly written: string }
  /** A method that takes no arguments was called with its instance. */
  | { readonly is: "method"; readonly name: string };

/** Writes the instance that a method or a member of it needs. */
export const missingSelf: FixRule<SelfKind> = {
  name: "missing self",
  recognise(said) {
    const member =
      /^Cannot find name '(?<name>[^']+)'\. Did you mean the (?:instance|static) member '(?<written>[\w$.]+)'\?/u.exec(
        said,
      )?.groups;
    if (member) return { is: "member", name: member.name!, written: member.written! };
    const method = /^(?:\w+\.)?(?<name>\w+)\(\) takes 0 positional arguments but 1 was given/u.exec(
      said,
    )?.groups;
    if (method) return { is: "method", name: method.name! };
    const unknown = recogniseUnknown(said, undefined);
    return unknown && { is: "name", name: unknown.name };
  },
  propose(kind, problem) {
    if (kind.is === "member") {
      return before(kind.name, kind.written, 0.97, "the class has a member of this name", problem);
    }
    if (problem.language !== "python") return [];
    if (kind.is === "method") return methodsNamed(kind.name, problem).flatMap(withParameter);
    const node = nameAt(problem, kind.name);
    const method = node && methodAround(node);
    if (!node || !method) return [];
    if (kind.name === "self") return withParameter(method);
    const owner = method.parent?.parent;
    const isAttribute = owner && attributesOf(owner).has(kind.name);
    if (!isAttribute || firstParameter(method)?.text !== "self") return [];
    return before(
      kind.name,
      `self.${kind.name}`,
      0.92,
      "the class has an attribute of this name",
      problem,
    );
  },
};

function before(
  name: string,
  written: string,
  confidence: number,
  why: string,
  problem: FixProblem,
): Fix[] {
  const node = nameAt(problem, name);
  if (!node) return [];
  const change = { start: node.startIndex, end: node.endIndex, text: written };
  return [{ title: `\`${name}\` -> \`${written}\``, why, confidence, changes: [change] }];
}

/** The method around a place: a function whose parent is the body of a class. */
function methodAround(node: Node): Node | undefined {
  for (let around = functionAround(node); around; around = functionAround(around)) {
    if (isMethod(around)) return around;
  }
  return undefined;
}

/** A decorator may make it a function without an instance. */
function isMethod(node: Node): boolean {
  return node.type === "function_definition" && node.parent?.parent?.type === "class_definition";
}

const parameterNode = (method: Node): Node | null => method.childForFieldName("parameters");
const firstParameter = (method: Node): Node | undefined =>
  parameterNode(method)?.namedChildren[0] ?? undefined;

function withParameter(method: Node): Fix[] {
  const list = parameterNode(method);
  const first = firstParameter(method);
  if (!list || /^(?:self|cls)$/u.test(first?.text ?? "")) return [];
  const at = first?.startIndex ?? list.startIndex + 1;
  const gap = first ? list.text.slice(1, first.startIndex - list.startIndex) : "";
  return [
    {
      title: `add \`self\` to \`${method.childForFieldName("name")?.text}\``,
      why: "a method gets its instance as the first argument",
      confidence: 0.97,
      changes: [{ start: at, end: at, text: first ? `self,${gap === "" ? " " : gap}` : "self" }],
    },
  ];
}

const methodsNamed = (name: string, { root }: FixProblem): Node[] => {
  const found = root
    .descendantsOfType("function_definition")
    .filter((node) => node && isMethod(node) && node.childForFieldName("name")?.text === name);
  return found.length === 1 ? [found[0]!] : [];
};

/** What `self.` is written before in a class, and what its body declares. */
function attributesOf(owner: Node): Set<string> {
  const found = new Set<string>();
  for (const node of owner.descendantsOfType("attribute")) {
    if (node?.childForFieldName("object")?.text !== "self") continue;
    const name = node.childForFieldName("attribute");
    if (name) found.add(name.text);
  }
  for (const child of owner.childForFieldName("body")?.namedChildren ?? []) {
    const name = child?.childForFieldName("name");
    if (child?.type === "function_definition" && name) found.add(name.text);
  }
  return found;
}
