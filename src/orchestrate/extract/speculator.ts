import type { Speculator } from "../speculator.ts";
import { planNamedExtract } from "./function-name.ts";

/** Makes a function of statements. Deterministic: its one candidate keeps what every name means, or it refuses. */
export const extractSpeculator: Speculator = {
  name: "extract",
  recognise: ({ extract }) =>
    extract && {
      confidence: 1,
      why: `the request selects lines for ${extract.name === undefined ? "a function" : `\`${extract.name}\``}`,
    },
  async *speculate({ extract }, context, signal) {
    if (!extract) return;
    const names = await context.names();
    const plan = await planNamedExtract(names, extract, context.nameFunction, signal);
    const { before, after, notes, ...details } = plan;
    yield {
      by: "extract",
      title: `${details.kind} ${details.name}(${details.parameters.join(", ")}) from ${extract.path}:${extract.from}-${extract.to}`,
      why: "every name means in the new text what it meant before, and no way leaves the selection",
      confidence: 1,
      files: [{ path: extract.path, before, after }],
      notes,
      details,
    };
  },
};
