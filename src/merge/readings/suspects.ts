import type { LineRange } from "../../core/merge.ts";
import type { TextLine } from "../../text/lines.ts";
import { hasWords } from "../../text/words.ts";
import { limits } from "../align/costs.ts";
import type { Placement, Placements } from "../align/placements.ts";
import type { Problem } from "../align/recurrence.ts";
import type { Built } from "../proof/build.ts";
import type { Block, Shape } from "../shape.ts";
import { heldPlacements, Twins } from "./repeated-lines.ts";

/**
 * Readings that cost more than the best one, but may be meant all the same. An edit that would change nothing
 * is shown for a reason. Where a block repeats lines of the source, it may add a copy of them, or take their
 * place. And of two equal stretches one may have to go.
 */
export function* suspects(
  source: readonly TextLine[],
  problem: Problem,
  found: Placements,
  shape: Shape,
  best: Built,
  nothingChanges: boolean,
  rebuilt: (placement: Placement) => Built,
): Generator<Built> {
  if (shape.extent !== "file") return;
  const taken = best.placement.ranges;
  const { cost } = best.placement;
  const twins = new Twins(source);
  let looked = 0;
  for (const placement of found.others(cost + limits.idleReach)) {
    if (looked++ >= limits.suspected) break;
    const k = onlyDifference(taken, placement.ranges);
    if (k === undefined) continue;
    const block = shape.blocks[k]!;
    const [now, other] = [taken[k]!, placement.ranges[k]!];
    const shows = nothingChanges && showsRemoval(block, best.idle[k]!, now, other);
    const near = placement.cost <= cost + limits.copyReach;
    const blankEdge = hasBlankEdge(block) && placement.cost <= cost + limits.edgeReach;
    if (!shows && !near && !blankEdge) continue;
    const takesTwins = near && size(other) > size(now) && twins.addsOnlyTwins(now, other);
    const built = rebuilt(placement);
    if (built.idle[k]) continue;
    const holds = blankEdge && contains(other, now) && holdsBlankEdge(block, best, built);
    const apart = now.start >= other.end || other.start >= now.end;
    const nested = contains(now, other) || contains(other, now);
    const alike =
      near &&
      (apart ? fitsAsWell(block, best, built) : nested && isCopy(source, block, k, best, built));
    if (shows || takesTwins || holds || alike) yield built;
  }
  looked = 0;
  for (const placement of heldPlacements(source, problem, best)) {
    if (looked++ >= limits.suspected) return;
    const k = onlyDifference(taken, placement.ranges);
    if (k === undefined) continue;
    const [now, other] = [taken[k]!, placement.ranges[k]!];
    if (size(other) <= size(now)) continue;
    const doubtful = changesNoWords(source, shape.blocks[k]!, k, best);
    if (!doubtful && !twins.addsOnlyTwins(now, other)) continue;
    const built = rebuilt(placement);
    if (!built.idle[k]) yield built;
  }
}

/** Whether a block adds and removes nothing but blank lines and braces: hardly what an edit is about. */
function changesNoWords(
  source: readonly TextLine[],
  { tokens }: Block,
  k: number,
  best: Built,
): boolean {
  const { start, end } = best.placement.ranges[k]!;
  for (let line = start; line < end; line++) {
    if (best.proof.source[line]!.fate !== "kept" && hasWords(source[line]!.text)) return false;
  }
  return tokens.every(
    ({ editLine, text }) => fateOf(best, editLine) !== "placed" || !hasWords(text),
  );
}

function onlyDifference(
  one: readonly LineRange[],
  other: readonly LineRange[],
): number | undefined {
  const differing = one.flatMap((range, k) =>
    range.start === other[k]!.start && range.end === other[k]!.end ? [] : [k],
  );
  return differing.length === 1 ? differing[0] : undefined;
}

/** Whether a short block that changes nothing where it stands may show that lines go there. */
function showsRemoval({ tokens }: Block, idle: boolean, now: LineRange, other: LineRange): boolean {
  // A longer block that stands there line for line is an edit that was applied before.
  const words = tokens.filter((token) => hasWords(token.text)).length;
  return idle && tokens.length > 1 && words <= limits.idleWords && size(other) > size(now);
}

