import { columnsOf } from "../../text/indent.ts";
import type { TextLine } from "../../text/lines.ts";
import type { BlockLine, Shape } from "../shape.ts";
import { isDistinctive } from "./distinctive.ts";
import type { Match } from "./match.ts";
import { isCloser } from "./nesting.ts";

type MatchesPerBlock = readonly (readonly Match[])[];

/**
 * Returns the lines of the one symbol that a sketch shows, or undefined if it shows something else. Such a sketch has no
 * marker before its first line or after its last one, and begins with the line that opens the symbol, which occurs once
 * in the file. It says nothing about lines outside the symbol.
 */
export function symbolOf(
  source: readonly TextLine[],
  shape: Shape,
  matches: readonly MatchesPerBlock[],
): { readonly start: number; readonly end: number } | undefined {
  if (shape.extent !== "file" || shape.elidedStart || shape.elidedEnd) return undefined;
  const tokens = shape.blocks.flatMap((block) => block.tokens);
  const found = matches.flat();
  // Comments and decorators may come first.
  const opener = tokens.findIndex(({ text }, i) => isDistinctive(text) && opensScope(tokens, i));
  if (opener < 0 || opener >= shape.blocks[0]!.tokens.length) return undefined;
  const depth = columnsOf(tokens[opener]!.text);
  const isInside = (text: string): boolean =>
    text.trim() === "" ||
    columnsOf(text) > depth ||
    (columnsOf(text) === depth && continuesSymbol(text));
  if (!tokens.slice(opener + 1).every(({ text }) => isInside(text))) return undefined;
  const places = found[opener]!.filter(({ kind }) => kind !== "typography");
  if (places.length !== 1) return undefined;
  const header = places[0]!.source;
  const end = endOfSymbol(source, header);
  const start = Math.max(0, header - opener);
  // What comes first is above the symbol in the file too.
  const isElsewhere = ({ text }: BlockLine, i: number): boolean => {
    const [only, ...others] = found[i]!;
    if (only === undefined || others.length > 0 || !isDistinctive(text)) return false;
    return only.source < start || only.source >= header;
  };
  if (tokens.slice(0, opener).some(isElsewhere)) return undefined;
  // A sketch that begins as the file does shows the file.
  const first = source.findIndex(({ text }) => isDistinctive(text));
  const last = source.findLast(({ text }) => text.trim() !== "")?.text;
  const endsAlike = tokens.findLast(({ text }) => text.trim() !== "")?.text === last;
  if (start <= first && (endsAlike || shape.blocks.length > 1)) return undefined;
  const outside = [...source.slice(0, start), ...source.slice(end)];
  return outside.some(({ text }) => isDistinctive(text)) ? { start, end } : undefined;
}

/**
 * The line after a symbol: after the closer of the bracket that its first line leaves open, because text inside may begin
 * at the margin; otherwise the next line that is at most as deep.
 */
export function endOfSymbol(source: readonly TextLine[], header: number): number {
  const { text: first } = source[header]!;
  const column = columnsOf(first);
  if (/[([{]\s*$/.test(first)) {
    for (let line = header + 1; line < source.length; line++) {
      const { text } = source[line]!;
      if (columnsOf(text) === column && /^\s*[)\]}]+[)\]};,]*\s*$/.test(text)) return line + 1;
    }
  }
  let end = header + 1;
  for (let line = end; line < source.length; line++) {
    const { text } = source[line]!;
    if (text.trim() === "") continue;
    if (columnsOf(text) < column || (columnsOf(text) === column && !continuesSymbol(text))) break;
    end = line + 1;
  }
  return end;
}

/** Whether the next line with something in it is deeper. */
function opensScope(tokens: readonly BlockLine[], i: number): boolean {
  let below = i + 1;
  while (below < tokens.length && tokens[below]!.text.trim() === "") below++;
  const next = tokens[below];
  return next !== undefined && columnsOf(next.text) > columnsOf(tokens[i]!.text);
}

/** Whether a line closes a scope or continues its head: `}`, `) {`, `> {`, `else:`. */
const continuesSymbol = (text: string): boolean =>
  isCloser(text) || /^\s*(?:>|\{|else\b|elif\b|except\b|finally\b|catch\b|rescue\b)/.test(text);
