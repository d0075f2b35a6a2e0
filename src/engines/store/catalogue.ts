import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { RedraftError } from "../../core/errors.ts";
import { type MemoryNeed, type ModelShape, memoryNeed } from "../memory.ts";

/** A model that redraft knows by an alias: where it is had, and what it takes. */
export interface CatalogueEntry extends Omit<ModelShape, "fileSize"> {
  readonly alias: string;
  readonly title: string;
  /** On the hub, `owner/name`. */
  readonly repository: string;
  /** Absent where the repository has no such file: `redraft models add` takes one. */
  readonly file?: string;
  readonly licence: string;
  /** In thousands of millions. */
  readonly parameters: number;
  readonly bytes: number;
  /** Whether `bytes` is rounded. */
  readonly approximate?: boolean;
  readonly sha256?: string;
  /** Whether the sum was compared with a file by the authors of this list; else it is what the hub publishes. */
  readonly checked: boolean;
}

const asset = new URL("../../../models/catalogue.json", import.meta.url);
let entries: readonly CatalogueEntry[] | undefined;

/** models/catalogue.json, smallest model first. */
export function catalogue(): readonly CatalogueEntry[] {
  if (entries === undefined) {
    try {
      entries = (JSON.parse(readFileSync(asset, "utf8")) as { models: CatalogueEntry[] }).models;
    } catch (cause) {
      throw new RedraftError(
        "model-unavailable",
        `${fileURLToPath(asset)} cannot be read; install the package again.`,
        { cause },
      );
    }
  }
  return entries;
}

export function catalogued(alias: string): CatalogueEntry | undefined {
  return catalogue().find((entry) => entry.alias === alias);
}

/** What a hub and `modelAddress` call the file of an entry; undefined where it has none. */
export function hubName({ repository, file }: CatalogueEntry): string | undefined {
  return file === undefined ? undefined : `${repository}/${file}`;
}

/** The context by which models are compared, in tokens. */
export const comparedContext = 4096;

/** What an entry takes with a context of `comparedContext` tokens. */
export function needOf(entry: CatalogueEntry): MemoryNeed {
  return memoryNeed({ ...entry, fileSize: entry.bytes }, { contextSize: comparedContext });
}

/** The largest model that can be downloaded and fits into this much memory, in bytes. */
export function largestFitting(available: number): CatalogueEntry | undefined {
  return catalogue().findLast(
    (entry) => entry.file !== undefined && needOf(entry).total <= available,
  );
}
