/** Longest common subsequences beyond this many cells are not looked for. */
const tableLimit = 4_000_000;

/**
 * Pairs equal items of two stretches in order: equal ends first, then a longest common subsequence of the middle. `pair`
 * gets the index of either side. Returns whether the middle was small enough to be looked at.
 */
export function pairEqual(
  a: readonly string[],
  b: readonly string[],
  pair: (i: number, j: number) => void,
): boolean {
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) {
    pair(head, head);
    head++;
  }
  let endA = a.length;
  let endB = b.length;
  while (endA > head && endB > head && a[endA - 1] === b[endB - 1]) pair(--endA, --endB);
  const rows = endA - head;
  const columns = endB - head;
  if (rows * columns > tableLimit) return false;
  const width = columns + 1;
  const longest = new Uint16Array((rows + 1) * width);
  for (let i = rows - 1; i >= 0; i--) {
    for (let j = columns - 1; j >= 0; j--) {
      longest[i * width + j] =
        a[head + i] === b[head + j]
          ? longest[(i + 1) * width + j + 1]! + 1
          : Math.max(longest[(i + 1) * width + j]!, longest[i * width + j + 1]!);
    }
  }
  for (let i = 0, j = 0; i < rows && j < columns; ) {
    if (a[head + i] === b[head + j]) pair(head + i++, head + j++);
    else if (longest[(i + 1) * width + j]! >= longest[i * width + j + 1]!) i++;
    else j++;
  }
  return true;
}
