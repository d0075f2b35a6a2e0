import type { LineRange } from "../../core/merge.ts";
import type { TextLine } from "../../text/lines.ts";
import type { Built } from "../proof/build.ts";
import type { Block } from "../shape.ts";
import type { Meaning } from "./meaning.ts";
import type { RepeatedStretches } from "./repeated-stretches.ts";

/** A placement that differs from the best one in the range of a single block, and costs more. */
export interface Rival {
  readonly source: readonly TextLine[];
  /** The block, and its index. */
  readonly block: Block;
  readonly k: number;
  readonly best: Built;
  /** The block's range in the best placement, and in this one. */
  readonly now: LineRange;
  readonly other: LineRange;
  readonly extraCost: number;
  /** The best text differs from the source in white space at most. */
  readonly changesNothing: boolean;
  readonly repeated: RepeatedStretches;
}

/** A reason why a placement that costs more than the best one may be the one that is meant. */
export interface CostlierReading extends Meaning {
  /** The part of the condition that needs no text. */
  mayHold(rival: Rival): boolean;
  /** The rest of the condition, on the text of the placement. */
  holds(rival: Rival, built: Built): boolean;
}
