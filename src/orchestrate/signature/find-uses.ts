import type { Node, Tree } from "web-tree-sitter";
import { nameLanguageOf } from "../index/languages.ts";
import { groupsAt } from "../names/kept-meaning.ts";
import { nodeAt } from "../names/nodes.ts";
import {
  type NameGroup,
  type NameView,
  type Resolution,
  resolveName,
} from "../names/resolve-name.ts";
import { unsurePlaces } from "../rename/unsure.ts";
import { aliasAt, wholeImports } from "./aliases.ts";
import { type FunctionUse, functionUse, isTestTitle } from "./uses.ts";

/** One place of a function's name. */
export interface FoundUse {
  readonly path: string;
  readonly start: number;
  readonly use: FunctionUse;
}

/** A place that cannot be adapted for certain. */
export interface DoubtfulUse {
  readonly path: string;
  readonly start: number;
  readonly why: string;
  /** It is adapted all the same. */
  readonly isChanged?: boolean;
  /** A call of a member of an unknown value, which may be the function. */
  readonly call?: FunctionUse;
}

/** A symbol under one of its names. */
export interface NamedGroup {
  readonly resolution: Resolution;
  readonly group: NameGroup;
}

/** Every place of a function, also under the other names that imports and exports give it, and those that may be one. */
export async function findUses(
  view: NameView,
  first: NamedGroup,
  texts: Map<string, string>,
  trees: Map<string, Tree>,
  useAt: (name: Node, declares: boolean) => FunctionUse = functionUse,
): Promise<{
  readonly uses: readonly FoundUse[];
  /** How many places each name has. */
  readonly names: ReadonlyMap<string, number>;
  readonly unsure: readonly DoubtfulUse[];
}> {
  const uses: FoundUse[] = [];
  const names = new Map<string, number>();
  const unsure: DoubtfulUse[] = [];
  const seen = new Set<string>();
  const modules = new Set<string>();
  const open: NamedGroup[] = [first];
  const parsed = async (path: string): Promise<Tree | undefined> => {
    const text = texts.get(path) ?? (await view.text(path)) ?? "";
    texts.set(path, text);
    const tree = trees.get(path) ?? (await view.parserFor(path))?.parse(text);
    if (tree) trees.set(path, tree);
    return tree;
  };
  const follow = async (path: string, name: string, start: number): Promise<void> => {
    if (seen.has(`${path}\0${start}`)) return;
    const resolution = await resolveName(view, name);
    const group = groupsAt(resolution, path, start).find((one) => one.isDeclared);
    if (group) open.push({ resolution, group });
    else unsure.push({ path, start, why: `the function is also called \`${name}\` here` });
  };
  for (let one = open.pop(); one; one = open.pop()) {
    const { resolution, group } = one;
    const { name } = resolution;
    names.set(name, Math.max(names.get(name) ?? 0, group.places.length));
    const otherFiles = view.mentions(name).filter((path) => nameLanguageOf(path) === undefined);
    for (const one of unsurePlaces(resolution, group, otherFiles)) {
      const tree = await parsed(one.path);
      const { place } = one;
      const node = place && tree && nodeAt(tree.rootNode, place.start, place.end);
      // The title of a test calls nothing.
      if (node && place.key.startsWith("S") && isTestTitle(node)) continue;
      const use = node && place.key.startsWith("P") ? useAt(node, false) : undefined;
      unsure.push(use?.kind === "call" ? { ...one, call: use } : one);
    }
    // Python calls `__f` of `A` `_A__f` elsewhere.
    const owners = /^__\w*[^_]_?$/u.test(name) ? [...group.keys] : [];
    for (const owner of owners.flatMap((key) => resolution.containers.get(key)?.name ?? [])) {
      const mangled = `_${owner.replace(/^_+/u, "")}${name}`;
      for (const path of view.mentions(mangled)) {
        await parsed(path);
        const start = Math.max(0, texts.get(path)?.indexOf(mangled) ?? 0);
        unsure.push({ path, start, why: "the name with the one of its class before it" });
      }
    }
    for (const { path, start, end, declares } of group.places) {
      // One word may be two places of the symbol.
      if (seen.has(`${path}\0${start}`)) continue;
      seen.add(`${path}\0${start}`);
      const tree = await parsed(path);
      if (!tree) continue;
      const node = nodeAt(tree.rootNode, start, end);
      const use = useAt(node, declares);
      uses.push({ path, start, use });
      if (use.kind === "subclass" && !use.hasOwn) {
        const below = use.node.childForFieldName("name");
        if (below) await follow(path, below.text, below.startIndex);
        else unsure.push({ path, start, why: "a class without a name is below it" });
      }
      const alias = aliasAt(node);
      if (alias?.kind === "name") await follow(path, alias.node.text, alias.node.startIndex);
      if (!alias || alias.kind === "name" || modules.has(path)) continue;
      modules.add(path);
      for (const taken of await wholeImports(view, path, alias.kind)) {
        if (taken.name !== undefined) await follow(taken.path, taken.name, taken.start);
        else {
          await parsed(taken.path);
          unsure.push({ ...taken, why: "the module is used in a way that is not followed" });
        }
      }
    }
  }
  return { uses, names, unsure };
}
