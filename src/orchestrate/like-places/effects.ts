import type { LikeCandidate } from "./candidate.ts";
import type { SyntaxPart } from "./parts.ts";
import { holesOf, type Pattern } from "./pattern.ts";

/** Code in these runs later, more than once, or never. */
const delaying =
  /^(?:arrow_function|function_expression|function_declaration|generator_function|method_definition|lambda|func_literal|function_definition|\w*_comprehension|generator_expression)/u;
const conditional = /^(?:ternary_expression|conditional_expression|if_\w+)$/u;
const shortCircuit = /^(?:&&|\|\||\?\?|and|or)$/u;
const literalPart = /^(?:number|integer|float|string|true|false|null|none|nil|\w*_literal)$/iu;

/** How a hole is used in a pattern: in how many functions, and in how many parts that are computed only sometimes. */
interface HoleUse {
  readonly delayed: number;
  readonly sometimes: number;
  readonly inText: boolean;
}

function* holeUses(
  pattern: Pattern,
  use: HoleUse = { delayed: 0, sometimes: 0, inText: false },
): Generator<readonly [hole: string, use: HoleUse]> {
  if (pattern.kind === "token") return;
  if (pattern.kind === "hole") {
    if (!pattern.isName) yield [pattern.hole, use];
    return;
  }
  const { type, children } = pattern;
  const operator = children.findIndex((one) => one.kind === "token" && shortCircuit.test(one.text));
  for (const [index, child] of children.entries()) {
    const isMaybe = conditional.test(type) || (operator >= 0 && index > operator);
    yield* holeUses(child, {
      delayed: use.delayed + (delaying.test(type) ? 1 : 0),
      sometimes: use.sometimes + (isMaybe ? 1 : 0),
      inText: use.inText || type === "interpolation",
    });
  }
}

/** Whether the new form computes a value of the place later or only sometimes, or puts it where its text cannot be. */
export function movedEffects({
  found: { rule },
  match,
  parsed,
  path,
}: LikeCandidate): string | undefined {
  const old = new Map(rule.old.flatMap((one) => [...holeUses(one)]));
  for (const [hole, use] of rule.new.flatMap((one) => [...holeUses(one)])) {
    const part = match.holes.get(hole);
    const before = old.get(hole);
    if (part === undefined || before === undefined) continue;
    if (use.delayed > before.delayed && !literalPart.test(part.type)) {
      return "a value would be computed later, when it may be another one";
    }
    if (use.sometimes > before.sometimes && mayAct(part, parsed.text)) {
      return "a value that may do something would be computed only sometimes";
    }
    const text = parsed.text.slice(part.start, part.end);
    if (use.inText && !before.inText && /\.pyi?$/u.test(path) && /["'\\\n#]/u.test(text)) {
      return "a text with quotes cannot be in an f-string of every Python";
    }
  }
  return undefined;
}

/** Whether a value that may do something would be left out, made twice, or in another order. */
export function lostEffects({ found: { rule }, match, parsed }: LikeCandidate): string | undefined {
  const old = rule.old.flatMap(holesOf);
  const now = rule.new.flatMap(holesOf);
  const acts = (hole: string): boolean => {
    const part = match.holes.get(hole);
    return part !== undefined && mayAct(part, parsed.text);
  };
  const doing = old.filter(acts);
  if (doing.length === 0) return undefined;
  const left = now.filter(acts);
  if (doing.some((hole) => count(now, hole) > count(old, hole))) {
    return "a value that may do something would be computed more than once";
  }
  if (doing.some((hole) => count(now, hole) < count(old, hole))) {
    return "a value that may do something would not be computed any more";
  }
  const isSameOrder =
    doing.length === left.length && doing.every((hole, index) => hole === left[index]);
  return isSameOrder || doing.length < 2 ? undefined : "values would be computed in another order";
}

const acting =
  /call|await|yield|assign|update_expression|new_expression|spread|splat|comprehension|generator|named_expression/u;

const count = (list: readonly string[], item: string): number =>
  list.filter((one) => one === item).length;

function mayAct(part: SyntaxPart, text: string): boolean {
  if (acting.test(part.type)) return true;
  if (part.type === "unary_expression" && text.startsWith("delete", part.start)) return true;
  if (/^(?:arrow_function|function_expression|lambda|func_literal)$/u.test(part.type)) return false;
  return part.children.some((child) => mayAct(child, text));
}
