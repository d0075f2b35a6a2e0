import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { TextTarget } from "../../core/target.ts";
import type { WrittenCase } from "./cases.ts";
import { judgeCase } from "./judge.ts";
import { runWays } from "./run.ts";
import { type Outcome, openState, outcomeKey } from "./state.ts";
import { waysNamed } from "./ways.ts";

const folder = mkdtempSync(join(tmpdir(), "redraft-cascade-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const before = "def one():\n    return 1\n\n\ndef two():\n    return 2\n";
const after = before.replace("return 2", "return 22");

const written: WrittenCase = {
  id: "two",
  set: "made",
  instruction: "let `two` return 22",
  files: [{ path: "a.py", text: before, exists: true }],
  after: new Map([["a.py", after]]),
  judge: { kind: "exact" },
};

const block = (search: string, replace: string): string =>
  `a.py\n<<<<<<< SEARCH\n${search}\n=======\n${replace}\n>>>>>>> REPLACE\n`;

/** A writer that answers by what it is asked for; each answer has ten tokens, four of them drafted. */
function scripted(answers: Record<"block" | "part" | "whole", readonly string[]>) {
  const asked: string[] = [];
  const target: TextTarget = {
    kind: "text",
    name: "scripted",
    async *complete(messages) {
      const rules = messages[0]!.content;
      const kind = rules.includes("<<<<<<<") ? "block" : rules.includes("part") ? "part" : "whole";
      const turn = messages.filter(({ role }) => role === "assistant").length;
      asked.push(kind);
      yield { text: answers[kind][turn] ?? "", tokens: 10, accepted: 4 };
      yield { text: "", finish: "stop", usage: { promptTokens: 50, completionTokens: 10 } };
    },
    async dispose() {},
  };
  return { target, asked };
}

describe("runWays", () => {
  it("runs every way, counts refused answers too, and leaves out what the state has", async () => {
    const path = join(folder, "state.jsonl");
    const opened: boolean[] = [];
    const { target, asked } = scripted({
      block: [block("    return 3", "    return 22"), block("    return 2", "    return 22")],
      part: ["```py\ndef two():\n    return 23\n```"],
      whole: [`<updated_file path="a.py">\n${after}</updated_file>`],
    });
    const run = (list: string) =>
      runWays({
        cases: [written],
        ways: waysNamed(list),
        model: "m",
        state: openState(path),
        open: async (drafting) => {
          opened.push(drafting);
          return target;
        },
      });
    await run("rewrite,rewrite+prediction,search-replace");
    expect(opened).toEqual([true, false]);
    await run("rewrite,search-replace,search-replace+retry,region");
    expect(opened).toEqual([true, false, true]);
    expect(asked).toEqual(["whole", "block", "whole", "block", "block", "part"]);
    const shown = openState(path).outcomes.map(({ way, right, code, outputTokens, named }) => [
      way,
      right,
      code,
      outputTokens,
      named,
    ]);
    expect(shown).toEqual([
      ["rewrite+prediction", true, undefined, 10, true],
      ["search-replace", false, "no-match", 10, true],
      ["rewrite", true, undefined, 10, true],
      ["search-replace+retry", true, undefined, 20, true],
      ["region", false, undefined, 10, true],
    ]);
    const [first] = openState(path).outcomes;
    expect(first).toMatchObject({ promptTokens: 50, acceptedTokens: 4, lines: 7, files: 1 });
    expect(first!.answers).toEqual([`<updated_file path="a.py">\n${after}</updated_file>`]);
  });

  it("names what a list of ways cannot have", () => {
    expect(() => waysNamed("sketch+prediction")).toThrow('no way "sketch+prediction"');
    expect(() => waysNamed("toString")).toThrow("known: rewrite[+prediction]");
  });
});

describe("openState", () => {
  const outcome = { model: "m", set: "s", case: "c", way: "rewrite", right: true } as Outcome;

  it("drops a line that a kill cut off, and goes on behind it", () => {
    const path = join(folder, "cut.jsonl");
    writeFileSync(path, `${JSON.stringify(outcome)}\n`);
    appendFileSync(path, '{"model":"m","set":"s","cas');
    const state = openState(path);
    expect(state.has(outcome)).toBe(true);
    expect(state.has({ ...outcome, way: "sketch" })).toBe(false);
    state.add({ ...outcome, way: "sketch" });
    expect(readFileSync(path, "utf8").trimEnd().split("\n")).toHaveLength(2);
    expect(openState(path).outcomes.map(outcomeKey)).toHaveLength(2);
  });

  it("refuses a file of another kind", () => {
    const path = join(folder, "other.jsonl");
    writeFileSync(path, '{"id":"x"}\n');
    expect(() => openState(path)).toThrow("other.jsonl:1 is no outcome");
  });
});

describe("judge", () => {
  const lines = { ...written, judge: { kind: "lines" } } as const;
  const of = (one: WrittenCase, text: string) => judgeCase(one, new Map([["a.py", text]]));

  it("compares files, blank lines and blanks at line ends aside", async () => {
    expect(await of(written, after)).toEqual({ ok: true, exact: true });
    expect(await of(written, after.replace("\n\n\n", "\n  \n").trimEnd())).toMatchObject({
      ok: true,
    });
    expect(await of(written, `${after}# done\n`)).toEqual({ ok: false, exact: false });
    expect(await judgeCase(written, new Map())).toMatchObject({ ok: false });
  });

  it("looks for the lines of a change", async () => {
    expect(await of(lines, `${after}# done\n`)).toEqual({ ok: true, exact: false });
    expect(await of(lines, before)).toMatchObject({ ok: false });
    // The old line beside the new one, and a line that goes missing, are no edit.
    expect(
      await of(lines, after.replace("    return 22", "    return 2\n    return 22")),
    ).toMatchObject({ ok: false });
    expect(await of(lines, after.replace("    return 1\n", ""))).toMatchObject({ ok: false });
  });
});
