import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { generateText, stepCountIs, streamText } from "ai";
import { MockLanguageModelV3 } from "ai/test";
import { describe } from "vitest";
import { testAiSdk } from "../support/ai-sdk.ts";

describe("AI SDK 6", () => {
  testAiSdk({
    generateText,
    stepCountIs,
    streamText,
    createOpenAICompatible,
    MockLanguageModel: MockLanguageModelV3,
  });
});
