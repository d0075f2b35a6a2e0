import type { Placing } from "../placing.ts";
import type { Built } from "../proof/build.ts";
import type { Meaning } from "./meaning.ts";

/** A way to read an edit that gives another text than the best one at the same cost. */
export interface Reading extends Meaning {
  find(placing: Placing, best: Built): Iterable<Built>;
}
