import { parseJson } from "../../text/json.ts";

interface CellJson {
  id?: unknown;
  source?: unknown;
}

/** Returns the source of a notebook's cell by its number from 1, or undefined if there is no such cell. */
export function cellText(json: string, number: number): string | undefined {
  const source = cellsOf(parseJson(json)?.value)?.[number - 1]?.source;
  if (typeof source === "string") return source;
  return Array.isArray(source) ? source.join("") : undefined;
}

/** The notebook without the sources of some cells, as one text to compare, or undefined if it has no such cells. */
export function withoutSources(
  json: string,
  cells: readonly { readonly number: number; readonly id?: string }[],
): string | undefined {
  const notebook = parseJson(json)?.value;
  const all = cellsOf(notebook);
  for (const { number, id } of cells) {
    const cell = all?.[number - 1];
    if (cell === undefined || (id !== undefined && cell.id !== id)) return undefined;
    delete cell.source;
  }
  return JSON.stringify(notebook);
}

function cellsOf(notebook: unknown): CellJson[] | undefined {
  const cells = (notebook as { readonly cells?: unknown } | null | undefined)?.cells;
  return Array.isArray(cells) ? (cells as CellJson[]) : undefined;
}
