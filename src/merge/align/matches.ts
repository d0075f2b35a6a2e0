import { spend } from "../../core/budget.ts";
import type { TextLine } from "../../core/lines.ts";
import type { LineRange, Tier } from "../../core/merge.ts";
import { type Block, isFragment, type Shape, type Token } from "../shape.ts";
import { mayBeRemoved } from "../words/hunk.ts";
import { roughKey } from "../words/words.ts";
import { costs, infinity, limits } from "./costs.ts";
import { bindEdges, type EdgeBound } from "./edges.ts";
import {
  indentOf,
  isSame,
  type Pair,
  type Reindent,
  reindented,
  reindentOf,
  sameIndent,
  unitsOnly,
} from "./indent.ts";
import { declaredName } from "./names.ts";
import { withinNewScopes } from "./new-scopes.ts";
import type { AlignBlock, Problem, Row } from "./recurrence.ts";
import { lineDepths, scopeUnder } from "./scope.ts";
import { boundedDistance, likeness, looseKey, looseLines, signatureOf } from "./similar.ts";
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
  /** Per block: how its indentation became the source's; undefined = the placement has to tell. */
  readonly reindents: readonly (Reindent | undefined)[];
  /** Per block that quotes nothing: where it may go, the likeliest place first. */
  readonly insertions: readonly (readonly Insertion[] | undefined)[];
  /** Per block the blank lines that set its first new lines apart from the line above. */
  readonly blanksAbove: readonly number[];
}

const isBlank = (text: string): boolean => text.trim() === "";
const isWeak = (text: string): boolean => !/[\p{L}\p{N}]/u.test(text);

