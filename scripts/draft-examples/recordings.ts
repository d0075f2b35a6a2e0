import { readFileSync } from "node:fs";
import type { Token } from "../../src/core/target.ts";

/** An edit of a region that an apply model wrote, in its tokens. */
export interface Recording {
  /** The repository: what is learnt from it is never used on it. */
  readonly task: string;
  readonly prompt: readonly Token[];
  readonly source: readonly Token[];
  readonly sketch: readonly Token[];
  /** The region as the edit really left it; empty = unknown. */
  readonly expected: readonly Token[];
  readonly output: readonly Token[];
}

export interface Recordings {
  /** The text of every token. */
  readonly pieces: readonly string[];
  readonly recordings: readonly Recording[];
}

/** Reads what scripts/record-apply.ts wrote. */
export function readRecordings(file: string): Recordings {
  const [head, ...lines] = readFileSync(file, "utf8").trim().split("\n");
  const { pieces } = JSON.parse(head!) as { pieces: string[] };
  return { pieces, recordings: lines.map((line) => JSON.parse(line) as Recording) };
}
