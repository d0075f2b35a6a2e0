import type { Random } from "../../../test/merge/generate.ts";

/** A file as its lines and their ends; the last end is empty where the file has no final newline. */
export interface FileText {
  readonly path: string;
  readonly lines: readonly string[];
  readonly ends: readonly string[];
}

/** Lines [start, end) become `fresh`. Hunks ascend and do not touch. */
export interface Change {
  readonly start: number;
  readonly end: number;
  readonly fresh: readonly string[];
}

export function fileOf(path: string, text: string): FileText {
  const lines: string[] = [];
  const ends: string[] = [];
  for (const [, line, end] of text.matchAll(/([^\r\n]*)(\r\n|\r|\n|$)/g)) {
    if (line === "" && end === "") continue;
    lines.push(line!);
    ends.push(end!);
  }
  return { path, lines, ends };
}

export const textOf = ({ lines, ends }: FileText): string =>
  lines.map((line, index) => line + ends[index]).join("");

/** The text with `\n` for every line end, as editors and models see it. */
export const flatOf = ({ lines, ends }: FileText): string =>
  lines.map((line, index) => line + (ends[index] === "" ? "" : "\n")).join("");

export const isMixed = ({ ends }: FileText): boolean =>
  new Set(ends.filter((end) => end !== "")).size > 1;

/** The line end that the file uses, where it uses one. */
export const endOf = ({ ends }: FileText): string => ends.find((end) => end !== "") ?? "\n";

/** The text of a file whose lines end alike, from one with `\n`. */
export const endedAs = (flat: string, file: FileText): string =>
  endOf(file) === "\n" ? flat : flat.replace(/\n/g, endOf(file));

/** What the lines are after the changes. */
export function changed(lines: readonly string[], changes: readonly Change[]): string[] {
  const result: string[] = [];
  let from = 0;
  for (const { start, end, fresh } of changes) {
    result.push(...lines.slice(from, start), ...fresh);
    from = end;
  }
  return [...result, ...lines.slice(from)];
}

/** The flat text after the changes; a file without a final newline stays so. */
export function flatAfter(file: FileText, changes: readonly Change[]): string {
  const lines = changed(file.lines, changes);
  const open = file.ends.at(-1) === "";
  return lines.join("\n") + (open || lines.length === 0 ? "" : "\n");
}

/** Whether lines go or come where the file has no final newline: then the line before is ended, or is not, as one likes. */
export const opensEnd = ({ lines, ends }: FileText, changes: readonly Change[]): boolean =>
  ends.at(-1) === "" &&
  changes.some(
    ({ start, end, fresh }) =>
      end === lines.length && (start === end || fresh.length === 0 || fresh.at(-1) === ""),
  );

/** What is as right as `flatAfter`, where the changes reach an open end. */
export function alsoAfter(file: FileText, changes: readonly Change[]): string[] {
  const flat = flatAfter(file, changes);
  return opensEnd(file, changes) ? [`${flat}\n`, flat.replace(/\n$/, "")] : [];
}

/** Places where these lines stand one after the other, to the letter. */
export function placesOf(run: readonly string[], lines: readonly string[]): number[] {
  const places: number[] = [];
  for (let at = 0; at + run.length <= lines.length; at++)
    if (run.every((line, index) => line === lines[at + index])) places.push(at);
  return places;
}

/** Places of a part in a text, those that overlap as well; at most `most`. */
export function occurrences(text: string, part: string, most = 50): number[] {
  const places: number[] = [];
  for (let at = text.indexOf(part); at !== -1 && places.length < most; ) {
    places.push(at);
    at = text.indexOf(part, at + 1);
  }
  return places;
}

export const oneOf = <Item>(items: readonly Item[], random: Random): Item =>
  items[random(items.length)]!;
