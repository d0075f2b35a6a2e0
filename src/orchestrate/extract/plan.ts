export interface ExtractRequest {
  /** A path of the repository. */
  readonly path: string;
  /** The first and the last line of the statements, from 1. */
  readonly from: number;
  readonly to: number;
  /** The name of the new function. */
  readonly name: string;
}

export interface ExtractPlan {
  readonly path: string;
  readonly name: string;
  readonly before: string;
  readonly after: string;
  /** In the order of the call. */
  readonly parameters: readonly string[];
  readonly results: readonly string[];
  readonly kind: "function" | "method";
  readonly notes: readonly string[];
}
