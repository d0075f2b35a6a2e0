import { RedraftError } from "../../core/errors.ts";
import type { TokenTarget } from "../../core/target.ts";
import type { LlamaTarget } from "../../engines/llama/target.ts";
import type { ChosenSet } from "./choose.ts";
import {
  draftRecordFile,
  draftRecordOf,
  draftRecordWriter,
  readDraftRecords,
  recordDraft,
} from "./draft-records.ts";
import { recordOutput } from "./record.ts";
import { recordedSets } from "./recorded-sets.ts";
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

/** What was written into one file of a draft model. */
export interface RecordedDrafts {
  readonly set: string;
  readonly file: string;
  /** Recorded outputs of the target, and how many of them this run asked the draft model about. */
  readonly cases: number;
  readonly written: number;
}

/**
 * Asks a draft model about the recorded outputs of a target, which need not be open: what it holds likeliest at every place.
 * May be ended at any time; throws `usage` where a set has no recorded output.
 *
 * @param path of the target's and of the draft model's file
 */
export async function recordDrafts(
  draft: TokenTarget,
  path: { readonly target: string; readonly draft: string },
  sets: readonly ChosenSet[],
  folder: string,
  note: (text: string) => void,
): Promise<RecordedDrafts[]> {
  const [target, model] = [await recordedModel(path.target), await recordedModel(path.draft)];
  const done: RecordedDrafts[] = [];
  for (const { set, cases } of await recordedSets(path.target, sets, folder)) {
    const file = draftRecordFile(folder, target, model, set);
    const known = await readDraftRecords(file, model);
    const write = await draftRecordWriter(folder, file);
    let written = 0;
    for (const [i, { one, output }] of cases.entries()) {
      if (draftRecordOf(known, one, output)) continue;
      await write(await recordDraft(draft, one, output, model.hash));
      written++;
      note(`${set} ${i + 1} of ${cases.length}`);
    }
    done.push({ set, file, cases: cases.length, written });
  }
  return done;
}
