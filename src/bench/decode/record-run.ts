import { RedraftError } from "../../core/errors.ts";
import type { LlamaTarget } from "../../engines/llama/target.ts";
import type { ChosenSet } from "./choose.ts";
import { recordOutput } from "./record.ts";
import {
  type OutputRecord,
  readRecorded,
  recordedModel,
  recordFile,
  recordOf,
  recordWriter,
} from "./records.ts";

/** What was written into one file. */
export interface RecordedSet {
  readonly set: string;
  readonly file: string;
  readonly cases: number;
  /** Cases that this run wrote; the others were there. */
  readonly written: number;
  /** Outputs cut off at the limit of tokens. */
  readonly cutOff: number;
  readonly tooLong: number;
}

/**
 * Records what is not recorded yet, a set after the other, each in its seeded order. It may be ended at any time: a case is one
 * line, written when its output is whole.
 *
 * @param note gets a line per case
 */
export async function recordSets(
  target: LlamaTarget,
  path: string,
  sets: readonly ChosenSet[],
  folder: string,
  note: (text: string) => void,
): Promise<RecordedSet[]> {
  const model = await recordedModel(path);
  const { threads, engine } = target.info.context!;
  const done: RecordedSet[] = [];
  for (const { set, cases, tooLong } of sets) {
    const file = recordFile(folder, model, set);
    const known = await readRecorded(file, model);
    const write = await recordWriter(folder, file);
    const all: OutputRecord[] = [];
    let written = 0;
    let seconds = 0;
    for (const [i, one] of cases.entries()) {
      const there = recordOf(known, one);
      const record =
        there ?? (await recordOutput(target, one, { model: model.hash, threads, engine }));
      all.push(record);
      if (there) continue;
      await write(record);
      written++;
      seconds += record.ms / 1000;
      const left = cases.slice(i + 1).filter((later) => !recordOf(known, later)).length;
      note(
        `${set} ${i + 1} of ${cases.length}: ${record.tokens.length} tokens in ${(record.ms / 1000).toFixed(1)} s; about ${Math.round((left * seconds) / written / 60)} min left for this set`,
      );
    }
    done.push({
      set,
      file,
      cases: cases.length,
      written,
      cutOff: all.filter(({ finish }) => finish === "length").length,
      tooLong,
    });
  }
  if (done.every(({ cases }) => cases === 0)) {
    throw new RedraftError("usage", "no prompt is as short as --length allows");
  }
  return done;
}
