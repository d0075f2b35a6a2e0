import { markdownTable, textTable } from "../table.ts";
import type { ReferenceRow } from "./reference.ts";
import type { TableRow } from "./rows.ts";

const heads = [
  "",
  "cases",
  "tokens",
  "passes",
  "draft passes",
  "acceptance",
  "tokens/s",
  "speed-up",
  "by total time",
  "Pass@1",
  "judged",
  "as greedy",
] as const;

/** The table of one set as text or Markdown; columns that no row has anything in are left out. */
export function printedTable(rows: readonly TableRow[], markdown = false): string {
  const cells = rows.map((row) => [
    row.label,
    row.cases,
    row.tokens,
    row.passes,
    row.draftPasses,
    row.acceptance ?? "-",
    row.tokensPerSecond ?? "-",
    row.macro,
    row.total,
    row.passAt1 ?? "-",
    row.judged,
    row.exact,
  ]);
  const shown = heads.flatMap((head, i) =>
    cells.some((row) => row[i] !== "-") && (head !== "judged" || rows.some((r) => r.judged > 0))
      ? [i]
      : [],
  );
  const table = markdown ? markdownTable : textTable;
  return table(
    shown.map((i) => heads[i]!),
    cells.map((row) => shown.map((i) => row[i]!)),
  );
}

export function printedReference(rows: readonly ReferenceRow[], markdown = false): string {
  const columns = [
    "set",
    "text",
    "cases",
    "passed",
    "failed",
    "timedOut",
    "noTests",
    "brokenTests",
    "missingModule",
  ] as const;
  const table = markdown ? markdownTable : textTable;
  return table(
    columns,
    rows.map((row) => columns.map((column) => row[column])),
  );
}
