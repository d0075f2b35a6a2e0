import type { TraceRecord } from "../traces/data.ts";
import type { Judge, TestVerdict } from "./judge.ts";

/** What the hidden tests say of edits that are right and of files that were not edited: a test of the runner. */
export interface ReferenceRow {
  readonly suite: "efficientedit-reference";
  readonly set: string;
  /** What the data set calls right, `edited` as recorded (of L-1 a model's answers), or `original`. */
  readonly text: "solution" | "edited" | "original";
  readonly cases: number;
  readonly passed: number;
  readonly failed: number;
  readonly timedOut: number;
  /** Tasks without tests that run by themselves, with tests that are not Python, and with tests that import what this Python has not. */
  readonly noTests: number;
  readonly brokenTests: number;
  readonly missingModule: number;
  /** Ids that say something about the runner or the data: solutions and edits that fail, originals that pass. */
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
  for (const text of ["solution", "edited", "original"] as const) {
    const judged = await Promise.all(
      records.map(async (record) => {
        const judgement =
          text === "solution"
            ? await judge.judgeSolution(record.id)
            : await judge.judge(record.id, record[text]);
        progress(++done, 3 * records.length);
        return { id: record.id, judgement };
      }),
    );
    const count = (kind: TestVerdict): number =>
      judged.filter(({ judgement }) => judgement === kind).length;
    const strange = text === "original" ? ["passed"] : ["failed", "timed-out"];
    rows.push({
      suite: "efficientedit-reference",
      set,
      text,
      cases: judged.length,
      passed: count("passed"),
      failed: count("failed"),
      timedOut: count("timed-out"),
      noTests: count("no-tests"),
      brokenTests: count("broken-tests"),
      missingModule: count("missing-module"),
      unexpected: judged.filter(({ judgement }) => strange.includes(judgement)).map(({ id }) => id),
    });
  }
  return rows;
}
