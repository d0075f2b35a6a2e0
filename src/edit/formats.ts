import type { EditFormat } from "./format.ts";
import { hashEdits } from "./hash-edits.ts";
import { labelledPairs } from "./labelled-pairs.ts";
import { pairs } from "./pairs.ts";
import { patch } from "./patch.ts";
import { searchReplace } from "./search-replace.ts";
import { sketch } from "./sketch.ts";
import { taggedPairs } from "./tagged-pairs.ts";
import { unifiedDiff } from "./unified-diff.ts";
import { whole } from "./whole.ts";

/** Every format, in the order in which the detector asks: the surest signs first, the whole file last. */
export const formats: readonly EditFormat[] = [
  hashEdits,
  pairs,
  patch,
  taggedPairs,
  labelledPairs,
  searchReplace,
  unifiedDiff,
  sketch,
  whole,
];
