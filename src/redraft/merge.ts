/**
 * Reading and placing edits without a model and without Node: published as `redraft-edit/merge`, and runs in a browser.
 *
 *     const edit = readEdit(text, { path: "src/app.ts", source });
 *     const outcome = merge(source, edit); // proved, ambiguous or refused
 */
export type { Edit, EditLine, FormatName, LinesSegment, Segment } from "../core/edit.ts";
export { type ErrorCode, errorCodes, RedraftError } from "../core/errors.ts";
export type {
  Ambiguous,
  Candidate,
  EditFate,
  MergeOutcome,
  Proof,
  Proved,
  Refused,
  ResultOrigin,
  SourceFate,
} from "../core/merge.ts";
export { type ReadOptions, readEdit } from "../edit/read.ts";
export { type MergeOptions, merge } from "../merge/merge.ts";
export { checkProof } from "../merge/proof/check.ts";
export { carryOver } from "../merge/rebase/carry.ts";
export type { FinalHunk, SettledPart } from "./stream/final-hunks.ts";
export type { MergeFeed, MergeStreamOptions } from "./stream/merge-feed.ts";
export { mergeFeed } from "./stream/merge-feed.ts";
export { type MergeStreamEvent, mergeStream } from "./stream/merge-stream.ts";
