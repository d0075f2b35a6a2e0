/** Forms that a loop can get. `loop` is the way back from a comprehension, `map` or `filter`. */
export const loopForms = [
  "comprehension",
  "any",
  "all",
  "sum",
  "map",
  "filter",
  "filter-map",
  "flat-map",
  "for-of",
  "index",
  "loop",
  "hoist",
  "set",
] as const;

export type LoopForm = (typeof loopForms)[number];

export interface LoopRequest {
  /** A path of the repository. */
  readonly path: string;
  /** A line of the loop, or of the comprehension, `map` or `filter` that becomes one; from 1. */
  readonly line: number;
  /** Default: every form that is possible. */
  readonly to?: LoopForm | undefined;
}
