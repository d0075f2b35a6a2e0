export type { Clock } from "./core/clock.ts";
export type { Edit, FormatName } from "./core/edit.ts";
export { type ErrorCode, errorCodes, RedraftError } from "./core/errors.ts";
export type { Logger } from "./core/logger.ts";
export type { Candidate, MergeOutcome, Proof } from "./core/merge.ts";
export type { CallOptions, EditEvent, Redraft } from "./core/redraft.ts";
export type { Check, EditRequest, EditResult, Route } from "./core/request.ts";
