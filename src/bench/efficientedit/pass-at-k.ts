/**
 * Unbiased estimate of Pass@k for one task (equation 11 of the EfficientEdit paper; Chen et al. 2021, "Evaluating large
 * language models trained on code", section 2.1): 1 - C(n - c, k) / C(n, k), as a product, which does not overflow.
 *
 * @param n samples of the task, @param c of them that pass, @param k samples that a user may draw, at most n
 */
export function passAtK(n: number, c: number, k: number): number {
  const whole = [n, c, k].every(Number.isInteger);
  if (!whole || k < 1 || k > n || c < 0 || c > n) {
    throw new RangeError(
      `Pass@k needs 1 <= k <= n and 0 <= c <= n; got n = ${n}, c = ${c}, k = ${k}`,
    );
  }
  let allFail = 1;
  for (let i = n - c + 1; i <= n; i++) allFail *= Math.max(0, 1 - k / i);
  return 1 - allFail;
}
