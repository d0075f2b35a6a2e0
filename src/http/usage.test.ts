import { expect, it } from "vitest";
import { applyPrompt, parrotModel, testApp } from "../../test/support/http-app.ts";
import { countByTokenizer, estimateTokens } from "./usage.ts";

it("estimates four characters a token", async () => {
  expect(await estimateTokens(["", "abc", "abcde"])).toEqual({
    tokens: [0, 1, 2],
    by: "characters/4",
  });
});

it("estimates what a tokenizer cannot count, or not in time", async () => {
  const words = countByTokenizer(async (text) => text.split(" "));
  expect(await words(["a b", "c"])).toEqual({ tokens: [2, 1], by: "tokenizer" });
  const long = "x".repeat(2_000_000);
  expect(await words(["a b", long])).toEqual({ tokens: [1, 500_000], by: "characters/4" });
  const broken = countByTokenizer(() => Promise.reject(new Error("no")));
  expect((await broken(["abcd"])).by).toBe("characters/4");
  const never = countByTokenizer(() => new Promise(() => {}));
  expect((await never(["abcd"])).tokens).toEqual([1]);
});

it("counts every apply request, by the tokenizer if a model is there", async () => {
  const update = '{"old_string":"b","new_string":"c"}';
  const asked = `I rename b.a\nb\n${update}`;
  const relace = { initial_code: "a\nb\n", edit_snippet: update, instruction: "I rename b." };
  for (const [options, prompt, answer, usageBy] of [
    [{}, Math.ceil(asked.length / 4), 1, "characters/4"],
    // A token of this model is a byte.
    [{ model: parrotModel() }, asked.length, 4, "tokenizer"],
  ] as const) {
    const { post } = testApp(options);
    for (const [path, body] of [
      ["/v1/chat/completions", { messages: [{ role: "user", content: applyPrompt }] }],
      ["/v1/completions", { prompt: applyPrompt }],
      ["/v1/code/apply", relace],
    ] as const) {
      const json = await (await post(path, body)).json();
      expect(json).toMatchObject({
        usage: {
          prompt_tokens: prompt,
          completion_tokens: answer,
          total_tokens: prompt + answer,
        },
        redraft: { usageBy },
      });
    }
  }
});
