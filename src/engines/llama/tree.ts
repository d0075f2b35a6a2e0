import { RedraftError } from "../../core/errors.ts";

/** How a token tree maps to sequence ids: one id per leaf, a node carries the ids of all leaves below it. */
export interface TreeLayout {
  /** Leaves; 0 for no nodes. A line has one. */
  readonly leaves: number;
  /** Per node, the ranks of the leaves below it, ascending. */
  readonly leavesOf: readonly (readonly number[])[];
  /** Per node, its distance from the last committed token: 1 for a child of it. */
  readonly depths: readonly number[];
}

const first: readonly number[] = [0];

/** @param parents per node the index of its parent, -1 = the last committed token; parents come before children */
export function layoutTree(parents: ArrayLike<number>): TreeLayout {
  const count = parents.length;
  const depths = new Array<number>(count);
  let line = true;
  for (let i = 0; i < count; i++) {
    const parent = parents[i]!;
    if (!Number.isInteger(parent) || parent < -1 || parent >= i) {
      throw new RedraftError(
        "engine-failed",
        `node ${i} of a draft tree names ${parent} as its parent; parents must come before their children`,
      );
    }
    depths[i] = parent < 0 ? 1 : depths[parent]! + 1;
    line &&= parent === i - 1;
  }
  if (line) {
    return { leaves: Math.min(count, 1), leavesOf: new Array(count).fill(first), depths };
  }
  const hasChild = new Array<boolean>(count).fill(false);
  for (let i = 0; i < count; i++) if (parents[i]! >= 0) hasChild[parents[i]!] = true;
  const leavesOf: number[][] = Array.from({ length: count }, () => []);
  let leaves = 0;
  for (let i = 0; i < count; i++) {
    if (hasChild[i]) continue;
    for (let node = i; node >= 0; node = parents[node]!) leavesOf[node]!.push(leaves);
    leaves++;
  }
  return { leaves, leavesOf, depths };
}
