import type { FixOutcome } from "../fix/fix-all.ts";
import type { FixProposal, ProposedFix } from "../fix/propose.ts";
import { nameLanguageOf } from "../index/languages.ts";
import type { ArmOffer, EditDecision, TriedArm } from "./decision.ts";
import type { ArmOrder } from "./order-arms.ts";

/** A fix, and the name of its arm: its rule, with a number from the second fix of the rule on. */
interface NamedFix<Fix extends ProposedFix = ProposedFix> {
  readonly name: string;
  readonly fix: Fix;
}

/** The kind of a problem: the language, and the rules that have a fix for it. No word of the message is in it. */
const fixType = (path: string, fixes: readonly ProposedFix[]): string => {
  const rules = [...new Set(fixes.map(({ rule }) => rule))].sort();
  return `fix ${nameLanguageOf(path) ?? "other"}: ${rules.join(", ")}`;
};

function namedFixes<Fix extends ProposedFix>(fixes: readonly Fix[]): NamedFix<Fix>[] {
  const counts = new Map<string, number>();
  return [...fixes]
    .sort((a, b) => b.confidence - a.confidence || (a.title < b.title ? -1 : 1))
    .map((fix) => {
      const count = (counts.get(fix.rule) ?? 0) + 1;
      counts.set(fix.rule, count);
      return { name: count === 1 ? fix.rule : `${fix.rule} ${count}`, fix };
    });
}

export interface ArrangedFixes {
  /** The fixes to try, in this order. */
  readonly fixes: readonly ProposedFix[];
  /** Absent where there is nothing to choose. */
  readonly order?: ArmOrder;
}

/** What was learnt about the arms of a kind of edit. */
export interface LearntArms {
  order(type: string, offers: readonly ArmOffer[]): ArmOrder;
  /** From which confidence on an unproved edit may be made by itself, 0 to 1. */
  floor(type: string, name: string): number;
}

/**
 * The fixes of a problem as they are tried. Where a tool judges, in the usual order: a tool confirms a wrong fix that it is silent about, so
 * that another order, learnt from forged decisions, would make wrong fixes of right ones, while a true one saves only time. Where none does,
 * in the learnt order; those that are proved stay first, and those below the learnt threshold of their rule are left out.
 */
export function arrangeFixes(
  { path, fixes }: FixProposal,
  learnt: LearntArms,
  isJudged: boolean,
): ArrangedFixes {
  if (isJudged || fixes.length === 0) return { fixes };
  const type = fixType(path, fixes);
  const all = namedFixes(fixes);
  const isProved = ({ fix }: NamedFix): boolean => fix.confidence >= 1;
  const offers = all.map(({ name, fix }) => ({ name, confidence: fix.confidence }));
  const order = all.length > 1 ? learnt.order(type, offers) : undefined;
  const inTurn = order?.isCold === false ? order.turns.map(({ offer }) => all[offer]!) : undefined;
  const nameOf = new Map(all.map(({ name, fix }) => [fix, name]));
  const kept = (inTurn?.map(({ fix }) => fix) ?? fixes).filter(
    (fix) => fix.confidence >= 1 || fix.confidence >= learnt.floor(type, nameOf.get(fix)!),
  );
  const proved = all.filter(isProved).map(({ fix }) => fix);
  const rest = kept.filter((fix) => fix.confidence < 1);
  return { fixes: [...proved, ...rest], ...(order && { order }) };
}

/** What became of each problem of which a fix was tried; `seconds` is what one try takes. */
export function fixDecisions(
  outcomes: readonly FixOutcome[],
  seconds: number,
  entry: string | undefined,
): EditDecision[] {
  const decisions = new Map<string, EditDecision>();
  for (const { path, fix, others } of outcomes) {
    const all = namedFixes<ProposedFix & { readonly refused?: string }>([
      ...(fix ? [fix] : []),
      ...others,
    ]);
    const tried = all.flatMap(({ name, fix: one }): TriedArm[] => {
      const right = one === fix;
      if (!right && one.refused === undefined) return [];
      return [{ name, seconds, right, confidence: one.confidence }];
    });
    if (tried.length === 0) continue;
    const id = JSON.stringify([path, all.map((one) => one.fix.changes)]);
    const type = fixType(
      path,
      all.map((one) => one.fix),
    );
    decisions.set(id, { type, tried, ...(entry === undefined ? {} : { entry }) });
  }
  return [...decisions.values()];
}
