import { spend } from "../../text/budget.ts";
import { indentOf } from "../../text/indent.ts";
import type { TextLine } from "../../text/lines.ts";
import { signatureOf, signatureSimilarity } from "../../text/similarity.ts";
import { hasWords } from "../../text/words.ts";
import type { BlockLine, Shape } from "../shape.ts";
import { mayBeRemoved } from "../words/hunk.ts";
import { roughKey } from "../words/words.ts";
import { costs, limits } from "./costs.ts";
import { isSame, type Reindent, reindented } from "./indent.ts";
import type { Kind, Match } from "./match.ts";
import { boundedDistance, looseKey, looseLines } from "./similar.ts";

/** Returns the text before the ellipsis of an abbreviated line, or undefined if the line is not abbreviated. */
function abbreviated(text: string): string | undefined {
  const line = text.trim();
  const cut = line.endsWith("...") ? 3 : line.endsWith("…") ? 1 : 0;
  if (cut === 0) return undefined;
  const prefix = line.slice(0, -cut).trimEnd();
  return /[\p{L}\p{N}]{2}/u.test(prefix) ? prefix : undefined;
}

interface FindOptions {
  /** First or last of its block. */
  readonly edge: boolean;
  /** Look for similar lines if no equal line is in the source. */
  readonly soft: boolean;
  /** The edit keeps trailing blanks, so a line without them is changed. */
  readonly keepsTrailing: boolean;
  readonly reindent: Reindent | undefined;
}

/** Source lines by their text, blanks around aside; by their loose text; and by likeness. */
export class SourceIndex {
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

  occurrences(token: BlockLine): readonly number[] {
    return this.byKey.get(token.text.trim()) ?? [];
  }

  /** Whether no other line of the edit, new ones aside, has this text. */
  isOnceInEdit(token: BlockLine): boolean {
    return this.inEdit.get(token.text.trim()) === 1;
  }

  /** The indentation that all lines with a token's text have, or undefined if they differ or there are none. */
  onlyIndent(token: BlockLine): string | undefined {
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

  hasExact(token: BlockLine): boolean {
    return this.occurrences(token).some((line) => this.source[line]!.text === token.text);
  }

  find(token: BlockLine, how: FindOptions): readonly Match[] {
    const { text } = token;
    const { soft, reindent } = how;
    const matches: Match[] = [];
    const trimmed = text.trim();
    const shifted = reindent !== undefined && !isSame(reindent);
    const expected = (shifted ? reindented(text, reindent) : text).trimEnd();
    const weak = !hasWords(text);
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
    // An explicit edit may mean a line of the same words even if its own spelling is elsewhere.
    const explicit = token.role !== "either";
    if (trimmed === "" || (matches.length > 0 && !explicit)) return matches;
    const taken = new Set(matches.map((match) => match.source));
    const add = (more: readonly Match[]): void => {
      for (const match of more) if (!taken.has(match.source)) matches.push(match);
    };
    if (explicit) {
      add(this.inSameWords(text));
      // A misquote is looked for where the typographic look found nothing too.
      if (token.role === "keep" && matches.length === 0) add(this.typographic(text, "typography"));
      if (token.role === "keep" && matches.length === 0) add(this.misquoted(text));
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

  /** Lines that a removed line may mean: a line with another word or number is another line. */
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
      if (key.length > 12 && signatureSimilarity(signature, signatures[source]!) < 0.5) continue;
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
