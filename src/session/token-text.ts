import { RedraftError } from "../core/errors.ts";
import type { KvEdit, Token, TokenTarget } from "../core/target.ts";
import { sharedLength } from "../text/prefix.ts";
import { type DocumentEdit, withTextEdits } from "./text-edits.ts";

export type TextVocabulary = Pick<TokenTarget, "tokenize" | "detokenize">;

/** A text and its tokens, which are at any time those of the text tokenised as a whole. */
export interface TokenText {
  readonly text: string;
  readonly tokens: readonly Token[];
  /** Number of the token that holds a character, or of the first one behind the text. `at`: UTF-16 units. */
  tokenAt(at: number): number;
  /**
   * Changes the text. Returns the same change in tokens, in the numbering before it; nothing changes where it throws.
   *
   * @param edits sorted, none overlapping another
   */
  change(edits: readonly DocumentEdit[]): Promise<KvEdit[]>;
  /** Whether edits are tokenised by themselves; false = the whole text is, at every change. */
  readonly local: boolean;
  /** A document of its own with the same text. */
  copyOf(): TokenText;
}

/**
 * Tokenises a text so that later edits cost what they change, not what the text is long.
 *
 * Byte pairs merge across the ends of an edit, so a window around it is tokenised again. It ends where no tokenizer of code merges and where
 * the expressions that cut words look neither back nor ahead: between a letter or digit and a blank. There the tokens of both sides are
 * the same together and apart. `cutsHold` tries that with the vocabulary, once; where it fails the whole text is tokenised.
 */
export async function createTokenText(
  vocabulary: TextVocabulary,
  initial: string,
): Promise<TokenText> {
  const holds = await cutsHold(vocabulary);
  const sizes = pieceSizes(vocabulary);
  const tokens = await vocabulary.tokenize(initial);
  const starts = startsOf(await sizes(tokens), Buffer.byteLength(initial));
  return tokenTextOf({ vocabulary, holds, sizes, text: initial, tokens, starts });
}

interface TokenTextParts {
  readonly vocabulary: TextVocabulary;
  readonly holds: boolean;
  readonly sizes: SizesOf;
  readonly text: string;
  readonly tokens: readonly Token[];
  /** Byte at which each token starts, and the end; undefined where pieces do not spell the text. */
  readonly starts: Int32Array | undefined;
}

function tokenTextOf(parts: TokenTextParts): TokenText {
  const { vocabulary, holds, sizes } = parts;
  let { text, tokens, starts } = parts;

  async function whole(after: string): Promise<KvEdit[]> {
    const next = await vocabulary.tokenize(after);
    const nextStarts = startsOf(await sizes(next), Buffer.byteLength(after));
    const edit = differingTokens(tokens, next, 0);
    [text, tokens, starts] = [after, next, nextStarts];
    return edit === undefined ? [] : [edit];
  }

  return {
    get text() {
      return text;
    },
    get tokens() {
      return tokens;
    },
    get local() {
      return holds && starts !== undefined;
    },
    copyOf: () => tokenTextOf({ ...parts, text, tokens, starts }),
    tokenAt(at) {
      if (starts === undefined) {
        throw new RedraftError("engine-failed", "the tokens of this model do not spell the text");
      }
      return tokenFrom(starts, Buffer.byteLength(text.slice(0, at)));
    },
    async change(edits) {
      const after = withTextEdits(text, edits);
      if (!holds || starts === undefined) return whole(after);
      const windows = windowsOf(text, edits, starts);
      const parts = await Promise.all(
        windows.map(({ left, right, edits: own }) => {
          const shifted = own.map((edit) => ({
            ...edit,
            start: edit.start - left,
            end: edit.end - left,
          }));
          return vocabulary.tokenize(withTextEdits(text.slice(left, right), shifted));
        }),
      );
      const found = windows.flatMap(({ from, to }, i) => {
        const edit = differingTokens(tokens.slice(from, to), parts[i]!, from);
        return edit === undefined ? [] : [edit];
      });
      const added = await sizes(found.flatMap((edit) => edit.tokens));
      tokens = splicedTokens(tokens, found);
      starts = splicedStarts(starts, found, added);
      text = after;
      return found;
    },
  };
}

/** The tokens after edits, which are sorted and in the numbering before all of them. */
export function splicedTokens(tokens: readonly Token[], edits: readonly KvEdit[]): Token[] {
  const change = edits.reduce((sum, edit) => sum + edit.tokens.length - (edit.end - edit.start), 0);
  // Plain loops: flat() and concat() take some 20 ms for 200,000 tokens.
  const result = new Array<Token>(tokens.length + change);
  let [from, to] = [0, 0];
  for (const { start, end, tokens: added } of edits) {
    while (from < start) result[to++] = tokens[from++]!;
    for (const token of added) result[to++] = token;
    from = end;
  }
  while (from < tokens.length) result[to++] = tokens[from++]!;
  return result;
}

interface RetokenisedWindow {
  /** Characters of the text before. */
  readonly left: number;
  readonly right: number;
  /** Tokens of the text before. */
  readonly from: number;
  readonly to: number;
  readonly edits: readonly DocumentEdit[];
}

function windowsOf(
  text: string,
  edits: readonly DocumentEdit[],
  starts: Int32Array,
): RetokenisedWindow[] {
  const windows: RetokenisedWindow[] = [];
  for (const edit of edits) {
    const [left, from] = cutBefore(text, edit.start, starts);
    const [right, to] = cutAfter(text, edit.end, starts);
    let first = { left, from, edits: [edit] as readonly DocumentEdit[] };
    // A cut inside the window of an earlier edit is none in the text after both.
    while (windows.length > 0 && first.left < windows.at(-1)!.right) {
      const last = windows.pop()!;
      first = { left: last.left, from: last.from, edits: [...last.edits, ...first.edits] };
    }
    windows.push({ ...first, right, to });
  }
  return windows;
}

