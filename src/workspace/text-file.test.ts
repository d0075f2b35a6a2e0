import { spawnSync } from "node:child_process";
import {
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { disk, type FileSystem } from "./disk.ts";
import { fileNotes } from "./file-notes.ts";
import { lockPath } from "./lock-file.ts";
import { readTextFile } from "./text-file.ts";
import { updateFile } from "./update.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "redraft-text-file-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const at = (name: string): string => join(folder, name);
const create = async () => ({ text: "new\n", action: "create" as const });

describe("readTextFile", () => {
  it("names what is no regular file, and waits for none of them", async () => {
    mkdirSync(at("folder"));
    spawnSync("mkfifo", [at("pipe")]);
    symlinkSync("pipe", at("to-pipe"));
    symlinkSync("loop", at("loop"));
    symlinkSync("nowhere", at("dangling"));
    await expect(readTextFile(at("folder"))).rejects.toThrow(/it is a folder/);
    await expect(readTextFile(at("pipe"))).rejects.toThrow(/it is a named pipe/);
    await expect(readTextFile(at("to-pipe"))).rejects.toThrow(/it is a named pipe/);
    await expect(readTextFile("/dev/zero")).rejects.toThrow(/it is a device/);
    await expect(readTextFile(at("loop"))).rejects.toThrow(/form a loop/);
    await expect(readTextFile(at("dangling"))).rejects.toThrow(/broken symbolic link/);
    await expect(readTextFile(at("dangling/x.txt"))).rejects.toThrow(/broken symbolic link/);
  });

  it("reads the file that it looked at, or says that it was replaced", async () => {
    writeFileSync(at("a.txt"), "a\n");
    writeFileSync(at("other.txt"), "other\n");
    const fs: FileSystem = {
      ...disk,
      async open(...args) {
        rmSync(at("a.txt"));
        symlinkSync("other.txt", at("a.txt"));
        return disk.open(...args);
      },
    };
    await expect(readTextFile(at("a.txt"), fs)).rejects.toMatchObject({
      code: "stale-file",
      retryable: true,
      message: expect.stringContaining("was replaced by a symbolic link"),
    });
  });

  it("refuses what is too large before it reads it, and too many lines before they are placed", async () => {
    writeFileSync(at("large.txt"), "x");
    truncateSync(at("large.txt"), 150 * 1024 * 1024);
    const start = performance.now();
    await expect(readTextFile(at("large.txt"))).rejects.toMatchObject({
      code: "not-text",
      message: expect.stringMatching(/has 150 MiB; .* up to 64 MiB\. Use a stream editor/),
    });
    expect(performance.now() - start).toBeLessThan(2_000);
    writeFileSync(at("lines.txt"), "\n".repeat(2_000_001));
    await expect(readTextFile(at("lines.txt"))).rejects.toThrow(/has 2000001 lines; .* 2000000/);
    writeFileSync(at("lines.txt"), "\r\n".repeat(2_000_000));
    expect((await readTextFile(at("lines.txt"))).text).toHaveLength(4_000_000);
  });

  it("says that a name is not UTF-8, and makes no file of a name that stands for one", async () => {
    for (const name of ["gr\ufffdn.txt", "half\ud800.txt"]) {
      await expect(updateFile(at(name), create)).rejects.toThrow(/probably is not UTF-8/);
    }
    expect(readdirSync(folder)).toEqual([]);
    // The character itself may be part of a name.
    writeFileSync(at("gr\ufffdn.txt"), "x\n");
    expect((await readTextFile(at("gr\ufffdn.txt"))).text).toBe("x\n");
  });

  it("knows of hard links, whose other names keep the old text", async () => {
    writeFileSync(at("a.txt"), "a\n");
    linkSync(at("a.txt"), at("b.txt"));
    const before = await readTextFile(at("a.txt"));
    await updateFile(at("a.txt"), async () => ({ text: "A\n", action: "update" }));
    expect(readFileSync(at("b.txt"), "utf8")).toBe("a\n");
    expect(fileNotes(before, { action: "update", text: "A\n" })).toEqual([
      "the file has another name (hard link), which keeps the old text",
    ]);
    expect(fileNotes(before, { action: "delete", text: null })).toEqual([]);
    expect(fileNotes(await readTextFile(at("a.txt")), { action: "update", text: "" })).toEqual([]);
  });
});

describe("a new folder", () => {
  it("is made for a relative path, through links, over several levels", async () => {
    symlinkSync(".", at("link"));
    const here = process.cwd();
    process.chdir(folder);
    try {
      for (const path of ["one/x.txt", "./two/three/x.txt", "link/four/x.txt", "one/../five/x.txt"])
        expect(await updateFile(path, create)).toMatchObject({ written: true });
    } finally {
      process.chdir(here);
    }
    await updateFile(join(folder, "link/six/x.txt"), create);
    await updateFile(relative(process.cwd(), at("seven/x.txt")), create);
    rmSync(at("link"));
    const made = readdirSync(folder, { recursive: true }).map(String);
    expect(made.filter((path) => path.endsWith("x.txt")).sort()).toEqual(
      ["five", "four", "one", "seven", "six", "two/three"].map((name) => `${name}/x.txt`),
    );
    expect(made.filter((path) => path.includes(".redraft-"))).toEqual([]);
  });

  const refusals: Readonly<Record<string, Partial<FileSystem>>> = {
    "the disk is full": {
      open: async (name, ...rest) => {
        if (String(name).endsWith(".tmp")) throw Object.assign(new Error(), { code: "ENOSPC" });
        return disk.open(name, ...rest);
      },
    },
    "no lock can be made": {
      open: async () => {
        throw Object.assign(new Error(), { code: "EACCES" });
      },
    },
    "a folder cannot be made": {
      mkdir: (async (path: string) => {
        if (path.endsWith("deep")) throw Object.assign(new Error(), { code: "EACCES" });
        return disk.mkdir(path);
      }) as unknown as FileSystem["mkdir"],
    },
  };
  it.each(Object.entries(refusals))("is taken back where %s", async (_, broken) => {
    mkdirSync(at("there"));
    const fs = { ...disk, ...broken };
    await expect(updateFile(at("there/new/deep/x.txt"), create, { fs })).rejects.toThrow();
    expect(readdirSync(folder, { recursive: true })).toEqual(["there"]);
  });

  it("is taken back where the new text cannot be written", async () => {
    const half = async () => ({ text: "\ud800", action: "create" as const });
    await expect(updateFile(at("new/deep/x.txt"), half)).rejects.toThrow(/surrogate/);
    expect(readdirSync(folder)).toEqual([]);
  });

  it("is left where somebody else has put something into it", async () => {
    const open: FileSystem["open"] = async (name, ...rest) => {
      if (String(name) === lockPath(at("new/x.txt"))) writeFileSync(at("new/theirs"), "t");
      if (String(name).endsWith(".tmp")) throw Object.assign(new Error(), { code: "ENOSPC" });
      return disk.open(name, ...rest);
    };
    await expect(updateFile(at("new/x.txt"), create, { fs: { ...disk, open } })).rejects.toThrow();
    expect(readdirSync(at("new"))).toEqual(["theirs"]);
  });
});
