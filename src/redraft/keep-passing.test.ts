import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openJournal } from "../workspace/journal/journal.ts";
import { readTextFile } from "../workspace/text-file.ts";
import type { FileChange } from "../workspace/write.ts";
import { type KeepPassingOptions, keepPassing } from "./keep-passing.ts";

let top = "";
let folder = "";
beforeEach(async () => {
  top = await mkdtemp(join(tmpdir(), "redraft-passing-"));
  folder = join(top, "work");
  await mkdir(folder);
});
afterEach(() => rm(top, { recursive: true, force: true }));

const at = (name: string): string => join(folder, name);
const read = (name: string): Promise<string> => readFile(at(name), "utf8").catch(() => "none");
const lines = (changed: Readonly<Record<number, string>> = {}): string =>
  Array.from({ length: 9 }, (_, n) => `${changed[n + 1] ?? `line ${n + 1}`}\n`).join("");

/** A file as it is on the disk, and what is to become of it. */
async function change(
  name: string,
  before: string | null,
  text: string | null,
  moveTo?: string,
): Promise<FileChange> {
  if (before !== null) await writeFile(at(name), before);
  const file = await readTextFile(at(name));
  return { before: file, text, ...(moveTo !== undefined && { moveTo: at(moveTo) }) };
}

/** Keeps what fits, where `fits` sees the files by name; counts the runs. */
function keep(
  changes: readonly FileChange[],
  fits: (text: (name: string) => Promise<string>) => Promise<boolean>,
  options: Partial<KeepPassingOptions> = {},
) {
  return keepPassing(changes, {
    whole: { ok: false, why: "it is refused" },
    nameOf: (path) => basename(path),
    waitForNewTime: async () => {},
    judge: async () => ((await fits(read)) ? { ok: true } : { ok: false, why: "it is refused" }),
    ...options,
  });
}

