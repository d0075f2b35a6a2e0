import type { Node } from "web-tree-sitter";
import { expressionAt, valueOfMessage } from "./places.ts";
import type { Fix, FixProblem, FixRule } from "./rule.ts";

interface Mismatch {
  readonly from: string;
  readonly to: string;
  /** A sum of two that do not go together: the side of the wrong type is converted. */
  readonly isSum: boolean;
}

const mismatchForms: readonly RegExp[] = [
  // tsc; a literal type is shown as it is written
  /^(?:Type|Argument of type) '(?<from>[^\n]{1,60}?)' is not assignable to (?:parameter of )?type '(?<to>\w+)(?: \| (?:null|undefined))*'/u,
  // Go
  /^cannot use .{1,120}? \((?:\w+ )*(?:of type )?(?<from>[\w.]+)(?: constant)?\) as (?<to>[\w.]+) value/u,
  // mypy
  /^Argument \d+ to "[^"]+" has incompatible type "(?<from>\w+)"; expected "(?<to>\w+)"/u,
  /^Incompatible types in assignment \(expression has type "(?<from>\w+)", (?:variable|target) has type "(?<to>\w+)"\)/u,
  /^Incompatible return value type \(got "(?<from>\w+)", expected "(?<to>\w+)"\)/u,
];
const sums: readonly RegExp[] = [
  /^can only concatenate (?<to>str) \(not "(?<from>int|float)"\) to str/u,
  /^Unsupported operand types for \+ \("(?<to>str)" and "(?<from>int|float)"\)/u,
];

/** Converts a value to the type that is wanted, where one call does it. */
export const conversion: FixRule<Mismatch> = {
  name: "conversion",
  recognise(said) {
    for (const form of sums) {
      const { from, to } = form.exec(said)?.groups ?? {};
      if (from !== undefined && to !== undefined) return { from, to, isSum: true };
    }
    for (const form of mismatchForms) {
      const { from, to } = form.exec(said)?.groups ?? {};
      if (from !== undefined && to !== undefined) return { from, to, isSum: false };
    }
    return undefined;
  },
  propose({ from, to, isSum }, problem) {
    if (isSum) return inSum(problem);
    const value =
      valueOfMessage(problem) ?? (problem.language === "go" ? expressionAt(problem) : undefined);
    if (!value) return [];
    if (problem.language === "script") return scriptConversion(value, typeOfLiteral(from), to);
    if (problem.language === "python") return pythonConversion(value, from, to);
    return goConversion(value, from, to);
  },
};

/** The type of a literal type. */
function typeOfLiteral(type: string): string {
  if (/^"[^\n]*"$/u.test(type)) return "string";
  if (/^-?\d+(?:\.\d+)?$/u.test(type)) return "number";
  return type;
}

function scriptConversion(value: Node, from: string, to: string): Fix[] {
  const isText = value.type === "string";
  if (from === "number" && to === "string") {
    if (value.type === "number") return [converted(value, `"${value.text}"`, 0.75, "a literal")];
    return [converted(value, `String(${value.text})`, 0.8, "`String` writes a number")];
  }
  if (from === "string" && to === "number") {
    const inner = value.text.slice(1, -1);
    const isNumber = isText && /^-?\d+(?:\.\d+)?$/u.test(inner);
    if (isNumber) return [converted(value, inner, 0.9, "the string is a number")];
    if (isText) return [];
    return [converted(value, `Number(${value.text})`, 0.75, "`Number` reads a number")];
  }
  return [];
}

function pythonConversion(value: Node, from: string, to: string): Fix[] {
  const isNumber = /^(?:int|float)$/u.test(from);
  if (isNumber && to === "str") {
    return [converted(value, `str(${value.text})`, 0.8, "`str` writes a number")];
  }
  if (from === "str" && /^(?:int|float)$/u.test(to)) {
    return [converted(value, `${to}(${value.text})`, 0.75, `\`${to}\` reads a number`)];
  }
  return [];
}

const goNumber = /^(?:u?int(?:8|16|32|64)?|float(?:32|64))$/u;
const goText = new Set(["string", "[]byte"]);

function goConversion(value: Node, from: string, to: string): Fix[] {
  const isConvertible =
    (goNumber.test(from) && goNumber.test(to)) || (goText.has(from) && goText.has(to));
  if (!isConvertible) return [];
  return [converted(value, `${to}(${value.text})`, 0.85, `Go converts \`${from}\` so`)];
}

function inSum({ root, lineStart, lineEnd }: FixProblem): Fix[] {
  const isText = (node: Node): boolean =>
    node.type === "string" ||
    (node.type === "call" && node.childForFieldName("function")?.text === "str");
  for (const sum of root.descendantsOfType("binary_operator")) {
    if (!sum || sum.startIndex < lineStart || sum.startIndex > lineEnd) continue;
    const [left, right] = [sum.childForFieldName("left"), sum.childForFieldName("right")];
    if (sum.childForFieldName("operator")?.text !== "+" || !left || !right) continue;
    if (isText(right)) continue;
    // The right side is the one that Python complains of.
    const isTextLeft =
      isText(left) || left.type === "binary_operator" || left.type === "identifier";
    if (!isTextLeft) continue;
    return [
      converted(right, `str(${right.text})`, isText(left) ? 0.95 : 0.75, "`str` writes a number"),
    ];
  }
  return [];
}

const converted = (
  { startIndex, endIndex, text }: Node,
  to: string,
  confidence: number,
  why: string,
): Fix => ({
  title: `\`${text.split("\n", 1)[0]!.slice(0, 60)}\` -> \`${to.split("\n", 1)[0]!.slice(0, 70)}\``,
  why,
  confidence,
  changes: [{ start: startIndex, end: endIndex, text: to }],
});
