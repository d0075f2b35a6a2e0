import { describe, expect, it } from "vitest";
import { memoryView } from "../../../test/support/memory-repository.ts";
import { RedraftError } from "../../core/errors.ts";
import { type NameFunction, planNamedExtract } from "./function-name.ts";

const python =
  "def f(xs):\n    total = 0\n    for x in xs:\n        total += x\n    print(total)\n";
const script = "function f(xs) {\n  log(xs);\n  log(xs);\n}\n";
const { signal } = new AbortController();

async function named(
  text: string,
  suggest?: NameFunction,
  path = "a.py",
  [from, to] = [2, 4],
): Promise<string[]> {
  const view = await memoryView({ [path]: text });
  const {
    name,
    named: how,
    after,
  } = await planNamedExtract(view, { path, from, to }, suggest, signal);
  expect(after).toContain(`${name}(`);
  return [name, how];
}

describe("the name of an extracted function", () => {
  it("is the suggested one, in the style of the language", async () => {
    const suggest: NameFunction = async (path, code) => {
      expect([path, code.split("\n")[0]]).toEqual(["a.py", "    total = 0"]);
      return "sumUp";
    };
    expect(await named(python, suggest)).toEqual(["sum_up", "suggested"]);
    const inScript = named(script, async () => "log_all", "a.ts", [2, 3]);
    expect(await inScript).toEqual(["logAll", "suggested"]);
  });

  it.each<[string, NameFunction | undefined]>([
    ["nothing is suggested", undefined],
    ["no name comes", async () => undefined],
    ["a keyword comes", async () => "lambda"],
    ["a name that is written already comes", async () => "print"],
    [
      "the model fails",
      async () => {
        throw new RedraftError("engine-failed", "no model");
      },
    ],
  ])("is made of what is returned where %s", async (_, suggest) => {
    expect(await named(python, suggest)).toEqual(["compute_total", "made"]);
  });

  it("is one that nothing else has", async () => {
    const taken = `${python}\n\ndef compute_total():\n    pass\n`;
    expect(await named(taken)).toEqual(["compute_total2", "made"]);
    expect(await named(script, undefined, "a.ts", [2, 3])).toEqual(["extractedPart", "made"]);
  });

  it("is not asked for where the lines cannot be extracted", async () => {
    let asked = 0;
    const suggest: NameFunction = async () => {
      asked += 1;
      return "part";
    };
    await expect(named("def f():\n    return 1\n", suggest, "a.py", [9, 9])).rejects.toThrow();
    expect(asked).toBe(0);
  });
});
