import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { carryOver } from "../../merge/rebase/carry.ts";
import { readTextFile } from "../text-file.ts";
import { writeChanges } from "../write.ts";
import { editStates } from "./history.ts";
import { type DiskJournal, openJournal } from "./journal.ts";
import { type UndoAnswer, type UndoRequest, undo } from "./undo.ts";

let top = "";
let folder = "";
let journal: DiskJournal;
beforeEach(async () => {
  top = await mkdtemp(join(tmpdir(), "redraft-undo-"));
  folder = join(top, "work");
  await mkdir(folder);
  journal = openJournal({ folder, home: join(top, "state") });
});
afterEach(async () => {
  await rm(top, { recursive: true, force: true });
});

const at = (name: string): string => join(folder, name);
const text = (name: string): Promise<string> => readFile(at(name), "utf8");
const names = async (): Promise<string[]> => (await readdir(folder, { recursive: true })).sort();
/** Twelve lines that all are different, some of them replaced. */
const lines = (changed: Readonly<Record<number, string>> = {}): string =>
  Array.from({ length: 12 }, (_, n) => `${changed[n + 1] ?? `line number ${n + 1}`}\n`).join("");

async function put(name: string, content: string): Promise<void> {
  await mkdir(dirname(at(name)), { recursive: true });
  await writeFile(at(name), content);
}

async function edit(
  rows: Readonly<Record<string, string | null | [string, string]>>,
): Promise<string> {
  const changes = [];
  for (const [name, row] of Object.entries(rows)) {
    const before = await readTextFile(at(name));
    const moved = Array.isArray(row) ? { moveTo: at(row[0]), text: row[1] } : { text: row };
    changes.push({ before, ...moved });
  }
  const [written] = await writeChanges(changes, { journal });
  return written!.entry!;
}

const back = (request: UndoRequest = {}): Promise<UndoAnswer> =>
  undo(request, { journal, carry: carryOver });

