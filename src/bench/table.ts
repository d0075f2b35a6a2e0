type Cell = string | number;

/** A table for terminals: columns padded, numbers to the right. */
export function textTable(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const all: (readonly Cell[])[] = [head, ...rows];
  const widths = head.map((_, column) =>
    Math.max(...all.map((row) => String(row[column] ?? "").length)),
  );
  const lines = all.map((row, index) =>
    head
      .map((_, column) => {
        const cell = row[column] ?? "";
        const right = index === 0 ? isNumeric(rows, column) : typeof cell === "number";
        return right
          ? String(cell).padStart(widths[column]!)
          : String(cell).padEnd(widths[column]!);
      })
      .join("  ")
      .trimEnd(),
  );
  return `${lines.join("\n")}\n`;
}

/** The same as Markdown, for the README. */
export function markdownTable(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const rule = head.map((_, column) => (isNumeric(rows, column) ? "---:" : "---"));
  return [head, rule, ...rows].map((row) => `| ${row.join(" | ")} |\n`).join("");
}

function isNumeric(rows: readonly (readonly Cell[])[], column: number): boolean {
  return rows.length > 0 && rows.every((row) => typeof row[column] === "number");
}
