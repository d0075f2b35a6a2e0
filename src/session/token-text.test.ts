import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { randomEdits, randomFrom, randomText } from "../../test/support/text-walk.ts";
import { tinyVocabulary } from "../../test/support/tiny-vocabulary.ts";
import { loadTokenizer, type Tokenizer } from "../engines/bpe.ts";
import { diffEdits, editsOf, inverseEdits, withTextEdits } from "./text-edits.ts";
import { createTokenText, splicedTokens, type TextVocabulary } from "./token-text.ts";

let tokenizer: Tokenizer;
const folder = mkdtempSync(path.join(tmpdir(), "redraft-session-"));
beforeAll(async () => {
  const file = path.join(folder, "vocabulary.gguf");
  writeFileSync(file, tinyVocabulary());
  tokenizer = await loadTokenizer(file);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Counts the characters that it is given. */
function counting(): TextVocabulary & { characters: number } {
  const counted = {
    characters: 0,
    tokenize: async (text: string) => {
      counted.characters += text.length;
      return tokenizer.tokenize(text);
    },
    detokenize: async (tokens: readonly number[]) => tokenizer.detokenize(tokens),
  };
  return counted;
}

describe("createTokenText", () => {
  it("has the tokens of the text after every one of many random edits", async () => {
    const random = randomFrom(7);
    const vocabulary = counting();
    const document = await createTokenText(vocabulary, randomText(random, 60));
    expect(document.local).toBe(true);
    for (let i = 0; i < 1500; i++) {
      const before = document.tokens;
      const edits = randomEdits(random, document.text, 300);
      const text = withTextEdits(document.text, edits);
      const changes = await document.change(edits);
      expect(document.text).toBe(text);
      expect(document.tokens).toEqual(tokenizer.tokenize(text));
      expect(splicedTokens(before, changes)).toEqual(document.tokens);
    }
  });

  it("tokenises a few characters of 10,000 lines, and says which tokens changed", async () => {
    const vocabulary = counting();
    const line = (i: number): string => `    return self.value${i} + other\n`;
    const text = Array.from({ length: 10_000 }, (_, i) => line(i)).join("");
    const document = await createTokenText(vocabulary, text);
    const at = text.indexOf("value5000");
    vocabulary.characters = 0;
    const [edit, ...others] = await document.change([{ start: at, end: at + 5, text: "amount" }]);
    expect(others).toEqual([]);
    expect(vocabulary.characters).toBeLessThan(80);
    expect(edit!.end - edit!.start).toBeLessThan(10);
    expect(document.tokenAt(document.text.indexOf("amount"))).toBe(edit!.start);
  });

  it("tokenises the whole text where a vocabulary merges across cuts", async () => {
    const odd: TextVocabulary = {
      // One token for every two characters: all of them move with an insertion.
      tokenize: async (text) => text.match(/[\s\S]{1,2}/g)?.map((pair) => pair.length) ?? [],
      detokenize: async (tokens) => new Uint8Array(tokens.reduce((sum, size) => sum + size, 0)),
    };
    const document = await createTokenText(odd, "one two three four five");
    expect(document.local).toBe(false);
    const changes = await document.change([{ start: 3, end: 3, text: "x" }]);
    expect(document.text).toBe("onex two three four five");
    expect(document.tokens).toEqual(await odd.tokenize(document.text));
    expect(splicedTokens([...new Array(11).fill(2), 1], changes)).toEqual(document.tokens);
  });

  it("changes nothing where the tokenizer fails", async () => {
    let fails = false;
    const document = await createTokenText(
      {
        tokenize: async (text) => {
          if (fails) throw new Error("no engine");
          return tokenizer.tokenize(text);
        },
        detokenize: async (tokens) => tokenizer.detokenize(tokens),
      },
      "return self",
    );
    fails = true;
    await expect(document.change([{ start: 0, end: 6, text: "yield" }])).rejects.toThrow("engine");
    expect(document.text).toBe("return self");
    expect(document.tokens).toEqual(tokenizer.tokenize("return self"));
  });
});

describe("text edits", () => {
  it("finds the edits between any two texts, and leads back", () => {
    const random = randomFrom(3);
    let text = randomText(random, 200);
    for (let i = 0; i < 500; i++) {
      const edits = randomEdits(random, text, 500);
      const after = withTextEdits(text, edits);
      const found = diffEdits(text, after);
      expect(withTextEdits(text, found)).toBe(after);
      expect(withTextEdits(after, inverseEdits(text, edits))).toBe(text);
      text = after;
    }
  });

  it("keeps distant hunks of a whole new text apart", () => {
    const text = Array.from({ length: 100 }, (_, i) => `line ${i}\n`).join("");
    const after = text.replace("line 3\n", "line three\n").replace("line 90\n", "");
    expect(diffEdits(text, after)).toEqual([
      { start: text.indexOf("3\n"), end: text.indexOf("3\n") + 1, text: "three" },
      { start: text.indexOf("line 90"), end: text.indexOf("line 91"), text: "" },
    ]);
  });

  it("reads LSP changes one after the other", () => {
    const text = "one\r\ntwo\r\nthree";
    const at = (line: number, character: number) => ({ line, character });
    const range = (line: number, from: number, to: number) => ({
      start: at(line, from),
      end: at(line, to),
    });
    const first = { range: range(1, 0, 99), text: "2" };
    expect(editsOf(text, { lsp: [first] })).toEqual([{ start: 5, end: 8, text: "2" }]);
    const two = editsOf(text, { lsp: [first, { range: range(1, 1, 1), text: "!" }] });
    expect(withTextEdits(text, two)).toBe("one\r\n2!\r\nthree");
    const end = { range: { start: at(3, 0), end: at(3, 0) }, text: "x" };
    expect(editsOf("a\nb\nc", { lsp: [end] })).toEqual([{ start: 5, end: 5, text: "x" }]);
    expect(() => editsOf("a", { lsp: [{ range: range(2, 0, 1), text: "" }] })).toThrow(
      /different texts/,
    );
  });

  it("refuses edits that overlap or lie outside", () => {
    const edits = (...pairs: [number, number][]) =>
      editsOf("0123456789", { edits: pairs.map(([start, end]) => ({ start, end, text: "x" })) });
    expect(() => edits([0, 3], [2, 4])).toThrow(/overlaps/);
    expect(() => edits([8, 11])).toThrow(/outside/);
    expect(edits([5, 6], [0, 1]).map(({ start }) => start)).toEqual([0, 5]);
  });
});
