import { describe, expect, it } from "vitest";
import type { Drafter, Token } from "../../core/target.ts";
import { vllmNgram, vllmSuffix } from "./vllm.ts";

const speller = (tokens: readonly Token[]): string[] => tokens.map(String);

async function drafted(drafter: Drafter, prompt: Token[], budget: number): Promise<Token[]> {
  await drafter.begin({ prompt });
  const [draft] = await drafter.draft({ output: [] }, budget);
  return [...(draft?.tokens ?? [])];
}

describe("vLLM's ngram", () => {
  it("takes the first match of the longest suffix, however few tokens follow", async () => {
    // 2 3 4 occurs at 1 and at 6; 3 4 also at 11.
    const prompt = [1, 2, 3, 4, 5, 0, 2, 3, 4, 6, 0, 3, 4, 7, 2, 3, 4];
    expect(await drafted(vllmNgram(speller), prompt, 64)).toEqual(prompt.slice(4));
    expect(await drafted(vllmNgram(speller), prompt, 2)).toEqual([5, 0]);
  });
  it("needs two tokens", async () => {
    expect(await drafted(vllmNgram(speller), [1, 2, 3, 2], 64)).toEqual([]);
    expect(await drafted(vllmNgram(speller), [1, 2, 3, 1, 2], 64)).toEqual([3, 1, 2]);
  });
});

describe("vLLM's suffix decoding", () => {
  it("drafts eight tokens for each that matches", async () => {
    const text = Array.from({ length: 40 }, (_, i) => i + 10);
    expect(await drafted(vllmSuffix(speller), [...text, 1, 10], 127)).toEqual(text.slice(1, 9));
    expect(await drafted(vllmSuffix(speller), [...text, 1, 10, 11], 127)).toEqual(
      text.slice(2, 18),
    );
  });
});
