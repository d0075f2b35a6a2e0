import type { LineRange } from "../../core/merge.ts";
import type { TextLine } from "../../text/lines.ts";
import type { Block } from "../shape.ts";

/** Lines of surroundings that a message shows around a place. */
export const linesAround = 2;

/** A place in the source, for people and programs. Lines are 1-based, `to` included. */
export interface Place {
  readonly from: number;
  readonly to: number;
  readonly lines: readonly string[];
}

export function placeAt(source: readonly TextLine[], start: number, end: number): Place {
  const from = Math.max(0, start - linesAround);
  const to = Math.min(source.length, Math.max(end, start) + linesAround, from + 12);
  const lines = source.slice(from, to).map((line, index) => {
    const text = line.text.length > 160 ? `${line.text.slice(0, 160)}…` : line.text;
    return `${String(from + index + 1).padStart(6)} | ${text}`;
  });
  return { from: start + 1, to: Math.max(start + 1, end), lines };
}

/** How the caller finds the block in its own text. */
export function nameOf(block: Block): string {
  const first = block.tokens.find((token) => token.text.trim() !== "") ?? block.tokens[0];
  if (!first) return "an empty block of the edit";
  const at = first.at > 0 ? ` at edit line ${first.at}` : "";
  return `the block${at} (${quote(first.text)})`;
}

export const sentenceStart = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** 1-based lines in words; an empty range is the position before its line. */
export function rangeWording({ start, end }: LineRange): string {
  if (end - start > 1) return `lines ${start + 1} to ${end}`;
  if (end - start === 1) return `line ${end}`;
  return start === 0 ? "the start of the file" : `the place after line ${start}`;
}

export function quote(text: string): string {
  const plain = text.trim();
  return JSON.stringify(plain.length > 100 ? `${plain.slice(0, 100)}…` : plain);
}
