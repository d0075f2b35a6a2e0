import { createHash } from "node:crypto";
import { RedraftError } from "./errors.ts";

/** Names a text that was seen before: the first digits of its SHA-256, in hexadecimal. */
export interface TextHash {
  readonly hash: string;
}

/** Texts that callers may name by a hash, the last used ones, as many as fit. */
export interface TextStore {
  /**
   * Keeps a text. `hash` is the one that was handed out for it, where that is not the text's own: a file's is made of its
   * bytes, which are others where it has a byte order mark or is not UTF-8.
   */
  add(text: string, hash?: string): void;
  /** The text with a hash that begins, or that is begun, by these digits, or undefined if none or several do. */
  find(hash: string): string | undefined;
}

/** Fewer digits are no name. */
const fewestDigits = 8;

/** The hash of a text: 64 hexadecimal digits, of its bytes in UTF-8. */
export function textHash(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** Whether a text is a hash by its looks, with or without `sha256:` before it. */
export function looksLikeHash(text: string): boolean {
  return text.length < 80 && /^\s*(?:sha256:)?[0-9a-f]{8,64}\s*$/i.test(text);
}

interface StoredText {
  readonly text: string;
  /** As handed out, or computed when somebody first asks: most texts are never asked for. */
  hash?: string;
}

/**
 * A store that holds at most `maxBytes` of texts (two bytes a character) and forgets those first that were not used for the
 * longest time. Adding costs next to nothing.
 */
export function createTextStore(maxBytes: number = 64 * 1024 * 1024): TextStore {
  // A map keeps its order of insertion: the first entry is the one that was not used for the longest time.
  const entries = new Map<string, StoredText>();
  let bytes = 0;
  const sizeOf = ({ text }: StoredText): number => 2 * text.length + 200;
  const keyOf = (text: string, hash: string | undefined): string =>
    hash === undefined ? text : `\0${hash}`;

  function put(key: string, entry: StoredText): void {
    const known = entries.get(key);
    if (known) {
      entries.delete(key);
      bytes -= sizeOf(known);
    }
    const size = sizeOf(entry);
    if (size > maxBytes) return;
    entries.set(key, entry);
    bytes += size;
    for (const [oldest, one] of entries) {
      if (bytes <= maxBytes) break;
      entries.delete(oldest);
      bytes -= sizeOf(one);
    }
  }

  return {
    add(text, hash) {
      const key = keyOf(text, hash);
      const known = entries.get(key);
      put(key, hash === undefined ? (known ?? { text }) : { text, hash });
    },
    find(asked) {
      const wanted = asked
        .trim()
        .replace(/^sha256:/i, "")
        .toLowerCase();
      if (wanted.length < fewestDigits) return undefined;
      let found: { readonly key: string; readonly entry: StoredText } | undefined;
      for (const [key, entry] of entries) {
        entry.hash ??= textHash(entry.text);
        if (!entry.hash.startsWith(wanted) && !wanted.startsWith(entry.hash)) continue;
        if (found !== undefined && found.entry.text !== entry.text) return undefined;
        found = { key, entry };
      }
      if (found) put(found.key, found.entry);
      return found?.entry.text;
    },
  };
}

/** A base as callers write it in one field: a text, or what looks like a hash. */
export function baseOf(value: string): string | TextHash {
  return looksLikeHash(value) ? { hash: value.trim() } : value;
}

/** The refusal of a base whose text is not known. */
export function unknownBase(path: string, hash: string): RedraftError {
  return new RedraftError(
    "stale-file",
    `The version of ${path} with the hash ${hash}, which the edit was written for, is not stored here (any more). ` +
      "Read the file again and write the edit for its current text, or send the old text itself as the base.",
    { details: { path, base: hash } },
  );
}
