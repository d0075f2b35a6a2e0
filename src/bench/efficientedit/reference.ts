import type { TraceRecord } from "../traces/data.ts";
import type { Judge, Judgement } from "./judge.ts";

/** What the hidden tests say of edits that are right and of files that were not edited: a test of the runner. */
export interface ReferenceRow {
  readonly suite: "efficientedit-reference";
  readonly set: string;
  /** `edited` as recorded, or `original`. */
  readonly text: "edited" | "original";
  readonly cases: number;
  readonly passed: number;
  readonly failed: number;
  readonly timedOut: number;
  /** Tasks without tests that run by themselves, and with tests that import what this Python has not. */
  readonly noTests: number;
  readonly missingModule: number;
  /** Ids that say something about the runner or the data: edits that fail, originals that pass. */
  readonly unexpected: readonly string[];
}

export async function referenceRows(
  set: string,
  records: readonly TraceRecord[],
  judge: Judge,
  progress: (done: number, of: number) => void,
): Promise<ReferenceRow[]> {
  let done = 0;
  const rows: ReferenceRow[] = [];
  for (const text of ["edited", "original"] as const) {
    const judged = await Promise.all(
      records.map(async (record) => {
        const judgement = await judge.judge(record.id, record[text]);
        progress(++done, 2 * records.length);
        return { id: record.id, judgement };
      }),
    );
    const count = (kind: Judgement): number =>
      judged.filter(({ judgement }) => judgement === kind).length;
    const strange = text === "edited" ? ["failed", "timed-out"] : ["passed"];
    rows.push({
      suite: "efficientedit-reference",
      set,
      text,
      cases: judged.length,
      passed: count("passed"),
      failed: count("failed"),
      timedOut: count("timed-out"),
      noTests: count("no-tests"),
      missingModule: count("missing-module"),
      unexpected: judged.filter(({ judgement }) => strange.includes(judgement)).map(({ id }) => id),
    });
  }
  return rows;
}
