import type { Edit } from "../core/edit.ts";
import { columnsOf } from "../text/indent.ts";
import { escapeRegExp } from "../text/regexp.ts";
import { Counts, isTellingKey, type LineComparison, lineKey } from "./guard-lines.ts";
import { isExplicit, quotes, type Shown, type Stretch, stretchesOf } from "./guard-stretches.ts";

/** What a source line declares. */
interface NamedLine {
  readonly name: string;
  readonly line: number;
}

export interface DeclaredSpan {
  readonly line: number;
  readonly end: number;
}

/** Lines next to a gap that are looked at one by one. */
const besideLimit = 200;

const noLines: ReadonlySet<number> = new Set();

/** What is known of lines that go, besides the lines. */
interface LostLines {
  /** Lines of other things that go as a whole. */
  readonly lost?: ReadonlySet<number>;
  readonly restated?: Restated;
  /** It is the first line of something whose other lines stay. */
  readonly isHead?: boolean;
}

/** A comment that opens and has no text yet: the lines below it do not belong to what is removed above it. */
const opensComment = /^(?:\/\*{1,2}|<!--|\{\/\*|"""|'''|\(\*|\{-)$/u;

/** The line, as compared, that declares again what a source line declares. */
export type Restated = (line: number) => string | undefined;

/** What an edit says about lines that go. It reads the edit alone, and knows nothing of how the edit was placed. */
export class Accounts {
  private readonly stretches: readonly Stretch[];
  private readonly edit: Edit;
  private readonly compared: LineComparison;
  /** The edit is the file from its first to its last line. */
  private readonly isWhole: boolean;
  private readonly many: number;
  private readonly lost: ReadonlySet<number>;
  private dense: string[] | undefined;
  private shown: Counts | undefined;
  private idle: boolean | undefined;

  /** `many`: a line that occurs this often in the file identifies no place by itself. */
  constructor(edit: Edit, compared: LineComparison, isWhole: boolean, many: number) {
    this.many = many;
    this.edit = edit;
    this.compared = compared;
    this.isWhole = isWhole;
    this.lost = new Set(compared.lost().map(({ line }) => line));
    this.stretches = stretchesOf(edit, compared);
  }

  /** Whether a comment says that something of this name is removed, or a diff or a block removes such a line. */
  removesByName({ name, line }: NamedLine): boolean {
    const word = wordOf(name);
    const removes = (text: string): boolean =>
      word.test(text) && isAlike(text, this.compared.source[line]!);
    return this.edit.segments.some((segment) => {
      if (segment.kind === "removal") return word.test(segment.what);
      if (segment.kind !== "lines" || !isExplicit(this.edit)) return false;
      return segment.lines.some(({ role, text }) => role === "drop" && removes(text));
    });
  }

  /**
   * Whether the edit quotes the nearest telling lines on both sides of lost lines, with nothing elided
   * between. A neighbour that the edit declares again counts as quoted.
   */
  quotesAround(line: number, gap: LostLines = {}): boolean {
    const { lost = noLines, restated, isHead = false } = gap;
    const above = this.nearest(line, -1, lost, restated);
    const below = this.nearest(line, 1, lost, restated);
    const upper = above.lines.reverse();
    const isQuoted = [...upper, ...below.lines].every(
      (key) => !isTellingKey(key) || this.isQuoted(key),
    );
    return (
      (isQuoted &&
        this.stretches.some((stretch) => {
          if (above.edge && !(stretch.first && this.restatesEdge(stretch, 0))) return false;
          if (below.edge && !(stretch.last && this.restatesEdge(stretch, -1))) return false;
          const from = stretch.endOf(upper, 0, above.isRun);
          return from !== undefined && stretch.endOf(below.lines, from, below.isRun) !== undefined;
        })) ||
      this.surrounds(line, lost, isHead)
    );
  }

  private anewOf(key: string): number {
    return this.compared.newCounts.of(key) - this.compared.oldCounts.of(key);
  }

  /** Whether the edit has a line more often than the result adds it: then some of them are the file's own. */
  private isQuoted(key: string): boolean {
    this.shown ??= new Counts(this.stretches.flatMap(({ lines }) => lines.map((one) => one.key)));
    const anew = this.anewOf(key);
    return anew <= 0 || this.compared.inSource.of(key) === 0 || this.shown.of(key) > anew;
  }

  /**
   * Whether a stretch of the edit is nothing but the lines directly above and directly below a gap. Where
   * the whole edit has no new line, to take something out is all it is for: then the blank line that ends the
   * paragraph is a bound as well, unless only the first line of something would go.
   */
  private surrounds(line: number, lost: ReadonlySet<number>, isHead: boolean): boolean {
    const above = this.beside(line, -1, lost);
    const below = this.beside(line, 1, lost);
    const isIdle = !isHead && this.isIdle();
    return this.stretches.some((stretch) => {
      const { lines } = stretch;
      if (stretch.shown.length > 2 * besideLimit) return false;
      const shown = stretch.shown.map(({ key }) => key);
      if (!shown.some((key) => isTellingKey(key) && this.isRare(key))) return false;
      if (shown.some((key) => isTellingKey(key) && this.anewOf(key) > 0)) return false;
      for (let upper = 0; upper <= shown.length; upper++) {
        const up = shown.slice(0, upper).reverse();
        const down = shown.slice(upper);
        if (up.some((key, n) => !quotes(key, above.lines[n]))) continue;
        if (down.some((key, n) => !quotes(key, below.lines[n]))) continue;
        const isShown = (
          side: readonly string[],
          blank: boolean,
          edge: Shown | undefined,
        ): boolean =>
          side.length > 0
            ? side.some((key) => isTellingKey(key) && (side.length > 1 || this.isRare(key)))
            : isIdle && blank && edge?.key === "";
        const isUpShown = isShown(up, above.blank && !below.blank, lines[0]);
        if (isUpShown && isShown(down, below.blank && !above.blank, lines.at(-1))) return true;
      }
      return false;
    });
  }

  /** Whether the edit has no line that the file has not. */
  private isIdle(): boolean {
    this.idle ??= this.stretches.every(({ lines }) =>
      lines.every(({ key }) => key === "" || this.compared.inSource.of(key) > 0),
    );
    return this.idle;
  }

  /** The lines directly next to a gap, without blank ones, and whether a blank one is next to it. */
  private beside(
    line: number,
    step: 1 | -1,
    lost: ReadonlySet<number>,
  ): { readonly lines: string[]; readonly blank: boolean } {
    const { source } = this.compared;
    const lines: string[] = [];
    let blank = false;
    for (
      let at = line + step;
      at >= 0 && at < source.length && lines.length < besideLimit;
      at += step
    ) {
      const isLost = this.lost.has(at) || lost.has(at);
      if (isLost && lines.length === 0) {
        // A gap of several paragraphs does not end inside a single paragraph.
        if (blank) return { lines: [], blank: false };
        continue;
      }
      const key = lineKey(source[at]!);
      if (key !== "") lines.push(key);
      else if (lines.length === 0) blank = true;
    }
    return { lines, blank };
  }

  /** Whether the edit begins or ends as the file does, in other words: the file's edge itself is never quoted. */
  private restatesEdge(stretch: Stretch, edge: 0 | -1): boolean {
    if (this.isWhole) return true;
    const isTelling = (line: string): boolean => isTellingKey(lineKey(line));
    const { source } = this.compared;
    const texts = stretch.shown.map(({ text }) => text);
    const shown = edge === 0 ? texts.find(isTelling) : texts.findLast(isTelling);
    const there = edge === 0 ? source.find(isTelling) : source.findLast(isTelling);
    return shown !== undefined && there !== undefined && isAlike(shown, there);
  }

  /**
   * Whether the edit gives a declaration another first line, and shows by what follows that it is the same one:
   * its next lines and then a marker inside, where something new would have nothing to leave out; all of
   * its lines as they are, between two markers; or the comment or attribute that belongs to it, right above.
   */
  renames({ line, end }: DeclaredSpan): boolean {
    if (isExplicit(this.edit)) return false;
    if (this.hasItsComment(line) || this.opensAnew(line)) return true;
    const body = this.compared.source
      .slice(line + 1, end + 1)
      .map(lineKey)
      .filter((key) => key !== "");
    return this.stretches.some(({ shown, first, last, marker }) => {
      const at = shown.findIndex(({ key }) => key === body[0]);
      const head = shown[at - 1];
      if (last || !head || !isTellingKey(head.key) || this.compared.inSource.of(head.key) > 0)
        return false;
      const rest = shown.slice(at).map(({ key }) => key);
      if (body.every((key, n) => rest[n] === key)) return !first && body.length >= 3;
      const isOpen =
        /[{([<]$/u.test(head.key) && columnsOf(shown.at(-1)!.text) > columnsOf(head.text);
      const isInside = isOpen || columnsOf(marker ?? "") > columnsOf(head.text);
      return isInside && rest.some(isTellingKey) && rest.every((key, n) => key === body[n]);
    });
  }

  /** A new first line of the same kind, with a marker for all that is inside. */
  private opensAnew(line: number): boolean {
    const old = this.compared.source[line]!;
    return this.edit.segments.some((segment, n) => {
      const before = this.edit.segments[n - 1];
      if (segment.kind !== "elision" || before?.kind !== "lines") return false;
      const head = before.lines.findLast(({ text }) => text.trim() !== "")?.text;
      if (head === undefined || this.compared.inSource.of(lineKey(head)) > 0) return false;
      const isInside = columnsOf(segment.text) > columnsOf(head);
      return isInside && leadingWord(head) === leadingWord(old);
    });
  }

  private hasItsComment(line: number): boolean {
    const above = this.compared.source[line - 1] ?? "";
    if (!/^\s*(?:\/\/|\*|#|--|@|\[)/u.test(above) || !isTellingKey(lineKey(above))) return false;
    return this.stretches.some(({ lines }) =>
      lines.some(({ key, text }, n) => {
        const isNew = this.compared.inSource.of(key) === 0;
        return (
          isNew &&
          n > 0 &&
          quotes(lines[n - 1]!.key, lineKey(above)) &&
          isAlike(text, this.compared.source[line]!)
        );
      }),
    );
  }

  /** The lines next to a gap, outwards, until they identify its place. */
  private nearest(
    line: number,
    step: 1 | -1,
    lost: ReadonlySet<number>,
    restated?: Restated,
  ): { readonly lines: string[]; readonly edge: boolean; readonly isRun: boolean } {
    const { source } = this.compared;
    const depth = columnsOf(source[line]!);
    const lines: string[] = [];
    let words = false;
    for (let at = line + step; at >= 0 && at < source.length; at += step) {
      if (lost.has(at)) continue;
      const key = lineKey(source[at]!);
      if (key === "") continue;
      const isBound = columnsOf(source[at]!) < depth;
      if (this.lost.has(at) || (this.compared.isFewer(key) && !(isBound && !isTellingKey(key)))) {
        const anew = isTellingKey(key) ? restated?.(at) : undefined;
        if (anew === undefined) continue;
        lines.push(anew);
        return { lines, edge: false, isRun: false };
      }
      lines.push(key);
      words ||= isTellingKey(key) || opensComment.test(key);
      const isRare = opensComment.test(key) || (isTellingKey(key) && this.isRare(key));
      if (isBound || isRare) return { lines, edge: false, isRun: false };
      if (words && this.isOnce(lines, step)) return { lines, edge: false, isRun: true };
    }
    return { lines, edge: true, isRun: false };
  }

  private isRare(key: string): boolean {
    return this.compared.inSource.of(key) < this.many;
  }

  /** Whether lines are consecutive at exactly one place of the source. */
  private isOnce(lines: readonly string[], step: 1 | -1): boolean {
    const last = lines.at(-1)!;
    this.dense ??= this.compared.source.map(lineKey).filter((key) => key !== "");
    let places = 0;
    for (let at = this.dense.indexOf(last); at !== -1; at = this.dense.indexOf(last, at + 1)) {
      if (lines.every((key, back) => this.dense![at - step * (lines.length - 1 - back)] === key))
        places += 1;
    }
    return places === 1;
  }
}

const leadingWord = (line: string): string => /^\s*(\W*[\p{L}\p{N}_$]*)/u.exec(line)![1]!;

/** At least half of all words are in both lines. */
function isAlike(one: string, other: string): boolean {
  const words = (line: string): Set<string> => new Set(line.match(/[\p{L}\p{N}_$]+/gu));
  const [a, b] = [words(one), words(other)];
  const shared = [...a].filter((word) => b.has(word)).length;
  return shared > 0 && shared * 2 >= new Set([...a, ...b]).size;
}

/** A name as a word of a text. */
export function wordOf(name: string): RegExp {
  const edge = (end: string): boolean => /[\p{L}\p{N}_$]/u.test(end);
  const before = edge(name[0]!) ? "(?<![\\p{L}\\p{N}_$])" : "";
  const after = edge(name.at(-1)!) ? "(?![\\p{L}\\p{N}_$])" : "";
  return new RegExp(before + escapeRegExp(name) + after, "u");
}
