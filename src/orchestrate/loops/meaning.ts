import type { NameReference } from "../extract/references.ts";
import { refuseLoop } from "./refusal.ts";
import type { LoopRewrite, RewrittenText } from "./rewrite.ts";

/** Every name that is kept means in the new text what it meant; a variable that is split off means itself inside, and the rest outside. */
export function requireKeptMeaning(
  before: readonly NameReference[],
  after: readonly NameReference[],
  { at }: RewrittenText,
  { split, twice }: LoopRewrite,
): void {
  const found = new Map(after.map((one) => [one.node.startIndex, one]));
  const kept = new Set(
    before.flatMap((one) => (one.declares ? (at(one.node.startIndex) ?? []) : [])),
  );
  const isInside = (offset: number): boolean =>
    split !== undefined && offset >= split.start && offset < split.end;
  for (const old of before) {
    const offset = old.node.startIndex;
    const moved = at(offset);
    if (moved === undefined) continue;
    const refuse = (): never =>
      refuseLoop(`\`${old.name}\` would mean something else in the new text.`, old.node);
    const now = found.get(moved);
    if (!now || now.name !== old.name) {
      refuse();
      continue;
    }
    if ((old.binding === undefined) !== (now.binding === undefined)) refuse();
    if (!old.binding || !now.binding) continue;
    if (twice?.has(old.binding.id)) {
      const own = new Set(old.binding.declarations.map(({ node }) => at(node.startIndex)));
      const isOther = ({ node }: { readonly node: { readonly startIndex: number } }): boolean =>
        kept.has(node.startIndex) && !own.has(node.startIndex);
      if (now.binding.declarations.some(isOther)) refuse();
      continue;
    }
    let declarations = old.binding.declarations.map(({ node }) => node.startIndex);
    if (split?.ids.has(old.binding.id)) {
      const isFirstIterable = old.reads && isInside(offset) && !isBoundInside(old, split);
      const inside = isInside(offset) && !isFirstIterable;
      declarations = declarations.filter((one) => isInside(one) === inside);
    }
    const wanted = declarations.flatMap((one) => at(one) ?? []).sort((a, b) => a - b);
    const actual = now.binding.declarations
      .map(({ node }) => node.startIndex)
      .sort((a, b) => a - b);
    if (wanted.length === 0 || wanted.join() !== actual.join()) refuse();
  }
}

/** The first iterable is read before the loop variable has a value. */
function isBoundInside(old: NameReference, { start }: NonNullable<LoopRewrite["split"]>): boolean {
  for (let node = old.node.parent, from = old.node; node; from = node, node = node.parent) {
    if (node.startIndex < start) return true;
    if (node.startIndex === start && node.type === "for_statement")
      return node.childForFieldName("right")?.id !== from.id;
  }
  return true;
}
