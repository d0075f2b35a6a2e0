/** Parts of edits that are expensive to place. */
const words = "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda sigma".split(" ");

/** Lines that resemble one another, each occurring once. */
export function code(count: number): string[] {
  const word = (n: number): string => words[n % words.length]!;
  return Array.from(
    { length: count },
    (_, i) =>
      `  const ${word(i)}_${i} = ${word(i * 7)}.${word(i * 5 + 1)}(${word(i * 3)}, ${i % 89});`,
  );
}

export const text = (lines: readonly string[]): string => `${lines.join("\n")}\n`;

export const block = (search: readonly string[], replace: readonly string[]): string[] => [
  "<<<<<<< SEARCH",
  ...search,
  "=======",
  ...replace,
  ">>>>>>> REPLACE",
];

export const misspelt = (line: string): string => line.replace("const", "cosnt");
