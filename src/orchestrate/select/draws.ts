/** Random numbers that a seed determines. */
export interface Draws {
  /** In [0, 1). */
  uniform(): number;
  /** Gamma with this shape (> 0) and scale 1. */
  gamma(shape: number): number;
  /** Beta(a, b), a and b > 0. */
  beta(a: number, b: number): number;
}

/** Numbers from a seed, any integer: sfc32 (Doty-Humphrey, PractRand), gamma by Marsaglia and Tsang (2000). */
export function seededDraws(seed: number): Draws {
  let [a, b, c, d] = [seed | 0, 0x9e3779b9 | 0, 0x243f6a88, 1];
  const uniform = (): number => {
    const t = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + t) | 0;
    return (t >>> 0) / 2 ** 32;
  };
  for (let i = 0; i < 15; i++) uniform();
  const normal = (): number =>
    Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  const gamma = (shape: number): number => {
    // Below 1 by a draw of shape + 1 and a power of a uniform one.
    if (shape < 1) return gamma(shape + 1) * (1 - uniform()) ** (1 / shape);
    const e = shape - 1 / 3;
    const f = 1 / Math.sqrt(9 * e);
    for (;;) {
      const x = normal();
      const v = (1 + f * x) ** 3;
      if (v > 0 && Math.log(1 - uniform()) < 0.5 * x * x + e - e * v + e * Math.log(v))
        return e * v;
    }
  };
  const beta = (first: number, second: number): number => {
    const x = gamma(first);
    return x / (x + gamma(second));
  };
  return { uniform, gamma, beta };
}
