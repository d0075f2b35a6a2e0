import type { Tree } from "web-tree-sitter";
import type { NameView } from "./resolve-name.ts";

/** Texts whose trees are kept at once, in UTF-16 code units: a tree is some ten times as large. */
const mostKeptText = 4_000_000;

/** Trees of texts that several names are looked for in: each text is parsed once, as long as its tree is kept. */
export class SharedTrees {
  private readonly trees = new Map<string, Tree>();
  private size = 0;

  /** A view that parses through these. */
  over(view: NameView): NameView {
    return {
      ...view,
      parserFor: async (path) => {
        const parser = await view.parserFor(path);
        return parser && { parse: (text) => this.treeOf(path, text, (all) => parser.parse(all)) };
      },
    };
  }

  delete(): void {
    for (const tree of this.trees.values()) tree.delete();
    this.trees.clear();
    this.size = 0;
  }

  private treeOf(
    path: string,
    text: string,
    parse: (text: string) => Tree | undefined,
  ): Tree | undefined {
    const id = `${path}\0${text}`;
    const known = this.trees.get(id);
    if (known) return known.copy();
    const tree = parse(text);
    if (!tree) return undefined;
    for (const [old, one] of this.trees) {
      if (this.size + id.length <= mostKeptText) break;
      this.trees.delete(old);
      this.size -= old.length;
      one.delete();
    }
    if (id.length > mostKeptText) return tree;
    this.trees.set(id, tree);
    this.size += id.length;
    return tree.copy();
  }
}