describe("the part of an edit that a check accepts", () => {
  it("is written over several files, and the rest is a patch from there to the whole edit", async () => {
    const changes = [
      await change("a.txt", lines(), lines({ 2: "two", 5: "BAD", 8: "eight" })),
      await change("b.txt", lines(), lines({ 1: "one" })),
      await change("c.txt", lines(), lines({ 1: "BAD" })),
    ];
    const journal = openJournal({ home: join(top, "state"), folder });
    const done = await keep(
      changes,
      async (text) => !`${await text("a.txt")}${await text("c.txt")}`.includes("BAD"),
      { journal },
    );
    expect(await read("a.txt")).toBe(lines({ 2: "two", 8: "eight" }));
    expect(await read("b.txt")).toBe(lines({ 1: "one" }));
    expect(await read("c.txt")).toBe(lines());
    expect(done.leftOut.hunks).toEqual([
      { path: "a.txt", line: 5, why: "it is refused" },
      { path: "c.txt", line: 1, why: "it is refused" },
    ]);
    expect(done.leftOut.patch).toContain("--- a/a.txt\n+++ b/a.txt\n@@ -2,7 +2,7 @@\n two\n");
    expect(done.leftOut.patch).toContain("-line 5\n+BAD\n");
    expect(done.leftOut.patch).toContain("--- a/c.txt\n+++ b/c.txt\n");
    expect(done.leftOut.patch).not.toContain("b.txt");
    expect(done.written).toHaveLength(2);
    expect((await readdir(folder)).sort()).toEqual(["a.txt", "b.txt", "c.txt"]);
    // One entry for what is written; the trials leave none.
    expect(await journal.entries()).toHaveLength(1);
  });

  it("has files that are made and deleted as a whole", async () => {
    const changes = [
      await change("made.txt", null, "BAD\n"),
      await change("other.txt", null, "good\n"),
      await change("old.txt", lines(), null),
    ];
    const done = await keep(changes, async (text) => (await text("made.txt")) === "none");
    expect((await readdir(folder)).sort()).toEqual(["other.txt"]);
    expect(done.leftOut.patch).toBe("--- /dev/null\n+++ b/made.txt\n@@ -0,0 +1,1 @@\n+BAD\n");
  });

  it("has moves together, so that a swap is not cut in two", async () => {
    const changes = [
      await change("a.txt", "a\n", "a\n", "b.txt"),
      await change("b.txt", "b\n", "b\n", "a.txt"),
      await change("c.txt", lines(), lines({ 3: "BAD", 7: "seven" })),
    ];
    await keep(changes, async (text) => !(await text("c.txt")).includes("BAD"));
    expect([await read("a.txt"), await read("b.txt")]).toEqual(["b\n", "a\n"]);
    expect(await read("c.txt")).toBe(lines({ 7: "seven" }));
  });

  it("has no syntax error that the whole edit does not have, though the check sees none", async () => {
    const before = "a = 1\n\nb = 2\n\nc = 3\n\nd = 4\n";
    const after = "a = (1\n\n+ 2)\n\nc = 3\n\nd = BAD\n";
    const tried: string[] = [];
    const done = await keep([await change("a.py", before, after)], async (text) => {
      tried.push(await text("a.py"));
      return !tried.at(-1)!.includes("BAD");
    });
    expect(await read("a.py")).toBe("a = (1\n\n+ 2)\n\nc = 3\n\nd = 4\n");
    expect(tried.every((text) => text.includes("(1") === text.includes("2)"))).toBe(true);
    expect(done.leftOut.hunks).toHaveLength(1);
  });

  it("is nothing where nothing passes, and then nothing is written", async () => {
    const done = await keep(
      [await change("a.txt", lines(), lines({ 2: "two", 5: "five" }))],
      async () => false,
    );
    expect(done).toMatchObject({ changes: [], written: [] });
    expect(await read("a.txt")).toBe(lines());
  });

  it("takes no more runs than it may, the last one for what is written", async () => {
    const wanted = Object.fromEntries([1, 3, 5, 7, 9].map((line) => [line, `new ${line}`]));
    let runs = 0;
    const done = await keep(
      [await change("a.txt", lines(), lines(wanted))],
      async (text) => {
        runs += 1;
        return !/new [37]/u.test(await text("a.txt"));
      },
      { mostRuns: 8 },
    );
    expect(runs).toBe(8);
    expect(done.runs).toBe(8);
    expect(await read("a.txt")).toBe(lines({ 1: "new 1" }));
    expect(done.leftOut.hunks.at(-1)?.why).toBe("the check ran 7 times");
  });
});

describe("a check", () => {
  const edit = () => change("a.txt", lines(), lines({ 2: "two", 5: "BAD" }));

  it("that changes files cannot judge parts", async () => {
    const work = keep([await edit()], async () => {
      await writeFile(at("a.txt"), "formatted\n");
      return true;
    });
    await expect(work).rejects.toThrow(/the check changes files.*a\.txt\.rejected/u);
    expect(await read("a.txt")).toBe(lines());
  });

  it("that changes its mind has nothing written", async () => {
    let accepted = 0;
    const work = keep([await edit()], async (text) => {
      if ((await text("a.txt")).includes("BAD")) return false;
      accepted += 1;
      return accepted === 1;
    });
    await expect(work).rejects.toThrow(/does not give the same answer twice.*Nothing was changed/u);
    expect(await read("a.txt")).toBe(lines());
  });

  it("that is stopped leaves the files as they were", async () => {
    const controller = new AbortController();
    const work = keep(
      [await edit()],
      async () => {
        controller.abort(new Error("stopped"));
        return true;
      },
      { signal: controller.signal },
    );
    await expect(work).rejects.toThrow("stopped");
    expect(await read("a.txt")).toBe(lines());
  });
});

it("a file that changes meanwhile is not overwritten", async () => {
  const changes = [
    await change("a.txt", lines(), lines({ 2: "two", 5: "BAD" })),
    await change("b.txt", "b\n", "B\n"),
  ];
  await writeFile(at("b.txt"), "by hand\n");
  await expect(keep(changes, async () => true)).rejects.toMatchObject({ code: "stale-file" });
  expect([await read("a.txt"), await read("b.txt")]).toEqual([lines(), "by hand\n"]);
});
