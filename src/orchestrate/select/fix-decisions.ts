import type { FixOutcome } from "../fix/fix-all.ts";
import type { FixProposal, ProposedFix } from "../fix/propose.ts";
import { nameLanguageOf } from "../index/languages.ts";
import type { ArmOffer, EditDecision, TriedArm } from "./decision.ts";
import { usualFloor } from "./floors.ts";
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
  /** Why a fix that would be made otherwise is not among them, nor what comes after it. */
  readonly withheld?: string;
}

/** What was learnt about the arms of a kind of edit. */
export interface LearntArms {
  order(type: string, offers: readonly ArmOffer[]): ArmOrder;
  /** From which confidence on an unproved edit may be made by itself, 0 to 1. */
  floor(type: string, name: string): number;
}

/**
 * The fixes of a problem as they are tried, always in the usual order: a tool confirms a wrong fix that it is silent about, and where none judges
 * the first one is made, so that another order, learnt from forged decisions, would make wrong fixes of right ones. Where none judges, one that
 * is less sure than what was learnt of its rule asks for is withheld with those after it, which are less likely: what is learnt leaves fixes out, and
 * never puts others in.
 */
export function arrangeFixes(
  { path, fixes }: FixProposal,
  { floor }: Pick<LearntArms, "floor">,
  isJudged: boolean,
): ArrangedFixes {
  if (isJudged || fixes.length === 0) return { fixes };
  const type = fixType(path, fixes);
  const nameOf = new Map(namedFixes(fixes).map(({ name, fix }) => [fix, name]));
  const isBelow = (fix: ProposedFix): boolean =>
    fix.confidence >= usualFloor &&
    fix.confidence < 1 &&
    fix.confidence < floor(type, nameOf.get(fix)!);
  const at = fixes.findIndex(isBelow);
  if (at < 0) return { fixes };
  const first = fixes[at]!;
  const name = nameOf.get(first)!;
  const percent = (share: number): number => Math.round(100 * share);
  return {
    fixes: fixes.filter(({ confidence }, index) => index < at || confidence >= 1),
    withheld: `${name} is ${percent(first.confidence)} % certain, and needs ${percent(floor(type, name))} % in this repository`,
  };
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
