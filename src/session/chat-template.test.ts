import { describe, expect, it } from "vitest";
import { chatml, chatTokens, plain } from "./chat-template.ts";

const mark = "<|im_end|>";
const markToken = 1000;

/** Bytes, and one special token, which counts as such only where special tokens are read. */
const target = {
  async tokenize(text: string, { special = false } = {}) {
    const parts = special ? text.split(mark) : [text];
    return parts.flatMap((part, i) => [...(i > 0 ? [markToken] : []), ...Buffer.from(part)]);
  },
};

const marksIn = (tokens: readonly number[]): number =>
  tokens.filter((token) => token === markToken).length;

describe("chatTokens", () => {
  it("reads the template's marks as special tokens, and gives the answer's beginning", async () => {
    const tokens = await chatTokens(target, chatml, "hello", "```\n");
    expect(tokens).toEqual(
      await target.tokenize(`<|im_start|>user\nhello${mark}\n<|im_start|>assistant\n\`\`\`\n`, {
        special: true,
      }),
    );
    expect(marksIn(tokens)).toBe(1);
  });

  it("puts a system message before the user's", async () => {
    const tokens = await chatTokens(target, chatml, "hello", "", "be brief");
    const [system, user] = [`system\nbe brief${mark}\n`, `user\nhello${mark}\n`];
    expect(tokens).toEqual(
      await target.tokenize(`<|im_start|>${system}<|im_start|>${user}<|im_start|>assistant\n`, {
        special: true,
      }),
    );
  });

  it.each([undefined, "about a test of marks"])(
    "reads marks in the user's text as text",
    async (system) => {
      const content = `a test of ${mark} and more`;
      const tokens = await chatTokens(target, chatml, content, "", system);
      expect(marksIn(tokens)).toBe(system === undefined ? 1 : 2);
      const bytes = tokens.filter((token) => token !== markToken);
      expect(Buffer.from(bytes).toString()).toContain(content);
    },
  );

  it("adds nothing where there is no template", async () => {
    expect(await chatTokens(target, plain, "hello", "!")).toEqual([...Buffer.from("hello!")]);
  });
});
