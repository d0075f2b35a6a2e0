import { describe, expect, it } from "vitest";
import { readRequest } from "./reading.ts";
import type { Endpoint } from "./requests.ts";

const model = { contextSize: 100 };
const read = (endpoint: Endpoint, body: unknown, served: typeof model | undefined = model) =>
  readRequest(
    endpoint,
    Buffer.from(typeof body === "string" ? body : JSON.stringify(body)),
    served,
  );
const user = (content: string, count = 1): object => ({
  messages: Array.from({ length: count }, () => ({ role: "user", content })),
});

describe("reading a request", () => {
  it("refuses what cannot fit the context before anything is tokenised", () => {
    const long = "x".repeat(100 * 128 + 1);
    for (const [endpoint, body] of [
      ["completions", { prompt: long }],
      ["completions", { prompt: Array.from({ length: 101 }, () => 1) }],
      ["chat", user(long)],
      ["chat", user("", 101)],
      ["tokenize", { prompt: long }],
    ] as const) {
      expect(() => read(endpoint, body), endpoint).toThrow(/the context holds 100 tokens/);
    }
    expect(read("completions", { prompt: long.slice(1) })).toMatchObject({ kind: "generation" });
    const predicted = { prompt: "a", prediction: { type: "content", content: long } };
    expect(read("completions", predicted)).toMatchObject({ prediction: long.slice(1) });
    // An apply request is no question for the model, whatever its length.
    const apply = { prompt: `<code>${long}</code><update>b</update>` };
    expect(read("completions", apply, undefined)).toMatchObject({ kind: "apply" });
  });

  it("reads the name of a session, and refuses one with scores", () => {
    expect(read("completions", { prompt: "a", session: "s" })).toMatchObject({ session: "s" });
    expect(read("chat", { ...user("a"), session: "s" })).toMatchObject({ session: "s" });
    expect(read("completions", { prompt: "a", session: null })).not.toHaveProperty("session");
    for (const body of [
      { prompt: "a", session: "s", echo: true },
      { prompt: "a", session: "s", logprobs: 2 },
      { prompt: "a", session: "x".repeat(201) },
      { prompt: "a", session: "" },
    ]) {
      expect(() => read("completions", body)).toThrow(/session/);
    }
  });

  it("answers 400 and not 5xx where the same request must fail again", () => {
    const head = "<instruction>I add b.</instruction>\n<code>a</code>";
    for (const [body, code] of [
      [user("hello"), "model-unavailable"],
      [user(head), "unreadable-edit"],
      [user("<code>a</code><update>b</code><update>c</update>"), "unreadable-edit"],
      ["{", "invalid_json"],
      ["[".repeat(1000), "invalid_json"],
      [`[${"1,".repeat(300_000)}1]`, "invalid_json"],
      [{ ...user("x"), stop: "x".repeat(2000) }, "usage"],
    ] as const) {
      let thrown: unknown;
      try {
        readRequest(
          "chat",
          Buffer.from(typeof body === "string" ? body : JSON.stringify(body)),
          undefined,
        );
      } catch (error) {
        thrown = error;
      }
      expect(thrown).toMatchObject({ status: 400, options: { code } });
    }
  });

  it("reads instructions that never end in time in proportion to them", () => {
    const many = "<instruction>".repeat(200_000);
    const start = process.cpuUsage();
    expect(() => read("completions", { prompt: `${many}\n<code>` }, undefined)).toThrow();
    read("completions", { prompt: `${many}\n<code>a</code><update>b</update>` }, undefined);
    expect(process.cpuUsage(start).user).toBeLessThan(3_000_000);
  });
});
