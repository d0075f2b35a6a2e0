import {
  link,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { carryOver } from "../../merge/rebase/carry.ts";
import { disk, type FileSystem } from "../disk.ts";
import { readTextFile } from "../text-file.ts";
import { updateFile } from "../update.ts";
import { writeChanges } from "../write.ts";
import { type DiskJournal, openJournal } from "./journal.ts";
import { undo } from "./undo.ts";

let top = "";
let folder = "";
let journal: DiskJournal;
beforeEach(async () => {
  top = await mkdtemp(join(tmpdir(), "redraft-recover-"));
  folder = join(top, "work");
  await mkdir(folder);
  journal = openJournal({ folder, home: join(top, "state") });
  await writeFile(at("a"), "old a\n");
  await writeFile(at("b"), "old b\n");
  await writeFile(at("c"), "old c\n");
  await symlink("c", at("link"));
});
afterEach(async () => {
  await rm(top, { recursive: true, force: true });
});

const at = (name: string): string => join(folder, name);
const old = { a: "old a\n", b: "old b\n", c: "old c\n", link: "old c\n" };
const next = { a: "new a\n", c: "old c\n", "sub/d": "new d\n" };

async function found(): Promise<Record<string, string>> {
  const texts: Record<string, string> = {};
  for (const name of await readdir(folder, { recursive: true })) {
    const text = await readFile(at(name), "utf8").catch(() => undefined);
    if (text !== undefined) texts[name] = text;
  }
  return texts;
}

const open = (): Promise<string[]> => readdir(join(top, "state/open"));

/** A process that stands still for ever at its nth step, and then is dead. Answers how its record is called. */
async function diesAt(step: number): Promise<string> {
  let steps = 0;
  const reached = new Promise<void>((resolve) => {
    const stopping = <Call extends (...args: never[]) => Promise<unknown>>(call: Call): Call =>
      (async (...args: never[]) => {
        const isOurs = !args.some((one) => /\.redraft-[0-9a-f]+\.lock/.test(String(one)));
        if (isOurs && steps++ === step) {
          resolve();
          await new Promise(() => {});
        }
        return call(...args);
      }) as Call;
    const fs: FileSystem = {
      ...disk,
      rename: stopping(disk.rename),
      link: stopping(disk.link),
      unlink: stopping(disk.unlink),
    };
    const changes = async () => [
      { before: await readTextFile(at("a")), text: "new a\n" },
      { before: await readTextFile(at("b")), text: null },
      { before: await readTextFile(at("sub/d")), text: "new d\n" },
      { before: await readTextFile(at("link")), text: null },
    ];
    void changes()
      .then((all) => writeChanges(all, { fs, journal }))
      .then(() => resolve());
  });
  await reached;
  for (const name of await readdir(folder, { recursive: true })) {
    if (name.endsWith(".lock")) await rm(at(name));
  }
  const [name] = await open();
  if (name === undefined) return "";
  const dead = name.replace(/-\d+-\d+-/, "-4194399-1-");
  await rename(join(top, "state/open", name), join(top, "state/open", dead));
  return dead;
}

describe("recovery", () => {
  it("leaves all files old or all new, wherever the process died", async () => {
    const ends = { old: 0, next: 0 };
    for (let step = 0; step < 14; step++) {
      await rm(top, { recursive: true });
      await mkdir(folder, { recursive: true });
      for (const name of ["a", "b", "c"]) await writeFile(at(name), `old ${name}\n`);
      await symlink("c", at("link"));
      await diesAt(step);
      await journal.recover();
      const texts = await found();
      const end = "sub/d" in texts ? "next" : "old";
      ends[end] += 1;
      expect(texts).toEqual(end === "next" ? next : old);
      expect(await open()).toEqual([]);
      expect(await journal.entries()).toHaveLength(end === "next" ? 1 : 0);
    }
    expect(ends.old).toBeGreaterThan(4);
    expect(ends.next).toBeGreaterThan(2);
  });

  it("puts the old files themselves back, with their other names, attributes and access control lists", async () => {
    for (const name of ["a", "b"]) await link(at(name), join(top, `other-${name}`));
    await diesAt(5);
    expect(await found()).not.toEqual(old);
    await journal.recover();
    expect(await found()).toEqual(old);
    for (const name of ["a", "b"]) {
      expect((await stat(at(name))).ino).toBe((await stat(join(top, `other-${name}`))).ino);
    }
  });

  it("leaves what somebody changed since, and the rest of that edit can be undone", async () => {
    await diesAt(5);
    expect(await found()).toMatchObject({ a: "new a\n" });
    await writeFile(at("a"), "new a\nand by hand\n");
    await journal.recover();
    expect(await found()).toEqual({ ...old, a: "new a\nand by hand\n" });
    expect(await journal.entries()).toMatchObject([
      { interrupted: true, files: [{ path: at("a") }] },
    ]);
    await writeFile(at("a"), "new a\n");
    await undo({}, { journal, carry: carryOver });
    expect(await found()).toEqual(old);
  });

  it("never deletes a file that somebody else put there, even with the same text", async () => {
    await diesAt(5);
    await mkdir(at("sub"), { recursive: true });
    // Moved, not removed: a file system may give the inode of a removed file to the next new one.
    await rename(at("sub/d"), join(top, "moved-away")).catch(() => {});
    await writeFile(at("keep"), "");
    await writeFile(at("sub/d"), "new d\n");
    await journal.recover();
    expect(await found()).toEqual({ ...old, "sub/d": "new d\n", keep: "" });
  });

  it("is done by whoever writes one of the files next, before it reads", async () => {
    await diesAt(5);
    await updateFile(
      at("a"),
      async ({ text }) => ({ text: text.replace("old", "edited"), action: "update" }),
      { journal: openJournal({ folder: top, home: join(top, "state") }) },
    );
    expect(await found()).toEqual({ ...old, a: "edited a\n" });
    expect(await open()).toEqual([]);
  });

  it("leaves the living, and other folders, alone", async () => {
    const name = await diesAt(5);
    const elsewhere = openJournal({ folder: join(top, "other"), home: join(top, "state") });
    await elsewhere.recover();
    expect(await open()).toEqual([name]);
    const alive = name.replace("-4194399-1-", `-${process.ppid}-0-`);
    await rename(join(top, "state/open", name), join(top, "state/open", alive));
    await journal.recover();
    expect(await open()).toEqual([alive]);
  });

  it("forgets a beginning without a record", async () => {
    // Of another machine nothing is known; of this one it is known that there is no such process.
    const host = (await diesAt(5)).split("-").at(-1)!;
    await mkdir(join(top, "state/open/mx2338mt-4194399-1-00000000"), { recursive: true });
    await mkdir(join(top, `state/open/mx2338mu-4194399-1-${host}`));
    await journal.recover();
    expect(await open()).toEqual(["mx2338mt-4194399-1-00000000"]);
  });
});
