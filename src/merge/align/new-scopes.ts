import type { TextLine } from "../../text/lines.ts";
import type { BlockLine, Shape } from "../shape.ts";
import { limits } from "./costs.ts";
import { isDistinctive } from "./distinctive.ts";
import type { Match } from "./match.ts";
import { declaredName } from "./names.ts";
import { isCloser, type Nesting, nestingOf } from "./nesting.ts";
import { depthsOf, scopeUnder } from "./scope.ts";
import { subjectOf } from "./subject.ts";

/** Openers that declare nothing: their content may have been there before. */
const beginsNoDeclaration =
  /^\s*(?:[^\s\p{L}\p{N}_$@.#"'<]|(?:if|else|elif|elsif|elseif|for|foreach|while|until|unless|switch|match|when|case|default|try|catch|except|rescue|ensure|finally|with|do|loop|begin|then|return|await|async|unsafe|using|lock|synchronized)\b)/u;

/** Openers of one more branch of the same decision. */
const isBranch = /^\s*(?:\}\s*)?(?:elif|elsif|elseif|else\s+if|when|case|catch|except|rescue)\b/;

type FoundMatches = readonly (readonly Match[])[];

/**
 * The matches of a sketch's lines without those that its own structure rules out. A scope that the sketch newly opens is
 * new as a whole, however much its lines look like the file's: a function beside a similar one is added. And the line
 * that closes a scope matches only if the line that opens it does, and then only that scope's closer.
 */
export function withinNewScopes(
  source: readonly TextLine[],
  shape: Shape,
  matches: readonly FoundMatches[],
  isShifted: (block: number) => boolean,
): FoundMatches[] {
  const structure = new Structure(source, shape, matches, isShifted);
  structure.bindScopes();
  return structure.matches();
}

class Structure {
  private readonly source: readonly TextLine[];
  private readonly shape: Shape;
  private readonly tokens: readonly BlockLine[];
  private readonly blockOf: readonly number[];
  private readonly found: (readonly Match[])[];
  private readonly nesting: Nesting;
  private readonly isShifted: (block: number) => boolean;
  private readonly depths: Int32Array;
  private parents: Int32Array | undefined;

  constructor(
    source: readonly TextLine[],
    shape: Shape,
    matches: readonly FoundMatches[],
    isShifted: (block: number) => boolean,
  ) {
    this.source = source;
    this.shape = shape;
    this.tokens = shape.blocks.flatMap((block) => block.tokens);
    this.blockOf = shape.blocks.flatMap((block, k) => block.tokens.map(() => k));
    this.found = matches.flat();
    this.nesting = nestingOf(this.tokens);
    this.isShifted = isShifted;
    this.depths = depthsOf(source);
  }

  matches(): FoundMatches[] {
    let at = 0;
    return this.shape.blocks.map(({ tokens }) => {
      at += tokens.length;
      return this.found.slice(at - tokens.length, at);
    });
  }

  bindScopes(): void {
    const { ends } = this.nesting;
    for (let i = 0; i < this.tokens.length; i++) {
      const { text } = this.tokens[i]!;
      if (ends[i]! === i + 1 || text.trim() === "" || !mayOpen(text)) continue;
      const end = Math.min(ends[i]!, this.blockEnd(i));
      if (this.found[i]!.length > 0) continue;
      if (!this.isNewScope(i, end)) continue;
      for (let j = i + 1; j < end; j++) this.found[j] = [];
    }
    for (let i = 0; i < this.tokens.length; i++) this.bindCloser(i);
    this.freeEdgeBlanks();
  }

  /**
   * Blank lines between new lines at a block's edge and what the block quotes belong to the new lines: the file's own
   * blank line stays on the other side.
   */
  private freeEdgeBlanks(): void {
    for (let start = 0; start < this.tokens.length; start = this.blockEnd(start)) {
      const end = this.blockEnd(start);
      const isFilled = (j: number): boolean => this.tokens[j]!.text.trim() !== "";
      const isFound = (j: number): boolean =>
        this.found[j]!.length > 0 && isDistinctive(this.tokens[j]!.text);
      let first = start;
      while (first < end && !isFound(first)) first++;
      if (first === end) continue;
      // Braces right before what the block quotes are quoted with it.
      while (first > start && isFilled(first - 1) && this.found[first - 1]!.length > 0) first--;
      let last = end - 1;
      while (!isFound(last)) last--;
      while (last + 1 < end && isFilled(last + 1) && this.found[last + 1]!.length > 0) last++;
      const free = (from: number, to: number): void => {
        for (let j = from; j < to; j++) if (!isFilled(j)) this.found[j] = [];
      };
      if (isFilled(start)) free(start, first);
      if (isFilled(end - 1)) free(last + 1, end);
    }
  }

  /** The index behind the last token of this token's block. */
  private blockEnd(i: number): number {
    let end = i;
    while (end < this.tokens.length && this.blockOf[end] === this.blockOf[i]) end++;
    return end;
  }

  /** Whether the scope that a new line opens is new too, and not one of the file whose first line changes. */
  private isNewScope(i: number, end: number): boolean {
    const body = this.distinctive(i + 1, end);
    if (body.some((j) => this.isAbbreviated(j))) return false;
    const known = body.filter((j) => this.isQuote(j));
    if (known.length === 0) return true;
    const { text } = this.tokens[i]!;
    const declares = declaredName(text) !== undefined || !beginsNoDeclaration.test(text);
    const copied = this.copiedScope(i, known, body);
    const isCopy = copied !== undefined && copied.lines >= limits.scopeCopyShare * body.length;
    if (!isCopy) return declares && this.isShownWhole(i, end, body);
    if (!declares) {
      // A further branch is added between two others, and not inside one that resembles it.
      if (!isBranch.test(text) || this.distinctive(this.blockStart(i), i).length > 0) return false;
      return this.distinctive(end, this.blockEnd(i)).some((j) => this.isQuote(j));
    }
    // What declares the same name changes it.
    const subject = subjectOf(text);
    if (subject !== undefined && subject === subjectOf(this.source[copied.header]!.text))
      return false;
    // Between two quotes the file's lines are replaced, so the scope is one of the file that is renamed.
    const above = this.distinctive(this.blockStart(i), i).filter((j) => this.isQuote(j));
    const below = this.distinctive(end, this.blockEnd(i)).some((j) => this.isQuote(j));
    if (above.length > 0 && below) return false;
    const isWhole = this.isWholeCopy(i, end, body, copied);
    // A copy follows the original; a replacement follows the lines above the original. With markers on both sides
    // nothing says where a copy belongs.
    if (above.length > 0) return isWhole && this.follows(above.at(-1)!, copied.header);
    return this.isAppended(this.blockOf[i]!) && (isWhole || this.isShownWhole(i, end, body));
  }

  /** Whether the edit shows a scope to its end: its closer, or, where none is needed, a last line that is new. */
  private isShownWhole(i: number, end: number, body: readonly number[]): boolean {
    if (this.nesting.openers[end - 1] === i) return true;
    return !/[([{]\s*$/.test(this.tokens[i]!.text) && !this.isQuote(body.at(-1)!);
  }

  /** Whether a scope is shown to its end, and has most of what is in a scope of the file. */
  private isWholeCopy(
    i: number,
    end: number,
    body: readonly number[],
    { header, lines }: { readonly header: number; readonly lines: number },
  ): boolean {
    const scope = scopeUnder(header, this.depths);
    if (!scope) return false;
    const inScope = this.source
      .slice(scope.start, scope.end)
      .filter(({ text }) => isDistinctive(text));
    if (lines < limits.scopeCopyShare * inScope.length) return false;
    if (this.nesting.openers[end - 1] === i) return true;
    const bracketed = /[([{]\s*$/.test(this.tokens[i]!.text);
    return !bracketed && this.endsAlike(body.at(-1)!, header);
  }

  /** Whether all strict matches of an edit line are after a line of the file. */
  private follows(j: number, header: number): boolean {
    const places = this.found[j]!.filter(isStrict);
    return places.every(({ source }) => source > header);
  }

  /** Whether a block has a marker before it and none after it: its new lines belong at the end. */
  private isAppended(block: number): boolean {
    const { elidedStart, elidedEnd, blocks } = this.shape;
    return (block > 0 || elidedStart) && block === blocks.length - 1 && !elidedEnd;
  }

  private blockStart(i: number): number {
    let start = i;
    while (start > 0 && this.blockOf[start - 1] === this.blockOf[i]) start--;
    return start;
  }

  private distinctive(from: number, to: number): number[] {
    const found: number[] = [];
    for (let j = from; j < to; j++) if (isDistinctive(this.tokens[j]!.text)) found.push(j);
    return found;
  }

  private isQuote(j: number): boolean {
    const strict = this.found[j]!.filter(isStrict).length;
    return strict > 0 && strict <= limits.scopePlaces;
  }

  /** Whether a line is one of the file's cut short: new code is written out. */
  private isAbbreviated(j: number): boolean {
    return this.found[j]!.some(({ kind }) => kind === "misquoted");
  }

  /**
   * The line of the file that opens the scope in which most of the lines `known` are, as deep in it as in the edit; and
   * how many lines of the whole body are in that scope.
   */
  private copiedScope(
    opener: number,
    known: readonly number[],
    body: readonly number[],
  ): { header: number; lines: number } | undefined {
    const votes = new Map<number, number>();
    for (const j of known) {
      for (const header of this.headersOf(opener, j)) {
        if (header >= 0) votes.set(header, (votes.get(header) ?? 0) + 1);
      }
    }
    const [best] = [...votes].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
    if (best === undefined) return undefined;
    const [header] = best;
    const end = scopeUnder(header, this.depths)?.end ?? header + 1;
    return { header, lines: body.filter((j) => this.isMatchedBetween(j, header, end)).length };
  }

  /** Whether a line has a strict match below `header` and above `end`. The matches are in ascending order. */
  private isMatchedBetween(j: number, header: number, end: number): boolean {
    const matches = this.found[j]!;
    let low = 0;
    let high = matches.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (matches[middle]!.source <= header) low = middle + 1;
      else high = middle;
    }
    for (; low < matches.length && matches[low]!.source < end; low++) {
      if (isStrict(matches[low]!)) return true;
    }
    return false;
  }

  /** The lines of the file that open what the matches of line `j` are in, as many scopes up as the edit's line is in. */
  private headersOf(opener: number, j: number): Set<number> {
    const levels = this.levelsBetween(opener, j);
    return new Set(
      this.found[j]!.filter(isStrict).map(({ source }) => this.ancestor(source, levels)),
    );
  }

  /** How many scopes of the edit are open between a line and one of its scope. */
  private levelsBetween(opener: number, j: number): number {
    const { depths } = this.nesting;
    let levels = 0;
    let depth = depths[j]!;
    for (let i = j - 1; i >= opener; i--) {
      if (this.tokens[i]!.text.trim() === "" || depths[i]! >= depth) continue;
      depth = depths[i]!;
      levels++;
    }
    return levels;
  }

  private ancestor(line: number, levels: number): number {
    this.parents ??= parentsOf(this.source, this.depths);
    let at = line;
    for (let level = 0; level < levels && at >= 0; level++) at = this.parents[at]!;
    return at;
  }

  /** Whether the last line of a scope of the edit is the last one with words of a scope of the file. */
  private endsAlike(last: number, header: number): boolean {
    const scope = scopeUnder(header, this.depths);
    if (!scope) return false;
    let end = scope.end - 1;
    while (end > header && !isDistinctive(this.source[end]!.text)) end--;
    return this.found[last]!.some((match) => isStrict(match) && match.source === end);
  }

  /** A closer is matched where its opener is. */
  private bindCloser(i: number): void {
    const opener = this.nesting.openers[i]!;
    if (opener < 0 || this.found[i]!.length === 0) return;
    const block = this.blockOf[i]!;
    if (this.blockOf[opener] !== block && !this.spansElisions(opener, block)) return;
    const opening = this.found[opener]!.filter(isStrict);
    if (opening.length === 0) return;
    const closers = new Set(opening.map(({ source }) => this.closerOf(source)));
    const bound = this.found[i]!.filter(({ source }) => closers.has(source));
    if (bound.length > 0) this.found[i] = bound;
  }

  /**
   * Whether nesting is meaningful across elisions: only in a sketch that shows one scope from its first to its last line.
   * Other sketches show places, and what opens or closes between them is not shown.
   */
  private spansElisions(opener: number, block: number): boolean {
    const { elidedStart, elidedEnd } = this.shape;
    const shifted = this.isShifted(block) || this.isShifted(this.blockOf[opener]!);
    return !elidedStart && !elidedEnd && !shifted;
  }

  private closerOf(header: number): number {
    const end = scopeUnder(header, this.depths)?.end ?? header + 1;
    const text = this.source[end]?.text;
    return text !== undefined && isCloser(text) ? end : -1;
  }
}

/** Whether a line may open a scope: it is no finished statement, and no closer that ends there. */
export const mayOpen = (text: string): boolean =>
  !/;\s*(?:\/\/.*)?$/.test(text) && (!isCloser(text) || /(?:[([{:]|=>)\s*$/.test(text));

const isStrict = ({ kind }: Match): boolean =>
  kind === "exact" || kind === "trailing" || kind === "indent";

/** Per line the nearest one above that is less deep; -1 = none. */
function parentsOf(source: readonly TextLine[], depths: Int32Array): Int32Array {
  const parents = new Int32Array(source.length).fill(-1);
  const open: number[] = [];
  for (let line = 0; line < source.length; line++) {
    while (open.length > 0 && depths[open.at(-1)!]! >= depths[line]!) open.pop();
    parents[line] = open.at(-1) ?? -1;
    if (source[line]!.text.trim() !== "") open.push(line);
  }
  return parents;
}
