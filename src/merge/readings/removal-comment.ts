import type { Edit } from "../../core/edit.ts";
import type { Built } from "../proof/build.ts";
import type { Shape } from "../shape.ts";
import { withLines } from "./marker-or-line.ts";
import type { Meaning } from "./meaning.ts";

export const removalComment: Meaning = {
  name: "removal-comment",
  why: "a comment among its new lines may be text, or say that lines are removed",
};

/**
 * A comment that says that something is removed, among new lines where nothing is removed, may be an ordinary comment:
 * `// removed in version 2`. Returns the edit with such comments as lines to place, or undefined if it has none.
 */
export function withCommentsPlaced(
  edit: Edit,
  shape: Shape,
  best: Built,
): { readonly edit: Edit; readonly removesBeside: boolean } | undefined {
  const comments = commentsAmongNew(edit, shape, best);
  if (comments.size === 0) return undefined;
  const placed = withLines(
    edit,
    (segment) => segment.kind === "removal" && comments.has(segment.at),
  );
  return { edit: placed, removesBeside: removesBeside(comments, shape, best) };
}

/** Whether lines are removed in a block with one of these comments, though not at the comment itself. */
function removesBeside(comments: ReadonlySet<number>, shape: Shape, built: Built): boolean {
  return shape.blocks.some(({ removals }, k) => {
    const { start, end } = built.placement.ranges[k]!;
    const removesLines = (): boolean =>
      built.proof.source.slice(start, end).some(({ fate }) => fate !== "kept");
    return removals.some((removal) => removal && comments.has(removal.at)) && removesLines();
  });
}

/** Removal comments among new lines where nothing is removed, by their line in the edit. */
function commentsAmongNew(edit: Edit, shape: Shape, built: Built): Set<number> {
  const comments = new Set<number>();
  if (!edit.segments.some((segment) => segment.kind === "removal")) return comments;
  for (const block of shape.blocks) {
    for (const [i, removal] of block.removals.entries()) {
      if (!removal) continue;
      const fates = block.tokens.map((token) => built.proof.edit[token.editLine]!);
      const beside = [fates[i - 1]?.fate, fates[i]?.fate];
      if (!beside.includes("placed")) continue;
      const above = fates.slice(0, i).findLast((fate) => fate.fate === "matched");
      const below = fates.slice(i).find((fate) => fate.fate === "matched");
      const from = above?.fate === "matched" ? above.source + 1 : 0;
      const to = below?.fate === "matched" ? below.source : built.proof.source.length;
      const removesLines = built.proof.source.slice(from, to).some((fate) => fate.fate !== "kept");
      if (!removesLines) comments.add(removal.at);
    }
  }
  return comments;
}
