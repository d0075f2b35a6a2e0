import { describe, expect, it } from "vitest";
import { fakeTarget } from "../../engines/fake.ts";
import { chatml, plain } from "../../session/chat-template.ts";
import { type ChatCasesOptions, chatCases } from "./cases.ts";
import { regionCases } from "./region-cases.ts";

const target = fakeTarget({ vocabSize: 256 });
const records = ["a\n", "b = 1\nc = 2\n", `${"d = 3\n".repeat(100)}`].map((original, i) => ({
  id: `model/fn_multi/${i}/Edge`,
  instruction: "do it",
  original,
  edited: "",
  ...(i === 1 && { context: "around" }),
}));
const set = { name: "l1", records };
const options: ChatCasesOptions = {
  target,
  template: plain,
  length: 500,
  contextSize: 4096,
  seed: 1,
};
const textOf = (tokens: readonly number[]): string => Buffer.from(tokens).toString();

describe("chatCases", () => {
  it("begins the answer inside the fence, without a blank line after the file", async () => {
    const { cases } = await chatCases(set, options);
    const one = cases.find(({ id }) => id.includes("/1/"))!;
    const prompt = textOf(one.request.prompt);
    expect(prompt).toBe(
      "## Code Before:\n```py\nb = 1\nc = 2\n```\n## Instruction:\ndo it\n## Code After:```py\n",
    );
    expect(textOf(one.request.source!)).toBe("b = 1\nc = 2\n");
    expect(one.request.context?.map(textOf)).toEqual(["around"]);
    expect(one).toMatchObject({ set: "l1", task: "fn/1", fenced: true, maxTokens: 2 * 12 + 128 });
  });

  it("asks under the system message that it is given", async () => {
    const marked = { ...options, template: chatml, system: "You edit." };
    const { cases } = await chatCases(set, marked);
    const begin = "<|im_start|>system\nYou edit.<|im_end|>\n<|im_start|>user\n## Code Before:\n";
    for (const { request } of cases) expect(textOf(request.prompt).startsWith(begin)).toBe(true);
  });

  it("leaves long prompts out and counts them", async () => {
    const { cases, tooLong } = await chatCases(set, options);
    expect(cases).toHaveLength(2);
    expect(tooLong).toBe(1);
  });

  it("samples those that fit, the first of a larger sample", async () => {
    const one = await chatCases(set, { ...options, sample: 1 });
    const two = await chatCases(set, { ...options, sample: 2 });
    expect(one.cases.map(({ id }) => id)).toEqual(two.cases.slice(0, 1).map(({ id }) => id));
    expect(two.cases).toHaveLength(2);
  });

  it("limits outputs to what is asked, and to what the context has left", async () => {
    const short = await chatCases(set, { ...options, maxTokens: 7 });
    expect(short.cases.map(({ maxTokens }) => maxTokens)).toEqual([7, 7]);
    const prompt = short.cases[0]!.request.prompt.length;
    const tight = await chatCases(set, { ...options, contextSize: prompt + 5, sample: 1 });
    expect(tight.cases.find(({ id }) => id === short.cases[0]!.id)?.maxTokens).toBe(5);
  });

  it("begins with the token that the vocabulary asks for", async () => {
    const { cases } = await chatCases(set, { ...options, beginToken: 1 });
    expect(cases[0]!.request.prompt[0]).toBe(1);
  });
});

describe("regionCases", () => {
  it("refuses a model without the roles of the apply models, and names the way out", async () => {
    const info = { name: "other" } as Parameters<typeof regionCases>[0]["info"];
    const asked = regionCases({ tokenize: target.tokenize, info }, "nowhere", {
      length: 100,
      limit: 1,
    });
    await expect(asked).rejects.toThrow(/other is not an apply model.*--cases/);
  });
});
