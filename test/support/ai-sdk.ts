import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import type { generateText, stepCountIs, streamText } from "ai";
import type { MockLanguageModelV3 } from "ai/test";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { editFileTool, withPrediction } from "../../src/ai/index.ts";
import { fakeTarget } from "../../src/engines/fake.ts";
import { type RunningServer, type ServeOptions, startServer } from "../../src/http/serve.ts";
import { createRedraft } from "../../src/redraft/create-redraft.ts";
import { serveModel } from "../../src/redraft/serve-model.ts";

/** What the tests use of one major version of the AI SDK, in the types of version 6. */
export interface AiSdk {
  readonly generateText: typeof generateText;
  readonly stepCountIs: typeof stepCountIs;
  readonly streamText: typeof streamText;
  readonly createOpenAICompatible: typeof createOpenAICompatible;
  readonly MockLanguageModel: typeof MockLanguageModelV3;
}

let folder: string;
let server: RunningServer | undefined;
const source = "function a() {\n  return 1;\n}\n\nfunction b() {\n  return 2;\n}\n";
const sketch = "// ... existing code ...\n\nfunction b() {\n  return 3;\n}\n";
const edited = source.replace("return 2", "return 3");

const usage = {
  inputTokens: { total: 1, noCache: 1, cacheRead: undefined, cacheWrite: undefined },
  outputTokens: { total: 1, text: 1, reasoning: undefined },
};

/** A model that calls editFile with each input in turn, then says it is done. */
function scripted(sdk: AiSdk, inputs: readonly object[]): MockLanguageModelV3 {
  let call = 0;
  return new sdk.MockLanguageModel({
    doGenerate: async () => {
      const input = inputs[call];
      call += 1;
      if (input === undefined) {
        return {
          content: [{ type: "text", text: "Done." }],
          finishReason: { unified: "stop", raw: undefined },
          usage,
          warnings: [],
        };
      }
      return {
        content: [
          {
            type: "tool-call",
            toolCallId: `call-${call}`,
            toolName: "editFile",
            input: JSON.stringify(input),
          },
        ],
        finishReason: { unified: "tool-calls", raw: undefined },
        usage,
        warnings: [],
      };
    },
  });
}

async function provider(sdk: AiSdk, options: Partial<ServeOptions> = {}) {
  server = await startServer({
    redraft: createRedraft(),
    version: "0.0.0",
    host: "127.0.0.1",
    port: 0,
    ...options,
  });
  return sdk.createOpenAICompatible({
    name: "redraft",
    baseURL: `${server.url}/v1`,
    includeUsage: true,
  });
}

/** The tests of `redraft-edit/ai`, and of `redraft serve` as an AI SDK provider, with one version of the SDK. */
export function testAiSdk(sdk: AiSdk): void {
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "redraft-ai-"));
    await writeFile(join(folder, "a.js"), source);
  });

  afterEach(async () => {
    await server?.close();
    server = undefined;
    await rm(folder, { recursive: true, force: true });
  });

  describe("editFile tool in the AI SDK", () => {
    it("shows the model a refusal, and makes the edit that it sends then", async () => {
      const model = scripted(sdk, [
        { path: "a.js", old_string: "return", new_string: "yield" },
        { path: "a.js", instructions: "I change b.", code_edit: sketch },
      ]);
      const tools = { editFile: editFileTool({ roots: [folder] }) };
      const result = await sdk.generateText({
        model,
        tools,
        prompt: "edit",
        stopWhen: sdk.stepCountIs(5),
      });
      expect(result.text).toBe("Done.");
      expect(await readFile(join(folder, "a.js"), "utf8")).toBe(edited);
      const [refused, made] = result.steps.map(({ content }) => content.at(-1)!);
      expect(refused).toMatchObject({ type: "tool-error" });
      expect(String((refused as { error: unknown }).error)).toContain("ambiguous: ");
      expect(made).toMatchObject({
        type: "tool-result",
        output: { route: "merge", written: true },
      });
      // What the model reads is the diff, not the JSON of the answer.
      const seen = JSON.stringify(model.doGenerateCalls.at(-1)!.prompt);
      expect(seen).toContain("-  return 2;\\n+  return 3;");
    });

    it("touches nothing outside of its roots", async () => {
      const model = scripted(sdk, [{ path: "../x.js", code_edit: "x" }]);
      const tools = { editFile: editFileTool({ roots: [folder] }) };
      const result = await sdk.generateText({
        model,
        tools,
        prompt: "edit",
        stopWhen: sdk.stepCountIs(3),
      });
      const error = result.steps[0]!.content.at(-1) as { error: unknown };
      expect(String(error.error)).toContain("outside-root: ");
    });
  });

  describe("AI SDK against redraft serve", () => {
    const prompt = `<instruction>I change b.</instruction><code>${source}</code><update>${sketch}</update>`;

    it("makes a real edit, whole and streaming", async () => {
      const redraft = await provider(sdk);
      const whole = await sdk.generateText({ model: redraft("apply"), prompt, maxRetries: 0 });
      expect(whole.text).toBe(edited);
      const streamed = sdk.streamText({ model: redraft("apply"), prompt, maxRetries: 0 });
      let text = "";
      for await (const piece of streamed.textStream) text += piece;
      expect(text).toBe(edited);
    });

    it("sends the prediction and reads back how much of it was accepted", async () => {
      const target = fakeTarget({
        vocabSize: 257,
        end: 256,
        logits: () => Float32Array.from({ length: 257 }, (_, token) => (token === 120 ? 1 : 0)),
      });
      const redraft = await provider(sdk, { model: serveModel({ target }) });
      const bodies: string[] = [];
      const model = sdk.createOpenAICompatible({
        name: "redraft",
        baseURL: `${server!.url}/v1`,
        fetch: (input, init) => {
          bodies.push(String(init?.body));
          return fetch(input, init);
        },
      })("fake");
      expect(redraft).toBeDefined();
      const predicted = withPrediction(model, "xxxx");
      const result = await sdk.generateText({ model: predicted, prompt: "go", maxOutputTokens: 6 });
      expect(result.text).toBe("xxxxxx");
      expect(JSON.parse(bodies[0]!).prediction).toEqual({ type: "content", content: "xxxx" });
      const account = result.providerMetadata?.redraft;
      expect(account).toHaveProperty("acceptedPredictionTokens");
      expect(account).toHaveProperty("rejectedPredictionTokens");
    });
  });
}
