import { columnsOf } from "../../text/indent.ts";
import type { TextLine } from "../../text/lines.ts";
import type { BlockLine, Shape } from "../shape.ts";
import { isDistinctive } from "./distinctive.ts";
import type { Match } from "./matches.ts";
import { isCloser } from "./nesting.ts";

type MatchesPerBlock = readonly (readonly Match[])[];

/**
 * The lines of the one symbol that a sketch shows: it has no marker before its first line nor behind its last one, and
 * begins with the line that opens the symbol, once in the file. The sketch says nothing about what lies outside.
 * Undefined = it shows something else.
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
  // A sketch that begins as the file does shows the file.
  const first = source.findIndex(({ text }) => isDistinctive(text));
  const last = source.findLast(({ text }) => text.trim() !== "")?.text;
  const endsAlike = tokens.findLast(({ text }) => text.trim() !== "")?.text === last;
  if (start <= first && (endsAlike || shape.blocks.length > 1)) return undefined;
  const outside = [...source.slice(0, start), ...source.slice(end)];
  return outside.some(({ text }) => isDistinctive(text)) ? { start, end } : undefined;
}

/**
 * The line behind a symbol: behind the closer of the bracket that its first line leaves open, for text inside may stand
 * at the margin; else before the next line that is as little deep.
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

/** Whether a line closes a scope or goes on with its head: `}`, `) {`, `> {`, `else:`. */
const continuesSymbol = (text: string): boolean =>
  isCloser(text) || /^\s*(?:>|\{|else\b|elif\b|except\b|finally\b|catch\b|rescue\b)/.test(text);
