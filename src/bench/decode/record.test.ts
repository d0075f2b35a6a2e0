import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  scriptedEnd,
  scriptedSecond,
  scriptedTarget,
} from "../../../test/support/scripted-target.ts";
import type { DecodeCase } from "./cases.ts";
import { recordOutput } from "./record.ts";
import { promptHash, readRecorded, recordOf, recordWriter } from "./records.ts";

const by = { model: "m 1", threads: 1, engine: "e" };
const prompt = [5, 6, 7];
const asked = (more: Partial<DecodeCase> = {}): DecodeCase => ({
  id: "one",
  set: "l1",
  task: "t",
  request: { prompt },
  maxTokens: 50,
  fenced: true,
  ...more,
});

describe("recordOutput", () => {
  it("ends with the closing fence", async () => {
    const target = scriptedTarget(3, "a = 1\n```\nmore");
    const record = await recordOutput(target, asked(), by);
    expect(record).toMatchObject({ finish: "fence", text: "a = 1\n```", ...by });
    expect(record.tokens).toEqual([...Buffer.from("a = 1\n```")]);
    expect(record.promptHash).toBe(promptHash(prompt));
    // A token per pass: these are what speculation is compared with.
    expect(target.passes).toEqual([3, ...record.tokens.slice(1).map(() => 1)]);
  });

  it("ends with the end token, which is kept, or at the limit", async () => {
    const target = scriptedTarget(3, "a\n```");
    const free = await recordOutput(target, asked({ fenced: false }), by);
    expect(free.finish).toBe("end");
    expect(free.tokens.at(-1)).toBe(scriptedEnd);
    expect(free.text).toBe("a\n```");
    const cut = await recordOutput(target, asked({ maxTokens: 2 }), by);
    expect(cut).toMatchObject({ finish: "length", text: "a\n" });
  });

  it("says by how much each token led, and which came second", async () => {
    const target = scriptedTarget(3, "ab\n```", { 1: 0.25 });
    const { gaps, seconds, tokens } = await recordOutput(target, asked(), by);
    expect(gaps).toEqual([5, 0.25, 5, 5, 5, 5]);
    expect(seconds).toEqual(tokens.map(() => scriptedSecond));
  });
});

describe("records", () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "redraft-records-"));
    file = join(folder, "m.l1.jsonl");
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const model = { name: "m", hash: by.model };
  const write = async (id: string, text = "a\n```"): Promise<void> => {
    const record = await recordOutput(scriptedTarget(3, text), asked({ id }), by);
    await (await recordWriter(folder, file))(record);
  };

  it("come back by case, and none where nothing was written", async () => {
    expect((await readRecorded(file, model)).size).toBe(0);
    await write("one");
    await write("two", "b\n```");
    const records = await readRecorded(file, model);
    expect([...records.keys()]).toEqual(["one", "two"]);
    expect(recordOf(records, asked({ id: "two" }))?.text).toBe("b\n```");
    expect(recordOf(records, asked({ id: "three" }))).toBeUndefined();
  });

  it("lose the line that a kill cut off, and no other", async () => {
    await write("one");
    const whole = readFileSync(file, "utf8");
    appendFileSync(file, '{"id":"two","tok');
    expect([...(await readRecorded(file, model)).keys()]).toEqual(["one"]);
    await write("three");
    expect(readFileSync(file, "utf8").startsWith(whole)).toBe(true);
    expect([...(await readRecorded(file, model)).keys()]).toEqual(["one", "three"]);
  });

  it("of other weights are refused", async () => {
    await write("one");
    const read = readRecorded(file, { ...model, hash: "other 2" });
    await expect(read).rejects.toThrow(/other weights than m/);
  });

  it("that are no JSON are refused with the line", async () => {
    writeFileSync(file, "no record\n");
    await expect(readRecorded(file, model)).rejects.toThrow(/m\.l1\.jsonl:1/);
  });

  it("count for the same prompt only, and for limits that the output fits into", async () => {
    await write("one");
    const records = await readRecorded(file, model);
    expect(recordOf(records, asked({ request: { prompt: [5, 6, 8] } }))).toBeUndefined();
    expect(recordOf(records, asked({ maxTokens: 5 }))).toBeDefined();
    expect(recordOf(records, asked({ maxTokens: 4 }))).toBeUndefined();
    const cut = await recordOutput(scriptedTarget(3, "abc"), asked({ maxTokens: 2 }), by);
    const one = new Map([["one", cut]]);
    expect(recordOf(one, asked({ maxTokens: 2 }))).toBeDefined();
    expect(recordOf(one, asked({ maxTokens: 3 }))).toBeUndefined();
  });
});
