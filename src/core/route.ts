import type { Edit } from "./edit.ts";
import type { Ambiguous, Refused } from "./merge.ts";
import type { EditRequest } from "./request.ts";
import type { SpeculationStats } from "./target.ts";

/** What the merge could not settle, with everything that is known about it. */
export interface ModelTask {
  readonly request: EditRequest;
  /** Absent where the edit could not be read, or is only an instruction. */
  readonly edit?: Edit;
  /** Why the merge gave up; its candidates and the region where they differ. */
  readonly outcome?: Ambiguous | Refused;
  /** Called with the text as it is written, for those who watch. */
  readonly onText?: (text: string, origin: string) => void;
  readonly signal?: AbortSignal;
  /** True: the ranker was asked already, on another thread. */
  readonly ranked?: boolean;
}

export interface ModelAnswer {
  /** The whole edited file. */
  readonly text: string;
  readonly why: string;
  /** Calibrated probability that the text is right. */
  readonly confidence?: number;
  readonly stats?: SpeculationStats;
}

/**
 * The routes beyond the merge, asked in this order; the engine checks every answer before it leaves.
 * `undefined` = this route declines and the next is asked; a thrown `RedraftError` ends the edit.
 */
export interface ModelRoute {
  readonly name: string;
  /** Whether `settle` asks the ranker before the model. */
  readonly ranks?: boolean;
  /** Settles only the region that the merge left open. */
  settle?(task: ModelTask): Promise<ModelAnswer | undefined>;
  /** Rewrites the whole file, with the source as the draft. */
  rewrite?(task: ModelTask): Promise<ModelAnswer | undefined>;
  dispose(): Promise<void>;
}
