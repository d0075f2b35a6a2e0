import { expect, it } from "vitest";
import { functionNamer } from "./function-namer.ts";

const namedBy = (answer: string) =>
  functionNamer(
    async () => ({
      async *complete(messages, { maxTokens }) {
        expect(messages.at(-1)!.content).toContain("total += x");
        expect(maxTokens).toBeLessThan(50);
        yield { text: answer };
      },
    }),
    (_, code) => code,
  )("a.py", "total += x", new AbortController().signal);

it.each([
  ["sum_up", "sum_up"],
  ["`sumUp`", "sumUp"],
  ["The name is `sum_up`.", "sum_up"],
  ["def sum_up(xs):\n    return", "sum_up"],
  ['"sumUp"', "sumUp"],
  ["I cannot name this.", undefined],
  ["", undefined],
])("reads the name in %j", async (answer, name) => {
  expect(await namedBy(answer)).toBe(name);
});