/** The text before an ellipsis that ends an abbreviated line; undefined = it is not abbreviated. */
export function abbreviated(text: string): string | undefined {
  const line = text.trim();
  const cut = line.endsWith("...") ? 3 : line.endsWith("…") ? 1 : 0;
  if (cut === 0) return undefined;
  const prefix = line.slice(0, -cut).trimEnd();
  return /[\p{L}\p{N}]{2}/u.test(prefix) ? prefix : undefined;
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

/** Finds for every edit line the source lines that it may be, by declared tiers. `thorough` looks for misquotes of lines that stand elsewhere too. */
export function prepare(source: readonly TextLine[], shape: Shape, thorough = false): Prepared {
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
      const soft = explicit || edge || thorough;
      const how = { edge, soft, thorough, keepsTrailing, reindent: reindents[k] };
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
  const insertions =
    explicit || symbol ? shape.blocks.map(() => undefined) : insertionsOf(source, shape, found);
  for (const [k, insertion] of insertions.entries()) {
    if (insertion) found[k] = found[k]!.map(() => []);
  }
  const bounds = shape.blocks.map((block, k): EdgeBound => {
    if (explicit) return { matches: found[k]!, fresh: new Int32Array(found[k]!.length) };
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
    const filled = (token: Token): boolean => !isBlank(token.text);
    const ends = [block.tokens.findIndex(filled), block.tokens.findLastIndex(filled)];
    const rows = block.tokens.map((token, i): Row => {
      const found = matches[k]![i]!;
      const atEdge = ends.includes(i) && !explicit;
      return {
        fresh:
          freshCost(token, found, explicit, allKnown) +
          (atEdge ? edgeCost(token, found) : 0) +
          bounds[k]!.fresh[i]! +
          (declared?.line(token, found) === undefined ? 0 : costs.declaredAgain),
        looseStart: looseCost(token, found),
        looseEnd: looseCost(token, found),
        ...columnsOf(found),
        removal: block.removals[i] !== undefined,
        telling: !isWeak(token.text) && index.isOnceInEdit(token),
      };
    });
    const removalAtEnd = block.removals[block.tokens.length] !== undefined;
    if (symbol) {
      const within = new Int32Array(source.length + 1).fill(infinity);
      within.fill(0, symbol.start, symbol.end + 1);
      return { rows, removalAtEnd, startCost: within, endCost: within };
    }
    const [insertion] = insertions[k] ?? [];
    if (insertion) {
      const only = onlyAt(source.length + 1, insertion.position);
      return { rows, removalAtEnd, startCost: only, endCost: only };
    }
    return { rows, removalAtEnd, ...placeCosts(block, source) };
  });
  return {
    problem: {
      steps: source.length,
      short,
      long,
      blocks,
      anchoredStart: !explicit && !shape.elidedStart && !symbol,
      anchoredEnd: !explicit && !shape.elidedEnd && !symbol,
      explicit,
      fragment: isFragment(shape, source.length),
      ...(!explicit && blocks.length > 1 && { depths: lineDepths(source) }),
    },
    matches,
    reindents,
    insertions,
    blanksAbove: explicit ? [] : blanksAbove(source, shape, found),
  };
}

/** The first and the last line of a block that has words and is in the source: what lies outside quotes nothing. */
function quotedSpan(tokens: readonly Token[], index: SourceIndex): { first: number; last: number } {
  const isQuote = (token: Token): boolean =>
    !isWeak(token.text) && index.occurrences(token).length > 0;
  const first = tokens.findIndex(isQuote);
  return first < 0
    ? { first: tokens.length, last: -1 }
    : { first, last: tokens.findLastIndex(isQuote) };
}

/** Matches as the alignment reads them. */
function columnsOf(matches: readonly Match[]): Pick<Row, "at" | "to" | "cost"> {
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
 * Each block's change of indentation, told by lines that stand once in the source; of blocks without such
 * lines what the others tell about the units. undefined = nothing is known.
 */
function estimateReindents(shape: Shape, index: SourceIndex): (Reindent | undefined)[] {
  const all: Pair[] = [];
  const own = shape.blocks.map((block) => {
    const pairs: Pair[] = [];
    const words = block.tokens.filter((token) => token.role !== "add" && !isWeak(token.text));
    for (const token of words) {
      const indent = index.onlyIndent(token);
      if (indent !== undefined) pairs.push([indentOf(token.text), indent]);
    }
    all.push(...pairs);
    const known = words.filter((token) => index.occurrences(token).length > 0);
    const exact = (token: Token | undefined): boolean =>
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

/** `allKnown`: every line of the block stands in the source, so the block most likely only removes. */
function freshCost(
  token: Token,
  matches: readonly Match[],
  explicit: boolean,
  allKnown: boolean,
): number {
  if (token.role === "add") return 0;
  if (explicit) return infinity;
  const count = matches.reduce((sum, match) => sum + (match.kind === "resembles" ? 0 : 1), 0);
  if (isBlank(token.text)) return costs.freshBlank;
  if (matches.some((match) => match.kind === "misquoted")) return costs.freshAbbreviated;
  if (count === 0) return costs.fresh;
  if (isWeak(token.text)) return costs.freshWeak;
  const factor = allKnown ? costs.freshThoughAllKnown : 1;
  if (count === 1) return factor * costs.freshThoughUnique;
  if (count <= limits.rarePlaces) return factor * costs.freshThoughRare;
  return (
    factor * (count <= limits.commonPlaces ? costs.freshThoughCommon : costs.freshThoughFrequent)
  );
}

/** Names that the source and the edit declare once each: an edit line that does so changes the source's line. */
class DeclaredNames {
  private readonly inSource = new Map<string, number[]>();
  private readonly inEdit = new Map<string, number>();

  constructor(source: readonly TextLine[], shape: Shape) {
    for (const block of shape.blocks) {
      for (const token of block.tokens) {
        const name = declaredName(token.text);
        if (name !== undefined) this.inEdit.set(name, (this.inEdit.get(name) ?? 0) + 1);
      }
    }
    for (const [line, { text }] of source.entries()) {
      const name = declaredName(text);
      if (name === undefined || !this.inEdit.has(name)) continue;
      const lines = this.inSource.get(name);
      if (lines) lines.push(line);
      else this.inSource.set(name, [line]);
    }
  }

  /** The source line that declares what this edit line declares anew. */
  line(token: Token, found: readonly Match[]): number | undefined {
    const name = declaredName(token.text);
    if (name === undefined || this.inEdit.get(name) !== 1) return undefined;
    if (found.some((match) => match.kind !== "resembles")) return undefined;
    const lines = this.inSource.get(name);
    return lines?.length === 1 ? lines[0] : undefined;
  }
}

/** A block's first and last line, blank ones aside, are there to tell its place: if they stand in the source, there. */
function edgeCost(token: Token, matches: readonly Match[]): number {
  const count = matches.reduce((sum, match) => sum + (match.cost === 0 ? 1 : 0), 0);
  if (count === 0 || isWeak(token.text)) return 0;
  return count === 1 ? costs.freshEdgeUnique : costs.freshEdge;
}

function looseCost(token: Token, matches: readonly Match[]): number {
  if (token.role === "add") return 0;
  if (isBlank(token.text)) return costs.looseBlank;
  if (matches.length === 0) return costs.loose;
  return isWeak(token.text) ? costs.looseWeak : costs.looseThoughKnown;
}

function onlyAt(positions: number, position: number): Int32Array {
  const array = new Int32Array(positions).fill(infinity);
  if (position >= 0 && position < positions) array[position] = 0;
  return array;
}

/** Certain places and hints of the caller's format, as costs of beginning or ending at each position. */
function placeCosts(
  block: Block,
  source: readonly TextLine[],
): { startCost?: Int32Array; endCost?: Int32Array } {
  const positions = source.length + 1;
  const only = (position: number): Int32Array => onlyAt(positions, position);
  if (block.atLine !== undefined) return { startCost: only(block.atLine - 1) };
  if (block.anchor === "start") return { startCost: only(0) };
  if (block.anchor === "end") return { endCost: only(source.length) };
  let startCost: Int32Array | undefined;
  if (block.under !== undefined && block.under.length > 0) {
    startCost = underCosts(block.under, source);
  }
  if (block.nearLine !== undefined) {
    startCost ??= new Int32Array(positions);
    for (let p = 0; p < positions; p++) {
      if (p !== block.nearLine - 1)
        startCost[p] = Math.min(infinity, startCost[p]! + costs.offHint);
    }
  }
  return startCost ? { startCost } : {};
}

/**
 * A block said to stand under a line: above all its places is worst. Where such a line opens a scope, in one of these
 * is better than behind them.
 */
function underCosts(under: readonly string[], source: readonly TextLine[]): Int32Array {
  const array = new Int32Array(source.length + 1);
  let from = 0;
  let places: number[] = [];
  for (const header of under) {
    places = linesLike(header.trim(), source, from);
    if (places.length === 0) return array;
    from = places[0]! + 1;
  }
  const { least } = lineDepths(source);
  const scopes = places.map((line) => scopeUnder(line, least));
  if (scopes.every((scope) => scope !== undefined)) {
    array.fill(costs.behindHeader, from);
    for (const { start, end } of scopes) array.fill(0, start, end + 1);
  }
  return array.fill(costs.aboveHeader, 0, Math.max(0, from - 1));
}

/** The lines that are the text, blanks around aside; or, where none is, those that hold it. */
function linesLike(text: string, source: readonly TextLine[], from: number): number[] {
  const lines = [...source.keys()].slice(from);
  const same = lines.filter((line) => source[line]!.text.trim() === text);
  return same.length > 0 ? same : lines.filter((line) => source[line]!.text.includes(text));
}

interface FindOptions {
  /** First or last of its block. */
  readonly edge: boolean;
  /** Look for likenesses where nothing equal stands in the source. */
  readonly soft: boolean;
  readonly thorough: boolean;
  /** The edit keeps trailing blanks, so a line without them is changed. */
  readonly keepsTrailing: boolean;
  readonly reindent: Reindent | undefined;
}

/** Source lines by their text, blanks around aside; by their loose text; and by likeness. */
class SourceIndex {
  private readonly source: readonly TextLine[];
  private readonly byKey = new Map<string, number[]>();
  private readonly inEdit = new Map<string, number>();
  private byLoose: Map<string, number[]> | undefined;
  private readonly misquotes = new Map<string, readonly Match[]>();
  private byWords: Map<string, number[]> | undefined;

  constructor(source: readonly TextLine[], shape: Shape) {
    this.source = source;
    for (const block of shape.blocks) {
      for (const token of block.tokens) {
        if (token.role === "add") continue;
        const key = token.text.trim();
        this.byKey.set(key, []);
        this.inEdit.set(key, (this.inEdit.get(key) ?? 0) + 1);
      }
    }
    for (let line = 0; line < source.length; line++) {
      this.byKey.get(source[line]!.text.trim())?.push(line);
    }
  }

  occurrences(token: Token): readonly number[] {
    return this.byKey.get(token.text.trim()) ?? [];
  }

  /** Whether no other line of the edit, new ones aside, has this text. */
  isOnceInEdit(token: Token): boolean {
    return this.inEdit.get(token.text.trim()) === 1;
  }

  /** The indentation that all lines with a token's text have; undefined = they differ, or there is none. */
  onlyIndent(token: Token): string | undefined {
    const [first, ...others] = this.occurrences(token);
    if (first === undefined) return undefined;
    const line = this.source[first]!.text;
    const before = indentOf(line);
    const same = others.every((other) => {
      const { text } = this.source[other]!;
      return text.length >= before.length && (text === line || indentOf(text) === before);
    });
    return same ? before : undefined;
  }

  hasExact(token: Token): boolean {
    return this.occurrences(token).some((line) => this.source[line]!.text === token.text);
  }

  find(token: Token, how: FindOptions): readonly Match[] {
    const { text } = token;
    const { soft, reindent } = how;
    const thorough = how.thorough && token.role !== "either";
    const matches: Match[] = [];
    const trimmed = text.trim();
    const shifted = reindent !== undefined && !isSame(reindent);
    const expected = (shifted ? reindented(text, reindent) : text).trimEnd();
    const weak = isWeak(text);
    spend(1 + 4 * this.occurrences(token).length);
    for (const source of this.occurrences(token)) {
      const line = this.source[source]!.text;
      if (line === text) {
        const cost = shifted && trimmed !== "" && expected !== text ? costs.unshifted : 0;
        matches.push({ source, cost, kind: "exact" });
      } else if (trimmed === "" || line.trimEnd() === expected) {
        const tier: Kind = shifted && trimmed !== "" ? "indent" : "trailing";
        if (tier === "indent") matches.push({ source, cost: costs.shifted, kind: tier });
        else if (how.keepsTrailing && token.role === "either") {
          matches.push({ source, cost: costs.trailingOnPurpose, kind: "resembles" });
        } else matches.push({ source, cost: costs.trailing, kind: tier });
      } else if (reindent === undefined || token.role !== "either") {
        const misplaced = weak && reindent !== undefined;
        matches.push({ source, cost: misplaced ? costs.indentWeak : costs.indent, kind: "indent" });
      } else if (!weak || (how.edge && shifted)) {
        matches.push({ source, cost: costs.reindented, kind: "resembles" });
      }
    }
    // An explicit edit may mean a line of the same words though its own spelling stands elsewhere.
    const explicit = token.role !== "either";
    if (trimmed === "" || (matches.length > 0 && !explicit)) return matches;
    const taken = new Set(matches.map((match) => match.source));
    const add = (more: readonly Match[]): void => {
      for (const match of more) if (!taken.has(match.source)) matches.push(match);
    };
    if (explicit) {
      add(this.inSameWords(text));
      if (token.role === "keep" && matches.length === 0) add(this.typographic(text, "typography"));
      if (token.role === "keep" && (matches.length === 0 || thorough)) add(this.misquoted(text));
    } else {
      const prefix = abbreviated(text);
      if (prefix !== undefined) add(this.beginningWith(prefix));
      if (matches.length === 0 && soft) add(this.typographic(text, "typography"));
    }
    return matches.sort((a, b) => a.source - b.source);
  }

  private beginningWith(prefix: string): Match[] {
    const found: Match[] = [];
    spend(this.source.length);
    for (let source = 0; source < this.source.length; source++) {
      const line = this.source[source]!.text.trim();
      if (line.length > prefix.length && line.startsWith(prefix)) {
        found.push({ source, cost: costs.misquoted, kind: "misquoted" });
      }
    }
    return found;
  }

  /** Lines that a removed line may stand for: a word or a number that differs is another line. */
  private inSameWords(text: string): Match[] {
    if (this.byWords === undefined) {
      this.byWords = new Map([...this.inEdit.keys()].map((key) => [roughKey(key), []]));
      for (const [line, source] of this.source.entries())
        this.byWords.get(roughKey(source.text))?.push(line);
    }
    const trimmed = text.trim();
    const others = this.byWords
      .get(roughKey(text))
      ?.filter((line) => this.source[line]!.text.trim() !== trimmed);
    return (others ?? [])
      .filter((line) => mayBeRemoved(text, this.source[line]!.text))
      .map((source) => ({ source, cost: costs.typography, kind: "typography" }));
  }

  private typographic(text: string, kind: Kind): Match[] {
    if (this.byLoose === undefined) {
      this.byLoose = new Map();
      for (const [line, key] of looseLines(this.source).keys.entries()) {
        const list = this.byLoose.get(key);
        if (list) list.push(line);
        else this.byLoose.set(key, [line]);
      }
    }
    const found = this.byLoose.get(looseKey(text)) ?? [];
    const others = found.filter((line) => this.source[line]!.text.trim() !== text.trim());
    return others.map((source) => ({ source, cost: costs.typography, kind }));
  }

  /** Small misquotes: a letter wrong, a mark missing. Up to one in six characters differs. */
  private misquoted(text: string): readonly Match[] {
    const key = looseKey(text);
    const known = this.misquotes.get(key);
    if (known) return known;
    const signature = signatureOf(key);
    // Of very long lines only a few characters: the table grows with length times limit.
    const limit = Math.min(
      limits.misquotedCharacters,
      Math.max(1, Math.floor(key.length / limits.misquotedOneIn)),
    );
    const found: Match[] = [];
    const { keys, signatures, weak } = looseLines(this.source);
    spend(keys.length);
    for (const [source, other] of keys.entries()) {
      if (Math.abs(other.length - key.length) > limit || weak[source] === 1) continue;
      if (key.length > 12 && likeness(signature, signatures[source]!) < 0.5) continue;
      const distance = boundedDistance(key, other, limit);
      if (distance > limit) continue;
      const share = distance / Math.max(key.length, other.length);
      const cost = costs.misquoted + Math.round(costs.misquotedWhole * share);
      found.push({ source, cost, kind: "misquoted" });
    }
    this.misquotes.set(key, found);
    return found;
  }
}
