import { describe, expect, it } from "vitest";
import { isServerAddress, serverAddress } from "./address.ts";

describe("serverAddress", () => {
  it.each([
    ["http://localhost:8000", "http://localhost:8000/v1", undefined],
    ["http://localhost:8000/", "http://localhost:8000/v1", undefined],
    ["https://api.example.com/v1", "https://api.example.com/v1", undefined],
    ["https://api.example.com/openai/v1/", "https://api.example.com/openai/v1", undefined],
    ["http://h/v1/chat/completions#a/b", "http://h/v1", "a/b"],
    ["http://h:1#qwen2.5", "http://h:1/v1", "qwen2.5"],
  ])("%s", (text, baseUrl, model) => {
    expect(serverAddress(text)).toEqual({ baseUrl, ...(model && { model }) });
  });

  it("leaves model files to be downloaded to others", () => {
    expect(isServerAddress("https://hub/owner/x.gguf")).toBe(false);
    expect(isServerAddress("http://h")).toBe(true);
    expect(isServerAddress("model.gguf")).toBe(false);
    expect(() => serverAddress("http://")).toThrow(/no http address/);
  });
});
