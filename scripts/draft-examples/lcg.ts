/** Uniform in [0, 1), by a linear congruential generator (Numerical Recipes' constants). */
export function lcg(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return (state >>> 8) / 2 ** 24;
  };
}