function isCut(text: string, at: number): boolean {
  if (text.charCodeAt(at) !== 32) return false;
  const code = text.charCodeAt(at - 1);
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 48 && code <= 57);
}

/** The nearest cut whose blank lies before `start`, and its token. */
function cutBefore(
  text: string,
  start: number,
  starts: Int32Array,
): readonly [at: number, token: number] {
  for (let at = start - 1; at > 0; at--) {
    if (!isCut(text, at)) continue;
    const token = boundaryAt(text, at, starts);
    if (token !== undefined) return [at, token];
  }
  return [0, 0];
}

/** The nearest cut whose letter lies at `end` or behind it. */
function cutAfter(
  text: string,
  end: number,
  starts: Int32Array,
): readonly [at: number, token: number] {
  for (let at = end + 1; at < text.length; at++) {
    if (!isCut(text, at)) continue;
    const token = boundaryAt(text, at, starts);
    if (token !== undefined) return [at, token];
  }
  return [text.length, starts.length - 1];
}

function boundaryAt(text: string, at: number, starts: Int32Array): number | undefined {
  const byte = Buffer.byteLength(text.slice(0, at));
  const token = tokenFrom(starts, byte);
  return starts[token] === byte ? token : undefined;
}

/** The last token that starts at or before a byte. */
function tokenFrom(starts: Int32Array, byte: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (starts[middle]! <= byte) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The edit without the tokens that both sides share at their ends; undefined where they are equal. */
function differingTokens(
  before: readonly Token[],
  after: readonly Token[],
  offset: number,
): KvEdit | undefined {
  const head = sharedLength(before, after);
  const most = Math.min(before.length, after.length) - head;
  let tail = 0;
  while (tail < most && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail++;
  const edit = {
    start: offset + head,
    end: offset + before.length - tail,
    tokens: after.slice(head, after.length - tail),
  };
  return edit.start === edit.end && edit.tokens.length === 0 ? undefined : edit;
}

function startsOf(sizes: readonly number[], bytes: number): Int32Array | undefined {
  const starts = new Int32Array(sizes.length + 1);
  for (let i = 0; i < sizes.length; i++) starts[i + 1] = starts[i]! + sizes[i]!;
  return starts[sizes.length] === bytes ? starts : undefined;
}

function splicedStarts(
  starts: Int32Array,
  edits: readonly KvEdit[],
  added: readonly number[],
): Int32Array {
  const change = edits.reduce((sum, edit) => sum + edit.tokens.length - (edit.end - edit.start), 0);
  const result = new Int32Array(starts.length + change);
  let [from, to, taken, shift] = [0, 0, 0, 0];
  const copy = (end: number): void => {
    result.set(starts.subarray(from, end), to);
    const stop = to + end - from;
    if (shift === 0) to = stop;
    else for (; to < stop; to++) result[to]! += shift;
  };
  for (const { start, end, tokens } of edits) {
    copy(start);
    let byte = starts[start]! + shift;
    for (let i = 0; i < tokens.length; i++) {
      result[to++] = byte;
      byte += added[taken++]!;
    }
    shift = byte - starts[end]!;
    from = end;
  }
  copy(starts.length);
  return result;
}

type SizesOf = (tokens: readonly Token[]) => Promise<number[]>;

const knownSizes = new WeakMap<TextVocabulary, SizesOf>();

/** Bytes of each token, asked for once per vocabulary. */
function pieceSizes(vocabulary: TextVocabulary): SizesOf {
  const made = knownSizes.get(vocabulary);
  if (made !== undefined) return made;
  const known = new Map<Token, number>();
  const sizesOf: SizesOf = async (tokens) => {
    const unknown = [...new Set(tokens)].filter((token) => !known.has(token));
    if (unknown.length > 0) {
      // One call for all lets a target that remembers pieces learn them in one round trip.
      await vocabulary.detokenize(unknown);
      await Promise.all(
        unknown.map(async (token) => {
          known.set(token, (await vocabulary.detokenize([token])).length);
        }),
      );
    }
    return tokens.map((token) => known.get(token)!);
  };
  knownSizes.set(vocabulary, sizesOf);
  return sizesOf;
}

/** Blanks, line ends, signs, digits and other scripts around cuts. */
const trial = `def add(a , b):\n    return a  + b1 \n\n\tconst naïve = "日本 x y" ;\r\n  if (x2 === 10 ) {\r\n\t\tfoo (bar , 3 );\n}\n\n\n// don't do it 's 12 345 6789\n  \n class A extends B  {  }\n{ a :1 , b :2 }\n x \n y\n`;

const knownCuts = new WeakMap<TextVocabulary, Promise<boolean>>();

/** Whether the tokens of a text are those of its parts, cut where `isCut` says. */
function cutsHold(vocabulary: TextVocabulary): Promise<boolean> {
  let known = knownCuts.get(vocabulary);
  if (known === undefined) {
    known = tryCuts(vocabulary);
    knownCuts.set(vocabulary, known);
    known.catch(() => knownCuts.delete(vocabulary));
  }
  return known;
}

async function tryCuts(vocabulary: TextVocabulary): Promise<boolean> {
  const cuts = Array.from(trial, (_, at) => at).filter((at) => isCut(trial, at));
  const ends = [...cuts, trial.length];
  const parts = await Promise.all(
    ends.map((end, i) => vocabulary.tokenize(trial.slice(i === 0 ? 0 : ends[i - 1]!, end))),
  );
  const whole = await vocabulary.tokenize(trial);
  const joined = parts.flat();
  return whole.length === joined.length && sharedLength(whole, joined) === whole.length;
}
