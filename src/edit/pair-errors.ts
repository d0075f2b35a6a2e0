import { RedraftError } from "../core/errors.ts";
import type { EditInput } from "./format.ts";
import type { ToolCall } from "./tool-calls.ts";

type PairCall = ToolCall & { readonly kind: "pair" };

/** The places of an old string as a message shows them. */
function shownPlaces(
  places: readonly number[],
  flat: string,
): { readonly lines: number[]; readonly shown: string } {
  const lines = places.slice(0, 20).map((place) => flat.slice(0, place).split("\n").length);
  const text = flat.split("\n");
  const often = (line: number): string => {
    const count = lines.filter((one) => one === line).length;
    return count === 1 ? `line ${line}` : `line ${line}, ${count} times`;
  };
  const shown = [...new Set(lines)]
    .slice(0, 5)
    .map((line) => `  ${often(line)}: ${text[line - 1]!.trim().slice(0, 100)}`)
    .join("\n");
  return { lines, shown };
}

/** The old string occurs at several places, and nothing says which is meant. */
export function ambiguousPair(
  { old, new: newText }: PairCall,
  places: readonly number[],
  flat: string,
  input: EditInput,
): RedraftError {
  const { lines, shown } = shownPlaces(places, flat);
  const candidates = places
    .slice(0, 3)
    .map((place) => flat.slice(0, place) + newText + flat.slice(place + old.length));
  const overlap = places.some(
    (place, index) => place < (places[index - 1] ?? -old.length) + old.length,
  );
  return new RedraftError(
    "ambiguous",
    `the old string occurs at ${places.length} places in ${input.path}${overlap ? ", which overlap" : ""}:\n${shown}\n` +
      "Add lines before or after it until it is unique, or set replace_all to change every place.",
    { details: { lines, candidates: restored(candidates, input.source) } },
  );
}

/** The same for one of several pairs, in the text that the pairs before it leave. */
export function severalPlaces(
  { old }: PairCall,
  places: readonly number[],
  text: string,
  number: number,
  input: EditInput,
): RedraftError {
  const { lines, shown } = shownPlaces(places, text);
  return new RedraftError(
    "ambiguous",
    `the old string of edit ${number} (${quotedText(old)}) occurs at ${places.length} places in ${input.path} after the edits before it:\n${shown}\n` +
      "Nothing was written. Add lines before or after it until it is unique, or set replace_all.",
    { details: { lines } },
  );
}

/** The caller counts on another number of places. */
export function wrongCount(
  { expected }: PairCall,
  places: readonly number[],
  flat: string,
  input: EditInput,
): RedraftError {
  const { lines, shown } = shownPlaces(places, flat);
  const count = places.length === 1 ? "1 place" : `${places.length} places`;
  return new RedraftError(
    places.length > expected! ? "ambiguous" : "no-match",
    `the edit expects ${expected === 1 ? "1 replacement" : `${expected} replacements`}, but the old string occurs at ${count} in ${input.path}:\n${shown}\n` +
      "Nothing was written. Correct the number, or add lines before or after the old string.",
    { details: { lines, expected: expected!, found: places.length } },
  );
}

/** Candidate texts get the line ends of the source back where it has only one kind. */
function restored(texts: readonly string[], source: string): string[] {
  const windows = source.includes("\r\n") && !/(^|[^\r])\n/.test(source);
  return windows ? texts.map((text) => text.replace(/\n/g, "\r\n")) : [...texts];
}

export function quotedText(text: string): string {
  return JSON.stringify(text.length > 120 ? `${text.slice(0, 117)}...` : text);
}
