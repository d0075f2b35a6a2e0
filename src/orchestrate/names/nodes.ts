import type { Node } from "web-tree-sitter";

/** Whether a node is the child of its parent in a field. */
export function isField(node: Node, field: string): boolean {
  return node.parent?.childForFieldName(field)?.id === node.id;
}

/** The nearest node around this one whose type fits; undefined if there is none. */
export function around(node: Node, types: RegExp): Node | undefined {
  for (let outer = node.parent; outer; outer = outer.parent) {
    if (types.test(outer.type)) return outer;
  }
  return undefined;
}

const isNamePart = /[\p{L}\p{N}_$]/u;

/** Where a name is written in a text as a whole word, in code or not. `#` belongs to private names. */
export function* wordStarts(text: string, name: string): Generator<number> {
  for (let at = text.indexOf(name); at !== -1; at = text.indexOf(name, at + name.length)) {
    const before = text[at - 1] ?? "";
    const after = text[at + name.length] ?? "";
    if (isNamePart.test(after) || (name[0] !== "#" && isNamePart.test(before))) continue;
    if (before === "#" && name[0] !== "#") continue;
    yield at;
  }
}

/** The smallest named node at a word. */
export function nodeAt(root: Node, start: number, end: number): Node {
  return root.namedDescendantForIndex(start, end) ?? root;
}

/** Whether a string around a place is the name alone, or a dotted path that ends with it. */
export function isNameString(text: string, start: number, end: number): boolean {
  const quotes = "\"'`";
  if (!quotes.includes(text[end] || " ")) return false;
  let from = start;
  while (/[\w.]/u.test(text[from - 1] ?? "")) from -= 1;
  const path = text.slice(from, start);
  return quotes.includes(text[from - 1] || " ") && (path === "" || path.endsWith("."));
}

/** The 1-based line of the first syntax error, or undefined. */
export function firstBrokenLine(root: Node): number | undefined {
  if (!root.hasError) return undefined;
  let node = root;
  for (;;) {
    const inner = node.children.find((child) => child?.hasError || child?.isMissing);
    if (!inner) return node.startPosition.row + 1;
    node = inner;
  }
}

/**
 * The same for a question about one name of a script: an error inside of a top-level statement says nothing about a name that the statement
 * does not have, where its brackets show that the statement ends where it seems to end.
 */
export function brokenLineFor(root: Node, name: string): number | undefined {
  if (!root.hasError) return undefined;
  for (const statement of root.children) {
    if (!statement || !(statement.hasError || statement.isMissing)) continue;
    const isOwn = wordStarts(statement.text, name).next().done !== true;
    const isWhole = !statement.isError && !statement.isMissing && isBalanced(statement.text);
    if (isOwn || !isWhole) return firstBrokenLine(statement) ?? statement.startPosition.row + 1;
  }
  return undefined;
}

/** Whether every bracket of a text is closed; quotes are not looked at, so that a bracket in a string may only make it stricter. */
function isBalanced(text: string): boolean {
  const open: string[] = [];
  for (const sign of text) {
    if ("([{".includes(sign)) open.push(sign);
    else if (")]}".includes(sign) && open.pop() !== "([{"[")]}".indexOf(sign)]) return false;
  }
  return open.length === 0;
}

/** The text of a string node without its quotes, where it is one literal. */
export function stringValue(node: Node | null | undefined): string | undefined {
  if (!node || !/string/u.test(node.type)) return undefined;
  const found = /^[rRbBuU]{0,2}("""|'''|["'`])([\s\S]*)\1$/u.exec(node.text);
  return found?.[2];
}

/** Lists of one kind by a key. */
export function groupBy<Item, Group>(
  items: Iterable<Item>,
  keyOf: (item: Item) => Group,
): Map<Group, Item[]> {
  const groups = new Map<Group, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const known = groups.get(key);
    if (known) known.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}
