import type { Placing } from "../placing.ts";
import type { Built } from "../proof/build.ts";

/** A way to read an edit that gives another text than the best one at the same cost. */
export interface Reading {
  readonly name: string;
  /** When the text that it finds may be the one that is meant. */
  readonly why: string;
  find(placing: Placing, best: Built): Iterable<Built>;
}
