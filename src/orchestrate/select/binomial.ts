/** P(at least `count` of `tries` succeed), each with this chance. */
function atLeast(count: number, tries: number, chance: number): number {
  if (count <= 0) return 1;
  if (chance <= 0) return 0;
  if (chance >= 1) return 1;
  // From the first term on, each by the ratio to the one before it, in logarithms against underflow.
  let term = 0;
  for (let i = 0; i < count; i++) term += Math.log((tries - i) / (count - i));
  term += count * Math.log(chance) + (tries - count) * Math.log1p(-chance);
  let sum = 0;
  for (let k = count; k <= tries; k++) {
    sum += Math.exp(term);
    term += Math.log((tries - k) / (k + 1)) + Math.log(chance) - Math.log1p(-chance);
  }
  return Math.min(1, sum);
}

/**
 * The lower bound of a proportion of which `count` of `tries` were seen, one-sided (Clopper and Pearson 1934): with a smaller one, so
 * many would be seen with a probability below 1 - `level`. 0 where nothing was seen.
 */
export function lowerBound(count: number, tries: number, level = 0.95): number {
  if (count <= 0) return 0;
  let [low, high] = [0, 1];
  for (let i = 0; i < 50; i++) {
    const middle = (low + high) / 2;
    if (atLeast(count, tries, middle) < 1 - level) low = middle;
    else high = middle;
  }
  return low;
}

/** The upper bound, one-sided; 1 where nothing was seen. */
export const upperBound = (count: number, tries: number, level = 0.95): number =>
  1 - lowerBound(tries - count, tries, level);
