import { chmodSync, chownSync, statSync, writeFileSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { asNobody } from "../../scripts/attack/lock-objects.ts";
import {
  accessList,
  aclName,
  attributeSupport,
  attributesOf,
  defaultAclName,
  setOn,
} from "../../test/support/attributes.ts";
import { type AttributeCalls, attributeCopier, copyWith } from "./attributes.ts";
import { disk, type FileSystem } from "./disk.ts";
import { keepMetadata } from "./metadata.ts";
import { readTextFile } from "./text-file.ts";
import { updateFile } from "./update.ts";

const { calls, missing } = await attributeSupport();
const isRoot = process.getuid?.() === 0;
const why = missing === undefined ? "" : ` (skipped: ${missing})`;

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "redraft-metadata-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function file(name = "a.txt", mode = 0o640): string {
  const path = join(folder, name);
  writeFileSync(path, "one\ntwo\n");
  chmodSync(path, mode);
  return path;
}

const edit = (path: string, fs: FileSystem = disk) =>
  updateFile(
    path,
    async ({ text }) => ({ text: text.replace("two", "TWO"), action: "update" as const }),
    { fs },
  );
const modeOf = (path: string): string => (statSync(path).mode & 0o7777).toString(8);

describe.skipIf(missing !== undefined)(`ACLs and attributes${why}`, () => {
  it("are kept, byte for byte, and with them the mode", async () => {
    const path = file();
    setOn(calls, path, aclName, accessList(6));
    setOn(calls, path, "user.mime_type", Buffer.from("text/plain"));
    setOn(calls, path, "user.bytes", Buffer.from([0, 255, 10, 0]));
    setOn(calls, path, "user.empty", Buffer.alloc(0));
    setOn(calls, path, "user.long", Buffer.alloc(2_000, 7));
    if (isRoot) setOn(calls, path, "trusted.redraft", Buffer.from("t"));
    const before = attributesOf(calls, path);
    expect(Object.keys(before).length).toBeGreaterThan(4);
    expect(modeOf(path)).toBe("660");
    await edit(path);
    expect(await readFile(path, "utf8")).toBe("one\nTWO\n");
    expect(attributesOf(calls, path)).toEqual(before);
    expect(modeOf(path)).toBe("660");
    expect(await readdir(folder)).toEqual(["a.txt"]);
  });

  it("are kept by cp where libc cannot be called", async () => {
    const [from, to] = [file("from", 0o640), file("to", 0o600)];
    setOn(calls, from, aclName, accessList(4));
    setOn(calls, from, "user.x", Buffer.from("1"));
    setOn(calls, to, aclName, accessList(6));
    const copier = await attributeCopier(["cp"]);
    const handles = [await disk.open(from, "r"), await disk.open(to, "r+")] as const;
    await copier!(handles[0].fd, handles[1].fd);
    expect(attributesOf(calls, to)).toEqual(attributesOf(calls, from));
    // A file without a list takes away the one that a folder's default gave.
    const plain = await disk.open(file("plain", 0o640), "r");
    await copier!(plain.fd, handles[1].fd);
    expect(attributesOf(calls, to)[aclName]).toBeUndefined();
    expect(await readFile(to, "utf8")).toBe("one\ntwo\n");
    for (const handle of [...handles, plain]) await handle.close();
  });

  it("do not come from the folder's default", async () => {
    const path = file();
    setOn(calls, folder, defaultAclName, accessList(6));
    await edit(path);
    expect(attributesOf(calls, path)).toEqual({});
    expect(modeOf(path)).toBe("640");
    // A new file is another matter: there the folder decides.
    const made = join(folder, "new.txt");
    await updateFile(made, async () => ({ text: "x\n", action: "create" }));
    expect(attributesOf(calls, made)).toHaveProperty([aclName]);
  });

  it("move with the file", async () => {
    const path = file();
    setOn(calls, path, aclName, accessList(6));
    const before = attributesOf(calls, path);
    const movedTo = join(folder, "new/b.txt");
    await updateFile(path, async ({ text }) => ({ text, action: "move", movedTo }));
    expect(attributesOf(calls, movedTo)).toEqual(before);
  });

  it("are never wider on the way: the file is private until it has its list", async () => {
    const path = file();
    setOn(calls, path, aclName, accessList(6));
    const modes: unknown[] = [];
    const fs: FileSystem = {
      ...disk,
      async open(name, flags, mode) {
        if (String(name).endsWith(".tmp")) modes.push(mode);
        return disk.open(name, flags, mode);
      },
    };
    await edit(path, fs);
    expect(modes).toEqual([0o600]);
  });
});

describe("attributes that cannot be kept", () => {
  const refusing = (names: readonly string[]): AttributeCalls => ({
    list: (fd) => (fd === 1 ? [...names] : []),
    get: (fd) => (fd === 1 ? Buffer.from("value") : undefined),
    set: (_, name) => {
      throw Object.assign(new Error(`no ${name}`), { code: "EPERM" });
    },
    remove: () => {},
  });

  it("refuse the write, unless the system's policy decides about them", () => {
    for (const name of ["user.x", aclName, "system.nfs4_acl", "trusted.x"]) {
      expect(() => copyWith(refusing([name]), 1, 2)).toThrow(name);
    }
    copyWith(refusing(["security.selinux", "security.capability", "system.dos_attrib"]), 1, 2);
  });

  it("say what to do, and the file stays as it is", async () => {
    const path = file();
    const before = await readTextFile(path);
    const temporary = await disk.open(join(folder, "tmp"), "wx", 0o600);
    const fails = async () => async () => {
      throw Object.assign(new Error("the attribute user.x could not be copied (EPERM)"), {
        code: "EPERM",
      });
    };
    await expect(keepMetadata(before, temporary, disk, fails)).rejects.toMatchObject({
      code: "file-error",
      message: expect.stringMatching(/cannot be kept: the attribute user\.x .* .setfacl -b/),
    });
    await expect(
      keepMetadata(before, temporary, disk, async () => undefined),
    ).rejects.toMatchObject({
      code: "file-error",
      message: expect.stringMatching(/cannot see whether .* Install the npm package koffi/),
    });
    // Neither attempt has opened the new file to anybody.
    expect((await temporary.stat()).mode & 0o777).toBe(0o600);
    await temporary.close();
  });
});

describe.skipIf(!isRoot)("owner and group", () => {
  it("are kept by root", async () => {
    const path = file("a.txt", 0o4751);
    chownSync(path, 1234, 4321);
    chmodSync(path, 0o4751);
    await edit(path);
    expect(statSync(path)).toMatchObject({ uid: 1234, gid: 4321 });
    expect(modeOf(path)).toBe("4751");
  });

  it.each([
    [0o660, "600"],
    [0o664, "644"],
    [0o604, "600"],
    [0o2775, "755"],
    [0o644, "644"],
  ])("give nobody more where the group cannot be kept: %o", async (mode, expected) => {
    await mkdir(join(folder, "theirs"));
    const path = file("theirs/a.txt", mode);
    chmodSync(folder, 0o755);
    chownSync(join(folder, "theirs"), 65_534, 65_534);
    chownSync(path, 65_534, 4321);
    chmodSync(path, mode);
    await asNobody(() => edit(path));
    expect(await readFile(path, "utf8")).toBe("one\nTWO\n");
    expect(statSync(path)).toMatchObject({ uid: 65_534, gid: 65_534 });
    expect(modeOf(path)).toBe(expected);
  });
});
