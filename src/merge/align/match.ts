import type { Tier } from "../../core/merge.ts";

/** How a match counts: by a tier the source line stays; `resembles` = the edit's line replaces it. */
export type Kind = Tier | "resembles";

export interface Match {
  readonly source: number;
  readonly cost: number;
  readonly kind: Kind;
}
