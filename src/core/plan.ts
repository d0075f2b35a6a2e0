import type {
  DraftNode,
  DraftRequest,
  DraftState,
  Origin,
  SparseDistribution,
  Token,
} from "./target.ts";

/** What to verify next: a line or a tree of drafted tokens, with where each came from. */
export interface Plan {
  /** Parents come before their children. Empty means plain decoding for this step. */
  readonly nodes: readonly DraftNode[];
  /** Per node. */
  readonly origins: readonly Origin[];
  /** Passes of draft models that the plan cost. */
  readonly draftForwards: number;
  /** Per node, where a drafter samples; absent = all deterministic. */
  readonly drawnFrom?: readonly (SparseDistribution | undefined)[];
}

export const emptyPlan: Plan = { nodes: [], origins: [], draftForwards: 0 };

/** How one step went. */
export interface PlanFeedback {
  readonly plan: Plan;
  /** Indices of the accepted nodes, root first. */
  readonly path: readonly number[];
  /** The accepted tokens and the token after them. */
  readonly committed: readonly Token[];
  /** Of the target's pass. */
  readonly ms: number;
}

/** Room for one step, in nodes; `trees` false = the plan must be a line. */
export interface PlanLimits {
  readonly nodes: number;
  readonly trees: boolean;
}

/** Decides what to verify: the controller that weighs drafters, or a fixed order of them. */
export interface Planner {
  readonly name: string;
  begin(request: DraftRequest): void | Promise<void>;
  plan(state: DraftState, limits: PlanLimits, signal?: AbortSignal): Plan | Promise<Plan>;
  observe?(feedback: PlanFeedback): void;
}
