import type { Speculator } from "../speculator.ts";
import { planLoops } from "./loop.ts";

/**
 * Gives a loop another form that does the same. Deterministic; what is possible in several forms is not certain until the request
 * names one.
 */
export const loopSpeculator: Speculator = {
  name: "loop",
  recognise: ({ loop }) =>
    loop && { confidence: 1, why: `the request names the loop at ${loop.path}:${loop.line}` },
  async *speculate({ loop }, context, signal) {
    if (!loop) return;
    const plans = await planLoops(await context.names(), loop);
    for (const { before, after, notes, title, why, path, form, line } of plans) {
      signal.throwIfAborted();
      yield {
        by: "loop",
        title: `${form}: ${title} at ${path}:${line}`,
        why,
        confidence: plans.length === 1 ? 1 : 0.9,
        files: [{ path, before, after }],
        notes: plans.length === 1 ? notes : [...notes, "several forms do the same: name one"],
        details: { form, line },
      };
    }
  },
};
