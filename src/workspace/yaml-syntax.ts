import type { Node } from "web-tree-sitter";

/** Kinds of nodes that hold the entries of one mapping. */
const mapping = /^(?:block|flow)_mapping$/u;

/** The 0-based lines of keys that occur before in the same mapping: YAML 1.2, section 3.2.1.1, wants them unique. */
export function repeatedKeys(root: Node): number[] {
  const lines: number[] = [];
  const open: Node[] = [root];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    const isMapping = mapping.test(node.type);
    const seen = new Set<string>();
    for (const child of node.namedChildren) {
      if (!child) continue;
      open.push(child);
      const key = isMapping ? child.childForFieldName("key") : null;
      if (!key) continue;
      const { text } = key;
      // Readers that merge take several of them.
      if (seen.has(text) && text !== "<<") lines.push(key.startPosition.row);
      seen.add(text);
    }
  }
  return lines;
}
