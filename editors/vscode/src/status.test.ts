import { describe, expect, it } from "vitest";
import { hunksOfDiff, shownRefusal } from "./messages.ts";
import { modelLabel, statusOf } from "./status.ts";

describe("statusOf", () => {
  it("says the model, whether it works, and why it does not run", () => {
    const ready = statusOf({ state: "running", busy: 0, model: "none" });
    expect(ready).toMatchObject({ text: "$(check-all) Redraft: merge only", isWarning: false });
    expect(statusOf({ state: "running", busy: 1, model: "default" }).text).toBe(
      "$(sync~spin) Redraft: ranker",
    );
    const stopped = statusOf({ state: "stopped", busy: 0, model: "none", problem: "No program." });
    expect(stopped).toMatchObject({ isWarning: true });
    expect(stopped.tooltip).toContain("No program.");
  });

  it("shows no folder and no password of a model", () => {
    expect(modelLabel("/home/a/qwen.gguf")).toBe("qwen");
    expect(modelLabel("C:\\models\\qwen.gguf")).toBe("qwen");
    expect(modelLabel("http://user:secret@host:80/v1")).toBe("host");
    expect(modelLabel("http://")).toBe("model server");
  });
});

describe("shownRefusal", () => {
  it("is one line, with the whole message where there is more", () => {
    expect(shownRefusal("no.\n")).toEqual({ short: "no.", full: undefined });
    expect(shownRefusal("no.\n  a\n  b")).toEqual({ short: "no. a b", full: "no.\n  a\n  b" });
    const long = shownRefusal("word ".repeat(200));
    expect(long.short.length).toBeLessThan(310);
    expect(long.short.endsWith("word ...")).toBe(true);
  });
});

describe("hunksOfDiff", () => {
  it("has no header", () => {
    expect(hunksOfDiff("--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n")).toBe("@@ -1 +1 @@\n-a\n+b\n");
    expect(hunksOfDiff("nothing")).toBe("");
  });
});
