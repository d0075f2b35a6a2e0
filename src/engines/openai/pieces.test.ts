import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { placePieces, readLogprobs } from "./pieces.ts";

const recorded = JSON.parse(
  JSON.parse(
    readFileSync(new URL("../../../test/wire/llama-cpp-python/echo.json", import.meta.url), "utf8"),
  ).body,
).choices[0];

describe("placePieces on a recorded answer of llama-cpp-python", () => {
  const { text } = recorded;
  const logprobs = readLogprobs(recorded.logprobs)!;
  const written = text.indexOf("<|apply|>") + "<|apply|>".length;
  const shownAs = (shift: 0 | 1) =>
    placePieces(text, logprobs, shift)
      .filter(({ start }) => start >= written)
      .map(({ start, end, chosen }) => [text.slice(start, end), chosen]);

  it("lays every listed token where it stands, although the last one is missing", () => {
    expect(shownAs(1).map(([piece]) => piece)).toEqual([
      "let",
      " a",
      " =",
      " ",
      "3",
      ";",
      "\n",
      "let",
    ]);
    expect(text.endsWith("let b")).toBe(true);
  });

  it("finds the model's own tokens with the entries taken one off, and hardly any otherwise", () => {
    expect(shownAs(1).every(([, chosen]) => chosen)).toBe(true);
    expect(shownAs(0).some(([, chosen]) => chosen)).toBe(false);
  });
});

describe("placePieces", () => {
  it("joins tokens that cut a character, and never calls them chosen", () => {
    const text = "a 🙂 b";
    const logprobs = {
      tokens: ["a", " ", "", "", " b"],
      tokenLogprobs: [null, 0, 0, 0, 0],
      topLogprobs: [null, { " ": 0 }, { "": 0 }, { "": 0 }, { " b": 0 }],
      textOffset: [0, 1, 2, 2, 3],
    };
    expect(placePieces(text, logprobs)).toEqual([
      { start: 0, end: 1, chosen: false },
      { start: 1, end: 2, chosen: true },
      { start: 2, end: 4, chosen: false },
      { start: 4, end: 6, chosen: true },
    ]);
  });

  it("leaves out an end token that is no part of the text", () => {
    const logprobs = {
      tokens: ["x", "<|end|>"],
      tokenLogprobs: [-1, 0],
      topLogprobs: [{ x: -1 }, { "<|end|>": 0 }],
      textOffset: [0, 1],
    };
    expect(placePieces("x", logprobs)).toEqual([{ start: 0, end: 1, chosen: true }]);
  });
});
