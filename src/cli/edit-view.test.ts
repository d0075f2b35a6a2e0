import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { InstructEvent } from "../instruct/edit-files.ts";
import { roundTime } from "./durations.ts";
import { editView } from "./edit-view.ts";
import { liveLine } from "./live-line.ts";

let time = 0;
let screen = "";
beforeEach(() => {
  time = 0;
  screen = "";
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const now = (): number => time;
const line = () =>
  liveLine(
    (text) => {
      screen += text;
    },
    { columns: 200, now },
  );
/** What the live line shows now. */
const shown = (): string =>
  screen
    .split(/[\r\n]/)
    .at(-1)!
    .replace("\u001b[K", "");
const pass = (ms: number): void => {
  time += ms;
};

const asked: InstructEvent = {
  type: "asked",
  via: "rewrite",
  paths: ["a.ts", "b.ts"],
  promptTokens: 1900,
  outputTokens: 2100,
  seconds: 125,
};

describe("the live line of redraft edit", () => {
  it("shows loading, what is expected, reading, the speed and what is left", () => {
    const view = editView(line(), { model: "qwen-0.5b", now });
    view.opening("load", 0.5);
    expect(shown()).toBe("loading qwen-0.5b: 50 %");
    pass(200);
    view.opening("measure", 0.25);
    expect(shown()).toBe("measuring this machine, once: 25 %");
    view.end();
    expect(shown()).toBe("");

    view.event(asked);
    expect(screen).toContain(
      "a.ts, b.ts: about 2 min on this machine (1900 tokens to read, about 2100 to write); shorter if",
    );
    expect(shown()).toBe("a.ts, b.ts: reading 1900 tokens, 0 s");
    pass(3000);
    vi.advanceTimersByTime(250);
    expect(shown()).toBe("a.ts, b.ts: reading 1900 tokens, 3 s");

    pass(1000);
    view.event({ type: "text", text: '<updated_file path="b.ts">\n', tokens: 10, accepted: 8 });
    pass(10_000);
    view.event({ type: "text", text: "x", tokens: 90, accepted: 72 });
    expect(shown()).toBe(
      "b.ts: 100 of about 2100 tokens, 80 % drafted, 10.0 tokens/s, about 3 min left, first after 4.0 s",
    );
    view.end();
    const before = screen;
    vi.advanceTimersByTime(10_000);
    expect(screen).toBe(before);
  });

  it("says the lines of a part, shows refusals, and counts characters where a server counts no tokens", () => {
    const view = editView(line(), { model: "m", now });
    view.event({ ...asked, via: "region", paths: ["a.ts"], lines: [3, 9], seconds: 2 });
    expect(screen).not.toContain("on this machine");
    pass(1000);
    view.event({ type: "text", text: "abc" });
    expect(shown()).toBe("a.ts:3-9: 3 characters written, first after 1.0 s");
    view.event({ type: "refused", path: "a.ts", message: "no such line." });
    expect(screen).toContain("\r\u001b[Ka.ts: refused, asked once more: no such line.\n");
    view.end();
  });

  it("is never wider than the terminal", () => {
    let text = "";
    const narrow = liveLine((piece) => (text += piece), { columns: 30, now });
    narrow.show("x".repeat(100));
    expect(text).toBe(`\r${"x".repeat(29)}\u001b[K`);
  });
});

describe("roundTime", () => {
  it.each([
    [0.2, "1 s"],
    [42.4, "42 s"],
    [125, "2 min"],
    [4800, "1 h 20 min"],
  ])("%d", (seconds, text) => {
    expect(roundTime(seconds)).toBe(text);
  });
});
