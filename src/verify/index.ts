/** The decode loop and its acceptance rules: draft, verify, accept, rewind. */
export type {
  Decode,
  DecodeOptions,
  DecodeResult,
  DecodeStep,
  Finish,
} from "../core/decode.ts";
export type { Plan, Planner } from "../core/plan.ts";
export type {
  Acceptance,
  Capabilities,
  DraftRequest,
  Rows,
  Sequence,
  SpeculationStats,
  Token,
  TokenTarget,
} from "../core/target.ts";
export {
  acceptanceNamed,
  acceptDirect,
  acceptEntropy,
  acceptGreedy,
  acceptSampling,
  acceptTopK,
} from "./accept.ts";
export { decode } from "./decode.ts";
