import type { Planner } from "../../core/plan.ts";
import type { DraftRequest, Sequence } from "../../core/target.ts";
import { type ReplayPass, replayTarget } from "../../engines/replay.ts";
import { decode } from "../../verify/decode.ts";
import { efficientEdit } from "../baselines/efficient-edit.ts";
import { standInPredictor } from "../baselines/stand-in.ts";
import type { Trace } from "./data.ts";
import { requestOf, type Strategy, type StrategyContext } from "./strategies.ts";

/** What one strategy did on one trace. */
export interface TraceRun {
  readonly tokens: number;
  readonly passes: readonly ReplayPass[];
  readonly draftForwards: number;
}

/**
 * Replays one trace until its last recorded token is written; the pass that reads the prompt is the first
 * forward, and may carry the first draft.
 */
export async function replayTrace(
  strategy: Strategy,
  trace: Trace,
  context: StrategyContext,
  vocabSize: number,
  draftWithPrompt = true,
): Promise<TraceRun> {
  // One token more than the vocabulary: the end, so that no recorded token can end the replay.
  const target = replayTarget({ recording: trace, vocabSize: vocabSize + 1, end: vocabSize });
  const sequence = await target.open();
  const request = requestOf(strategy, trace);
  const steps =
    strategy.loop === undefined
      ? decoded(
          sequence,
          request,
          target.capabilities,
          strategy.planner?.(context),
          draftWithPrompt,
        )
      : efficientEdit(
          sequence,
          request,
          strategy.loop === "efficient-edit" ? { model: standInPredictor(context.standIn) } : {},
        );
  let tokens = 0;
  let draftForwards = 0;
  for await (const step of steps) {
    tokens += step.tokens.length;
    draftForwards += step.draftForwards;
    if (tokens >= trace.output.length) break;
  }
  return { tokens: trace.output.length, passes: target.passes, draftForwards };
}

async function* decoded(
  sequence: Sequence,
  request: DraftRequest,
  capabilities: Parameters<typeof decode>[1]["capabilities"],
  planner: Planner | undefined,
  draftWithPrompt: boolean,
) {
  let draftForwards = 0;
  const counting: Planner | undefined = planner && {
    name: planner.name,
    begin: (begun) => planner.begin(begun),
    async plan(state, limits, signal) {
      const plan = await planner.plan(state, limits, signal);
      draftForwards += plan.draftForwards;
      return plan;
    },
    observe: (feedback) => planner.observe?.(feedback),
  };
  const steps = decode(sequence, {
    request,
    ...(counting && { planner: counting }),
    capabilities,
    draftWithPrompt,
    maxTokens: Number.MAX_SAFE_INTEGER, // a limit would reveal the length of the recording to the drafter
    isEnd: (token) => token === capabilities.vocabSize - 1,
  });
  for await (const { tokens } of steps) {
    yield { tokens, draftForwards };
    draftForwards = 0;
  }
}
