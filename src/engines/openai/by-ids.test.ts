import { describe, expect, it } from "vitest";
import { createEndTokens, endOfText, judgeDraft } from "./by-ids.ts";

const word = (id: number) => ({ id, text: "word" });

describe("judging a draft", () => {
  it("accepts what the model would write, and says what it wants instead", () => {
    const ends = createEndTokens();
    expect(judgeDraft([5, 6, 7], [5, 6, 9].map(word), ends)).toEqual({ accepted: 2, next: 9 });
    expect(judgeDraft([5, 6], [5, 6].map(word), ends)).toEqual({ accepted: 2 });
    expect(judgeDraft([5, 6], [word(5), undefined], ends)).toEqual({ accepted: 1 });
  });

  it.each(["</s>", "<|im_end|>", "[EOS]", "<｜end▁of▁sentence｜>", "", undefined])(
    "leaves a token named %j to the model, which alone knows whether the text ends there",
    (text) => {
      const ends = createEndTokens();
      const named = { id: 2, ...(text !== undefined && { text }) };
      // Also where it was drafted: a file may spell the name of an end token.
      expect(judgeDraft([5, 2], [word(5), named], ends)).toEqual({ accepted: 1 });
      expect(judgeDraft([5, 6], [word(5), named], ends)).toEqual({ accepted: 1 });
    },
  );

  it.each(["<", "</", ">", "<div", "[]", "]", "\n", "    ", "\ufffd"])(
    "does not take %j for an end",
    (text) => {
      const ends = createEndTokens();
      expect(judgeDraft([5], [{ id: 2, text }], ends)).toEqual({ accepted: 0, next: 2 });
    },
  );

  it("remembers what the model has shown", () => {
    const ends = createEndTokens();
    ends.add(2);
    ends.passed([3]);
    const tag = { id: 3, text: "<br>" };
    const end = { id: 2, text: "</s>" };
    expect(judgeDraft([5, 6], [tag, word(6)], ends)).toEqual({ accepted: 0, next: 3 });
    expect(judgeDraft([3, 6], [tag, end], ends)).toEqual({ accepted: 1, next: 2 });
    expect([2, endOfText].every((token) => ends.has(token))).toBe(true);
  });
});
