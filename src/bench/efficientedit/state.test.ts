import { appendFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { scriptedTarget } from "../../../test/support/scripted-target.ts";
import { spellerOf } from "../../draft/spelling.ts";
import { tableMethods } from "./methods.ts";
import type { MethodRun } from "./runs.ts";
import { measureRuns, openRunState } from "./state.ts";

const folder = mkdtempSync(join(tmpdir(), "redraft-state-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = join(folder, "state.jsonl");
const by = { model: "m 1", draft: null, threads: 1, engine: "e" };

const source = "a = 1\nb = 2\n";
const prompt = [...Buffer.from(`please\n${source}`)];
const target = scriptedTarget(prompt.length, "a = 1\nb = 3\n```\n");
const cases = ["x", "y", "z"].map((id) => ({
  id,
  set: "canitedit",
  task: id,
  request: { prompt, source: [...Buffer.from(source)] },
  maxTokens: 100,
  fenced: true,
}));
const methods = tableMethods(1, {
  speller: spellerOf(target),
  isNewline: (token) => token === 10,
  cost: () => 1,
});
const measured = async (count: number): Promise<MethodRun[]> =>
  measureRuns(target, methods, cases.slice(0, count), await openRunState(file, by), () => {});

describe("measureRuns", () => {
  it("goes on where it was ended, and runs nothing again", async () => {
    const first = await measured(2);
    expect(first).toHaveLength(2 * methods.length);
    const before = readFileSync(file, "utf8");
    appendFileSync(file, '{"set":"canitedit","id":"z","met');
    const all = await measured(3);
    const after = readFileSync(file, "utf8");
    expect(after.startsWith(before)).toBe(true);
    expect(after.trimEnd().split("\n")).toHaveLength(3 * methods.length);
    expect(all.slice(0, first.length)).toMatchObject(first);
    expect(await measured(3)).toMatchObject(all);
    expect(readFileSync(file, "utf8")).toBe(after);
  });

  it("measures a case again whose prompt or limit is another", async () => {
    const state = await openRunState(file, by);
    const [one] = cases;
    expect(state.find(one!, "ar")?.id).toBe("x");
    expect(state.find({ ...one!, maxTokens: 50 }, "ar")).toBeUndefined();
    expect(state.find({ ...one!, request: { prompt: [1] } }, "ar")).toBeUndefined();
  });

  it("does not mix what other weights, threads or engines took", async () => {
    for (const [field, value] of Object.entries({
      model: "n 1",
      draft: "d 1",
      threads: 2,
      engine: "f",
    })) {
      const opening = openRunState(file, { ...by, [field]: value });
      await expect(opening).rejects.toThrow(new RegExp(`measured with ${field} .*--state`));
    }
  });
});
