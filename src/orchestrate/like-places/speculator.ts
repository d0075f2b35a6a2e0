import type { Speculator } from "../speculator.ts";
import { planRepeat } from "./repeat.ts";

/** How sure it is that a person wants an edit at all like places, by what commits did there (docs/orchestrate.md). */
const unasked = 0.5;

/** Makes an edit that was made once at all places like it. Deterministic: its one candidate has only exact matches, or it refuses. */
export const repeatSpeculator: Speculator = {
  name: "repeat",
  recognise: ({ repeat }) => repeat && { confidence: 1, why: "the request has an edit to repeat" },
  async *speculate({ repeat }, context) {
    if (!repeat) return;
    const { files, ...details } = await planRepeat(await context.names(), repeat);
    const places = details.places.filter(({ repeated }) => repeated).length;
    const count = (one: number, what: string): string => `${one} ${one === 1 ? what : `${what}s`}`;
    yield {
      by: "repeat",
      title: `the edit is repeated at ${count(places, "place")} in ${count(files.length, "file")}`,
      why: details.places.some(({ repeated, unsure }) => repeated && unsure !== undefined)
        ? "each place was chosen, or has the form that the edit changed"
        : "each place has the form that the edit changed, and its names mean the same",
      confidence: repeat.all || repeat.only ? 1 : unasked,
      files,
      notes: details.notes,
      details,
    };
  },
};
