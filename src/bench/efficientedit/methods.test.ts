import { describe, expect, it } from "vitest";
import { scriptedTarget } from "../../../test/support/scripted-target.ts";
import { targetPredictor } from "../../draft/draft-model.ts";
import { spellerOf } from "../../draft/spelling.ts";
import { plainMethod, type TableNumber, tableMethods, tableRules } from "./methods.ts";
import { generateBy, methodRun } from "./runs.ts";

const source = "def f():\n    x = 1\n    return x\n";
const answer = "def f():\n    x = 2\n    y = 3\n    return x + y\n```\nmore\n";
const written = answer.slice(0, answer.indexOf("```") + 3);
const prompt = [...Buffer.from(`please\n${source}`)];
const target = () => scriptedTarget(prompt.length, answer);
const one = {
  id: "a/own/1/x",
  set: "l1",
  task: "own/1",
  request: { prompt, source: [...Buffer.from(source)] },
  maxTokens: 200,
  fenced: true,
};
const methods = (table: TableNumber, withDraft: boolean) =>
  tableMethods(table, {
    speller: spellerOf(target()),
    isNewline: (token) => token === 10,
    cost: () => 1,
    ...(withDraft && { predictor: targetPredictor(target()), draftCost: 0.2 }),
  });

describe("tableMethods", () => {
  for (const table of [1, 2, 3] as const) {
    for (const withDraft of [false, true]) {
      const what = `table ${table} ${withDraft ? "with" : "without"} a draft model`;

      it(`writes the plain output by every lossless method: ${what}`, async () => {
        const all = methods(table, withDraft);
        expect(all[0]!.name).toBe(plainMethod);
        expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
        for (const method of all.filter(({ lossless }) => lossless)) {
          const run = methodRun(method, one, await generateBy(target(), method, one));
          expect(Buffer.from(run.output).toString(), method.name).toBe(written);
          expect(run.accepted, method.name).toBeLessThanOrEqual(run.drafted);
          expect(run.draftPasses > 0, method.name).toBe(/sd|full|\+draft/.test(method.name));
          const isPlain = method.name === plainMethod;
          if (isPlain) expect(run.passes).toBe(written.length);
          else expect(run.passes, method.name).toBeLessThan(written.length);
        }
      });
    }
  }

  it("has every rule of Table III for both loops, and says which are lossy", () => {
    const all = methods(3, true).slice(1);
    expect(all).toHaveLength(2 * tableRules.length);
    for (const { name, lossless } of all) expect(lossless, name).toBe(name.endsWith("greedy"));
  });

  it("keeps what a lossy rule accepts, and Reuse greedy all the same", async () => {
    const wrong = scriptedTarget(prompt.length, answer.replace("y = 3", "z = 4"));
    const [plain, ...others] = tableMethods(3, {
      speller: spellerOf(target()),
      isNewline: (token) => token === 10,
      cost: () => 1,
      predictor: targetPredictor(wrong),
    });
    const textOf = async (name: string): Promise<string> => {
      const method = [plain!, ...others].find((one) => one.name === name)!;
      return (await generateBy(target(), method, one)).run.text;
    };
    expect(await textOf("ee-full greedy")).toBe(await textOf(plainMethod));
    const direct = await textOf("ee-full direct");
    expect(direct).toContain("z = 4");
    expect(direct).toContain("x = 2");
  });
});
