export type { Costs } from "./cascade/costs.ts";
export type { CascadeRequest, CascadeResult, EditedFile, Via } from "./cascade/edit-files.ts";
export { type TextModelOptions, textModelRoute } from "./cascade/text-route.ts";
export type { Clock } from "./core/clock.ts";
export type { Edit, FormatName } from "./core/edit.ts";
export { type ErrorCode, errorCodes, RedraftError } from "./core/errors.ts";
export type { Logger } from "./core/logger.ts";
export type { Candidate, CarriedProof, MergeOutcome, Proof } from "./core/merge.ts";
export type { CallOptions, EditEvent, Redraft } from "./core/redraft.ts";
export type { CellResult, Check, EditRequest, EditResult, Route } from "./core/request.ts";
export type { ModelAnswer, ModelRoute, ModelTask } from "./core/route.ts";
export { createTextStore, type TextHash, type TextStore, textHash } from "./core/text-store.ts";
export { createRedraft, type RedraftEngine, type RedraftOptions } from "./engine.ts";
export { carryOver } from "./merge/rebase/carry.ts";
export {
  createThreadedRedraft,
  type ThreadedRedraft,
  type ThreadsOptions,
} from "./threads/threads.ts";
export {
  acceptanceNamed,
  acceptDirect,
  acceptEntropy,
  acceptGreedy,
  acceptSampling,
  acceptTopK,
} from "./verify/accept.ts";
export { type DecodeOptions, type DecodeResult, decode, type Step } from "./verify/decode.ts";
export {
  type AppliedAll,
  type ApplyAllOptions,
  applyAll,
  type EditRow,
  type RowAnswer,
} from "./workspace/apply-all.ts";
export {
  type DiskJournal,
  type JournalOptions,
  openJournal,
} from "./workspace/journal/journal.ts";
export { persistentTextStore } from "./workspace/journal/texts.ts";
export type { Journal } from "./workspace/journal/types.ts";
export {
  type UndoAnswer,
  type UndoneFile,
  type UndoOptions,
  type UndoRequest,
  undo,
} from "./workspace/journal/undo.ts";
export type { LineMap, Receipt, ResultRun, SourceRun } from "./workspace/receipt/format.ts";
export { receiptText } from "./workspace/receipt/format.ts";
export { type EditedSource, type ReceiptInput, receiptOf } from "./workspace/receipt/receipt.ts";
export {
  type ReceiptFiles,
  type Verification,
  verifyReceipt,
} from "./workspace/receipt/verify.ts";
export { readTextFile, type TextFile } from "./workspace/text-file.ts";
export { type Updated, type UpdateOptions, updateFile } from "./workspace/update.ts";
export {
  type FileChange,
  type WriteOptions,
  type Written,
  writeChanges,
} from "./workspace/write.ts";
