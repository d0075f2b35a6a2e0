import type { Node } from "web-tree-sitter";

/** Counts the errors of a script or a style inside markup. */
export interface EmbeddedChecker {
  /** Undefined if unknown. */
  errors(text: string): number | undefined;
  /** The 0-based line of the first error at or behind a line, else of the first of all. */
  errorLine?(text: string, from?: number): number | undefined;
}

/** How a kind of markup is read. */
export interface MarkupRules {
  /** Whether the end tag of an element may be left out; names in lower case. */
  mayLackEnd(name: string): boolean;
  /** The checker of a script or a style by its `lang`, else its `type`; undefined where it is not looked at. */
  embedded(element: "script" | "style", kind: string): EmbeddedChecker | undefined;
}

const withoutEnd = "area base br col embed hr img input link meta param source track wbr".split(
  " ",
);
/** Elements whose end tag the HTML standard makes optional (section 13.1.2.4). */
const withOptionalEnd =
  "html head body li dt dd p rt rp optgroup option colgroup caption thead tbody tfoot tr td th".split(
    " ",
  );
const voidElements: ReadonlySet<string> = new Set(withoutEnd);
const openElements: ReadonlySet<string> = new Set([...withoutEnd, ...withOptionalEnd]);

/** As browsers read a page. */
export const mayStayOpenInHtml = (name: string): boolean => openElements.has(name);
/** As the compilers of Vue and Svelte read a component: every element that can have an end tag needs it. */
export const mayStayOpenInComponent = (name: string): boolean => voidElements.has(name);

/**
 * The 0-based lines of the errors of an HTML, Vue or Svelte file, one per error: in its tags, and in the scripts and styles in it. The
 * grammars recover from a tag that is never closed, as browsers do, so such tags are found here. Undefined if a script or a
 * style takes too long.
 *
 * @param from errors of a script count as on the line of its first error at or behind this one
 */
export function markupErrors(root: Node, rules: MarkupRules, from = 0): number[] | undefined {
  const lines: number[] = [];
  const open: Node[] = [root];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    const { row } = node.startPosition;
    if (node.isError || node.isMissing || node.type === "erroneous_end_tag") lines.push(row);
    else if (lacksEnd(node, rules)) lines.push(row);
    const inside = embeddedErrors(node, rules, from);
    if (inside === undefined) return undefined;
    lines.push(...inside);
    // Only a node with an error can have a missing token, which has no name.
    for (const child of node.hasError ? node.children : node.namedChildren) {
      if (child) open.push(child);
    }
  }
  if (lines.length === 0 && root.hasError) lines.push(root.endPosition.row);
  return lines.sort((a, b) => a - b);
}

function lacksEnd(node: Node, { mayLackEnd }: MarkupRules): boolean {
  if (node.type !== "element") return false;
  const start = node.firstNamedChild;
  if (start?.type !== "start_tag" || node.lastNamedChild?.type === "end_tag") return false;
  return !mayLackEnd(start.firstNamedChild?.text.toLowerCase() ?? "");
}

function embeddedErrors(node: Node, rules: MarkupRules, from: number): number[] | undefined {
  if (node.type !== "script_element" && node.type !== "style_element") return [];
  const start = node.firstNamedChild;
  const content = node.namedChildren.find((child) => child?.type === "raw_text");
  if (!start || !content) return [];
  const kind = attributeOf(start, "lang") ?? attributeOf(start, "type") ?? "";
  const checker = rules.embedded(node.type === "script_element" ? "script" : "style", kind);
  if (!checker) return [];
  const { text, startPosition } = content;
  const count = checker.errors(text);
  if (count === undefined || count === 0) return count === 0 ? [] : undefined;
  const line = checker.errorLine?.(text, Math.max(0, from - startPosition.row)) ?? 0;
  return new Array<number>(count).fill(startPosition.row + line);
}

/** The value of an attribute in lower case, without quotes. */
function attributeOf(tag: Node, name: string): string | undefined {
  const attribute = tag.namedChildren.find(
    (child) => child?.type === "attribute" && child.firstNamedChild?.text.toLowerCase() === name,
  );
  return attribute?.lastNamedChild?.text.replace(/^["']|["']$/gu, "").toLowerCase();
}
