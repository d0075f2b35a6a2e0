import type { Node } from "web-tree-sitter";

/** A word or a sign of code. */
export interface CodeToken {
  readonly text: string;
  /** An identifier, which another text may have under another name. */
  readonly isName: boolean;
}

/** The words and signs of a part of code, without comments, semicolons, and commas before a closing bracket. */
export function codeTokens(node: Node): CodeToken[] {
  const found: CodeToken[] = [];
  const add = (one: Node): void => {
    if (/comment|^automatic_semicolon$/u.test(one.type)) return;
    const isWhole =
      one.childCount === 0 || /^(?:string|interpreted_string_literal)$/u.test(one.type);
    if (isWhole && !hasParts(one)) {
      const text = one.text.trim();
      if (text === "" || text === ";") return;
      if (/^[)\]}]$/u.test(text) && found.at(-1)?.text === ",") found.pop();
      found.push({
        text,
        isName: /^(?:identifier|shorthand_property_identifier\w*)$/u.test(one.type),
      });
      return;
    }
    for (const child of one.children) if (child) add(child);
  };
  add(node);
  return found;
}

const hasParts = (node: Node): boolean => node.descendantsOfType("interpolation").length > 0;

/**
 * Names of one run of tokens by those of another that is the same but for names; undefined where they differ in anything else, or a
 * name is for two.
 */
export function renamedAs(
  one: readonly CodeToken[],
  other: readonly CodeToken[],
): ReadonlyMap<string, string> | undefined {
  if (one.length !== other.length) return undefined;
  const names = new Map<string, string>();
  const taken = new Map<string, string>();
  for (const [at, { text, isName }] of one.entries()) {
    const two = other[at]!;
    if (!isName || !two.isName) {
      if (text !== two.text) return undefined;
      continue;
    }
    if ((names.get(text) ?? two.text) !== two.text) return undefined;
    if ((taken.get(two.text) ?? text) !== text) return undefined;
    names.set(text, two.text);
    taken.set(two.text, text);
  }
  return names;
}
