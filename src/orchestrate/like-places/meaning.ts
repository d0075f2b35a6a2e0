import { groupsAt, isFunctionLocal } from "../names/kept-meaning.ts";
import type { NameGroup, Resolution } from "../names/resolve-name.ts";
import type { SyntaxPart } from "./parts.ts";
import { type Pattern, patternTokens, type Rule, type TokenPattern } from "./pattern.ts";

/** The names that a pattern needs as they are. */
export const patternNames = (pattern: readonly Pattern[]): TokenPattern[] =>
  pattern.flatMap(patternTokens).filter(({ type }) => isNameType(type));

const isNameType = (type: string): boolean =>
  /identifier(?:_pattern)?$/u.test(type) && type !== "blank_identifier";

/**
 * Whether a name says that a place is like another: a function, a member, a type, something of the file or of another one. The
 * variables of a function do not.
 */
export function isTelling({ part }: TokenPattern, groups: readonly NameGroup[]): boolean {
  if (groups.length === 0) return part.type !== "identifier" && part.type !== "type_identifier";
  if (groups.every(isFunctionLocal)) return false;
  // A type or a value of the language is everywhere; its functions are called for something.
  const isBuiltIn = groups.every(
    ({ keys, isDeclared }) => !isDeclared && [...keys].every((key) => /^[GEU]/u.test(key)),
  );
  return !isBuiltIn || part.field === "function" || part.field === "constructor";
}

/** Why a name does not mean at a place what it means in the example, or undefined. */
export function meaningDifference(
  name: string,
  example: readonly NameGroup[],
  here: readonly NameGroup[],
): string | undefined {
  if (example.length === 0) return undefined;
  if (here.length === 0) return `\`${name}\` is not understood here`;
  if (here.some((group) => example.includes(group))) return undefined;
  if (example.every(isFunctionLocal) && here.every(isFunctionLocal)) return undefined;
  const kinds = (groups: readonly NameGroup[]): string =>
    groups.flatMap(({ keys }) => [...keys].map((key) => key[0])).join("");
  const isMember = /^[MRPX]+$/u;
  const both = [kinds(example), kinds(here)];
  // Of a member of an unknown value nothing is known but its name.
  if (both.every((one) => isMember.test(one)) && both.some((one) => one.includes("P")))
    return undefined;
  if (here.every(({ isDeclared }) => !isDeclared) && example.some(({ isDeclared }) => isDeclared)) {
    return `\`${name}\` is not declared here`;
  }
  return `\`${name}\` means something else here`;
}

/** Whether a rule has anything that marks the places that it is for. */
export function isAnchored(
  rule: Rule,
  resolve: (name: string, part: SyntaxPart) => readonly NameGroup[],
): boolean {
  if (patternNames(rule.old).some((one) => isTelling(one, resolve(one.text, one.part))))
    return true;
  const tokens = rule.old.flatMap(patternTokens);
  const isText = ({ type, text }: TokenPattern): boolean =>
    /string/u.test(type) && /\p{L}{3}/u.test(text);
  if (tokens.some(isText)) return true;
  // `== null` that becomes `=== null`.
  const now = new Set(rule.new.flatMap(patternTokens).map(({ text }) => text));
  const isOther = ({ type, text }: TokenPattern): boolean =>
    type === text && !now.has(text) && /^[=!<>]=+$/u.test(text);
  return (
    tokens.some(({ type }) => /^(?:null|none|nil|undefined)$/u.test(type)) && tokens.some(isOther)
  );
}

export const groupsOrNone = (
  resolution: Resolution | undefined,
  path: string,
  start: number | undefined,
): readonly NameGroup[] =>
  resolution && start !== undefined ? groupsAt(resolution, path, start) : [];
