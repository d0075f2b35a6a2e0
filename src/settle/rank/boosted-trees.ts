/** A boosted ensemble of regression trees, as training/ranker.py writes it. */
export interface BoostedTrees {
  readonly bias: number;
  /**
   * Per tree its nodes, four numbers each: feature, threshold, number of the left node, number of the right one. A leaf has feature -1 and
   * its value in place of the threshold. A value up to the threshold takes the left branch.
   */
  readonly trees: readonly (readonly number[])[];
}

/** The sum of the leaves that `features` reach: log-odds, for a classifier. */
export function scoreOf({ bias, trees }: BoostedTrees, features: readonly number[]): number {
  let sum = bias;
  for (const nodes of trees) {
    let at = 0;
    while (nodes[at]! >= 0)
      at = 4 * nodes[features[nodes[at]!]! <= nodes[at + 1]! ? at + 2 : at + 3]!;
    sum += nodes[at + 1]!;
  }
  return sum;
}
