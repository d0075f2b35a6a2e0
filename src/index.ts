export type { Clock } from "./core/clock.ts";
export type { Diagnostic } from "./core/diagnostic.ts";
export type { Edit, FormatName } from "./core/edit.ts";
export { type ErrorCode, errorCodes, RedraftError } from "./core/errors.ts";
export type { Logger } from "./core/logger.ts";
export type { Candidate, CarriedProof, MergeOutcome, Proof } from "./core/merge.ts";
export type { BatchAnswer, CallOptions, EditEvent, Redraft } from "./core/redraft.ts";
export type { CellResult, Check, EditRequest, EditResult, Route } from "./core/request.ts";
export type { ModelAnswer, ModelRoute, ModelTask } from "./core/route.ts";
export type { TextTarget } from "./core/target.ts";
export type { TextHash, TextStore } from "./core/text-store.ts";
export type { Costs } from "./instruct/costs.ts";
export type {
  EditedFile,
  InstructCall,
  InstructEvent,
  InstructRequest,
  InstructResult,
  Via,
} from "./instruct/edit-files.ts";
export type { NameFunction, UnnamedExtract } from "./orchestrate/extract/function-name.ts";
export type { ExtractPlan, ExtractRequest } from "./orchestrate/extract/plan.ts";
export type { FixOutcome } from "./orchestrate/fix/fix-all.ts";
export type { LikePlace } from "./orchestrate/like-places/candidate.ts";
export type { ExampleFile } from "./orchestrate/like-places/example.ts";
export type { RepeatPlan, RepeatRequest } from "./orchestrate/like-places/repeat.ts";
export type { LoopPlan } from "./orchestrate/loops/loop.ts";
export type { LoopForm, LoopRequest } from "./orchestrate/loops/request.ts";
export type { JudgedCandidate, OrchestrateEvent } from "./orchestrate/orchestrate.ts";
export type { CheckAnswer } from "./orchestrate/refine.ts";
export {
  type EditCheck,
  type MendedText,
  type RefinedEdit,
  type RefinedHunk,
  type RefineEditOptions,
  refineEdit,
} from "./orchestrate/refine-edit.ts";
export type { RenamePlan, RenameRequest } from "./orchestrate/rename/rename.ts";
export type { EditDecision, TriedArm } from "./orchestrate/select/decision.ts";
export type { ArmOrder, ArmTurn } from "./orchestrate/select/order-arms.ts";
export type { SignatureRequest } from "./orchestrate/signature/request.ts";
export type { SignaturePlan } from "./orchestrate/signature/signature.ts";
export type {
  CandidateFile,
  EditCandidate,
  OrchestrateRequest,
  SpeculationContext,
  Speculator,
} from "./orchestrate/speculator.ts";
export type { CandidateVerdict, CandidateVerifier } from "./orchestrate/verifier.ts";
export {
  createRedraft,
  type RedraftEngine,
  type RedraftOptions,
} from "./redraft/create-redraft.ts";
export {
  type FixDiagnosticsOptions,
  type FixEvent,
  type FixedDiagnostics,
  fixDiagnostics,
} from "./redraft/fix.ts";
export {
  type Learning,
  type LearningOptions,
  type LearningStatus,
  openLearning,
} from "./redraft/learning.ts";
export {
  type ModelVerifier,
  type ModelVerifierOptions,
  openModelVerifier,
} from "./redraft/model-verifier.ts";
export { type OpenSessionsOptions, openSessions } from "./redraft/open-sessions.ts";
export type { OrchestratedEdit, OrchestratedEditCall } from "./redraft/orchestrated-edit.ts";
export {
  createOrchestrator,
  type Orchestrated,
  type Orchestrator,
  type OrchestratorOptions,
} from "./redraft/orchestrator.ts";
export type { CandidateOutcome } from "./redraft/proposer.ts";
export type { KvPolicy, RepairOptions } from "./session/change-plan.ts";
export type { ChangeReport, Session, SessionAnswer, SessionAsk } from "./session/session.ts";
export type { OpenSession, Sessions } from "./session/sessions.ts";
export type { DocumentEdit, LspChange, TextChange } from "./session/text-edits.ts";
export { readTextFile, type TextFile } from "./workspace/text-file.ts";
export { type Updated, type UpdateOptions, updateFile } from "./workspace/update.ts";
export {
  type FileChange,
  type WriteOptions,
  type Written,
  writeChanges,
} from "./workspace/write.ts";
