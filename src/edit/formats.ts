import type { EditFormat } from "./format.ts";
import { hashEdits } from "./hash-edits.ts";
import { labelledPairs } from "./labelled-pairs.ts";
import { pairs } from "./pairs.ts";
import { patchFormat } from "./patch.ts";
import { searchReplaceFormat } from "./search-replace.ts";
import { sketch } from "./sketch.ts";
import { taggedPairs } from "./tagged-pairs.ts";
import { unifiedDiffFormat } from "./unified-diff.ts";
import { wholeFormat } from "./whole.ts";

/** Every format, in the order in which the detector asks: the surest signs first, the whole file last. */
export const editFormats: readonly EditFormat[] = [
  hashEdits,
  pairs,
  patchFormat,
  taggedPairs,
  labelledPairs,
  searchReplaceFormat,
  unifiedDiffFormat,
  sketch,
  wholeFormat,
];
