import { RedraftError } from "../core/errors.ts";
import type { Token } from "../core/target.ts";
import { type GgufValue, readGgufMetadata } from "./gguf.ts";

/** Text to tokens and back, with the ids of one model family. */
export interface Tokenizer {
  readonly name: string;
  readonly vocabSize: number;
  /** Tokens that end a generation. */
  readonly ends: ReadonlySet<Token>;
  tokenize(text: string): Token[];
  /** Bytes, because a token may end inside a UTF-8 character. */
  detokenize(tokens: readonly Token[]): Uint8Array;
}

/**
 * How a text is cut into words before byte pairs are merged, by `tokenizer.ggml.pre`. The expressions are
 * applied one after another, each to the pieces that the ones before left between their matches.
 */
const preTokenizers: Readonly<Record<string, readonly RegExp[]>> = {
  qwen2: [
    /(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+/gu,
  ],
  "deepseek-coder": [/[\r\n]/gu, /\s?\p{L}+/gu, /\s?\p{P}+/gu, /[一-龥ࠀ-一가-퟿]+/gu, /\p{N}/gu],
};

/** Reads the byte-level BPE vocabulary of a GGUF file, with or without weights in it. */
export async function loadTokenizer(path: string): Promise<Tokenizer> {
  const metadata = await readGgufMetadata(path);
  const model = metadata.get("tokenizer.ggml.model");
  const pre = String(metadata.get("tokenizer.ggml.pre") ?? "default");
  const splits = preTokenizers[pre];
  if (model !== "gpt2" || splits === undefined) {
    throw new RedraftError(
      "model-unavailable",
      `${path} has a ${String(model)} vocabulary (${pre}); this tokenizer reads byte-level BPE of ${Object.keys(preTokenizers).join(", ")}`,
    );
  }
  const strings = (key: string): readonly string[] =>
    (metadata.get(key) ?? []) as readonly GgufValue[] as readonly string[];
  const ends = ["eos", "eot", "eom"].flatMap((kind) => {
    const id = metadata.get(`tokenizer.ggml.${kind}_token_id`);
    return typeof id === "number" ? [id] : [];
  });
  return createBpeTokenizer({
    name: pre,
    tokens: strings("tokenizer.ggml.tokens"),
    types: (metadata.get("tokenizer.ggml.token_type") ?? []) as readonly number[],
    merges: strings("tokenizer.ggml.merges"),
    splits,
    ends,
  });
}

export interface BpeVocabulary {
  readonly name: string;
  /** In the printable spelling of GPT-2: one character per byte. */
  readonly tokens: readonly string[];
  /** GGUF token types: 1 normal, 3 control, 4 user-defined. */
  readonly types: readonly number[];
  /** "left right", best first. */
  readonly merges: readonly string[];
  readonly splits: readonly RegExp[];
  readonly ends: readonly Token[];
}

const control = 3;
const userDefined = 4;

/** Byte-level byte-pair encoding (GPT-2). Control tokens are never read from text; user-defined ones always are. */
export function createBpeTokenizer(vocabulary: BpeVocabulary): Tokenizer {
  const { tokens, types, splits } = vocabulary;
  const ids = new Map(tokens.map((token, id) => [token, id]));
  const ranks = new Map(vocabulary.merges.map((merge, rank) => [merge, rank]));
  const literal = tokens.flatMap((token, id) => (types[id] === userDefined ? [token] : []));
  const literals = literal.length > 0 ? alternatives(literal) : undefined;
  const known = new Map<string, readonly Token[]>();

  function encodeWord(word: string): readonly Token[] {
    const found = known.get(word);
    if (found !== undefined) return found;
    const encoded = mergePairs(spell(Buffer.from(word)), ranks).flatMap((piece) => {
      const id = ids.get(piece);
      // A vocabulary without some merged piece still has its bytes.
      return id !== undefined ? [id] : [...piece].flatMap((byte) => ids.get(byte) ?? []);
    });
    if (known.size < 200_000) known.set(word, encoded);
    return encoded;
  }

  return {
    name: vocabulary.name,
    vocabSize: tokens.length,
    ends: new Set(vocabulary.ends),
    tokenize(text) {
      const output: Token[] = [];
      for (const part of literals === undefined ? [text] : text.split(literals)) {
        const id = literals !== undefined && literal.includes(part) ? ids.get(part) : undefined;
        if (id !== undefined) output.push(id);
        else for (const word of cut(part, splits)) output.push(...encodeWord(word));
      }
      return output;
    },
    detokenize(output) {
      return Buffer.concat(
        output.map((id) =>
          types[id] === control || types[id] === userDefined
            ? Buffer.from(tokens[id] ?? "")
            : unspell(tokens[id] ?? ""),
        ),
      );
    },
  };
}

/** Matches any of these texts, the longer first, and keeps them when used with `split`. */
function alternatives(texts: readonly string[]): RegExp {
  const sorted = texts.toSorted((a, b) => b.length - a.length);
  return new RegExp(
    `(${sorted.map((text) => text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")).join("|")})`,
  );
}

/** Cuts by each expression in turn; both matches and what lies between them are words. */
function cut(text: string, splits: readonly RegExp[]): string[] {
  let words = text === "" ? [] : [text];
  for (const split of splits) {
    words = words.flatMap((word) => {
      const pieces: string[] = [];
      let from = 0;
      for (const match of word.matchAll(split)) {
        if (match.index > from) pieces.push(word.slice(from, match.index));
        if (match[0] !== "") pieces.push(match[0]);
        from = match.index + match[0].length;
      }
      if (from < word.length) pieces.push(word.slice(from));
      return pieces;
    });
  }
  return words;
}

/** Merges the best-ranked neighbours, leftmost first, until none is left. */
function mergePairs(symbols: string[], ranks: ReadonlyMap<string, number>): string[] {
  const pieces = symbols;
  while (pieces.length > 1) {
    let best = Number.POSITIVE_INFINITY;
    let at = -1;
    for (let i = 0; i + 1 < pieces.length; i++) {
      const rank = ranks.get(`${pieces[i]} ${pieces[i + 1]}`);
      if (rank !== undefined && rank < best) {
        best = rank;
        at = i;
      }
    }
    if (at < 0) break;
    pieces.splice(at, 2, pieces[at]! + pieces[at + 1]!);
  }
  return pieces;
}

/** GPT-2 writes each byte as a printable character: itself where it is one, else from U+0100 on. */
const byteSpelling: readonly string[] = (() => {
  const printable = (byte: number): boolean =>
    (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) =>
    String.fromCharCode(printable(byte) ? byte : next++),
  );
})();

const spelledBytes: ReadonlyMap<string, number> = new Map(
  byteSpelling.map((character, byte) => [character, byte]),
);

function spell(bytes: Uint8Array): string[] {
  return Array.from(bytes, (byte) => byteSpelling[byte]!);
}

function unspell(token: string): Buffer {
  const bytes = [...token].map((character) => spelledBytes.get(character));
  return bytes.includes(undefined) ? Buffer.from(token) : Buffer.from(bytes as number[]);
}
