import { realpathSync } from "node:fs";
import { join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { generateText, stepCountIs, streamText } from "ai7";
import { MockLanguageModelV4 } from "ai7/test";
import { createOpenAICompatible } from "openai-compatible7";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { type AiSdk, testAiSdk } from "../support/ai-sdk.ts";

// `src/ai` imports the version that its user has installed: in this project of vitest.config.ts it is 7.
describe("AI SDK 7", () => {
  testAiSdk({
    generateText,
    stepCountIs,
    streamText,
    createOpenAICompatible,
    MockLanguageModel: MockLanguageModelV4,
  } as unknown as AiSdk);

  it("has the types that src/ai is written for", () => {
    const root = fileURLToPath(new URL("../..", import.meta.url));
    const { config } = ts.readConfigFile(join(root, "tsconfig.json"), ts.sys.readFile);
    const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
    const ai7 = realpathSync(join(root, "node_modules/ai7"));
    const paths = { ai: [join(ai7, "dist/index.d.ts")] };
    const program = ts.createProgram([join(root, "src/ai/index.ts")], { ...options, paths });
    const own = program.getSourceFiles().filter(({ fileName }) => fileName.includes("/src/ai/"));
    // The rest of the program does not depend on the version, and `npm run check` has checked it.
    const wrong = own.flatMap((file) =>
      program
        .getSemanticDiagnostics(file)
        .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, " ")),
    );
    expect(own).toHaveLength(3);
    expect(wrong).toEqual([]);
    const used = program.getSourceFiles().map(({ fileName }) => normalize(fileName));
    expect(used.some((path) => path.startsWith(ai7))).toBe(true);
  });
});
