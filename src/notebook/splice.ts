import { splitLines } from "../text/lines.ts";
import { isJson, type Notebook, type NotebookCell, readNotebook } from "./cells.ts";
import { type Spelling, spellingOf } from "./spelling.ts";

/**
 * The notebook with another text in one cell, or undefined where that cannot be proved. Only bytes of the cell's `source`
 * change, in the notebook's own way: one string or a list of lines, its indentation, its escapes.
 */
export function withCellText(
  notebook: Notebook,
  cell: NotebookCell,
  text: string,
): string | undefined {
  if (text === cell.text) return notebook.json;
  const spelling = spellingOf(notebook.json);
  const spliced =
    cell.source.kind === "array"
      ? spliceList(notebook, cell, text, spelling)
      : spliceString(notebook, cell, text, spelling);
  return isOnlyChange(notebook, cell, text, spliced) ? spliced : undefined;
}

/** One string: only the text between the common beginning and the common end is rewritten. */
function spliceString(
  { json }: Notebook,
  { source, text: before }: NotebookCell,
  after: string,
  spelling: Spelling,
): string {
  const units = [
    ...json.slice(source.start + 1, source.end - 1).matchAll(/\\u[0-9a-fA-F]{4}|\\.|[^\\]/gsu),
  ];
  // Where each character of the text begins in the file; a raw pair of surrogates is one unit of two characters.
  const places: number[] = [];
  for (const { 0: unit, index } of units) {
    const width = unit.startsWith("\\") ? 1 : unit.length;
    for (let i = 0; i < width; i++) places.push(source.start + 1 + index + i);
  }
  places.push(source.end - 1);
  const isLow = (text: string, at: number): boolean => (text.charCodeAt(at) & 0xfc00) === 0xdc00;
  const least = Math.min(before.length, after.length);
  let head = 0;
  while (head < least && before[head] === after[head]) head++;
  while (head > 0 && (isLow(before, head) || isLow(after, head))) head--;
  let tail = 0;
  while (tail < least - head && before.at(-1 - tail) === after.at(-1 - tail)) tail++;
  while (tail > 0 && (isLow(before, before.length - tail) || isLow(after, after.length - tail)))
    tail--;
  const newString = spelling.quote(after.slice(head, after.length - tail)).slice(1, -1);
  return json.slice(0, places[head]) + newString + json.slice(places[before.length - tail]);
}

/** A list: strings at its beginning and end that stay are not touched; each line between is a string. */
function spliceList(
  notebook: Notebook,
  cell: NotebookCell,
  text: string,
  spelling: Spelling,
): string {
  const { json } = notebook;
  const { source, parts } = cell;
  if (source.kind !== "array") throw new TypeError("the source is not a list");
  if (text === "") return `${json.slice(0, source.start)}[]${json.slice(source.end)}`;
  const items = source.items;
  let head = 0;
  let from = 0;
  while (head < parts.length && isLineOf(text, parts[head]!, from)) from += parts[head++]!.length;
  let tail = 0;
  let to = text.length;
  while (tail < parts.length - head) {
    const part = parts[parts.length - 1 - tail]!;
    const start = to - part.length;
    const begins = start === 0 || text[start - 1] === "\n";
    if (start < from || !begins || !text.startsWith(part, start)) break;
    to = start;
    tail++;
  }
  const newItems = splitLines(text.slice(from, to)).map((line) =>
    spelling.quote(line.text + line.end),
  );
  const kept = (first: number, last: number): string[] =>
    items.slice(first, last).map((item) => json.slice(item.start, item.end));
  const layout = layoutOf(notebook, cell);
  const all = [...kept(0, head), ...newItems, ...kept(items.length - tail, items.length)];
  // The text between two kept strings stays as it was.
  const between = (index: number): string => {
    const above = index < head ? index : index - (all.length - items.length);
    const isOld = index + 1 < head || index >= all.length - tail || all.length === items.length;
    if (!isOld) return layout.between;
    return json.slice(items[above]!.end, items[above + 1]!.start);
  };
  let list = all[0]!;
  for (let index = 1; index < all.length; index++) list += between(index - 1) + all[index]!;
  return `${json.slice(0, source.start)}[${layout.open}${list}${layout.close}]${json.slice(source.end)}`;
}

/** Whether a string of the list is in the text from here on, as whole lines. */
function isLineOf(text: string, part: string, from: number): boolean {
  if (!text.startsWith(part, from)) return false;
  return part === "" || part.endsWith("\n") || from + part.length === text.length;
}

interface ListLayout {
  readonly open: string;
  readonly between: string;
  readonly close: string;
}

/** The layout around the strings of a list: of this cell, else of another one, else derived from the indentation of the keys. */
function layoutOf({ json, cells }: Notebook, cell: NotebookCell): ListLayout {
  const lists = [cell, ...cells].flatMap(({ source }) => (source.kind === "array" ? [source] : []));
  const model = lists[0]!.items.length > 0 ? lists[0] : lists.find((one) => one.items.length > 0);
  const longer = lists.find((one) => one.items.length > 1);
  if (model) {
    const open = json.slice(model.start + 1, model.items[0]!.start);
    const close = json.slice(model.items.at(-1)!.end, model.end - 1);
    const [first, second] = longer?.items ?? [];
    if (first && second) return { open, close, between: json.slice(first.end, second.start) };
    return { open, close, between: open === "" ? ", " : `,${open}` };
  }
  const line = /(\r?\n)([ \t]*)$/.exec(json.slice(0, cell.keyStart));
  if (!line) return { open: "", between: ", ", close: "" };
  const end = line[1]!;
  const indent = line[2]!;
  // The key `source` is three levels deep: in the notebook, its list of cells, and the cell.
  const unit = indent.slice(0, Math.floor(indent.length / 3));
  const open = `${end}${indent}${unit}`;
  return { open, between: `,${open}`, close: `${end}${indent}` };
}

/** The proof: parsed again, the notebook is the same except for this text, and outside of its source byte for byte. */
function isOnlyChange(before: Notebook, cell: NotebookCell, text: string, after: string): boolean {
  const { start, end } = cell.source;
  const behind = before.json.slice(end);
  if (!after.startsWith(before.json.slice(0, start)) || !after.endsWith(behind)) return false;
  if (after.length < start + behind.length || !isJson(after)) return false;
  const now = readNotebook(after);
  return (
    now !== undefined &&
    now.cells.length === before.cells.length &&
    now.cells.every((one, i) => {
      const old = before.cells[i]!;
      const isIt = old.number === cell.number;
      return (
        one.id === old.id &&
        one.kind === old.kind &&
        one.source.kind === old.source.kind &&
        one.text === (isIt ? text : old.text)
      );
    })
  );
}
