import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { llamaTarget } from "../../src/engines/llama/target.ts";
import { anchorPlanner } from "../../src/engines/openai/anchor-planner.ts";
import { openServerTokens } from "../../src/engines/openai/open.ts";
import { type RunningServer, startServer } from "../../src/http/serve.ts";
import { createRedraft } from "../../src/redraft/create-redraft.ts";
import { serveModel } from "../../src/redraft/serve-model.ts";
import type { ServedModel } from "../../src/session/served-model.ts";
import { decode } from "../../src/verify/decode.ts";
import { hasEngine } from "../support/native.ts";

const weights = fileURLToPath(new URL("../../weights/redraft-apply-6m-q8_0.gguf", import.meta.url));
const original = `export function total(items: Item[]): number {
  let sum = 0;
  for (const item of items) {
    sum += item.price * item.count;
  }
  return sum;
}

export function names(items: Item[]): string[] {
  return items.map((item) => item.name);
}
`;
const sketch = `export function total(items: Item[], discount = 0): number {
  let sum = 0;
// ... existing code ...
  return sum * (1 - discount);
}
`;

describe.skipIf(!hasEngine)("drafts verified over HTTP by the shipped weights", () => {
  let model: ServedModel;
  let server: RunningServer;
  beforeAll(async () => {
    const target = await llamaTarget({ model: weights, threads: 1, contextSize: 2048 });
    // No planner: by itself it decodes token by token.
    model = serveModel({ target });
    server = await startServer({
      redraft: createRedraft(),
      model,
      host: "127.0.0.1",
      port: 0,
      version: "0.0.0",
    });
  }, 60_000);
  afterAll(async () => {
    await server.close();
    await model.dispose();
  });

  it.each(["vllm", "echo"] as const)(
    "%s: what this server writes by itself, in a fifth of the requests that its tokens would take",
    async (dialect) => {
      const prompt = `<|file|>${original}<|sketch|>${sketch}<|apply|>`;
      const response = await fetch(`${server.url}/v1/completions`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ prompt, max_tokens: 300, temperature: 0 }),
      });
      const plain = (await response.json()) as {
        choices: { text: string; finish_reason: string }[];
        usage: { completion_tokens: number };
      };
      expect(plain.choices[0]!.finish_reason).toBe("stop");
      expect(plain.usage.completion_tokens).toBeGreaterThan(50);

      const target = await openServerTokens({
        baseUrl: `${server.url}/v1`,
        model: model.name,
        dialect,
      });
      const steps = decode(await target.open(), {
        request: {
          prompt: await target.tokenize(prompt, { special: true }),
          source: await target.tokenize(original),
          sketch: await target.tokenize(sketch),
        },
        planner: anchorPlanner(),
        capabilities: target.capabilities,
        maxTokens: 300,
        isEnd: (token) => target.isEnd(token),
        detokenize: (tokens) => target.detokenize(tokens),
      });
      let text = "";
      let step = await steps.next();
      for (; !step.done; step = await steps.next()) text += step.value.text;
      expect(text).toBe(plain.choices[0]!.text);
      expect(step.value.finish).toBe("end");
      expect(target.tally.requests).toBeLessThan(plain.usage.completion_tokens / 5);
    },
    60_000,
  );
});
