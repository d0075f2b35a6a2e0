import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { generateText, stepCountIs, streamText } from "ai";
import { MockLanguageModelV3 } from "ai/test";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { editFileTool, withPrediction } from "../../src/ai/index.ts";
import { fakeTarget } from "../../src/engines/fake.ts";
import { type RunningServer, type ServeOptions, startServer } from "../../src/http/serve.ts";
import { createRedraft } from "../../src/redraft/create-redraft.ts";
import { serveModel } from "../../src/redraft/serve-model.ts";

let folder: string;
let server: RunningServer | undefined;
const source = "function a() {\n  return 1;\n}\n\nfunction b() {\n  return 2;\n}\n";
const sketch = "// ... existing code ...\n\nfunction b() {\n  return 3;\n}\n";
const edited = source.replace("return 2", "return 3");

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "redraft-ai-"));
  await writeFile(join(folder, "a.js"), source);
});

afterEach(async () => {
  await server?.close();
  server = undefined;
  await rm(folder, { recursive: true, force: true });
});

const usage = {
  inputTokens: { total: 1, noCache: 1, cacheRead: undefined, cacheWrite: undefined },
  outputTokens: { total: 1, text: 1, reasoning: undefined },
};

/** A model that calls editFile with each input in turn, then says it is done. */
function scripted(inputs: readonly object[]): MockLanguageModelV3 {
  let call = 0;
  return new MockLanguageModelV3({
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

describe("editFile tool in the AI SDK", () => {
  it("shows the model a refusal, and makes the edit that it sends then", async () => {
    const model = scripted([
      { path: "a.js", old_string: "return", new_string: "yield" },
      { path: "a.js", instructions: "I change b.", code_edit: sketch },
    ]);
    const tools = { editFile: editFileTool({ roots: [folder] }) };
    const result = await generateText({ model, tools, prompt: "edit", stopWhen: stepCountIs(5) });
    expect(result.text).toBe("Done.");
    expect(await readFile(join(folder, "a.js"), "utf8")).toBe(edited);
    const [refused, made] = result.steps.map(({ content }) => content.at(-1)!);
    expect(refused).toMatchObject({ type: "tool-error" });
    expect(String((refused as { error: unknown }).error)).toContain("ambiguous: ");
    expect(made).toMatchObject({ type: "tool-result", output: { route: "merge", written: true } });
    // What the model reads is the diff, not the JSON of the answer.
    const seen = JSON.stringify(model.doGenerateCalls.at(-1)!.prompt);
    expect(seen).toContain("-  return 2;\\n+  return 3;");
  });

  it("touches nothing outside of its roots", async () => {
    const model = scripted([{ path: "../x.js", code_edit: "x" }]);
    const tools = { editFile: editFileTool({ roots: [folder] }) };
    const result = await generateText({ model, tools, prompt: "edit", stopWhen: stepCountIs(3) });
    const error = result.steps[0]!.content.at(-1) as { error: unknown };
    expect(String(error.error)).toContain("outside-root: ");
  });
});

async function provider(options: Partial<ServeOptions> = {}) {
  server = await startServer({
    redraft: createRedraft(),
    version: "0.0.0",
    host: "127.0.0.1",
    port: 0,
    ...options,
  });
  return createOpenAICompatible({
    name: "redraft",
    baseURL: `${server.url}/v1`,
    includeUsage: true,
  });
}

describe("AI SDK against redraft serve", () => {
  const prompt = `<instruction>I change b.</instruction><code>${source}</code><update>${sketch}</update>`;

  it("makes a real edit, whole and streaming", async () => {
    const redraft = await provider();
    const whole = await generateText({ model: redraft("apply"), prompt, maxRetries: 0 });
    expect(whole.text).toBe(edited);
    const streamed = streamText({ model: redraft("apply"), prompt, maxRetries: 0 });
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
    const redraft = await provider({ model: serveModel({ target }) });
    const bodies: string[] = [];
    const model = createOpenAICompatible({
      name: "redraft",
      baseURL: `${server!.url}/v1`,
      fetch: (input, init) => {
        bodies.push(String(init?.body));
        return fetch(input, init);
      },
    })("fake");
    expect(redraft).toBeDefined();
    const predicted = withPrediction(model, "xxxx");
    const result = await generateText({ model: predicted, prompt: "go", maxOutputTokens: 6 });
    expect(result.text).toBe("xxxxxx");
    expect(JSON.parse(bodies[0]!).prediction).toEqual({ type: "content", content: "xxxx" });
    const account = result.providerMetadata?.redraft;
    expect(account).toHaveProperty("acceptedPredictionTokens");
    expect(account).toHaveProperty("rejectedPredictionTokens");
  });
});
