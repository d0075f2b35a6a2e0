import type { Speculator } from "../speculator.ts";
import { readRename, renameAsked, requireWithin } from "./instruction.ts";
import { planRename } from "./rename.ts";

/** Renames a symbol. Deterministic: its one candidate is proved, or it refuses. */
export const renameSpeculator: Speculator = {
  name: "rename",
  recognise: ({ rename, instruction }) =>
    rename
      ? { confidence: 1, why: `the request names \`${rename.from}\` and \`${rename.to}\`` }
      : readRename(instruction ?? ""),
  async *speculate(request, context) {
    const read = request.rename ? undefined : readRename(request.instruction ?? "");
    const { rename, only } = read
      ? await renameAsked(read.asked, request, context)
      : { rename: request.rename, only: undefined };
    if (!rename) return;
    const { files, ...details } = await planRename(await context.names(), rename);
    if (only) requireWithin({ files }, only);
    const places = files.reduce((sum, file) => sum + file.places, 0);
    yield {
      by: "rename",
      title: `${details.from} -> ${details.to}: ${withCount(places, "place")} in ${withCount(files.length, "file")}`,
      why: "every name means in the new texts what it meant before",
      confidence: 1,
      files: files.map(({ path, before, after }) => ({ path, before, after })),
      notes: details.notes,
      details,
    };
  },
};

const withCount = (count: number, what: string): string =>
  `${count} ${count === 1 ? what : `${what}s`}`;
