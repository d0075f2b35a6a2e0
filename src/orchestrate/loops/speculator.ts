import type { Speculator } from "../speculator.ts";
import { loopAsked, readLoop } from "./instruction.ts";
import { planLoops } from "./loop.ts";

/**
 * Gives a loop another form that does the same. Deterministic; what is possible in several forms is not certain until the request
 * names one.
 */
export const loopSpeculator: Speculator = {
  name: "loop",
  recognise: ({ loop, instruction }) =>
    loop
      ? { confidence: 1, why: `the request names the loop at ${loop.path}:${loop.line}` }
      : readLoop(instruction ?? ""),
  async *speculate(request, context, signal) {
    const asked = request.loop ? undefined : readLoop(request.instruction ?? "")?.asked;
    const loop = asked ? await loopAsked(asked, request, context) : request.loop;
    if (!loop) return;
    const plans = await planLoops(await context.names(), loop);
    for (const { before, after, notes, title, why, path, form, line } of plans) {
      signal.throwIfAborted();
      yield {
        by: "loop",
        title: `${form}: ${title} at ${path}:${line}`,
        why,
        // The instruction may name another kind of comprehension than the loop makes.
        confidence:
          plans.length === 1 && (!asked?.makes || title.startsWith(asked.makes)) ? 1 : 0.9,
        files: [{ path, before, after }],
        notes: plans.length === 1 ? notes : [...notes, "several forms do the same: name one"],
        details: { form, line },
      };
    }
  },
};
