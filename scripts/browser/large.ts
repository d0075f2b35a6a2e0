/** A TypeScript file of about `lines` lines, of functions of ten lines each. */
export function largeFile(lines: number): string {
  return Array.from({ length: Math.floor(lines / 10) }, (_, index) =>
    functionOf(index, "value"),
  ).join("");
}

/** A sketch with `hunks` hunks, spread over such a file. */
export function largeEdit(lines: number, hunks: number): string {
  const functions = Math.floor(lines / 10);
  const parts = Array.from({ length: hunks }, (_, index) => {
    const number = Math.floor(((index + 0.5) * functions) / hunks);
    return functionOf(number, "value + 1");
  });
  return `// ... existing code ...\n\n${parts.join("\n// ... existing code ...\n\n")}\n// ... existing code ...\n`;
}

function functionOf(index: number, result: string): string {
  return `export function compute${index}(input: readonly number[]): number {
  let value = ${index};
  for (const one of input) {
    if (one > ${index % 97}) value += one;
    else value -= ${index % 13};
  }
  // Function ${index} of the file.
  return ${result};
}

`;
}
