import type { CandidateFile } from "../speculator.ts";

/** Files or folders get other paths, and every import of them follows. */
export interface MoveRequest {
  readonly moves: readonly PathMove[];
  /** What to do with places that may mean a moved file and are no import; default: refuse, and list them. */
  readonly unsure?: "refuse" | "include" | "leave" | undefined;
}

/** Paths of the repository, with `/`. */
export interface PathMove {
  readonly from: string;
  readonly to: string;
}

export interface MovePlace {
  readonly path: string;
  /** From 1. */
  readonly line: number;
  readonly text: string;
  readonly why: string;
  readonly changed: boolean;
}

export interface MovePlan {
  readonly files: readonly CandidateFile[];
  /** Every file that moves. */
  readonly moves: readonly PathMove[];
  /** Imports that are rewritten. */
  readonly imports: number;
  /** Places that may mean a moved file and are no import. */
  readonly unsure: readonly MovePlace[];
  readonly notes: readonly string[];
}
