import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeText, encodeText } from "./encoding.ts";

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
const ascii = (text: string): number[] => [...text].map((one) => one.charCodeAt(0));

describe("encodings", () => {
  it("tells them apart", () => {
    const kinds = [
      [Buffer.from("größer\n"), "utf-8", false, "größer\n"],
      [Buffer.from("\uFEFFa"), "utf-8", true, "a"],
      [Buffer.from("\uFEFFaß", "utf16le"), "utf-16le", true, "aß"],
      [Buffer.from("\uFEFFaß", "utf16le").swap16(), "utf-16be", true, "aß"],
      [Buffer.from("gr\u00f6\u00dfer", "latin1"), "windows-1252", false, "größer"],
      [bytes(...ascii("it"), 0x92, ...ascii("s "), 0x80), "windows-1252", false, "it’s €"],
      [Buffer.concat([Buffer.from("größer "), bytes(0xff)]), "utf-8-stray", false, "größer \udcff"],
      [bytes(), "utf-8", false, ""],
    ] as const;
    for (const [buffer, encoding, bom, text] of kinds) {
      expect(decodeText(buffer, "a")).toEqual({ text, encoding, bom });
    }
  });

  it("refuses what is no text", () => {
    for (const buffer of [
      bytes(0x7f, 0x45, 0x4c, 0x46, 0, 0, 1),
      bytes(0xff, 0xfe, 0x41),
      bytes(0xff, 0xfe, 0, 0, 0x41, 0, 0, 0),
      bytes(0x89, 0x50, 0x4e, 0x47, 1, 2, 3, 4, 5, 6, 7, 8),
    ]) {
      expect(() => decodeText(buffer, "a.bin")).toThrow(
        expect.objectContaining({ code: "not-text" }),
      );
    }
  });

  it("gives the same bytes back, whatever they are", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), fc.boolean(), (body, wide) => {
        const buffer = wide ? Buffer.concat([bytes(0xff, 0xfe), body]) : Buffer.from(body);
        let decoded: ReturnType<typeof decodeText>;
        try {
          decoded = decodeText(buffer, "a");
        } catch {
          return;
        }
        expect(encodeText(decoded.text, decoded.encoding, decoded.bom)).toEqual(buffer);
      }),
      { numRuns: 3_000 },
    );
  });

  it("refuses characters that the encoding does not have", () => {
    expect(() => encodeText("漢", "windows-1252", false)).toThrow(/cannot hold "漢"/);
    expect(() => encodeText("a\ud800", "utf-8", false)).toThrow(/surrogate/);
  });
});
