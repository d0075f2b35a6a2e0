import { type JsonRange, jsonRanges, memberOf } from "./json-ranges.ts";

/** One cell of a notebook, and the range of its source in the notebook's text. */
export interface NotebookCell {
  /** From 1, as messages and callers count. */
  readonly number: number;
  readonly id?: string;
  readonly kind: string;
  /** The text of the cell, as shown to the user. */
  readonly text: string;
  /** The value of `source`: one string, or an array of them. */
  readonly source: JsonRange;
  /** The source's strings, in order. */
  readonly parts: readonly string[];
  /** The position of the key `source`. */
  readonly keyStart: number;
}

export interface Notebook {
  readonly json: string;
  readonly cells: readonly NotebookCell[];
}

/** Whether a path is a notebook's by its name. */
export const isNotebookPath = (path: string): boolean => /\.ipynb$/i.test(path);

/** Returns the cells of a notebook (nbformat 4), or undefined if the text is no such notebook. */
export function readNotebook(json: string): Notebook | undefined {
  if (!isJson(json)) return undefined;
  const list = memberOf(jsonRanges(json), "cells")?.value;
  if (list?.kind !== "array") return undefined;
  const cells: NotebookCell[] = [];
  for (const [index, range] of list.items.entries()) {
    const source = memberOf(range, "source");
    if (!source) continue;
    const texts = stringsOf(json, source.value);
    if (!texts) continue;
    const id = stringAt(json, memberOf(range, "id")?.value);
    cells.push({
      number: index + 1,
      ...(id === undefined ? {} : { id }),
      kind: stringAt(json, memberOf(range, "cell_type")?.value) ?? "",
      text: texts.join(""),
      source: source.value,
      parts: texts,
      keyStart: source.keyStart,
    });
  }
  return { json, cells };
}

/** Whether a text is JSON. */
export function isJson(text: string): boolean {
  return jsonProblem(text) === undefined;
}

/** Returns what is wrong with a text that is not JSON, or undefined if it is JSON. */
export function jsonProblem(text: string): string | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** How a cell is named in messages: `cell 3 (id "a1b2")`. */
export function cellName({ number, id }: Pick<NotebookCell, "number" | "id">): string {
  return id === undefined ? `cell ${number}` : `cell ${number} (id ${JSON.stringify(id)})`;
}

function stringAt(json: string, range: JsonRange | undefined): string | undefined {
  if (range?.kind !== "string") return undefined;
  return JSON.parse(json.slice(range.start, range.end)) as string;
}

function stringsOf(json: string, range: JsonRange): string[] | undefined {
  const ranges = range.kind === "array" ? range.items : [range];
  const texts = ranges.map((one) => stringAt(json, one));
  return texts.every((one) => one !== undefined) ? texts : undefined;
}
