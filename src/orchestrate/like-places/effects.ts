import type { LikeCandidate } from "./candidate.ts";
import type { SyntaxPart } from "./parts.ts";
import { holesOf } from "./pattern.ts";

/** Whether a value that may do something would be left out, made twice, or in another order. */
export function lostEffects({ found: { rule }, match, parsed }: LikeCandidate): string | undefined {
  const old = rule.old.flatMap(holesOf);
  const now = rule.new.flatMap(holesOf);
  const acts = (hole: string): boolean => {
    const part = match.holes.get(hole);
    return part !== undefined && mayAct(part, parsed.text);
  };
  const acting = old.filter(acts);
  if (acting.length === 0) return undefined;
  const left = now.filter(acts);
  if (acting.some((hole) => count(now, hole) > count(old, hole))) {
    return "a value that may do something would be computed more than once";
  }
  if (acting.some((hole) => count(now, hole) < count(old, hole))) {
    return "a value that may do something would not be computed any more";
  }
  const isSameOrder =
    acting.length === left.length && acting.every((hole, index) => hole === left[index]);
  return isSameOrder || acting.length < 2 ? undefined : "values would be computed in another order";
}

const count = (list: readonly string[], item: string): number =>
  list.filter((one) => one === item).length;

function mayAct(part: SyntaxPart, text: string): boolean {
  if (/call|await|yield|assign|update_expression|new_expression/u.test(part.type)) return true;
  if (/^(?:arrow_function|function_expression|lambda|func_literal)$/u.test(part.type)) return false;
  return part.children.some((child) => mayAct(child, text));
}
