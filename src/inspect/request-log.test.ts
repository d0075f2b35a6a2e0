import { describe, expect, it } from "vitest";
import { createRequestLog } from "./request-log.ts";

const line = (event: object): string => `${JSON.stringify(event)}\n`;
const start = (request: number): string =>
  line({ seq: 1, at: 5, type: "request-started", request, endpoint: "chat" });
const end = (request: number, more: object): string =>
  line({ at: 9, type: "request-ended", request, endpoint: "chat", status: 200, ms: 4, ...more });

describe("the requests of a server", () => {
  it("are rows that begin as running and end with what became of them", () => {
    const log = createRequestLog();
    expect(log.push(`{"redraft":"events"}\nno JSON\n${start(1)}`)).toMatchObject([
      { request: 1, isRunning: true, outcome: "runs" },
    ]);
    const outcomes: readonly (readonly [object, string, string])[] = [
      [{ route: "merge", format: "sketch", changed: true }, "by merge, read as sketch", "good"],
      [{ route: "merge", changed: false }, "by merge, nothing changed", "good"],
      [{ status: 422, code: "ambiguous" }, "refused: ambiguous", "bad"],
      [{ status: 409, code: "stale-file" }, "refused: stale-file", "bad"],
      [{ status: 503 }, "status 503", "bad"],
      [{ status: 499, code: "cancelled" }, "the client left", "neutral"],
      [{ route: "fallback", code: "no-match" }, "no-match: sent to the fallback", "neutral"],
      [{ tokens: 12 }, "12 tokens", "good"],
      [{ written: false, route: "merge" }, "by merge, not written", "good"],
      [{}, "done", "good"],
    ];
    for (const [facts, outcome, tone] of outcomes) {
      const [row] = log.push(end(1, facts));
      expect(row).toMatchObject({ at: 5, isRunning: false, ms: 4, outcome, tone });
    }
    expect(log.push(end(1, { files: [{ path: "a" }, { path: "b" }], entry: "e" }))).toMatchObject([
      { paths: ["a", "b"], entry: "e" },
    ]);
    expect(log.size).toBe(1);
  });

  it("give one row for both events of a piece", () => {
    const log = createRequestLog();
    expect(log.push(start(1) + start(2) + end(1, {}))).toMatchObject([
      { request: 1, isRunning: false },
      { request: 2, isRunning: true },
    ]);
  });

  it("are forgotten from the oldest on, and their texts sooner", () => {
    const log = createRequestLog();
    const texts = { source: "x".repeat(20 << 20), edit: "" };
    expect(log.push(end(1, { texts }))[0]!.texts).toEqual(texts);
    const changed = log.push(end(2, { texts }));
    expect(changed.map(({ request, texts: shown }) => [request, shown !== undefined])).toEqual([
      [1, false],
      [2, true],
    ]);
    for (let request = 3; request < 1100; request++) log.push(start(request));
    expect(log.size).toBe(1000);
    expect(log.takeForgotten()).toHaveLength(99);
    expect(log.takeForgotten()).toEqual([]);
    log.clear();
    expect(log.size).toBe(0);
  });
});
