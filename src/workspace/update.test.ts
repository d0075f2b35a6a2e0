import {
  chmod,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { RedraftError } from "../core/errors.ts";
import { disk, type FileSystem } from "./disk.ts";
import { lockFile } from "./lock.ts";
import { readTextFile } from "./text-file.ts";
import { type TextEdit, updateFile } from "./update.ts";
import { writeChanges } from "./write.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "redraft-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const at = (name: string): string => join(folder, name);
const upper = async ({ text }: { text: string }): Promise<TextEdit> => ({
  text: text.replace("two", "TWO"),
  action: "update",
});
const code = (code: string): unknown => expect.objectContaining({ code });

async function file(name: string, content: string | Uint8Array = "one\ntwo\n"): Promise<string> {
  await writeFile(at(name), content);
  return at(name);
}

describe("updateFile", () => {
  it("writes atomically and leaves nothing beside", async () => {
    const path = await file("a.txt");
    const updated = await updateFile(path, upper);
    expect(updated).toMatchObject({ written: true, hash: expect.stringMatching(/^[0-9a-f]{16}$/) });
    expect(await readFile(path, "utf8")).toBe("one\nTWO\n");
    expect(await readdir(folder)).toEqual(["a.txt"]);
  });

  it("leaves another's lock alone when its own cannot be opened", async () => {
    const path = await file("a.txt");
    const lock = await lockFile(path, { fs: disk });
    const open: FileSystem["open"] = async () => {
      throw Object.assign(new Error("too many open files"), { code: "EMFILE" });
    };
    await expect(lockFile(path, { fs: { ...disk, open } })).rejects.toThrow(code("file-error"));
    expect(await lock.held()).toBe(true);
    await lock.release();
  });

  it("keeps permissions and writes through links", async () => {
    const path = await file("real.sh");
    await chmod(path, 0o751);
    await mkdir(at("links"));
    await symlink("../real.sh", at("links/link.sh"));
    await updateFile(at("links/link.sh"), upper);
    expect((await stat(path)).mode & 0o777).toBe(0o751);
    expect((await lstat(at("links/link.sh"))).isSymbolicLink()).toBe(true);
    expect(await readFile(path, "utf8")).toBe("one\nTWO\n");
    expect(await readdir(at("links"))).toEqual(["link.sh"]);
  });

  it("keeps every byte outside the edit, in every encoding", async () => {
    for (const encode of [
      (text: string) => Buffer.from(text, "latin1"),
      (text: string) => Buffer.from(`\uFEFF${text}`),
      (text: string) => Buffer.from(`\uFEFF${text}`, "utf16le"),
      (text: string) => Buffer.from(`\uFEFF${text}`, "utf16le").swap16(),
    ]) {
      const path = await file("a.txt", encode("größ\r\ntwo\nx \rend"));
      await updateFile(path, upper);
      expect(await readFile(path)).toEqual(encode("größ\r\nTWO\nx \rend"));
    }
  });

  it("writes nothing when nothing changes, or it is only a trial", async () => {
    const path = await file("a.txt");
    const before = new Date(1_000_000);
    await utimes(path, before, before);
    const same = await updateFile(path, async ({ text }) => ({ text, action: "update" }));
    expect(same.written).toBe(false);
    const trial = await updateFile(path, upper, { dryRun: true });
    expect(trial).toMatchObject({ written: false, result: { text: "one\nTWO\n" } });
    expect((await stat(path)).mtimeMs).toBe(1_000_000);
  });

  it("makes the edit again on a file that changed meanwhile", async () => {
    const path = await file("a.txt");
    let calls = 0;
    const updated = await updateFile(path, async (now) => {
      if (calls++ === 0) await writeFile(path, "zero\none\ntwo\n");
      return upper(now);
    });
    expect(calls).toBe(2);
    expect(updated.before.text).toBe("zero\none\ntwo\n");
    expect(await readFile(path, "utf8")).toBe("zero\none\nTWO\n");
  });

  it("refuses a file that changed and no longer fits, or when told", async () => {
    const path = await file("a.txt");
    const edit = async (now: { text: string }): Promise<TextEdit> => {
      if (!now.text.includes("two")) throw new RedraftError("no-match", "no line says two.");
      await writeFile(path, "other\n");
      return upper(now);
    };
    await expect(updateFile(path, edit)).rejects.toMatchObject({
      code: "stale-file",
      details: { reason: "no-match" },
      message: expect.stringContaining("no line says two"),
    });
    await writeFile(path, "two\n");
    await expect(updateFile(path, edit, { remerge: false })).rejects.toThrow(code("stale-file"));
    expect(await readFile(path, "utf8")).toBe("other\n");
    expect(await readdir(folder)).toEqual(["a.txt"]);
  });

  it("creates, deletes and moves", async () => {
    await updateFile(at("new/deep/a.txt"), async () => ({ text: "x\n", action: "create" }));
    expect(await readFile(at("new/deep/a.txt"), "utf8")).toBe("x\n");
    await updateFile(at("new/deep/a.txt"), async ({ text }) => ({
      text: `${text}y\n`,
      action: "move",
      movedTo: at("moved/b.txt"),
    }));
    expect(await readFile(at("moved/b.txt"), "utf8")).toBe("x\ny\n");
    expect(await readdir(at("new/deep"))).toEqual([]);
    await updateFile(at("moved/b.txt"), async () => ({ text: null, action: "delete" }));
    expect(await readdir(at("moved"))).toEqual([]);
  });

  it("never moves onto a file that is there", async () => {
    const path = await file("a.txt");
    await file("b.txt", "precious\n");
    const move = updateFile(path, async ({ text }) => ({
      text,
      action: "move",
      movedTo: at("b.txt"),
    }));
    await expect(move).rejects.toThrow(/a file is there already/);
    expect(await readFile(at("b.txt"), "utf8")).toBe("precious\n");
    expect((await readdir(folder)).sort()).toEqual(["a.txt", "b.txt"]);
  });

  it("explains what the file system refuses", async () => {
    await expect(updateFile(at("none.txt"), upper)).rejects.toThrow(
      /does not exist, and the edit does not create it/,
    );
    await expect(updateFile(folder, upper)).rejects.toThrow(/it is a folder/);
    const path = await file("a.txt");
    await chmod(path, 0o444);
    await expect(updateFile(path, upper)).rejects.toThrow(/it is read-only. Nothing was changed/);
    await symlink("nowhere", at("dangling"));
    await expect(updateFile(at("dangling"), upper)).rejects.toThrow(/broken symbolic link/);
    await expect(updateFile(join(path, "x"), upper)).rejects.toThrow(code("file-error"));
  });

  it("leaves the old file when the disk is full", async () => {
    const path = await file("a.txt");
    const full: FileSystem = {
      ...disk,
      open: async (name, ...rest) => {
        const handle = await disk.open(name, ...rest);
        if (String(name).endsWith(".tmp")) {
          handle.writeFile = async () => {
            throw Object.assign(new Error("write"), { code: "ENOSPC" });
          };
        }
        return handle;
      },
    };
    await expect(updateFile(path, upper, { fs: full })).rejects.toThrow(
      /the disk is full \(ENOSPC\)/,
    );
    expect(await readFile(path, "utf8")).toBe("one\ntwo\n");
    expect(await readdir(folder)).toEqual(["a.txt"]);
  });

  it("lets many writers of one file all succeed", async () => {
    const path = await file(
      "a.txt",
      Array.from({ length: 20 }, (_, line) => `line ${line}\n`).join(""),
    );
    const writers = Array.from({ length: 20 }, (_, line) =>
      updateFile(path, async ({ text }) => ({
        text: text.replace(`line ${line}\n`, `LINE ${line}\n`),
        action: "update",
      })),
    );
    await Promise.all(writers);
    const lines = (await readFile(path, "utf8")).trim().split("\n");
    expect(lines).toEqual(Array.from({ length: 20 }, (_, line) => `LINE ${line}`));
    expect(await readdir(folder)).toEqual(["a.txt"]);
  });
});

describe("locks", () => {
  it("are taken from the dead at once, with what they left", async () => {
    const path = await file("a.txt");
    const lock = await lockFile(path, { fs: disk });
    const [name] = (await readdir(folder)).filter((one) => one.endsWith(".lock"));
    const holder = JSON.parse(await readFile(at(name!), "utf8"));
    await lock.release();
    const dead = 2 ** 22 + 1;
    await writeFile(at(name!), JSON.stringify({ ...holder, pid: dead }));
    await writeFile(at(`.redraft-${dead}-12345678.tmp`), "half");
    await updateFile(path, upper);
    expect(await readdir(folder)).toEqual(["a.txt"]);
  });

  it("of another machine are taken when they have not been touched for seconds", async () => {
    const path = await file("a.txt");
    const lock = await lockFile(path, { fs: disk });
    const [name] = (await readdir(folder)).filter((one) => one.endsWith(".lock"));
    await lock.release();
    await writeFile(at(name!), JSON.stringify({ pid: 1, host: "elsewhere", token: "x" }));
    const long = new Date(Date.now() - 10_000);
    await utimes(at(name!), long, long);
    await updateFile(path, upper);
    expect(await readFile(path, "utf8")).toBe("one\nTWO\n");
  });

  it("are waited for only so long, and as long as the caller wants", async () => {
    const path = await file("a.txt");
    const lock = await lockFile(path, { fs: disk });
    await expect(lockFile(path, { fs: disk, patience: 30 })).rejects.toThrow(
      /another process is writing/,
    );
    const signal = AbortSignal.timeout(20);
    await expect(lockFile(path, { fs: disk, signal })).rejects.toThrow();
    await lock.release();
  });
});

describe("writeChanges", () => {
  it("writes all or none", async () => {
    const one = await readTextFile(await file("one.txt", "1\n"));
    const two = await readTextFile(await file("two.txt", "2\n"));
    await writeFile(at("two.txt"), "changed\n");
    const changes = [
      { before: one, text: "1!\n" },
      { before: two, text: "2!\n" },
    ];
    await expect(writeChanges(changes)).rejects.toThrow(code("stale-file"));
    expect(await readFile(at("one.txt"), "utf8")).toBe("1\n");
    const again = await readTextFile(at("two.txt"));
    await writeChanges([changes[0]!, { before: again, text: null }]);
    expect(await readdir(folder)).toEqual(["one.txt"]);
  });

  it("puts the first file back when the second fails", async () => {
    const one = await readTextFile(await file("one.txt", "1\n"));
    const two = await readTextFile(await file("two.txt", "2\n"));
    let renames = 0;
    const failing: FileSystem = {
      ...disk,
      rename: async (from, to) => {
        if (++renames === 2) throw Object.assign(new Error("io"), { code: "EIO" });
        return disk.rename(from, to);
      },
    };
    const changes = [
      { before: one, text: "1!\n" },
      { before: two, text: "2!\n" },
    ];
    await expect(writeChanges(changes, { fs: failing })).rejects.toThrow(/disk reports an error/);
    expect(await readFile(at("one.txt"), "utf8")).toBe("1\n");
    expect(await readFile(at("two.txt"), "utf8")).toBe("2\n");
    expect((await readdir(folder)).sort()).toEqual(["one.txt", "two.txt"]);
  });
});