describe("undo", () => {
  it("takes the last edits back, one by one, and redo makes them again", async () => {
    await put("a", lines());
    await edit({ a: lines({ 2: "two" }) });
    await edit({ a: lines({ 2: "two", 9: "nine" }) });
    expect((await back()).written).toBe(true);
    expect(await text("a")).toBe(lines({ 2: "two" }));
    await back();
    expect(await text("a")).toBe(lines());
    await expect(back()).rejects.toThrow(/no edit here to undo/);
    await back({ redo: true });
    expect(await text("a")).toBe(lines({ 2: "two" }));
    await back({ redo: true });
    expect(await text("a")).toBe(lines({ 2: "two", 9: "nine" }));
    await expect(back({ redo: true })).rejects.toThrow(/no undo here/);
    await back({ last: 2 });
    expect(await text("a")).toBe(lines());
    await back({ redo: true });
    expect(await text("a")).toBe(lines({ 2: "two", 9: "nine" }));
  });

  it("takes an old edit back over newer edits and changes by hand", async () => {
    await put("a", lines());
    const first = await edit({ a: lines({ 2: "two" }) });
    await edit({ a: lines({ 2: "two", 6: "six" }) });
    await put("a", `by hand\n${lines({ 2: "two", 6: "six", 11: "eleven by hand" })}`);
    await back({ ids: [first] });
    expect(await text("a")).toBe(`by hand\n${lines({ 6: "six", 11: "eleven by hand" })}`);
    await expect(back({ ids: [first] })).rejects.toThrow(/already undone/);
    await back({ redo: true, ids: [first] });
    expect(await text("a")).toBe(`by hand\n${lines({ 2: "two", 6: "six", 11: "eleven by hand" })}`);
  });

  it("is refused where it meets a newer edit, and names the lines and the edit", async () => {
    await put("a", lines());
    const first = await edit({ a: lines({ 2: "two", 9: "nine" }) });
    const second = await edit({ a: lines({ 2: "TWO", 9: "nine" }) });
    await edit({ a: lines({ 2: "TWO", 9: "nine", 12: "twelve" }) });
    const refusal = await back({ ids: [first] }).catch((error: Error) => error);
    expect(refusal).toMatchObject({ code: "stale-file", details: { by: second } });
    const { message } = refusal as Error;
    expect(message).toContain('line 2 ("two") that it wrote is now line 2 ("TWO")');
    expect(message).toContain(`by edit ${second}`);
    expect(message).toContain("--hunk 2");
    expect(await text("a")).toBe(lines({ 2: "TWO", 9: "nine", 12: "twelve" }));
    await back({ ids: [first], hunks: [2] });
    expect(await text("a")).toBe(lines({ 2: "TWO", 12: "twelve" }));
    const [one] = editStates(await journal.entries());
    expect(one).toMatchObject({ state: "partly undone", hunks: [2] });
  });

  it("is refused where a change by hand is in the way, which stays", async () => {
    await put("a", lines());
    await edit({ a: lines({ 2: "two" }) });
    await put("a", lines({ 2: "my own" }));
    await expect(back()).rejects.toThrow(/is now line 2 \("my own"\), changed by hand/);
    expect(await text("a")).toBe(lines({ 2: "my own" }));
  });

  it("brings deleted files back, byte for byte, and takes new ones away", async () => {
    const latin = Buffer.from("gr\xf6\xdfe\r\nzwei\r\n", "latin1");
    await writeFile(at("old"), latin, { mode: 0o640 });
    await edit({ old: null, "new/deep/file": "new\n" });
    expect(await names()).toEqual(["new", "new/deep", "new/deep/file"]);
    await back();
    expect(await readFile(at("old"))).toEqual(latin);
    expect((await stat(at("old"))).mode & 0o777).toBe(0o640);
    expect(await names()).not.toContain("new/deep/file");
    await back({ redo: true });
    await put("new/deep/file", "new\nand more\n");
    await expect(back()).rejects.toThrow(/it created this file, which was changed since by hand/);
    await put("new/deep/file", "new\n");
    await put("old", "another\n");
    await expect(back()).rejects.toThrow(/another file is there now/);
    expect(await text("old")).toBe("another\n");
  });

  it("moves files back with what was changed in them since, swapped ones too", async () => {
    await put("a", lines({ 1: "a" }));
    await put("b", lines({ 1: "b" }));
    await edit({ a: ["b", lines({ 1: "a", 3: "three" })], b: ["a", lines({ 1: "b" })] });
    await put("b", lines({ 1: "a", 3: "three", 11: "hand" }));
    await back();
    expect([await text("a"), await text("b")]).toEqual([
      lines({ 1: "a", 11: "hand" }),
      lines({ 1: "b" }),
    ]);
    await edit({ a: ["c", lines({ 1: "a", 11: "hand" })] });
    await put("a", "somebody's\n");
    await expect(back()).rejects.toThrow(/a file is there already/);
    expect(await names()).toEqual(["a", "b", "c"]);
  });

  it("knows an edit that somebody took back by hand", async () => {
    await put("a", lines());
    await edit({ a: lines({ 2: "two" }) });
    await edit({ a: lines({ 2: "two", 9: "nine" }) });
    await put("a", lines({ 2: "two" }));
    expect(await back()).toMatchObject({ files: [], written: false });
    await back();
    expect(await text("a")).toBe(lines());
  });

  it("does not lose the line ends that an edit changed", async () => {
    await put("a", lines());
    await edit({ a: lines().replaceAll("\n", "\r\n") });
    await put("a", `top\r\n${lines().replaceAll("\n", "\r\n")}`);
    await expect(back()).rejects.toThrow(/changed line ends/);
    await put("a", lines().replaceAll("\n", "\r\n"));
    await back();
    expect(await text("a")).toBe(lines());
  });

  it("shows what it would do, and touches nothing outside of its folders", async () => {
    await put("in/a", lines());
    await put("out", lines());
    await edit({ "in/a": lines({ 2: "two" }), out: lines({ 3: "three" }) });
    const trial = await back({ dryRun: true });
    expect(trial.files.map(({ diff }) => diff).join("")).toContain("-two\n+line number 2");
    expect(await text("out")).toBe(lines({ 3: "three" }));
    const inner = openJournal({ folder: at("in"), home: join(top, "state") });
    await expect(undo({}, { journal: inner, carry: carryOver })).rejects.toMatchObject({
      code: "outside-root",
    });
  });
});

describe("the log", () => {
  it("is private, bounded, and cleared when told", async () => {
    const small = openJournal({
      folder,
      home: join(top, "s2"),
      limits: { entries: 2, bytes: 1e9, days: 30 },
    });
    await put("a", lines());
    const modes = new Set<number>();
    for (let n = 0; n < 70; n++) {
      await writeChanges([{ before: await readTextFile(at("a")), text: lines({ 1: `${n}` }) }], {
        journal: small,
      });
    }
    for (const one of await readdir(join(top, "s2"), { recursive: true, withFileTypes: true })) {
      const { mode } = await stat(join(one.parentPath, one.name));
      modes.add(one.isDirectory() ? mode & 0o777 : (mode & 0o777) | 0o1000);
    }
    expect([...modes].sort()).toEqual([0o700, 0o1600].sort());
    await small.prune();
    expect(await small.entries()).toHaveLength(2);
    expect(await small.clear()).toBe(2);
    expect(await small.entries()).toEqual([]);
    expect((await readdir(join(top, "s2"))).includes("texts")).toBe(false);
  });

  it("keeps nothing where it is not wanted, and edits go on where it cannot be written", async () => {
    await put("a", lines());
    const off = openJournal({ folder, home: join(top, "s3"), keep: false });
    await writeChanges([{ before: await readTextFile(at("a")), text: "x\n" }], { journal: off });
    expect(await off.entries()).toEqual([]);
    await writeFile(join(top, "blocked"), "");
    const problems: string[] = [];
    const blocked = openJournal({
      folder,
      home: join(top, "blocked", "state"),
      onUnavailable: (why) => problems.push(why),
    });
    await writeChanges([{ before: await readTextFile(at("a")), text: "y\n" }], {
      journal: blocked,
    });
    expect(await text("a")).toBe("y\n");
    expect(problems).toEqual([expect.stringContaining("cannot be written")]);
  });
});
