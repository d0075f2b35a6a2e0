import type { SyntaxPart } from "./parts.ts";
import { generalised, leavesOf, type Openness, type Rule, ruleOf } from "./pattern.ts";
import { EditRegions, type Region } from "./regions.ts";
import type { Example } from "./render.ts";

/** A rule, and the example that shows it. */
export interface FoundRule {
  readonly rule: Rule;
  readonly path: string;
  readonly example: Example;
}

/** Longer examples are copies of code, no pattern. */
const mostLeaves = 300;
/** How far an example is widened to the code around it. */
const mostWidenings = 6;

/**
 * The rules that an edit shows, the most general ones that have an anchor: something that marks other places. What two changes of
 * the same form do not share is left open.
 */
export function findRules(
  path: string,
  example: Example,
  isAnchored: (rule: Rule) => boolean,
  isOwn: (part: SyntaxPart, within: readonly SyntaxPart[]) => boolean,
): { rules: FoundRule[]; left: Region[] } {
  const regions = new EditRegions(example.before, example.after);
  const found: { rule: Rule; open: Rule }[] = [];
  const left: Region[] = [];
  for (const region of regions.smallest()) {
    const rule = anchored(regions, region, example, isAnchored, isOwn);
    if (rule) found.push(rule);
    else left.push(region);
  }
  const rules: Rule[] = [];
  const seen = new Set<string>();
  for (const { rule, open } of found) {
    const id = JSON.stringify(form(rule));
    if (seen.has(id)) continue;
    seen.add(id);
    const like = rules.findIndex((known) => {
      const both = generalised(known, open);
      return both !== undefined && isAnchored(both);
    });
    if (like < 0) rules.push(rule);
    else rules[like] = generalised(rules[like]!, open)!;
  }
  return { rules: rules.map((rule) => ({ rule, path, example })), left };
}

function anchored(
  regions: EditRegions,
  smallest: Region,
  example: Example,
  isAnchored: (rule: Rule) => boolean,
  isOwn: (part: SyntaxPart, within: readonly SyntaxPart[]) => boolean,
): { rule: Rule; open: Rule } | undefined {
  let region: Region | undefined = withNeighbour(regions, smallest, example);
  let widest: Region | undefined;
  for (let step = 0; region && step < mostWidenings; step += 1) {
    for (const openness of ["values", "words"] as const) {
      const rule = smallRule(region, example, openness, isOwn);
      if (rule && isAnchored(rule)) return { rule, open: rule };
    }
    widest = region;
    region = regions.larger(region);
  }
  const rule = widest && smallRule(widest, example, "nothing", isOwn);
  return rule && isAnchored(rule) ? { rule, open: rule } : undefined;
}

function smallRule(
  region: Region,
  { before, after }: Example,
  openness: Openness,
  isOwn: (part: SyntaxPart, within: readonly SyntaxPart[]) => boolean,
): Rule | undefined {
  const rule = ruleOf(before, after, region, openness, (part) => isOwn(part, region.old));
  return [...rule.old, ...rule.new].flatMap(leavesOf).length > mostLeaves || rule.old.length === 0
    ? undefined
    : rule;
}

/** What is inserted has its place beside a statement with which it shares a name. */
function withNeighbour(
  regions: EditRegions,
  region: Region,
  { before, after }: Example,
): Region | undefined {
  if (region.old.length > 0) return region;
  const names = (parts: readonly SyntaxPart[], text: string): Set<string> =>
    new Set(parts.flatMap((part) => namesIn(part, text)));
  const inserted = names(region.new, after.text);
  for (const side of ["before", "after"] as const) {
    const larger = regions.larger(region, side);
    const shared = larger && [...names(larger.old, before.text)].some((name) => inserted.has(name));
    if (shared) return larger;
  }
  return undefined;
}

function namesIn(part: SyntaxPart, text: string): string[] {
  if (part.children.length > 0) return part.children.flatMap((child) => namesIn(child, text));
  return /identifier$/u.test(part.type) ? [text.slice(part.start, part.end)] : [];
}

/** A rule with its holes numbered, without offsets. */
function form({ old, new: now }: Rule): unknown {
  const numbers = new Map<string, number>();
  const formOf = (pattern: Rule["old"][number]): unknown => {
    if (pattern.kind === "token") return [pattern.type, pattern.text];
    if (pattern.kind === "branch") return [pattern.type, pattern.children.map(formOf)];
    if (!numbers.has(pattern.hole)) numbers.set(pattern.hole, numbers.size);
    return numbers.get(pattern.hole);
  };
  return [old.map(formOf), now.map(formOf)];
}
