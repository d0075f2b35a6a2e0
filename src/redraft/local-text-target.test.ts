import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { hasEngine } from "../../test/support/native.ts";
import type { PassAccount } from "../core/target.ts";
import { llamaTarget } from "../engines/llama/target.ts";
import { localTextTarget } from "./local-text-target.ts";

const weights = fileURLToPath(new URL("../../weights/redraft-apply-6m-q8_0.gguf", import.meta.url));
const lines = Array.from({ length: 9 }, (_, n) => `  const value${n} = compute(${n});\n`);
const original = `function work() {\n${lines.join("")}}\n`;
const sketch = `function work() {\n${lines[0]}  check();\n// ... existing code ...\n}\n`;

describe.skipIf(!hasEngine)("a GGUF as the large model", () => {
  it("drafts from the prediction, which changes the passes and not the text", async () => {
    const target = await llamaTarget({ model: weights, threads: 1, contextSize: 2048 });
    const model = await localTextTarget(target);
    try {
      // These weights have no chat template: the message goes as it is.
      const content = `<|file|>${original}<|sketch|>${sketch}<|apply|>`;
      const write = async (prediction?: string) => {
        let text = "";
        let accepted: number | undefined;
        const passes: PassAccount[] = [];
        let counted = 0;
        const more = prediction === undefined ? {} : { prediction };
        for await (const chunk of model.complete([{ role: "user", content }], more)) {
          text += chunk.text;
          counted += chunk.tokens ?? 0;
          passes.push(...(chunk.passes ?? []));
          accepted ??= chunk.usage?.acceptedPredictionTokens;
        }
        return { text, accepted, passes, counted };
      };
      const alone = await write();
      const predicted = await write(original);
      expect(predicted.text).toBe(alone.text);
      expect(alone.accepted).toBeUndefined();
      expect(predicted.accepted).toBeGreaterThan(40);
      // Every pass says what it wrote and where that comes from.
      for (const { passes, counted } of [alone, predicted]) {
        const sum = (of: (pass: PassAccount) => number): number =>
          passes.reduce((all, pass) => all + of(pass), 0);
        expect(sum(({ tokens }) => tokens)).toBe(counted);
        expect(sum(({ origins }) => origins.reduce((all, [, n]) => all + n, 0))).toBe(counted);
        expect(passes.every(({ drafted, accepted }) => accepted <= drafted)).toBe(true);
      }
      expect(predicted.passes.some(({ origins }) => origins[0]![0] === "source")).toBe(true);
    } finally {
      await model.dispose();
    }
  });

  it("writes what it would have written, whatever candidate edit is its draft", async () => {
    const content = `<|file|>${original}<|sketch|>${sketch}<|apply|>`;
    const passesAndText = async (drafting: boolean, prediction?: string) => {
      const target = await llamaTarget({ model: weights, threads: 1, contextSize: 2048 });
      const model = await localTextTarget(target, { drafting });
      let text = "";
      let passes = 0;
      const more = prediction === undefined ? {} : { prediction };
      for await (const chunk of model.complete([{ role: "user", content }], more)) {
        text += chunk.text;
        passes += chunk.passes?.length ?? 0;
      }
      await model.dispose();
      return { text, passes };
    };
    const plain = await passesAndText(false);
    const source = await passesAndText(true, original);
    const right = await passesAndText(true, plain.text);
    const wrong = await passesAndText(true, original.replaceAll("compute", "other"));
    for (const { text } of [source, right, wrong]) expect(text).toBe(plain.text);
    expect(right.passes).toBeLessThanOrEqual(source.passes);
    expect(4 * right.passes).toBeLessThan(plain.passes);
    expect(wrong.passes).toBeLessThan(plain.passes);
  });
});
