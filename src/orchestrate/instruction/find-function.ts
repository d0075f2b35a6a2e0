import type { Node, Tree } from "web-tree-sitter";
import { RedraftError } from "../../core/errors.ts";
import type { SpeculationContext } from "../speculator.ts";

/** A function or class that an instruction names. */
export interface NamedFunction {
  readonly path: string;
  readonly text: string;
  readonly node: Node;
  /** Of its name, from 1. */
  readonly line: number;
  readonly column: number;
}

/**
 * Finds the one declaration with a name, `get` or `Store.get`, and hands it over while its tree is there.
 *
 * @param files where to look; default: everywhere
 * @throws `no-match`, or `ambiguous` where several have the name
 */
export async function withFunction<Result>(
  { index, parserFor }: Pick<SpeculationContext, "index" | "parserFor">,
  name: string,
  files: readonly string[] | undefined,
  use: (found: NamedFunction) => Result | Promise<Result>,
): Promise<Result> {
  const parts = name.split(".");
  const own = parts.at(-1)!;
  const owner = parts.at(-2);
  const paths = files ?? index.mentions(own);
  const trees: Tree[] = [];
  const found: NamedFunction[] = [];
  try {
    for (const path of paths) {
      const lines = (await index.outline(path)).definitions.filter((one) => one.name === own);
      const text = lines.length > 0 ? await index.read(path) : undefined;
      const tree = text === undefined ? undefined : (await parserFor(path))?.parse(text);
      if (text === undefined || !tree) continue;
      trees.push(tree);
      for (const { line } of lines) {
        const node = declarationOn(tree.rootNode, own, line);
        if (!node || (owner !== undefined && !isOwnedBy(node, owner))) continue;
        const { row, column } = node.childForFieldName("name")!.startPosition;
        found.push({ path, text, node, line: row + 1, column: column + 1 });
      }
    }
    const [only] = found;
    if (only && found.length === 1) return await use(only);
    const where = found.map(({ path, line }) => `${path}:${line}`).join(", ");
    throw found.length === 0
      ? new RedraftError("no-match", `no file declares \`${name}\`. Nothing was written.`)
      : new RedraftError(
          "ambiguous",
          `several declarations are called \`${name}\`: ${where}. Nothing was written. Name the type too, or a place.`,
        );
  } finally {
    for (const tree of trees) tree.delete();
  }
}

function declarationOn(root: Node, name: string, line: number): Node | undefined {
  const row = line - 1;
  let node: Node | null = root.descendantForPosition({ row, column: 0 }, { row, column: 10_000 });
  const candidates: Node[] = [];
  const open: Node[] = node ? [node] : [];
  // A line has few nodes; those that begin above it and end below are passed over quickly.
  for (node = open.pop() ?? null; node; node = open.pop() ?? null) {
    if (node.startPosition.row > row || node.endPosition.row < row) continue;
    const named = node.childForFieldName("name");
    if (named?.text === name && named.startPosition.row === row) candidates.push(node);
    for (const child of node.namedChildren) if (child) open.push(child);
  }
  return candidates[0];
}

function isOwnedBy(node: Node, owner: string): boolean {
  for (let one = node.parent; one; one = one.parent)
    if (one.childForFieldName("name")?.text === owner) return true;
  const receiver = node.childForFieldName("receiver")?.text ?? "";
  return receiver.split(/[^\p{L}\p{N}_$]+/u).includes(owner);
}
