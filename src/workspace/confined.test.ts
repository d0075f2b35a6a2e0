import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { attackByForms, attackBySwaps } from "../../scripts/attack/paths.ts";
import { confinedTo } from "./confined.ts";
import { disk, type FileSystem } from "./disk.ts";
import { lockFile } from "./lock.ts";
import { readTextFile } from "./text-file.ts";
import { updateFile } from "./update.ts";

let base = "";
let root = "";
beforeEach(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), "redraft-confined-")));
  root = join(base, "root");
  mkdirSync(join(root, "sub"), { recursive: true });
  mkdirSync(join(base, "outside"));
  writeFileSync(join(root, "sub/f.txt"), "inside\n");
  writeFileSync(join(base, "outside/f.txt"), "outside\n");
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

const inSub = (): string => join(root, "sub/f.txt");
const code = (name: string) => expect.objectContaining({ code: name });
const upper = async ({ text }: { text: string }) => ({
  text: text.toUpperCase(),
  action: "update" as const,
});

function swap(): void {
  renameSync(join(root, "sub"), join(root, "away"));
  symlinkSync("../outside", join(root, "sub"));
}

function outsideIsUntouched(): void {
  expect(readdirSync(join(base, "outside"))).toEqual(["f.txt"]);
  expect(readFileSync(join(base, "outside/f.txt"), "utf8")).toBe("outside\n");
}

describe.each(["linux", "elsewhere"])("a confined file system (%s)", (platform) => {
  const confined = (fs: FileSystem = disk): FileSystem => confinedTo([root], fs, platform);

  it("edits, creates, moves and deletes inside as the plain one does", async () => {
    const fs = confined();
    await updateFile(inSub(), upper, { fs });
    expect(readFileSync(inSub(), "utf8")).toBe("INSIDE\n");
    const made = join(root, "new/deep/g.txt");
    await updateFile(made, async () => ({ text: "g\n", action: "create" }), { fs });
    const movedTo = join(root, "moved/h.txt");
    await updateFile(made, async ({ text }) => ({ text, action: "move", movedTo }), { fs });
    expect(readFileSync(movedTo, "utf8")).toBe("g\n");
    await updateFile(movedTo, async () => ({ text: null, action: "delete" }), { fs });
    expect(readdirSync(join(root, "moved"))).toEqual([]);
    expect(readdirSync(join(root, "sub"))).toEqual(["f.txt"]);
  });

  it("reaches nothing through a folder that became a link, whatever is called", async () => {
    const fs = confined();
    swap();
    const path = inSub();
    const beside = join(root, "sub/new.txt");
    const now = new Date();
    const calls: Promise<unknown>[] = [
      fs.open(path, "r"),
      fs.open(path, "r+"),
      fs.open(beside, "wx"),
      fs.readFile(path),
      fs.stat(path),
      fs.lstat(path),
      fs.readdir(join(root, "sub")),
      fs.realpath(path),
      fs.chmod(path, 0o777),
      fs.chown(path, 0, 0),
      fs.lchown(path, 0, 0),
      fs.utimes(path, now, now),
      fs.lutimes(path, now, now),
      fs.mkdir(beside),
      fs.mkdir(join(beside, "deep"), { recursive: true }),
      fs.unlink(path),
      fs.rmdir(path),
      fs.rename(path, join(root, "stolen.txt")),
      fs.rename(join(root, "away/f.txt"), beside),
      fs.link(path, join(root, "stolen.txt")),
      fs.link(join(root, "away/f.txt"), beside),
    ];
    const ends = await Promise.allSettled(calls);
    expect(ends.map(({ status }) => status)).toEqual(calls.map(() => "rejected"));
    outsideIsUntouched();
    expect(existsSync(join(root, "stolen.txt"))).toBe(false);
    expect(readFileSync(join(root, "away/f.txt"), "utf8")).toBe("inside\n");
  });

  it("does not follow a link in the last place", async () => {
    symlinkSync("../../outside/f.txt", join(root, "sub/link"));
    symlinkSync("f.txt", join(root, "sub/inner"));
    const fs = confined();
    for (const name of ["sub/link", "sub/inner"]) {
      await expect(fs.open(join(root, name), "r")).rejects.toThrow(code("ELOOP"));
      await expect(fs.chmod(join(root, name), 0o600)).rejects.toThrow(code("ELOOP"));
    }
    await expect(readTextFile(join(root, "sub/link"), fs)).rejects.toThrow(code("outside-root"));
    expect((await readTextFile(join(root, "sub/inner"), fs)).text).toBe("inside\n");
  });

  it("sees a swap while an edit waits for its lock", async () => {
    const held = await lockFile(inSub(), { fs: disk });
    const edit = updateFile(inSub(), upper, { fs: confined() });
    setTimeout(() => {
      swap();
      void held.release();
    }, 50);
    // Between the two renames of the swap there is no folder at all.
    await expect(edit).rejects.toMatchObject({
      code: expect.stringMatching(/^(?:outside-root|file-error|stale-file)$/),
    });
    // Without handles of folders a swap right before a call is not seen: the try for the lock may leave its file there.
    const isLock = (name: string): boolean => platform === "elsewhere" && name.endsWith(".lock");
    const names = readdirSync(join(base, "outside")).filter((name) => !isLock(name));
    expect(names).toEqual(["f.txt"]);
    expect(readFileSync(join(base, "outside/f.txt"), "utf8")).toBe("outside\n");
    expect(readFileSync(join(root, "away/f.txt"), "utf8")).toBe("inside\n");
  });

  it("names the path of the caller in its errors", async () => {
    await expect(confined().unlink(join(root, "sub/none"))).rejects.toThrow(join(root, "sub/none"));
  });

  it("opens only in ways that cut no file short", async () => {
    expect(() => confined().open(inSub(), "w")).toThrow(TypeError);
    expect(readFileSync(inSub(), "utf8")).toBe("inside\n");
  });
});

describe.runIf(process.platform === "linux")("handles of folders", () => {
  it("hold where a folder is swapped between the look and the work", async () => {
    // The swap comes right after the folder was opened and found inside.
    let swapped = false;
    const watching: FileSystem = {
      ...disk,
      readlink: (async (path: string) => {
        const real = await disk.readlink(path);
        if (!swapped) swap();
        swapped = true;
        return real;
      }) as FileSystem["readlink"],
    };
    const fs = confinedTo([root], watching);
    const handle = await fs.open(join(root, "sub/new.txt"), "wx");
    await handle.close();
    expect(swapped).toBe(true);
    expect(readdirSync(join(root, "away")).sort()).toEqual(["f.txt", "new.txt"]);
    outsideIsUntouched();
  });
});

/** The short version of `npm run attack:paths`. */
describe("an attack on paths", () => {
  it("reaches nothing outside, however the path is written", async () => {
    const report = await attackByForms(150);
    expect(report).toMatchObject({ calls: 600, crashed: 0, readOutside: 0, changedOutside: 0 });
    expect(report.done).toBeGreaterThan(0);
  });

  it.runIf(process.platform === "linux")("reaches nothing outside by swaps", async () => {
    const report = await attackBySwaps(300);
    expect(report).toMatchObject({
      crashed: 0,
      readOutside: 0,
      writtenOutside: 0,
      touchedOutside: false,
    });
  });
});
