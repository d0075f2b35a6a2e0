/** Files: transactions of edits, the journal behind undo, receipts. */
export { createTextStore, type TextHash, type TextStore, textHash } from "../core/text-store.ts";
export {
  type AppliedAll,
  type ApplyAllOptions,
  applyAll,
  type EditRow,
  type RowAnswer,
} from "./apply-all.ts";
export {
  type DiskJournal,
  type JournalOptions,
  openJournal,
} from "./journal/journal.ts";
export { persistentTextStore } from "./journal/texts.ts";
export type { Journal } from "./journal/types.ts";
export {
  type UndoAnswer,
  type UndoneFile,
  type UndoOptions,
  type UndoRequest,
  undo,
} from "./journal/undo.ts";
export type { LineMap, Receipt, ResultRun, SourceRun } from "./receipt/format.ts";
export { receiptText } from "./receipt/format.ts";
export { type EditedSource, type ReceiptInput, receiptOf } from "./receipt/receipt.ts";
export { type ReceiptFiles, type Verification, verifyReceipt } from "./receipt/verify.ts";
export { readTextFile, type TextFile } from "./text-file.ts";
export { type Updated, type UpdateOptions, updateFile } from "./update.ts";
export { type FileChange, type WriteOptions, type Written, writeChanges } from "./write.ts";
