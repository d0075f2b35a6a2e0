import { median } from "../decode/rows.ts";
import { rounded } from "../kv/kv-rows.ts";
import type { DecodingSeconds } from "./decoding-cost.ts";
import type { CaseOutcome } from "./run-case.ts";

/** A case and what a model would need for the same edit; absent where nothing was proposed or no model is named. */
export interface TimedOutcome extends CaseOutcome {
  readonly decoding?: DecodingSeconds;
}

export interface OrchestrateRow {
  readonly suite: "orchestrate";
  readonly type: string;
  readonly cases: number;
  readonly recognised: number;
  readonly proposed: number;
  readonly accepted: number;
  /** Of these, after the person was shown places that are unsure. */
  readonly asked: number;
  /** Places that a person who was asked looked through: the median. */
  readonly listed?: number;
  readonly right: number;
  /** Of the accepted ones that are not as the commit has them: by the tests of the repository; absent where nobody asked them. */
  readonly rightByTests?: number;
  readonly wrongByTests?: number;
  readonly notRun?: number;
  /** Right, as the commit or by tests, of the accepted ones that something judged, in per cent; absent where there are none. */
  readonly precision?: number;
  /** Median seconds from the request to the verified edit, and of the index from nothing. */
  readonly seconds: number;
  readonly indexSeconds: number;
  /** Seconds of decoding divided by those of the edit, both in sum; a refused case counts with our decoding behind the refusal. */
  readonly againstPlain?: number;
  readonly againstDrafted?: number;
  readonly againstSketch?: number;
  /** Of the cases whose edits are known, the lowest. */
  readonly worstAgainstPlain?: number;
}

/** One row per type, one for each kind of a type that has several, and one for edits of several files. */
export function orchestrateRows(outcomes: readonly TimedOutcome[]): OrchestrateRow[] {
  const types = [...new Set(outcomes.map(({ type }) => type))];
  const several = outcomes.filter(({ files }) => files.length > 1);
  return [
    ...types.flatMap((type) => {
      const own = outcomes.filter((one) => one.type === type);
      const kinds = [...new Set(own.flatMap(({ kind }) => kind ?? []))].sort();
      const ofKind = (kind: string): TimedOutcome[] => own.filter((one) => one.kind === kind);
      return [
        ...kinds.map((kind) => rowOfType(`${type}: ${kind}`, ofKind(kind))),
        rowOfType(type, own),
      ];
    }),
    ...(several.length > 0 ? [rowOfType("several files", several)] : []),
  ];
}

function rowOfType(type: string, all: readonly TimedOutcome[]): OrchestrateRow {
  const count = (fits: (one: TimedOutcome) => boolean): number => all.filter(fits).length;
  const accepted = count((one) => one.accepted);
  const right = count((one) => one.right);
  const isTested = all.some(({ tests }) => tests !== undefined);
  const byTests = count(({ tests }) => tests === "right");
  const notRun = count(({ tests }) => tests === "not run");
  const judged = accepted - notRun;
  const lists = all.flatMap(({ listed }) => listed ?? []);
  const timed = all.flatMap(({ decoding, accepted, seconds, indexSeconds }) =>
    // What is not applied is written by a model after all, and the time until then is lost.
    decoding ? [{ decoding, own: seconds + indexSeconds + (accepted ? 0 : decoding.drafted) }] : [],
  );
  const own = sum(timed.map((one) => one.own));
  const against = (key: "plain" | "drafted" | "sketch"): number =>
    rounded(sum(timed.map(({ decoding }) => decoding[key])) / own, 1);
  return {
    suite: "orchestrate",
    type,
    cases: all.length,
    recognised: count((one) => one.recognised),
    proposed: count((one) => one.proposed),
    accepted,
    asked: count((one) => one.accepted && one.asked),
    ...(lists.length > 0 && { listed: median(lists) }),
    right,
    ...(isTested && {
      rightByTests: byTests,
      wrongByTests: count(({ tests }) => tests === "wrong"),
      notRun,
    }),
    ...(judged > 0 && { precision: rounded((100 * (right + byTests)) / judged, 1) }),
    seconds: rounded(median(all.map((one) => one.seconds)), 3),
    indexSeconds: rounded(median(all.map((one) => one.indexSeconds)), 2),
    ...(timed.length > 0 && {
      againstPlain: against("plain"),
      againstDrafted: against("drafted"),
      againstSketch: against("sketch"),
      worstAgainstPlain: rounded(Math.min(...timed.map((one) => one.decoding.plain / one.own)), 1),
    }),
  };
}

const sum = (values: readonly number[]): number => values.reduce((total, one) => total + one, 0);
