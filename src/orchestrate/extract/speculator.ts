import type { Speculator } from "../speculator.ts";
import { planNamedExtract } from "./function-name.ts";
import { extractAsked, readExtract } from "./instruction.ts";

/** Makes a function of statements. Deterministic: its one candidate keeps what every name means, or it refuses. */
export const extractSpeculator: Speculator = {
  name: "extract",
  recognise({ extract, instruction }) {
    if (!extract) return readExtract(instruction ?? "");
    const name = extract.name === undefined ? "a function" : `\`${extract.name}\``;
    return { confidence: 1, why: `the request selects lines for ${name}` };
  },
  async *speculate(request, context, signal) {
    const asked = request.extract ? undefined : readExtract(request.instruction ?? "")?.asked;
    const extract = asked ? extractAsked(asked, request) : request.extract;
    if (!extract) return;
    const names = await context.names();
    const plan = await planNamedExtract(names, extract, context.nameFunction, signal);
    const { before, after, notes, ...details } = plan;
    yield {
      by: "extract",
      title: `${details.kind} ${details.name}(${details.parameters.join(", ")}) from ${extract.path}:${extract.from}-${extract.to}`,
      why: "every name means in the new text what it meant before, and no way leaves the selection",
      // Where the lines use the object of a class, a function cannot be had, and the other way round.
      confidence: asked?.kind === "method" && details.kind !== "method" ? 0.9 : 1,
      files: [{ path: extract.path, before, after }],
      notes,
      details,
    };
  },
};
