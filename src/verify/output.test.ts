import { describe, expect, it } from "vitest";
import type { Origin } from "../core/target.ts";
import { bytesOfText } from "../engines/openai/by-ids.ts";
import { createOutput } from "./output.ts";

const pieces: Record<number, string> = { 1: "}\n``", 2: "`", 3: "a", 4: "b\n", 5: "```" };
const detokenize = async (tokens: readonly number[]): Promise<Uint8Array> =>
  Buffer.concat(
    tokens.map((token) =>
      token >= 128 ? Buffer.from([token]) : Buffer.from(pieces[token] ?? `<${token}>`),
    ),
  );
const from = (count: number): Origin[] => new Array(count).fill("target");

describe("output", () => {
  it("holds back what may begin a stop string, and releases it when it does not", async () => {
    const output = createOutput({ maxTokens: 9, isEnd: () => false, stop: ["\n```"], detokenize });
    expect(await output.push([3, 1], from(2))).toMatchObject({ tokens: [3], text: "a}" });
    expect(await output.push([3], from(1))).toMatchObject({ tokens: [1, 3], text: "\n``a" });
    expect(output.finish).toBeUndefined();
  });

  it("ends before a stop string that begins inside a token: its text goes out, the token does not", async () => {
    const output = createOutput({ maxTokens: 9, isEnd: () => false, stop: ["\n```"], detokenize });
    await output.push([3, 1], from(2));
    expect(await output.push([2, 3], from(2))).toMatchObject({ tokens: [], text: "" });
    expect(output.finish).toBe("stop");
    expect(output.tokens).toEqual([3]);
  });

  it("ends at the first of several stop strings", async () => {
    const output = createOutput({
      maxTokens: 9,
      isEnd: () => false,
      stop: ["zz", "b", "```"],
      detokenize,
    });
    expect(await output.push([3, 4, 5], from(3))).toMatchObject({ tokens: [3], text: "a" });
    expect(output.finish).toBe("stop");
  });

  it("joins characters that are split between tokens", async () => {
    const output = createOutput({ maxTokens: 9, isEnd: () => false, detokenize });
    expect((await output.push([0xc3], from(1))).text).toBe("");
    expect((await output.push([0xa4], from(1))).text).toBe("ä");
  });

  it("keeps neither the end token nor anything past the limit", async () => {
    const ended = createOutput({ maxTokens: 9, isEnd: (token) => token === 7 });
    expect((await ended.push([3, 7, 3], from(3))).tokens).toEqual([3]);
    expect(ended.finish).toBe("end");
    const limited = createOutput({ maxTokens: 2, isEnd: (token) => token === 7 });
    expect((await limited.push([3, 3, 7], from(3))).tokens).toEqual([3, 3]);
    expect(limited.finish).toBe("length");
  });

  describe("over a server that spells whole characters only", () => {
    const whole = async (tokens: readonly number[]): Promise<Uint8Array> =>
      bytesOfText(Buffer.from(await detokenize(tokens)).toString(), "the server");

    it("waits for the rest of a character, and shows what never comes", async () => {
      for (const stop of [[], ["zz"]]) {
        const output = createOutput({
          maxTokens: 9,
          isEnd: (t) => t === 7,
          detokenize: whole,
          stop,
        });
        expect((await output.push([3, 0xe6, 0x97], from(3))).text).toBe("a");
        expect((await output.push([0xa5, 0xf0], from(2))).text).toBe("日");
        expect((await output.push([7], from(1))).text).toBe("\ufffd");
        expect(output.tokens).toEqual([3, 0xe6, 0x97, 0xa5, 0xf0]);
      }
    });

    it("ends before a stop string whose first character several tokens make", async () => {
      const stop = ["日b"];
      const output = createOutput({ maxTokens: 9, isEnd: () => false, stop, detokenize: whole });
      const first = await output.push([3, 0xe6], from(2));
      expect(first).toMatchObject({ text: "a", tokens: [3] });
      expect(await output.push([0x97, 0xa5], from(2))).toMatchObject({ text: "", tokens: [] });
      expect(await output.push([4], from(1))).toMatchObject({ text: "", tokens: [] });
      expect(output.finish).toBe("stop");
      expect(output.tokens).toEqual([3]);
    });

    it("knows the sign for bytes that are no character from one that is to come", async () => {
      const signs: Record<number, string> = { 1: "\ufffd", 2: "x" };
      const spelled = async (tokens: readonly number[]): Promise<Uint8Array> =>
        bytesOfText(tokens.map((token) => signs[token]!).join(""), "the server");
      const output = createOutput({ maxTokens: 99, isEnd: () => false, detokenize: spelled });
      let text = "";
      for (let i = 0; i < 12; i++) text += (await output.push([1], from(1))).text;
      text += (await output.push([2], from(1))).text;
      expect(text).toBe(`${"\ufffd".repeat(12)}x`);
    });
  });

  it("needs a detokenizer for stop strings", () => {
    expect(() => createOutput({ maxTokens: 9, isEnd: () => false, stop: ["x"] })).toThrow(
      /detokenizer/,
    );
  });
});
