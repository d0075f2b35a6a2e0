import { RedraftError } from "../../core/errors.ts";
import type { ChosenSet } from "./choose.ts";
import { readRecorded, recordedModel, recordFile, recordOf } from "./records.ts";
import type { RecordedCase } from "./replay.ts";

/** The recorded cases of a set. */
export interface RecordedCases {
  readonly set: string;
  readonly cases: readonly RecordedCase[];
  /** Cases without a record of their prompt and limit. */
  readonly missing: number;
  /** Outputs that ended at the limit of tokens. */
  readonly cutOff: number;
}

/** What is recorded of these sets. Throws `usage` where a set has no record at all. */
export async function recordedSets(
  path: string,
  sets: readonly ChosenSet[],
  folder: string,
): Promise<RecordedCases[]> {
  const model = await recordedModel(path);
  const all: RecordedCases[] = [];
  for (const { set, cases } of sets) {
    const file = recordFile(folder, model, set);
    const records = await readRecorded(file, model);
    const found = cases.flatMap((one) => {
      const record = recordOf(records, one);
      if (record === undefined) return [];
      const { tokens: output, finish, text } = record;
      return [{ one, output, finish, text }];
    });
    if (found.length === 0) {
      const why =
        records.size === 0 ? "is not there" : "has no output for these prompts and --max-tokens";
      throw new RedraftError(
        "usage",
        `${file} ${why}; write it by redraft bench decode --record ${folder}`,
      );
    }
    all.push({
      set,
      cases: found,
      missing: cases.length - found.length,
      cutOff: found.filter(({ finish }) => finish === "length").length,
    });
  }
  return all;
}
