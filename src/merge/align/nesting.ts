import { columnsOf } from "../../text/indent.ts";
import type { BlockLine } from "../shape.ts";

/** A line that closes what an earlier line opened: a bracket, a closing tag, `end` and the like. */
export const isCloser = (text: string): boolean =>
  /^\s*(?:[)\]}]|<\/|(?:end|fi|done|esac)\b)/.test(text);

/** A line that ends a list of parameters or the like, and opens what the list belongs to: `): void {`, `}) => {`, `) -> int:`. */
export const opensAgain: RegExp = /^\s*(?:[)\]>]|\}\s*[):]).*(?:[{[(:]|=>)\s*$/;

/** How the lines of a sketch nest, by their indentation. Indexes count all tokens of all blocks. */
export interface Nesting {
  /** Columns before each line; blank lines have the depth of the line below. */
  readonly depths: Int32Array;
  /** For a line that closes a scope: the line that opened it; else -1. */
  readonly openers: Int32Array;
  /** Per line: the index after the last line of the scope that it opens, closer included; its own index + 1 = none. */
  readonly ends: Int32Array;
}

/** Reads the nesting of a sketch. A scope may reach over elisions. */
export function nestingOf(tokens: readonly BlockLine[]): Nesting {
  const depths = new Int32Array(tokens.length);
  let below = 0;
  for (let i = tokens.length - 1; i >= 0; i--) {
    if (tokens[i]!.text.trim() !== "") below = columnsOf(tokens[i]!.text);
    depths[i] = below;
  }
  const openers = new Int32Array(tokens.length).fill(-1);
  const ends = Int32Array.from(tokens, (_, i) => i + 1);
  const open: number[] = [];
  let lastFilled = -1;
  for (const [i, { text }] of tokens.entries()) {
    if (text.trim() === "") continue;
    const depth = depths[i]!;
    let top = open.at(-1);
    while (top !== undefined && depths[top]! > depth) {
      ends[top] = lastFilled + 1;
      open.pop();
      top = open.at(-1);
    }
    if (top !== undefined && depths[top] === depth) {
      if (opensAgain.test(text)) {
        lastFilled = i;
        continue;
      }
      if (isCloser(text)) {
        openers[i] = top;
        ends[top] = i + 1;
      } else ends[top] = lastFilled + 1;
      open.pop();
    }
    open.push(i);
    lastFilled = i;
  }
  for (const top of open) ends[top] = lastFilled + 1;
  return { depths, openers, ends };
}
