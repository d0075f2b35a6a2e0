import type { ParsedText, SyntaxPart } from "./parts.ts";
import { patternTokens, type Rule } from "./pattern.ts";

const functionTypes =
  /^(?:\w*function\w*|method_definition|lambda|func_literal|method_declaration)$/u;
const classBodies = /^(?:class_body|class_definition|class_declaration)$/u;

/** Why a word that the edit brings cannot be written at a place: `await`, `yield`, `this`, and what leaves a loop. */
export function wordProblem(
  { old, new: now }: Rule,
  example: { readonly parsed: ParsedText; readonly part: SyntaxPart },
  place: { readonly parsed: ParsedText; readonly part: SyntaxPart },
): string | undefined {
  const before = new Set(old.flatMap(patternTokens).map(({ text }) => text));
  const words = new Set(
    now.flatMap(patternTokens).map(({ type, text }) => (type === text ? text : "")),
  );
  const isNew = (word: string): boolean => words.has(word) && !before.has(word);
  for (const word of ["await", "yield", "return", "break", "continue", "this", "super"]) {
    if (!isNew(word)) continue;
    const there = setting(word, example.parsed, example.part);
    if (setting(word, place.parsed, place.part) !== there) {
      return `\`${word}\` cannot be used here as in the example${word === "await" ? ": the function is not async" : ""}`;
    }
  }
  return undefined;
}

/** What of the code around a place decides about a word. */
function setting(word: string, { text }: ParsedText, part: SyntaxPart): string {
  const isLoop = word === "break" || word === "continue";
  const isObject = word === "this" || word === "super";
  for (let outer = part.parent; outer; outer = outer.parent) {
    if (isLoop && /^(?:for|while|do|switch)\w*_statement$|^for_in_statement$/u.test(outer.type))
      return "loop";
    if (isObject) {
      if (classBodies.test(outer.type)) return "class";
      if (/^(?:function_declaration|function_expression)$/u.test(outer.type)) return "function";
      continue;
    }
    if (!functionTypes.test(outer.type)) continue;
    if (isLoop) return "none";
    const isAsync = outer.children.some((one) => text.slice(one.start, one.end) === "async");
    const isGenerator = outer.children.some((one) => text.slice(one.start, one.end) === "*");
    if (word === "await") return String(isAsync);
    return word === "yield"
      ? String(isGenerator || outer.type === "function_definition")
      : "function";
  }
  return "none";
}
