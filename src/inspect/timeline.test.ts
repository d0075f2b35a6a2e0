import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { RedraftError } from "../core/errors.ts";
import { openEventLog } from "./event-log.ts";
import { regionOf } from "./regions.ts";
import { readTimeline, totalsOf } from "./timeline.ts";

const lines = (...events: object[]): string =>
  events.map((event) => JSON.stringify(event)).join("\n");

describe("readTimeline", () => {
  it("gives each pass its tokens by source, what was rejected, and its cost", () => {
    const { command, rounds } = readTimeline(
      lines(
        { redraft: "events", version: 1, time: "t", command: "edit", instruction: "do it" },
        {
          at: 1,
          type: "asked",
          via: "rewrite",
          paths: ["a.ts"],
          promptTokens: 90,
          outputTokens: 40,
        },
        {
          at: 2,
          type: "text",
          text: "let a",
          tokens: 3,
          accepted: 2,
          passes: [
            {
              tokens: 2,
              drafted: 4,
              accepted: 1,
              ms: 9,
              origins: [
                ["source", 1],
                ["target", 1],
              ],
            },
            { tokens: 1, drafted: 0, accepted: 0, ms: 5, origins: [["target", 1]] },
          ],
        },
      ),
    );
    expect(command).toBe("edit");
    expect(rounds).toHaveLength(1);
    const [round] = rounds;
    expect(round).toMatchObject({ title: "rewrite: a.ts", promptTokens: 90, hasPasses: true });
    expect(round!.passes.map(({ number, text, ms }) => [number, text, ms])).toEqual([
      [1, "", 9],
      [2, "let a", 5],
    ]);
    expect(totalsOf(round!)).toEqual({
      passes: 2,
      tokens: 3,
      drafted: 4,
      accepted: 1,
      ms: 14,
      bySource: [
        ["target", 2],
        ["source", 1],
      ],
    });
  });

  it("reads steps of the decode loop, one origin a token", () => {
    const step = {
      type: "pass",
      tokens: [1, 2],
      origins: ["prompt", "target"],
      text: "x",
      drafted: 3,
      accepted: 1,
      ms: 2,
    };
    const [round] = readTimeline(lines(step, step)).rounds;
    expect(round!.passes[1]).toMatchObject({
      number: 2,
      tokens: 2,
      sources: [
        ["prompt", 1],
        ["target", 1],
      ],
    });
  });

  it("shows a server's pieces of text as pieces, and says that they are no passes", () => {
    const [round] = readTimeline(lines({ type: "text", text: "a", tokens: 5 })).rounds;
    expect(round).toMatchObject({ hasPasses: false, passes: [{ tokens: 5, ms: undefined }] });
  });

  it("shows the events of an orchestrated edit, refusals too", () => {
    const candidate = {
      by: "rename",
      title: "rename a to b",
      why: "asked",
      confidence: 1,
      files: [{}, {}],
    };
    const { events } = readTimeline(
      lines(
        { type: "speculator-started", name: "rename", why: "a rename" },
        { type: "candidate", candidate },
        { type: "candidate-judged", candidate, accepted: true, why: "proved" },
        { type: "refused", path: "a.ts", message: "no place" },
        { type: "something-new", value: 1 },
      ),
    );
    expect(events.map(({ title, tone }) => [title, tone])).toEqual([
      ["rename starts", "neutral"],
      ["rename proposes: rename a to b", "neutral"],
      ["accepted: rename a to b", "good"],
      ["refused a.ts", "bad"],
      ["something-new", "neutral"],
    ]);
    expect(events[1]!.detail).toContain("2 files, 100 % sure");
  });

  it("reports lines that are no events and reads the others", () => {
    const { problems, events } = readTimeline('{"type":"a"}\nnonsense\n[1]\n{"type":"b"}\n');
    expect(problems).toEqual(["line 2 is no JSON object", "line 3 is no JSON object"]);
    expect(events).toHaveLength(2);
  });
});

describe("openEventLog", () => {
  it("writes a log that the timeline reads, without accounts of lines", () => {
    const path = join(mkdtempSync(join(tmpdir(), "redraft-events-")), "log.jsonl");
    let time = 100;
    const log = openEventLog(path, { command: "edit", files: ["a.ts"] }, () => time);
    time = 112.5;
    log({
      type: "edited",
      file: { path: "a.ts", via: "rewrite", result: { notes: ["n"], proof: { result: [] } } },
    });
    log({ type: "speculator-refused", name: "x", error: new RedraftError("no-match", "why not") });
    const text = readFileSync(path, "utf8");
    expect(text).not.toContain("proof");
    const { events, command } = readTimeline(text);
    expect(command).toBe("edit");
    expect(events.map(({ at, title, detail }) => [at, title, detail])).toEqual([
      [12.5, "edited a.ts", "rewrite; n"],
      [12.5, "x refuses", "why not"],
    ]);
  });

  it("refuses a file that cannot be created", () => {
    expect(() => openEventLog("/nowhere/at/all.jsonl", { command: "edit" })).toThrow("/nowhere");
  });
});

describe("regionOf", () => {
  it("cuts out the region with lines around it and gives the differences in characters", () => {
    const before = ["a", "b", "c", "d", "e", "f", "g", "h", "i"];
    const after = ["a", "b", "c", "d", "new", "f", "g", "h", "i"];
    const region = regionOf(
      before,
      after,
      { changes: [{ file: [4, 5], result: [4, 5], edit: -1 }] },
      { start: 4, end: 5 },
      { start: 4, end: 5 },
    );
    expect(region).toEqual({
      before: "b\nc\nd\ne\nf\ng\nh\n",
      after: "b\nc\nd\nnew\nf\ng\nh\n",
      line: 2,
      differences: [{ fromA: 6, toA: 8, fromB: 6, toB: 10 }],
    });
  });
});
