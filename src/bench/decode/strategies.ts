import type { Planner } from "../../core/plan.ts";
import type { Drafter } from "../../core/target.ts";
import type { LlamaTarget } from "../../target/llama/target.ts";

/** A way of decoding. Both are made anew for every generation. */
export interface Strategy {
  readonly name: string;
  /** Undefined = plain decoding. */
  planner(): Planner | undefined;
  /** Who proposes, for the length oracle; uncapped. */
  drafters(): Drafter[];
  /** Whether drafts may copy from the sketch as a text of its own. */
  readonly sketch: boolean;
}

export const plainName = "ar";

export async function strategiesFor(_target: LlamaTarget): Promise<Strategy[]> {
  return [{ name: plainName, planner: () => undefined, drafters: () => [], sketch: false }];
}
