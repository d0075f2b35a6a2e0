import { describe, expect, it } from "vitest";
import { createBpeTokenizer } from "./bpe.ts";

const merges = ["a b", "Ġ ab", "Ġab c", "ab c", "Ċ Ċ"];
const tokens = [
  ..."abcdef(){}=+1",
  "Ġ",
  "Ċ",
  "Ã",
  "¤",
  "ab",
  "abc",
  "Ġab",
  "Ġabc",
  "ĊĊ",
  "<fill>",
  "<stop>",
];
const tokenizer = createBpeTokenizer({
  name: "test",
  tokens,
  merges,
  types: tokens.map((token) => (token === "<fill>" ? 4 : token === "<stop>" ? 3 : 1)),
  splits: [/ ?\p{L}+|\n+|[^\s\p{L}]/gu],
  ends: [23],
});
const spelled = (text: string): string[] => tokenizer.tokenize(text).map((id) => tokens[id]!);

describe("byte-level BPE", () => {
  it("merges the best-ranked pair first, inside words only", () => {
    expect(spelled("abc abc")).toEqual(["abc", "Ġabc"]);
    expect(spelled("abab")).toEqual(["ab", "ab"]);
    expect(spelled("a b")).toEqual(["a", "Ġ", "b"]);
    expect(spelled("a\n\nb")).toEqual(["a", "ĊĊ", "b"]);
  });
  it("spells bytes, also of characters that are no token", () => {
    expect(spelled("ä")).toEqual(["Ã", "¤"]);
    const half = tokenizer.tokenize("ä").slice(0, 1);
    expect([...tokenizer.detokenize(half)]).toEqual([0xc3]);
  });
  it("reads user-defined tokens from text and control tokens never", () => {
    expect(spelled("a<fill>b")).toEqual(["a", "<fill>", "b"]);
    expect(spelled("<stop>")).not.toContain("<stop>");
  });
  it("gives the text back", () => {
    for (const text of ["abc abc\n\nä+1", "", "(a)=b"]) {
      expect(Buffer.from(tokenizer.detokenize(tokenizer.tokenize(text))).toString()).toBe(text);
    }
  });
});
