import type { LineRange } from "../../core/merge.ts";
import { indentOf } from "../../text/indent.ts";
import type { TextLine } from "../../text/lines.ts";
import { hasWords, isBlank } from "../../text/words.ts";
import { type Block, type BlockLine, isFragment, type Shape } from "../shape.ts";
import { costs, infinity } from "./costs.ts";
import { bindEdges, type EdgeBound } from "./edges.ts";
import {
  type IndentPair,
  isSame,
  type Reindent,
  reindentOf,
  sameIndent,
  unitsOnly,
} from "./indent.ts";
import { addedCost, DeclaredNames, edgeCost, looseCost } from "./line-costs.ts";
import type { Match } from "./match.ts";
import { withinNewScopes } from "./new-scopes.ts";
import { onlyAt, placeCosts } from "./place-costs.ts";
import type { AlignBlock, AlignRow, Problem } from "./recurrence.ts";
import { lineDepths } from "./scope.ts";
import { SourceIndex } from "./source-index.ts";
import { symbolOf } from "./symbol.ts";
import { blanksAbove, type Insertion, insertionsOf } from "./unquoted.ts";

/** Everything the alignment needs to know about one edit and one source. */
export interface Prepared {
  readonly problem: Problem;
  /** Per block and token: its matches by source line, ascending. */
  readonly matches: readonly (readonly (readonly Match[])[])[];
  /** Per block: how its indentation becomes the source's, or undefined if only the placement can show it. */
  readonly reindents: readonly (Reindent | undefined)[];
  /** Per block that quotes nothing: where it may go, the likeliest place first. */
  readonly insertions: readonly (readonly Insertion[] | undefined)[];
  /** The lines of the one symbol that the edit shows. */
  readonly symbol?: LineRange;
  /** Per block the blank lines that set its first new lines apart from the line above. */
  readonly blanksAbove: readonly number[];
}

