import type { LineRange, Tier } from "../../core/merge.ts";
import { indentOf } from "../../text/indent.ts";
import type { TextLine } from "../../text/lines.ts";
import { hasWords, isBlank } from "../../text/words.ts";
import { type BlockLine, isFragment, type Shape } from "../shape.ts";
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
import { withinNewScopes } from "./new-scopes.ts";
import { onlyAt, placeCosts } from "./place-costs.ts";
import type { AlignBlock, Problem, Row } from "./recurrence.ts";
import { lineDepths } from "./scope.ts";
import { SourceIndex } from "./source-index.ts";
import { symbolOf } from "./symbol.ts";
import { blanksAbove, type Insertion, insertionsOf } from "./unquoted.ts";

/** How a match counts: by a tier the source line stays; `resembles` = the edit's line replaces it. */
export type Kind = Tier | "resembles";

export interface Match {
  readonly source: number;
  readonly cost: number;
  readonly kind: Kind;
}

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
  const keepsTrailing = shape.blocks.some((block) =>
    block.tokens.some((token) => token.text !== token.text.trimEnd() && index.hasExact(token)),
  );
  const declared = explicit ? undefined : new DeclaredNames(source, shape);
  const candidates = shape.blocks.map((block, k) => {
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
  const isShifted = (k: number): boolean => reindents[k] !== undefined && !isSame(reindents[k]);
  const found = explicit ? candidates : withinNewScopes(source, shape, candidates, isShifted);
  const symbol: LineRange | undefined = symbolOf(source, shape, found);
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
  const blocks = shape.blocks.map((block, k): AlignBlock => {
    const allKnown = block.tokens.every(
      (token, i) =>
        isBlank(token.text) || matches[k]![i]!.some((match) => match.kind !== "resembles"),
    );
    const filled = (token: BlockLine): boolean => !isBlank(token.text);
    const ends = [block.tokens.findIndex(filled), block.tokens.findLastIndex(filled)];
    const rows = block.tokens.map((token, i): Row => {
      const found = matches[k]![i]!;
      const atEdge = ends.includes(i) && !explicit;
      return {
        added:
          addedCost(token, found, explicit, allKnown) +
          (atEdge ? edgeCost(token, found) : 0) +
          bounds[k]!.added[i]! +
          (declared?.line(token, found) === undefined ? 0 : costs.declaredAgain),
        looseStart: looseCost(token, found),
        looseEnd: looseCost(token, found),
        ...matchColumns(found),
        removal: block.removals[i] !== undefined,
        distinctive: hasWords(token.text) && index.isOnceInEdit(token),
      };
    });
    const removalAtEnd = block.removals[block.tokens.length] !== undefined;
    const [insertion] = insertions[k] ?? [];
    if (symbol && !insertion) {
      const inside = onlyIn(source.length + 1, symbol);
      return { rows, removalAtEnd, startCost: inside, endCost: inside };
    }
    if (insertion) {
      const only = onlyAt(source.length + 1, insertion.position);
      return { rows, removalAtEnd, startCost: only, endCost: only };
    }
    const given = placeCosts(block, source);
    if (within === undefined) return { rows, removalAtEnd, ...given };
    const inside = onlyIn(source.length + 1, within);
    const startCost = given.startCost?.map((cost, at) => Math.max(cost, inside[at]!)) ?? inside;
    const endCost = given.endCost?.map((cost, at) => Math.max(cost, inside[at]!)) ?? inside;
    return { rows, removalAtEnd, startCost, endCost };
  });
  return {
    problem: {
      steps: source.length,
      short,
      long,
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
function matchColumns(matches: readonly Match[]): Pick<Row, "at" | "to" | "cost"> {
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
