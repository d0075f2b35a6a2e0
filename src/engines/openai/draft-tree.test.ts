import { expect, it } from "vitest";
import { leafPaths, linesBelow, treePath } from "./draft-tree.ts";

// a b (c d | e), f
const nodes = [
  { token: 1, parent: -1 },
  { token: 2, parent: 0 },
  { token: 3, parent: 1 },
  { token: 4, parent: 2 },
  { token: 5, parent: 1 },
  { token: 6, parent: -1 },
];

it("follows tokens as far as the tree has them", () => {
  expect(treePath(nodes, [1, 2, 5, 9])).toEqual([0, 1, 4]);
  expect(treePath(nodes, [2])).toEqual([]);
  expect(treePath([], [1])).toEqual([]);
});

it("lists the lines from a node to the leaves", () => {
  expect(linesBelow(nodes, -1)).toEqual([[1, 2, 3, 4], [1, 2, 5], [6]]);
  expect(linesBelow(nodes, 1)).toEqual([[3, 4], [5]]);
  expect(linesBelow(nodes, 3)).toEqual([]);
  expect(linesBelow([], -1)).toEqual([]);
});

it("lists the nodes from the root to each leaf", () => {
  expect(leafPaths(nodes)).toEqual([[0, 1, 2, 3], [0, 1, 4], [5]]);
  expect(leafPaths([])).toEqual([]);
});
