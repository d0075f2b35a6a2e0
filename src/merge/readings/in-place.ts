import type { LineRange } from "../../core/merge.ts";
import { columnsOf } from "../../text/indent.ts";
import type { TextLine } from "../../text/lines.ts";
import { limits } from "../align/costs.ts";
import { isDistinctive } from "../align/distinctive.ts";
import { earlierOpener, elidedScope } from "../elided-scope.ts";
import type { Built } from "../proof/build.ts";
import { type BlockLine, isFilledLine, type Shape } from "../shape.ts";
import { type BlockSide, blockSides } from "./block-side.ts";
import { earlierForm, earlierLines } from "./earlier-form.ts";
import type { ReplacedBeside } from "./replaced-beside.ts";
import { restOfSymbol } from "./rest-of-symbol.ts";
import { unusedImports } from "./unused-import.ts";

/** A text of a sketch that is examined. */
interface Examined {
  readonly source: readonly TextLine[];
  readonly shape: Shape;
  readonly best: Built;
}

/** What new lines at one side of a block replace beyond it: where the block ends instead, or undefined. */
type ReplacementRule = (
  examined: Examined,
  side: BlockSide,
) => Pick<ReplacedBeside, "position" | "isSure"> | undefined;

/** The first rule that applies to a side decides. */
const replacementRules: readonly ReplacementRule[] = [
  replacedOpener,
  replacedAttributes,
  openerOfElided,
  replacedLines,
];

/**
 * New lines at the edge of a block have the file's lines on one side only. They are additions, unless the lines beyond
 * are an earlier form of them: they declare the same name, end the same scope, say the same in other words, or the
 * block repeats them elsewhere (they were moved). Similarity alone makes the edit ambiguous.
 */
export function replacedInPlace(
  source: readonly TextLine[],
  shape: Shape,
  best: Built,
  symbol?: LineRange,
): ReplacedBeside[] {
  const found: ReplacedBeside[] = [];
  if (shape.extent !== "file") return found;
  const rest = restOfSymbol(source, shape, best, symbol);
  const isRest = ({ block, side }: Pick<ReplacedBeside, "block" | "side">): boolean =>
    block === rest?.block && side === "end";
  for (const one of blockSides(source, shape, best)) {
    if (rest?.isSure && isRest(one)) continue;
    for (const rule of replacementRules) {
      const replaced = rule({ source, shape, best }, one);
      if (replaced === undefined) continue;
      found.push({ block: one.block, side: one.side, ...replaced });
      break;
    }
  }
  return claimedOnce(rest === undefined || found.some(isRest) ? found : [...found, rest]);
}

/**
 * Lines between two blocks that both would replace: only one can. It is the one that is sure, or else the upper one, and
 * not for certain where both are.
 */
function claimedOnce(found: readonly ReplacedBeside[]): ReplacedBeside[] {
  const claims = [...found];
  for (const upper of found) {
    const lower = claims.find(
      ({ block, side, position }) =>
        upper.side === "end" &&
        side === "start" &&
        upper.block < block &&
        upper.position > position,
    );
    if (lower === undefined) continue;
    const [kept, other] = lower.isSure && !upper.isSure ? [lower, upper] : [upper, lower];
    claims.splice(claims.indexOf(other), 1);
    claims[claims.indexOf(kept)] = { ...kept, isSure: kept.isSure && !other.isSure };
  }
  return claims;
}

/** A new line that opens the scope of the block's first quoted line replaces the file's line that opens it. */
function replacedOpener(
  { source, shape }: Examined,
  { block, side, edge, limit, run, isBounded }: BlockSide,
): ReturnType<ReplacementRule> {
  const opener = side === "start" ? scopeOpener(source, run, edge, limit) : undefined;
  if (opener === undefined) return undefined;
  // Without a marker after it the block may be new code that was cut off.
  const isSure = block < shape.blocks.length - 1 || shape.elidedEnd || !shape.elidedStart;
  const rest = run.slice(run.findIndex(isFilledLine) + 1);
  const above = source.slice(limit, opener).map(({ text }) => text);
  const nearest = above.reverse().slice(0, rest.length + limits.beyondLines);
  const more = earlierLines(side, rest, new Set(), nearest);
  const further = opener - more.count;
  const isMoreSure = more.isSure || isBounded(further);
  return { position: more.count > 0 && isMoreSure ? further : opener, isSure };
}

/** New attributes of a declaration may replace its old ones. */
function replacedAttributes(
  { source }: Examined,
  { side, edge, run, beyond }: BlockSide,
): ReturnType<ReplacementRule> {
  const count = side === "start" ? attributesAbove(run, beyond, source[edge]?.text) : 0;
  return count > 0 ? { position: edge - count, isSure: false } : undefined;
}

/** A new line that opens a scope with elided content replaces the file's line that opens that scope. */
function openerOfElided(
  { source, shape, best }: Examined,
  { block, side, edge, limit }: BlockSide,
): ReturnType<ReplacementRule> {
  const elided = side === "end" ? elidedScope(shape, block, best) : undefined;
  const replaced = elided && earlierOpener(source, elided, edge, limit);
  return replaced && { position: replaced.line + 1, isSure: replaced.isSure };
}

/** New lines replace their earlier forms, and imports that the edit leaves without a use. */
function replacedLines(
  { source, best }: Examined,
  { side, edge, run, beyond, moved, isBounded }: BlockSide,
): ReturnType<ReplacementRule> {
  const earlier = earlierLines(side, run, moved(), beyond);
  const count = earlier.count > 0 ? earlier.count : unusedImports(source, best, run, beyond);
  if (count === 0) return undefined;
  const position = side === "start" ? edge - count : edge + count;
  return { position, isSure: (earlier.count > 0 && earlier.isSure) || isBounded(position) };
}

/**
 * How many attributes (decorators, annotations) a declaration has in the file right above it, where the sketch has new ones
 * in their place and quotes none: nothing shows whether the new ones are added to them or replace them.
 */
function attributesAbove(
  run: readonly BlockLine[],
  beyond: readonly string[],
  declaration: string | undefined,
): number {
  if (declaration === undefined || !isDistinctive(declaration) || isAttribute(declaration))
    return 0;
  const nearest = run[0]?.text;
  const isOther = (text: string): boolean =>
    isAttribute(text) && earlierForm(text, nearest!) === "no";
  if (nearest === undefined || !isAttribute(nearest)) return 0;
  const end = beyond.findIndex((text) => !isOther(text));
  return end < 0 ? beyond.length : end;
}

const isAttribute = (text: string): boolean =>
  /^\s*(?:@[\p{L}_]|#!?\[|\[[\p{L}_][^\]]*\]\s*$)/u.test(text) && !/[{;]\s*$/.test(text);

/**
 * The line that opens the scope of which a block's first quoted line is the first one, if the new line before it opens a
 * scope at the same depth: only one line can open the scope of that first line.
 */
function scopeOpener(
  source: readonly TextLine[],
  run: readonly BlockLine[],
  edge: number,
  limit: number,
): number | undefined {
  const opener = run.find(isFilledLine);
  const inside = source[edge]?.text;
  if (opener === undefined || inside === undefined || !isDistinctive(opener.text)) return undefined;
  let line = edge - 1;
  while (line > limit && source[line]!.text.trim() === "") line--;
  if (line < limit) return undefined;
  const { text } = source[line]!;
  const isOpener = isDistinctive(text) && columnsOf(text) < columnsOf(inside);
  return isOpener && columnsOf(opener.text) === columnsOf(text) ? line : undefined;
}
