import { parseJson } from "../text/json.ts";

/** Finds the `id` of a JSON-RPC message that is too large to keep: it is fed the bytes as they come. */
export interface IdScanner {
  feed(bytes: Uint8Array): void;
  /** The id, and whether the message names a method; an id of another type counts as none. */
  readonly found: { readonly id: string | number | undefined; readonly isCall: boolean };
}

/** Names and ids are short: a longer string is neither. */
const longestToken = 256;

export function createIdScanner(): IdScanner {
  let depth = 0;
  let inString = false;
  let escaped = false;
  /** Bytes of the string or scalar at the top level that is being read. */
  let token: number[] = [];
  let key: string | undefined;
  let id: string | number | undefined;
  let isCall = false;

  function endValue(): void {
    if (key === "id" && token.length > 0) {
      const value = parseJson(Buffer.from(token).toString("utf8"))?.value;
      if (typeof value === "string" || typeof value === "number") id = value;
    }
    if (key === "method") isCall = true;
    key = undefined;
    token = [];
  }

  function at(byte: number): void {
    if (inString) {
      if (depth === 1 && token.length < longestToken) token.push(byte);
      if (escaped) escaped = false;
      else if (byte === 0x5c) escaped = true;
      else if (byte === 0x22) inString = false;
      return;
    }
    if (byte === 0x22) {
      inString = true;
      if (depth === 1) token = [byte];
    } else if (byte === 0x7b || byte === 0x5b) {
      depth += 1;
      token = [];
    } else if (byte === 0x7d || byte === 0x5d) {
      if (depth === 1) endValue();
      depth -= 1;
    } else if (depth !== 1) return;
    else if (byte === 0x3a) {
      const name = parseJson(Buffer.from(token).toString("utf8"))?.value;
      key = typeof name === "string" ? name : undefined;
      token = [];
    } else if (byte === 0x2c) endValue();
    else if (byte > 0x20 && token.length < longestToken) token.push(byte);
  }

  return {
    feed(bytes) {
      for (let index = 0; index < bytes.length; index += 1) {
        // Most of a large message is one string deep inside.
        if (inString && !escaped && (depth !== 1 || token.length >= longestToken)) {
          index = nextSign(bytes, index);
          if (index === bytes.length) return;
        }
        at(bytes[index]!);
      }
    },
    get found() {
      return { id, isCall };
    },
  };
}

/** The next quote or backslash, or the end. */
function nextSign(bytes: Uint8Array, from: number): number {
  for (let at = from; at < bytes.length; at += 1) {
    if (bytes[at] === 0x22 || bytes[at] === 0x5c) return at;
  }
  return bytes.length;
}
