import { systemClock } from "../core/clock.ts";
import type { DecodeOptions, DecodeResult, DecodeStep } from "../core/decode.ts";
import { emptyPlan, type Plan } from "../core/plan.ts";
import type { Acceptance, Origin, Sequence } from "../core/target.ts";
import { acceptGreedy } from "./accept.ts";
import { fitPlan } from "./clip-plan.ts";
import { createOutput } from "./output.ts";
import { createStats } from "./stats.ts";

/**
 * Draft, verify, accept, rewind, repeat. With a lossless acceptance it yields exactly what plain decoding of
 * the same target yields. However it ends (to the end, by an abort, by an error, or because the consumer stops),
 * the sequence holds what it held before, the prompt, and the output so far: nothing drafted stays behind.
 */
export async function* decode(
  sequence: Sequence,
  options: DecodeOptions,
): AsyncGenerator<DecodeStep, DecodeResult> {
  const { request, planner, acceptance = acceptGreedy, capabilities, signal } = options;
  const clock = options.clock ?? systemClock;
  const room = capabilities.contextSize - sequence.length - request.prompt.length;
  const maxTokens = Math.min(options.maxTokens, room);
  const output = createOutput({ ...options, maxTokens });
  const state = { output: output.tokens };
  const stats = createStats(clock);
  const before = sequence.length;
  let kept = before;
  let failed = true;

  try {
    await planner?.begin(request);
    await sequence.append(request.prompt, signal);
    kept += request.prompt.length;

    for (let pass = 0; output.finish === undefined; pass++) {
      signal?.throwIfAborted();
      const nodes = Math.min(capabilities.maxVerify, maxTokens - output.tokens.length - 1);
      const limits = { nodes, trees: capabilities.trees };
      const mayDraft =
        nodes > 0 && capabilities.rewind && (pass > 0 || options.draftWithPrompt !== false);
      const proposed = mayDraft ? await planner?.plan(state, limits, signal) : undefined;
      const plan = fitPlan(proposed ?? emptyPlan, limits, capabilities.vocabSize);

      const started = clock.now();
      const rows = await sequence.verify(plan.nodes, verifyOptions(acceptance, plan, signal));
      const { path, next } = acceptance.accept(plan.nodes, rows);
      await sequence.commit(path);
      await sequence.append([next], signal);
      const ms = clock.now() - started;

      const committed = [...path.map((index) => plan.nodes[index]!.token), next];
      // When passes are batched, wall time would charge this sequence for all of them.
      planner?.observe?.({ plan, path, committed, ms: rows.ms ?? ms });
      const released = await output.push(committed, originsOf(plan, path));
      kept = before + request.prompt.length + output.tokens.length;
      stats.count(plan, path, pass === 0 ? request.prompt.length : 1);
      yield { ...released, pass, drafted: plan.nodes.length, accepted: path.length, ms };
    }
    failed = false;
    const { tokens } = output;
    const finish =
      output.finish === "length" && room < options.maxTokens ? "context" : output.finish;
    return { tokens, finish, stats: stats.read(tokens.length) };
  } finally {
    const rewound = sequence.truncate(Math.min(kept, sequence.length));
    // A target that failed may have nothing left to rewind: the first error is the one to see. One that never
    // could rewind keeps what it has read; open a new sequence for it.
    await (failed || !capabilities.rewind ? rewound.catch(() => {}) : rewound);
  }
}

function verifyOptions(acceptance: Acceptance, plan: Plan, signal: AbortSignal | undefined) {
  const { topK, needs, sampling } = acceptance;
  const { drawnFrom } = plan;
  return {
    topK,
    ...needs,
    ...(sampling && { sampling: { ...sampling, ...(drawnFrom && { drawnFrom }) } }),
    ...(signal && { signal }),
  };
}

function originsOf(plan: Plan, path: readonly number[]): Origin[] {
  return [...path.map((index) => plan.origins[index]!), "target"];
}
