import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { readCaseSet, seededOrder } from "./case-sets.ts";

const folder = mkdtempSync(join(tmpdir(), "redraft-sets-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const line = (id: string): string =>
  `${JSON.stringify({ id, instruction: "i", original: "a\n", edited: "b\n" })}\n`;
mkdirSync(join(folder, "traces"));
writeFileSync(join(folder, "traces", "function.jsonl"), line("f"));
writeFileSync(join(folder, "traces", "repo_function.jsonl"), line("r"));
writeFileSync(join(folder, "own.jsonl"), line("own"));

const ids = (name: string, data: string): string[] =>
  readCaseSet(name, data).records.map(({ id }) => id);

describe("readCaseSet", () => {
  it("joins the files of a set, in the folder or in its traces/", () => {
    expect(ids("l1", folder)).toEqual(["f", "r"]);
    expect(ids("l1", join(folder, "traces"))).toEqual(["f", "r"]);
  });

  it("takes a file as the set", () => {
    expect(ids("canitedit", join(folder, "own.jsonl"))).toEqual(["own"]);
  });

  it("names the files that are missing, and the sets that there are", () => {
    expect(() => readCaseSet("l2", folder)).toThrow(/in_context\.jsonl/);
    expect(() => readCaseSet("l3", folder)).toThrow(/canitedit, l1, l2, files, regions/);
  });
});

describe("seededOrder", () => {
  const items = Array.from({ length: 50 }, (_, i) => ({ id: `case ${i}` }));
  const order = (from: readonly { id: string }[], seed: number): string[] =>
    seededOrder(from, seed).map(({ id }) => id);

  it("is the same for the same seed, whatever the order before", () => {
    expect(order(items.toReversed(), 1)).toEqual(order(items, 1));
    expect(order(items, 2)).not.toEqual(order(items, 1));
    expect(order(items, 1)).not.toEqual(items.map(({ id }) => id));
  });

  it("keeps the places of the others when one goes", () => {
    const without = items.filter(({ id }) => id !== "case 7");
    expect(order(without, 3)).toEqual(order(items, 3).filter((id) => id !== "case 7"));
  });
});