/** Whether of two readings one puts a copy beside lines that the other one takes in. */
function isCopy(
  source: readonly TextLine[],
  block: Block,
  k: number,
  best: Built,
  rival: Built,
): boolean {
  const [now, other] = [best.placement.ranges[k]!, rival.placement.ranges[k]!];
  const takesMore = contains(other, now);
  if (takesMore && !keepsEdges(block, best, rival)) return false;
  // Any blank line or brace would do as the end of more.
  if (other.end > now.end && !hasWords(block.tokens.at(-1)?.text ?? "")) return false;
  if (other.start < now.start && !hasWords(block.tokens[0]?.text ?? "")) return false;
  const [wide, narrow] = takesMore ? [rival, best] : [best, rival];
  if (removed(wide, k) < limits.copies) return false;
  const placed = block.tokens.filter((token) => fateOf(narrow, token.editLine) === "placed");
  if (repeats(source, wide.placement.ranges[k]!, narrow.placement.ranges[k]!, placed)) return true;
  const onlyAdds = narrow === rival && removed(narrow, k) === 0;
  return onlyAdds && repeats(source, now, other, block.tokens);
}

/** Whether every line of the block that one reading finds in the source the other finds in another place. */
function fitsAsWell({ tokens }: Block, best: Built, rival: Built): boolean {
  const known = tokens.filter((token) => fateOf(best, token.editLine) === "matched");
  return (
    known.filter((token) => hasWords(token.text)).length > 1 &&
    known.every((token) => fateOf(rival, token.editLine) === "matched")
  );
}

/** Whether the block's first and last line with words that one reading finds in the source the other finds too. */
function keepsEdges({ tokens }: Block, best: Built, rival: Built): boolean {
  const known = tokens.filter(
    (token) => hasWords(token.text) && fateOf(best, token.editLine) === "matched",
  );
  return [known[0], known.at(-1)].every(
    (token) => token === undefined || fateOf(rival, token.editLine) === "matched",
  );
}

const isBlankToken = (token: Block["tokens"][number] | undefined): boolean =>
  token?.text.trim() === "";

const hasBlankEdge = ({ tokens }: Block): boolean =>
  isBlankToken(tokens[0]) || isBlankToken(tokens.at(-1));

/** Whether a reading finds a blank line at the block's edge beside the block's next line, as the best one does not. */
function holdsBlankEdge(block: Block, best: Built, rival: Built): boolean {
  const [first, last] = [1, -1].map((step) => ({
    blank: isBlankToken(block.tokens.at(step === 1 ? 0 : -1)),
    best: edgeRun(block, best, step),
    rival: edgeRun(block, rival, step),
  }));
  if (first!.rival < first!.best || last!.rival < last!.best) return false;
  return [first!, last!].some((edge) => edge.blank && edge.best < 2 && edge.rival > 1);
}

/** How many lines from the block's first one on (step 1), or up from its last one (-1), stand one after the other. */
function edgeRun({ tokens }: Block, built: Built, step: number): number {
  let length = 0;
  let before: number | undefined;
  for (let i = step === 1 ? 0 : tokens.length - 1; i in tokens; i += step) {
    const fate = built.proof.edit[tokens[i]!.editLine]!;
    if (fate.fate !== "matched") break;
    if (before !== undefined && fate.source !== before + step) break;
    before = fate.source;
    length++;
  }
  return length;
}

function repeats(
  source: readonly TextLine[],
  wide: LineRange,
  narrow: LineRange,
  tokens: Block["tokens"],
): boolean {
  const texts = new Set(tokens.map((token) => token.text.trim()));
  let words = 0;
  let copies = 0;
  for (let line = wide.start; line < wide.end; line++) {
    if (line >= narrow.start && line < narrow.end) continue;
    const text = source[line]!.text.trim();
    if (!hasWords(text)) continue;
    words++;
    if (texts.has(text)) copies++;
  }
  return copies >= limits.copies && copies >= limits.copyShare * words;
}

const fateOf = (built: Built, editLine: number): string => built.proof.edit[editLine]!.fate;

const size = ({ start, end }: LineRange): number => end - start;

const contains = (wide: LineRange, narrow: LineRange): boolean =>
  wide.start <= narrow.start && wide.end >= narrow.end;

function removed(built: Built, k: number): number {
  const { start, end } = built.placement.ranges[k]!;
  return built.proof.source.slice(start, end).filter((fate) => fate.fate !== "kept").length;
}
