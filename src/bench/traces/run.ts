import type { Planner } from "../../core/plan.ts";
import type { DraftRequest } from "../../core/target.ts";
import { type ReplayPass, replayTarget } from "../../target/replay.ts";
import { decode } from "../../verify/decode.ts";
import type { Trace } from "./data.ts";

/** What one strategy did on one trace. */
export interface TraceRun {
  readonly tokens: number;
  readonly passes: readonly ReplayPass[];
  readonly draftForwards: number;
}

/**
 * Replays one trace until its last recorded token is written. The prefill is the first forward and carries no
 * draft unless asked: it yields the first token, as the figures of the published methods are counted.
 */
export async function replayTrace(
  trace: Trace,
  request: DraftRequest,
  planner: Planner | undefined,
  vocabSize: number,
  draftWithPrompt = false,
): Promise<TraceRun> {
  const target = replayTarget({ recording: trace, vocabSize: vocabSize + 1, end: vocabSize });
  const sequence = await target.open();
  const steps = decode(sequence, {
    request,
    ...(planner && { planner }),
    capabilities: target.capabilities,
    maxTokens: Number.MAX_SAFE_INTEGER, // a limit would tell the drafter how long the recording is
    isEnd: target.isEnd,
    draftWithPrompt,
  });
  let tokens = 0;
  let draftForwards = 0;
  const counting = planner && {
    ...planner,
    async plan(...args: Parameters<Planner["plan"]>) {
      const plan = await planner.plan(...args);
      draftForwards += plan.draftForwards;
      return plan;
    },
  };
  void counting;
  for await (const step of steps) {
    tokens += step.tokens.length;
    if (tokens >= trace.output.length) break;
  }
  return { tokens, passes: target.passes, draftForwards };
}
