import { isUtf8 } from "node:buffer";
import { RedraftError } from "../core/errors.ts";

/**
 * How the bytes of a file become text and back. `windows-1252` maps every byte to one character, so it
 * serves for all Latin-1-like files. `utf-8-stray` is UTF-8 in which some bytes are not: each becomes the lone
 * surrogate U+DC80..U+DCFF (as Python's surrogateescape) and is written back as it was.
 */
export type Encoding = "utf-8" | "utf-8-stray" | "utf-16le" | "utf-16be" | "windows-1252";

export interface Decoded {
  readonly text: string;
  readonly encoding: Encoding;
  readonly bom: boolean;
}

/** As git does: a NUL this far into a file makes it binary. */
const binaryWindow = 8_000;

/** Decodes so that `encodeText` gives the same bytes again; throws `not-text` for what is no text. */
export function decodeText(bytes: Uint8Array, path: string): Decoded {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (beginsWith(buffer, 0xff, 0xfe, 0, 0) || beginsWith(buffer, 0, 0, 0xfe, 0xff)) {
    throw notText(path, "it is UTF-32");
  }
  if (beginsWith(buffer, 0xff, 0xfe)) return decodeUtf16(buffer, "utf-16le", path);
  if (beginsWith(buffer, 0xfe, 0xff)) return decodeUtf16(buffer, "utf-16be", path);
  if (buffer.subarray(0, binaryWindow).includes(0)) throw notText(path, "it contains NUL bytes");
  if (isUtf8(buffer)) {
    const bom = beginsWith(buffer, 0xef, 0xbb, 0xbf);
    return { text: (bom ? buffer.subarray(3) : buffer).toString("utf8"), encoding: "utf-8", bom };
  }
  const { stray, multi, control } = survey(buffer);
  if (control > buffer.length / 50) throw notText(path, "it is full of control characters");
  if (multi > stray) {
    const bom = beginsWith(buffer, 0xef, 0xbb, 0xbf);
    const text = decodeStray(bom ? buffer.subarray(3) : buffer);
    return { text, encoding: "utf-8-stray", bom };
  }
  return { text: decodeSingleByte(buffer), encoding: "windows-1252", bom: false };
}

/**
 * The bytes of a text; throws `check-failed` where the encoding has no bytes for one of its characters, or where the file could not be
 * read as text again.
 */
export function encodeText(text: string, encoding: Encoding, bom: boolean): Buffer {
  if (text.slice(0, binaryWindow).includes("\0")) {
    throw new RedraftError(
      "check-failed",
      "the edit contains a NUL character, which would make the file binary. Nothing was written. Leave it out, or write it as an escape of the language.",
    );
  }
  switch (encoding) {
    case "utf-8": {
      if (/\p{Surrogate}/u.test(text)) {
        throw new RedraftError(
          "check-failed",
          "the edit contains half of a surrogate pair, which UTF-8 cannot write. Send the whole character.",
        );
      }
      return Buffer.from(bom ? `\uFEFF${text}` : text, "utf8");
    }
    case "utf-8-stray":
      return encodeStray(bom ? `\uFEFF${text}` : text);
    case "utf-16le":
      return Buffer.from(`\uFEFF${text}`, "utf16le");
    case "utf-16be":
      return Buffer.from(`\uFEFF${text}`, "utf16le").swap16();
    case "windows-1252":
      return encodeSingleByte(text);
  }
}

function beginsWith(buffer: Buffer, ...bytes: number[]): boolean {
  return bytes.every((byte, index) => buffer[index] === byte);
}

function notText(path: string, why: string): RedraftError {
  return new RedraftError("not-text", `${path} is not a text file that Redraft can edit: ${why}.`);
}

function decodeUtf16(buffer: Buffer, encoding: "utf-16le" | "utf-16be", path: string): Decoded {
  if (buffer.length % 2 !== 0)
    throw notText(path, "it begins as UTF-16 but has an incomplete character");
  const body = Buffer.from(buffer.subarray(2));
  const text = (encoding === "utf-16be" ? body.swap16() : body).toString("utf16le");
  if (text.slice(0, binaryWindow / 2).includes("\0"))
    throw notText(path, "it contains NUL characters");
  return { text, encoding, bom: true };
}

/** Length of the valid UTF-8 sequence at `index`; 0 = the byte is stray. */
function sequenceAt(buffer: Uint8Array, index: number): number {
  const first = buffer[index]!;
  if (first < 0x80) return 1;
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || index + length > buffer.length) return 0;
  return isUtf8(buffer.subarray(index, index + length)) ? length : 0;
}

function survey(buffer: Uint8Array): { stray: number; multi: number; control: number } {
  let stray = 0;
  let multi = 0;
  let control = 0;
  for (let index = 0; index < buffer.length; ) {
    const byte = buffer[index]!;
    if (byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d && byte !== 0x0c)
      control += 1;
    const length = sequenceAt(buffer, index);
    if (length === 0) stray += 1;
    else if (length > 1) multi += 1;
    index += Math.max(1, length);
  }
  return { stray, multi, control };
}

function decodeStray(buffer: Buffer): string {
  let text = "";
  let from = 0;
  for (let index = 0; index < buffer.length; ) {
    const length = sequenceAt(buffer, index);
    if (length === 0) {
      text += buffer.toString("utf8", from, index) + String.fromCharCode(0xdc00 + buffer[index]!);
      from = index + 1;
    }
    index += Math.max(1, length);
  }
  return text + buffer.toString("utf8", from);
}

function encodeStray(text: string): Buffer {
  const parts: Buffer[] = [];
  let from = 0;
  for (const match of text.matchAll(/(?<![\ud800-\udbff])[\udc80-\udcff]/g)) {
    parts.push(Buffer.from(text.slice(from, match.index), "utf8"));
    parts.push(Buffer.from([match[0].charCodeAt(0) - 0xdc00]));
    from = match.index + 1;
  }
  parts.push(Buffer.from(text.slice(from), "utf8"));
  return Buffer.concat(parts);
}

/** Windows-1252's characters for the bytes 0x80..0x9F; the five that it leaves open stay control characters. */
const upper =
  "\u20ac\u0081\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u008d\u017d\u008f" +
  "\u0090\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\u009d\u017e\u0178";

function decodeSingleByte(buffer: Buffer): string {
  return buffer
    .toString("latin1")
    .replace(/[\u0080-\u009f]/g, (one) => upper[one.charCodeAt(0) - 0x80]!);
}

function encodeSingleByte(text: string): Buffer {
  const bytes = Buffer.allocUnsafe(text.length);
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    const special =
      code >= 0x80 && code <= 0x9f ? -1 : code > 0xff ? upper.indexOf(text[index]!) : -2;
    const byte = special >= 0 ? special + 0x80 : special === -2 ? code : unmapped(code);
    if (byte === undefined) {
      const shown = String.fromCodePoint(text.codePointAt(index)!);
      throw new RedraftError(
        "check-failed",
        `the file is not UTF-8 but single-byte text (Windows-1252), which cannot hold ${JSON.stringify(shown)}. ` +
          "Write it as an escape, or convert the file to UTF-8 first.",
      );
    }
    bytes[index] = byte;
  }
  return bytes;
}

/** The five control characters that map to their own bytes. */
function unmapped(code: number): number | undefined {
  return code <= 0x9f && upper.charCodeAt(code - 0x80) === code ? code : undefined;
}
