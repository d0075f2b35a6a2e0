import { createHash } from "node:crypto";
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { RedraftError } from "../../core/errors.ts";
import { readTraces, type TraceRecord } from "../traces/data.ts";

/** A set of recorded edits that a model is asked to make again: the instruction and the file, nothing of the answer. */
export interface CaseSet {
  readonly name: string;
  readonly records: readonly TraceRecord[];
}

/** The files of each set, without `.jsonl`. L-1 and L-2 are the parts of CodeIF-Bench as EfficientEdit uses them. */
const setFiles: Readonly<Record<string, readonly string[]>> = {
  canitedit: ["canitedit"],
  l1: ["function", "repo_function"],
  l2: ["in_context"],
  files: ["file"],
};

/** Apply regions: the one set whose prompt is that of the apply models. */
export const regionSet = "regions";

export const setNames: readonly string[] = [...Object.keys(setFiles), regionSet];

/**
 * The records of a set. `data` is a folder with the set's files, or one that has them in `traces/`; a JSONL file is a
 * set of its own, called as it is.
 */
export function readCaseSet(name: string, data: string): CaseSet {
  const files = setFiles[name];
  if (files === undefined) {
    throw new RedraftError("usage", `no case set "${name}"; known: ${setNames.join(", ")}`);
  }
  if (existsSync(data) && !statSync(data).isDirectory()) {
    return { name, records: readTraces(data).flatMap(({ records }) => records) };
  }
  const folder = [data, join(data, "traces")].find((folder) =>
    files.every((file) => existsSync(join(folder, `${file}.jsonl`))),
  );
  if (folder === undefined) {
    const wanted = files.map((file) => `${file}.jsonl`).join(" and ");
    throw new RedraftError(
      "file-error",
      `the set ${name} needs ${wanted}, and ${data} has none in it or in traces/; --data names the folder`,
    );
  }
  return {
    name,
    records: files.flatMap((file) =>
      readTraces(join(folder, `${file}.jsonl`)).flatMap(({ records }) => records),
    ),
  };
}

/**
 * A fixed order that the seed draws, the same for every size of sample: the first 12 are among the first 40. Sorted by a
 * hash of seed and id, so that a record keeps its place when others come or go.
 */
export function seededOrder<T extends { readonly id: string }>(
  items: readonly T[],
  seed: number,
): T[] {
  const keys = new Map(
    items.map((item) => [item, createHash("sha256").update(`${seed}/${item.id}`).digest("hex")]),
  );
  return items.toSorted((a, b) => (keys.get(a)! < keys.get(b)! ? -1 : 1));
}
