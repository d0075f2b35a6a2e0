import type { Token } from "../core/target.ts";
import { matchLimit } from "./indexed-text.ts";

/** The position of the output: what drafters condition their guesses on. Small, so that a guess can work on a copy of it. */
export interface CopyCursor {
  /** The last tokens of prompt and output. */
  readonly tail: Token[];
  /** Output tokens written. */
  written: number;
  /** Next source position expected: the end of the last copy, a rejected token included. Never dropped. */
  pointer: number;
  /** The same for the sketch. */
  sketchPointer: number;
  /** The same for whole candidates, by text id. */
  readonly candidatePointers: Map<number, number>;
  /** The token that was drafted where the target wrote another one, and the pointer then; -1 = none since. */
  rejected: Token;
  rejectedAt: number;
  /** Tokens since the last rejection. */
  sinceMiss: number;
  /** Tokens of the line being written. */
  line: Token[];
  /** Similarity of the line written last to the source line at the pointer, and whether that line was interrupted inside. */
  similarity: number;
  interrupted: boolean;
  /** Share of recent tokens that were drafted right, and of the last step how many. */
  rate: number;
  /** The same over the last fifty tokens or so. */
  trust: number;
  lastAccepted: number;
}

export function startCursor(prompt: readonly Token[]): CopyCursor {
  return {
    tail: prompt.slice(-matchLimit),
    written: 0,
    pointer: 0,
    sketchPointer: 0,
    candidatePointers: new Map(),
    rejected: -1,
    rejectedAt: -1,
    sinceMiss: 0,
    line: [],
    similarity: 0.5,
    interrupted: false,
    rate: 0.8,
    trust: 0.8,
    lastAccepted: 0,
  };
}

export function copyCursor(cursor: CopyCursor): CopyCursor {
  const { tail, line, candidatePointers } = cursor;
  return {
    ...cursor,
    tail: [...tail],
    line: [...line],
    candidatePointers: new Map(candidatePointers),
  };
}
