import { isElision } from "./lazy-markers.ts";

const linePrefixNumber = /^\s*(\d+)(\s?\||:|→|\t)/;

/**
 * Lines without the line numbers that tools which read files print before them (`12 | x`, `12→x`, `12: x`);
 * undefined if they are not numbered. Numbers count up from the first line; markers have none.
 */
export function withoutNumberPrefixes(lines: readonly string[]): string[] | undefined {
  if (!linePrefixNumber.test(lines.find((line) => line.trim() !== "") ?? "")) return undefined;
  const own = lines.filter((line) => line.trim() !== "" && !isElision(line));
  const matches = own.map((line) => linePrefixNumber.exec(line));
  const first = Number(matches[0]?.[1]);
  if (own.length < 2 || matches.some((match) => match?.[2] !== matches[0]?.[2])) return undefined;
  if (matches.some((match, index) => !match || Number(match[1]) < first + index)) return undefined;
  // Where text follows, every line has the same blank before it.
  const rests = own.map((line, index) => line.slice(matches[index]![0].length));
  const isSpaced = rests.every((rest) => rest === "" || rest.startsWith(" "));
  return lines.map((line) => {
    const rest =
      linePrefixNumber.test(line) && !isElision(line) ? line.replace(linePrefixNumber, "") : line;
    return isSpaced && rest !== line ? rest.slice(1) : rest;
  });
}