/** How many pairs of an edit line and a source line are equal but for blanks: what placing will cost. */
export function pairsToWeigh(source: readonly TextLine[], shape: Shape): number {
  const counts = new Map<string, number>();
  for (const { text } of source) {
    const key = text.trim();
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  let pairs = 0;
  for (const block of shape.blocks) {
    for (const token of block.tokens) {
      if (token.role !== "add") pairs += counts.get(token.text.trim()) ?? 0;
    }
  }
  return pairs;
}

/** Finds for every edit line the source lines that it may be, by declared tiers. */
export function prepare(source: readonly TextLine[], shape: Shape, within?: LineRange): Prepared {
  const index = new SourceIndex(source, shape);
  const explicit = shape.extent === "parts";
  const reindents = estimateReindents(shape, index);
  const declared = explicit ? undefined : new DeclaredNames(source, shape);
  const candidates = candidateMatches(shape, index, reindents, declared);
  const isShifted = (k: number): boolean => reindents[k] !== undefined && !isSame(reindents[k]);
  const found = explicit ? candidates : withinNewScopes(source, shape, candidates, isShifted);
  const symbol = symbolOf(source, shape, found);
  const insertions = explicit
    ? shape.blocks.map(() => undefined)
    : insertionsOf(source, shape, found);
  for (const [k, insertion] of insertions.entries()) {
    if (insertion) found[k] = found[k]!.map(() => []);
  }
  const bounds = shape.blocks.map((block, k): EdgeBound => {
    if (explicit) return { matches: found[k]!, added: new Int32Array(found[k]!.length) };
    return bindEdges(block.tokens, block.removals, found[k]!);
  });
  const matches = bounds.map((bound) => bound.matches);
  const blocks = shape.blocks.map((block, k): AlignBlock => {
    const rows = blockRows(block, bounds[k]!, { explicit, declared, index });
    const removalAtEnd = block.removals[block.tokens.length] !== undefined;
    const insertion = insertions[k]?.[0];
    return {
      rows,
      removalAtEnd,
      ...positionCosts(block, source, { insertion, symbol, within }),
    };
  });
  return {
    problem: {
      steps: source.length,
      ...passingCosts(source, explicit),
      blocks,
      anchoredStart: !explicit && !shape.elidedStart && !symbol && !within,
      anchoredEnd: !explicit && !shape.elidedEnd && !symbol && !within,
      explicit,
      fragment: isFragment(shape, source.length),
      ...(!explicit && blocks.length > 1 && { depths: lineDepths(source) }),
    },
    matches,
    reindents,
    insertions,
    ...(symbol && { symbol }),
    blanksAbove: explicit ? [] : blanksAbove(source, shape, found),
  };
}

/** Per block and token: the source lines that it may be, with a line that declares the same name among them. */
function candidateMatches(
  shape: Shape,
  index: SourceIndex,
  reindents: Prepared["reindents"],
  declared: DeclaredNames | undefined,
): (readonly Match[])[][] {
  const explicit = shape.extent === "parts";
  const keepsTrailing = shape.blocks.some((block) =>
    block.tokens.some((token) => token.text !== token.text.trimEnd() && index.hasExact(token)),
  );
  return shape.blocks.map((block, k) => {
    const quoted = quotedSpan(block.tokens, index);
    return block.tokens.map((token, position): readonly Match[] => {
      if (token.role === "add") return [];
      const edge = position <= quoted.first || position >= quoted.last;
      const soft = explicit || edge;
      const how = { edge, soft, keepsTrailing, reindent: reindents[k] };
      const matches = index.find(token, how);
      const line = declared?.line(token, matches);
      if (line === undefined) return matches;
      const others = matches.filter((match) => match.source !== line);
      const redeclared: Match = { source: line, cost: costs.redeclared, kind: "resembles" };
      return [...others, redeclared].sort((a, b) => a.source - b.source);
    });
  });
}

/** The cost of passing over each source line within a block: it stays in an explicit edit, and is removed by a sketch. */
function passingCosts(
  source: readonly TextLine[],
  explicit: boolean,
): Pick<Problem, "short" | "long"> {
  const short = new Int32Array(source.length);
  const long = new Int32Array(source.length);
  for (let line = 0; line < source.length; line++) {
    const blank = isBlank(source[line]!.text);
    if (explicit) {
      short[line] = blank ? costs.omittedLine / 2 : costs.omittedLine;
      long[line] = infinity;
    } else {
      short[line] = blank ? costs.blankLine : costs.removeLine;
      long[line] = blank ? costs.blankLine / 2 : costs.manyLine;
    }
  }
  return { short, long };
}

interface RowContext {
  readonly explicit: boolean;
  readonly declared: DeclaredNames | undefined;
  readonly index: SourceIndex;
}

/** The lines of a block as the alignment sees them. */
function blockRows(
  { tokens, removals }: Block,
  { matches, added }: EdgeBound,
  { explicit, declared, index }: RowContext,
): AlignRow[] {
  const allKnown = tokens.every(
    (token, i) => isBlank(token.text) || matches[i]!.some((match) => match.kind !== "resembles"),
  );
  const filled = (token: BlockLine): boolean => !isBlank(token.text);
  const ends = [tokens.findIndex(filled), tokens.findLastIndex(filled)];
  return tokens.map((token, i): AlignRow => {
    const found = matches[i]!;
    const atEdge = ends.includes(i) && !explicit;
    return {
      added:
        addedCost(token, found, explicit, allKnown) +
        (atEdge ? edgeCost(token, found) : 0) +
        added[i]! +
        (declared?.line(token, found) === undefined ? 0 : costs.declaredAgain),
      looseStart: looseCost(token, found),
      looseEnd: looseCost(token, found),
      ...matchColumns(found),
      removal: removals[i] !== undefined,
      unique: hasWords(token.text) && index.isOnceInEdit(token),
    };
  });
}

interface PlaceLimits {
  readonly insertion: Insertion | undefined;
  readonly symbol: LineRange | undefined;
  readonly within: LineRange | undefined;
}

/** The costs of beginning and ending a block at each position: where it may be, and where its format says that it is. */
function positionCosts(
  block: Block,
  source: readonly TextLine[],
  { insertion, symbol, within }: PlaceLimits,
): Pick<AlignBlock, "startCost" | "endCost"> {
  const positions = source.length + 1;
  if (insertion) {
    const only = onlyAt(positions, insertion.position);
    return { startCost: only, endCost: only };
  }
  if (symbol) {
    const inside = onlyIn(positions, symbol);
    return { startCost: inside, endCost: inside };
  }
  const given = placeCosts(block, source);
  if (within === undefined) return given;
  const inside = onlyIn(positions, within);
  return {
    startCost: given.startCost?.map((cost, at) => Math.max(cost, inside[at]!)) ?? inside,
    endCost: given.endCost?.map((cost, at) => Math.max(cost, inside[at]!)) ?? inside,
  };
}

/** Costs of each position where only those of a range are possible. */
function onlyIn(positions: number, { start, end }: LineRange): Int32Array {
  return new Int32Array(positions).fill(infinity).fill(0, start, end + 1);
}

/** The first and the last line of a block that has words and is in the source: what lies outside quotes nothing. */
function quotedSpan(
  tokens: readonly BlockLine[],
  index: SourceIndex,
): { first: number; last: number } {
  const isQuote = (token: BlockLine): boolean =>
    hasWords(token.text) && index.occurrences(token).length > 0;
  const first = tokens.findIndex(isQuote);
  return first < 0
    ? { first: tokens.length, last: -1 }
    : { first, last: tokens.findLastIndex(isQuote) };
}

/** Matches as the alignment reads them. */
function matchColumns(matches: readonly Match[]): Pick<AlignRow, "at" | "to" | "cost"> {
  const at = new Int32Array(matches.length);
  const to = new Int32Array(matches.length);
  const cost = new Int32Array(matches.length);
  for (let c = 0; c < matches.length; c++) {
    const match = matches[c]!;
    at[c] = match.source;
    to[c] = match.source + 1;
    cost[c] = match.cost;
  }
  return { at, to, cost };
}

/**
 * Each block's change of indentation, by the lines that occur once in the source; for blocks without such lines, the
 * units of the others. Undefined where nothing is known.
 */
function estimateReindents(shape: Shape, index: SourceIndex): (Reindent | undefined)[] {
  const all: IndentPair[] = [];
  const own = shape.blocks.map((block) => {
    const pairs: IndentPair[] = [];
    const words = block.tokens.filter((token) => token.role !== "add" && hasWords(token.text));
    for (const token of words) {
      const indent = index.onlyIndent(token);
      if (indent !== undefined) pairs.push([indentOf(token.text), indent]);
    }
    all.push(...pairs);
    const known = words.filter((token) => index.occurrences(token).length > 0);
    const exact = (token: BlockLine | undefined): boolean =>
      token !== undefined && indentOf(token.text) !== "" && index.hasExact(token);
    const edges = Number(exact(known[0])) + Number(exact(known.at(-1)));
    const mostly = 2 * known.filter((token) => index.hasExact(token)).length >= known.length;
    return { pairs, fixed: edges === 2 || (edges === 1 && mostly) };
  });
  const wide = all.length === 0 ? undefined : unitsOnly(reindentOf(all));
  const steady = all.every(([edit, line]) => edit === line);
  return own.map(({ pairs, fixed }) => {
    if (shape.extent === "file" && fixed) return sameIndent;
    if (pairs.length === 0 && !steady && wide !== undefined && isSame(wide)) return undefined;
    if (pairs.every(([edit, line]) => edit === "" && line === "")) return wide;
    return reindentOf(pairs);
  });
}
