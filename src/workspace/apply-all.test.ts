import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createTextStore, textHash } from "../core/text-store.ts";
import { createRedraft } from "../redraft/create-redraft.ts";
import { type AppliedAll, type ApplyAllOptions, applyAll, type EditRow } from "./apply-all.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "redraft-all-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const at = (name: string): string => join(folder, name);
const redraft = createRedraft();
const apply = (
  rows: readonly EditRow[],
  more: Partial<ApplyAllOptions> = {},
): Promise<AppliedAll> => applyAll(rows, { redraft, roots: [folder], ...more });
const pair = (old_string: string, new_string: string): string =>
  JSON.stringify({ old_string, new_string });
const move = (from: string, to: string): EditRow => ({
  path: from,
  edit: `diff --git a/${from} b/${to}\nsimilarity index 100%\nrename from ${from}\nrename to ${to}\n`,
});

async function put(texts: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(texts)) await writeFile(at(name), text);
}

async function found(): Promise<Record<string, string>> {
  const texts: Record<string, string> = {};
  for (const name of await readdir(folder)) texts[name] = await readFile(at(name), "utf8");
  return texts;
}

describe("applyAll", () => {
  it("moves along a chain, swaps, and edits what it moved", async () => {
    await put({ a: "one\n", b: "two\n", c: "three\n" });
    await apply([move("b", "d"), move("a", "b"), { path: "b", edit: pair("one", "ONE") }]);
    expect(await found()).toEqual({ b: "ONE\n", c: "three\n", d: "two\n" });
    await apply([move("b", "t"), move("c", "b"), move("t", "c")]);
    expect(await found()).toEqual({ b: "three\n", c: "ONE\n", d: "two\n" });
  });

  it("makes a new file in the place of one that moved, each in its own encoding", async () => {
    await writeFile(at("a"), Buffer.from("gr\xf6\xdfe\n", "latin1"));
    await apply([move("a", "b"), { path: "a", edit: "größer\n", format: "whole" }]);
    expect(await readFile(at("b"))).toEqual(Buffer.from("gr\xf6\xdfe\n", "latin1"));
    expect(await readFile(at("a"), "utf8")).toBe("größer\n");
  });

  it("refuses a move onto a file that stays, and changes nothing", async () => {
    await put({ a: "one\n", b: "two\n" });
    const rows = [{ path: "b", edit: pair("two", "2") }, move("a", "b")];
    await expect(apply(rows)).rejects.toThrow(
      /a file is there already.*None of the edits was made/,
    );
    expect(await found()).toEqual({ a: "one\n", b: "two\n" });
  });

  it("makes the edits again on a file that changed meanwhile, or refuses them all", async () => {
    const lines = (first: string, last: string): string =>
      [first, "second line", "third line", "fourth line", last, ""].join("\n");
    await put({ a: lines("first", "last"), b: "b\n" });
    let isFirst = true;
    const meddling = {
      apply: async (...args: Parameters<typeof redraft.apply>) => {
        const result = await redraft.apply(...args);
        if (isFirst) await put({ a: lines("first", "LAST") });
        isFirst = false;
        return result;
      },
    };
    const rows = [
      { path: "a", edit: lines("FIRST", "last"), format: "whole" as const },
      { path: "b", edit: pair("b", "B") },
    ];
    await apply(rows, { redraft: meddling });
    expect(await found()).toEqual({ a: lines("FIRST", "LAST"), b: "B\n" });
    isFirst = true;
    await put({ a: lines("FIRST", "other") });
    const meeting = [
      { path: "a", edit: lines("FIRST", "mine"), format: "whole" as const },
      { path: "b", edit: pair("B", "b") },
    ];
    await expect(apply(meeting, { redraft: meddling })).rejects.toMatchObject({
      code: "stale-file",
    });
    expect(await found()).toEqual({ a: lines("first", "LAST"), b: "B\n" });
  });

  it("lets many transactions on one file all succeed", async () => {
    const names = Array.from({ length: 12 }, (_, n) => `entry number ${n}`);
    await put({ a: names.map((name) => `${name}: open\n`).join(""), b: names.join("\n") });
    await Promise.all(
      names.map((name, n) =>
        apply([
          { path: "a", edit: pair(`${name}: open\n`, `${name}: done\n`) },
          { path: `new-${n}`, edit: `${n}\n`, format: "whole" },
        ]),
      ),
    );
    expect((await found()).a).toBe(names.map((name) => `${name}: done\n`).join(""));
    expect(await readdir(folder)).toHaveLength(2 + names.length);
  });

  it("takes a base by its text or its hash, and says so where it is not known", async () => {
    await put({ a: "now\nx\ny\nz\n" });
    const texts = createTextStore();
    const base = "was\nx\ny\nz\n";
    texts.add(base);
    const row = { path: "a", edit: "was\nx\ny\nZ\n", format: "whole" as const };
    await expect(
      apply([{ ...row, base: { hash: "0123456789abcdef" } }], { texts }),
    ).rejects.toThrow(/is not stored here/);
    await apply([{ ...row, base: { hash: textHash(base).slice(0, 16) } }], { texts });
    expect(await found()).toEqual({ a: "now\nx\ny\nZ\n" });
  });

  it("never takes any text for a new file that it was not told to make", async () => {
    await expect(apply([{ path: "typo", edit: "some words\n" }])).rejects.toThrow(/does not exist/);
    expect(await found()).toEqual({});
  });
});
