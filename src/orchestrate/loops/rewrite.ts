import type { Node } from "web-tree-sitter";

/** New text, and nodes of the old one that are kept in it. */
export type LoopPiece = string | Node;

/** A stretch of the old text and what is written in its place. */
export interface LoopEdit {
  readonly start: number;
  readonly end: number;
  readonly pieces: readonly LoopPiece[];
}

/** A form of a loop, before names are checked. */
export interface LoopRewrite {
  readonly edits: readonly LoopEdit[];
  readonly title: string;
  readonly why: string;
  readonly notes?: readonly string[];
  /**
   * Bindings that split: their declarations in `split` are a variable of its own afterwards, for all uses in it. Python's loop
   * variable becomes that of the comprehension.
   */
  readonly split?: {
    readonly start: number;
    readonly end: number;
    readonly ids: ReadonlySet<string>;
  };
  /** Bindings that are declared once more in the new text, for a part of their uses. */
  readonly twice?: ReadonlySet<string>;
}

export interface RewrittenText {
  readonly text: string;
  /** Where an offset of the old text is in the new one; undefined: it is not kept. */
  at(offset: number): number | undefined;
}

/** The text after edits that do not overlap. */
export function applyLoopEdits(text: string, edits: readonly LoopEdit[]): RewrittenText {
  const sorted = [...edits].sort((a, b) => a.start - b.start || a.end - b.end);
  const kept: { readonly from: number; readonly to: number; readonly start: number }[] = [];
  let out = "";
  let last = 0;
  /** Words that were apart stay apart: `return"a"`. */
  const add = (part: string): void => {
    const isJoined = /[\p{L}\p{N}_$]$/u.test(out.slice(-2)) && /^[\p{L}\p{N}_$]/u.test(part);
    if (isJoined) out += " ";
    out += part;
  };
  const keep = (from: number, to: number): void => {
    if (from === last) out += text.slice(from, to);
    else add(text.slice(from, to));
    kept.push({ from, to, start: out.length - (to - from) });
    last = to;
  };
  let at = 0;
  for (const { start, end, pieces } of sorted) {
    keep(at, start);
    for (const piece of pieces) {
      if (typeof piece === "string") {
        add(piece);
        last = -1;
      } else keep(piece.startIndex, piece.endIndex);
    }
    at = end;
  }
  keep(at, text.length);
  return {
    text: out,
    at(offset) {
      const found = kept.find(({ from, to }) => offset >= from && offset < to);
      return found && found.start + offset - found.from;
    },
  };
}

/** The line end of a text. */
export const lineEndIn = (text: string): string => (/\r\n/u.test(text) ? "\r\n" : "\n");

/** Pieces with text between them. */
export const joinedPieces = (
  lists: readonly (readonly LoopPiece[])[],
  between: string,
): LoopPiece[] => lists.flatMap((one, index) => (index === 0 ? [...one] : [between, ...one]));

/** As one string. */
export const pieceText = (pieces: readonly LoopPiece[]): string =>
  pieces.map((one) => (typeof one === "string" ? one : one.text)).join("");
