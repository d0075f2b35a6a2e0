import { describe, expect, it } from "vitest";
import { scriptedEnd, scriptedTarget } from "../../../test/support/scripted-target.ts";
import type { TokenTarget } from "../../core/target.ts";
import { createController } from "../../draft/controller.ts";
import { targetPredictor } from "../../draft/draft-model.ts";
import { drafters } from "../../draft/registry.ts";
import { spellerOf } from "../../draft/spelling.ts";
import { type GenerateOptions, generate } from "./run.ts";

const source = "def f():\n    x = 1\n    return x\n";
const answer = "def f():\n    x = 2\n    return x\n```\ntrailing words\n";
const prompt = [...Buffer.from(`prompt ${source}`)];
const asked = {
  request: { prompt, source: [...Buffer.from(source)] },
  maxTokens: 200,
  fenced: true,
};
const target = (): TokenTarget => scriptedTarget(prompt.length, answer);
const model = (): { model: ReturnType<typeof targetPredictor> } => ({
  model: targetPredictor(target()),
});

const ways: Record<string, () => Omit<GenerateOptions, "clock">> = {
  "plain decoding": () => ({}),
  "our copies": () => ({
    planner: createController({
      drafters: [drafters.copy({ speller: spellerOf(target()) })],
      cost: () => 1,
    }),
  }),
  "EfficientEdit's Reuse": () => ({ loop: {} }),
  "EfficientEdit with a draft model": () => ({ loop: model() }),
};

describe("generate", () => {
  const plain = answer.slice(0, answer.indexOf("```") + 3);
  for (const [name, way] of Object.entries(ways)) {
    it(`ends at the fence, at a limit or at the end token: ${name}`, async () => {
      const run = await generate(target(), asked, { clock: "wall", ...way() });
      expect(Buffer.from(run.output).toString()).toBe(plain);
      expect(run.finish).toBe("fence");
      const written = run.passes.reduce((sum, { tokens }) => sum + tokens, 0);
      expect(written).toBe(run.output.length);

      const cut = await generate(
        target(),
        { ...asked, maxTokens: 12 },
        { clock: "wall", ...way() },
      );
      expect(Buffer.from(cut.output).toString()).toBe(answer.slice(0, 12));
      expect(cut.finish).toBe("length");

      const free = { ...asked, fenced: false };
      const whole = await generate(target(), free, { clock: "wall", ...way() });
      expect(Buffer.from(whole.output).toString()).toBe(answer);
      expect(whole.output).not.toContain(scriptedEnd);
      expect(whole.finish).toBe("end");
    });
  }

  it("takes fewer passes with drafts, and says what it verified", async () => {
    const passes = async (name: string): Promise<number> =>
      (await generate(target(), asked, { clock: "wall", ...ways[name]!() })).passes.length;
    expect(await passes("plain decoding")).toBe(plain.length);
    expect(await passes("our copies")).toBeLessThan(plain.length / 2);
    expect(await passes("EfficientEdit's Reuse")).toBeLessThan(plain.length);
  });
});
