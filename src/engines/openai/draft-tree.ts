import type { DraftNode, Token } from "../../core/target.ts";

/** The nodes that tokens lead along, from the root on, as far as the tree has them. */
export function treePath(nodes: readonly DraftNode[], tokens: readonly Token[]): number[] {
  const children = childrenOf(nodes);
  const path: number[] = [];
  for (const token of tokens) {
    const next = children.get(path.at(-1) ?? -1)?.find((index) => nodes[index]!.token === token);
    if (next === undefined) break;
    path.push(next);
  }
  return path;
}

/** The tokens of every line from a node (-1 = the root) down to a leaf, in the order of the nodes. */
export function linesBelow(nodes: readonly DraftNode[], from: number): Token[][] {
  const children = childrenOf(nodes);
  const lines: Token[][] = [];
  const open = [{ at: from, line: [] as Token[] }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { line } = next;
    let { at } = next;
    let below = children.get(at) ?? [];
    while (below.length === 1) {
      at = below[0]!;
      line.push(nodes[at]!.token);
      below = children.get(at) ?? [];
    }
    if (below.length === 0) {
      if (line.length > 0) lines.push(line);
      continue;
    }
    for (const index of below.toReversed()) {
      open.push({ at: index, line: [...line, nodes[index]!.token] });
    }
  }
  return lines;
}

/** The nodes from the root to every leaf, in the order of the leaves. */
export function leafPaths(nodes: readonly DraftNode[]): number[][] {
  const parents = new Set(nodes.map(({ parent }) => parent));
  const leaves = nodes.flatMap((_, index) => (parents.has(index) ? [] : [index]));
  return leaves.map((leaf) => {
    const path: number[] = [];
    for (let at = leaf; at >= 0; at = nodes[at]!.parent) path.push(at);
    return path.reverse();
  });
}

function childrenOf(nodes: readonly DraftNode[]): ReadonlyMap<number, readonly number[]> {
  const children = new Map<number, number[]>();
  nodes.forEach(({ parent }, index) => {
    const known = children.get(parent);
    if (known === undefined) children.set(parent, [index]);
    else known.push(index);
  });
  return children;
}
