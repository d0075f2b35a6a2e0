import {
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  symlink,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { disk, type FileSystem } from "./disk.ts";
import { readTextFile } from "./text-file.ts";
import { type FileChange, type WriteOptions, writeChanges } from "./write.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "redraft-commit-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const at = (name: string): string => join(folder, name);

/** All files with their texts: what a refused set of changes must leave as it was, with nothing beside. */
async function everything(): Promise<Record<string, string>> {
  const names = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((one) =>
    one.isFile(),
  );
  const found: Record<string, string> = {};
  for (const { parentPath, name } of names) {
    const path = join(parentPath, name);
    found[path.slice(folder.length + 1)] = await readFile(path, "utf8");
  }
  return found;
}

async function files(texts: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(texts)) await writeFile(at(name), text);
}

type Row = readonly [name: string, text: string | null, moveTo?: string];

async function changes(rows: readonly Row[]): Promise<FileChange[]> {
  return Promise.all(
    rows.map(async ([name, text, moveTo]) => ({
      before: await readTextFile(at(name)),
      text,
      ...(moveTo === undefined ? {} : { moveTo: at(moveTo) }),
    })),
  );
}

async function write(rows: readonly Row[], options: WriteOptions = {}): Promise<unknown> {
  return writeChanges(await changes(rows), options);
}

const failure = (code: string): Error => Object.assign(new Error(code), { code });

describe("moves", () => {
  it.each([
    [
      "the move last",
      [
        ["a", "A\n"],
        ["b", "b\n", "precious"],
      ],
    ],
    [
      "the move first",
      [
        ["b", "b\n", "precious"],
        ["a", "A\n"],
      ],
    ],
    ["alone", [["b", "b\n", "precious"]]],
    [
      "with a deletion",
      [
        ["a", null],
        ["b", "b\n", "precious"],
      ],
    ],
    [
      "with a new file",
      [
        ["new/deep/c", "c\n"],
        ["b", "b\n", "precious"],
      ],
    ],
  ] as [string, Row[]][])("never touch a file that is there: %s", async (_, rows) => {
    const all = { a: "a\n", b: "b\n", precious: "precious\n" };
    await files(all);
    await expect(write(rows)).rejects.toThrow(
      /precious: a file is there already\. Nothing was changed\./,
    );
    expect(await everything()).toEqual(all);
    expect((await readdir(folder)).sort()).toEqual(["a", "b", "precious"]);
  });

  it("go in a chain, in a circle, and onto themselves", async () => {
    await files({ a: "a\n", b: "b\n", c: "c\n" });
    await write([
      ["a", "a\n", "b"],
      ["b", "b\n", "d"],
    ]);
    expect(await everything()).toEqual({ b: "a\n", c: "c\n", d: "b\n" });
    await write([
      ["b", "1\n", "c"],
      ["c", "2\n", "d"],
      ["d", "3\n", "b"],
    ]);
    expect(await everything()).toEqual({ b: "3\n", c: "1\n", d: "2\n" });
    await write([
      ["b", "4\n", "b"],
      ["c", null],
      ["d", "5\n", "c"],
    ]);
    expect(await everything()).toEqual({ b: "4\n", c: "5\n" });
  });

  it("onto a file that only changes, or two onto one path, are refused", async () => {
    const all = { a: "a\n", b: "b\n" };
    await files(all);
    await expect(
      write([
        ["a", "x\n", "b"],
        ["b", "y\n"],
      ]),
    ).rejects.toThrow(/two changes/);
    await expect(
      write([
        ["a", "x\n", "c"],
        ["b", "y\n", "c"],
      ]),
    ).rejects.toThrow(/two changes/);
    await expect(
      write([
        ["a", "x\n"],
        ["a", null],
      ]),
    ).rejects.toThrow(/two changes/);
    expect(await everything()).toEqual(all);
  });

  it("take a link away and leave what it points to, and put the link back when they fail", async () => {
    await files({ real: "r\n", other: "o\n" });
    await symlink("real", at("link"));
    const late: FileSystem = {
      ...disk,
      link: (from, to) => {
        if (String(to) === at("z")) throw failure("EIO");
        return disk.link(from, to);
      },
    };
    const rows: Row[] = [
      ["link", null],
      ["z", "z\n"],
    ];
    await expect(write(rows, { fs: late })).rejects.toThrow(/EIO.*Nothing was changed/);
    expect(await readlink(at("link"))).toBe("real");
    await write(rows);
    expect(await everything()).toEqual({ real: "r\n", other: "o\n", z: "z\n" });
  });

  it("change the case of a name where the system knows one name only", async () => {
    await files({ "a.txt": "a\n" });
    // A folder that finds a file by any case of its name and remembers the one it was given last.
    const real = async (path: unknown): Promise<string> => {
      const name = basename(String(path)).toLowerCase();
      const found = (await readdir(folder)).find((one) => one.toLowerCase() === name);
      return found === undefined ? String(path) : at(found);
    };
    const folding = {
      ...disk,
      lstat: async (path: string) => disk.lstat(await real(path)),
      rename: async (from: string, to: string) => {
        const old = await real(to);
        if (old !== to && old !== (await real(from))) {
          await disk.rename(await real(from), old);
          return;
        }
        await disk.rename(await real(from), to);
      },
    } as unknown as FileSystem;
    await write([["a.txt", "b\n", "A.TXT"]], { fs: folding });
    expect(await everything()).toEqual({ "A.TXT": "b\n" });
  });
});

describe("a step that fails", () => {
  const all = { a: "a\n", b: "b\n", c: "c\n" };
  const rows: Row[] = [
    ["a", "A\n"],
    ["b", null],
    ["c", "C\n", "d"],
    ["new", "n\n"],
  ];

  it("leaves a file that somebody creates between the look and the link", async () => {
    await files(all);
    for (const target of ["d", "new"]) {
      const racing: FileSystem = {
        ...disk,
        link: async (from, to) => {
          if (String(to) === at(target)) await writeFile(at(target), "theirs\n");
          return disk.link(from, to);
        },
      };
      await expect(write(rows, { fs: racing })).rejects.toThrow(/a file is there already/);
      expect(await everything()).toEqual({ ...all, [target]: "theirs\n" });
      await rm(at(target));
    }
  });

  /** Every call that changes something fails once, after `skip` calls that work; `late`: the call has worked all the same. */
  function failing(
    skip: number,
    late: boolean,
    code: string,
  ): { fs: FileSystem; hit: () => boolean } {
    let calls = 0;
    const wrap = <Call extends (...args: never[]) => Promise<unknown>>(call: Call): Call =>
      (async (...args: never[]) => {
        if (args.some((one) => String(one).endsWith(".lock"))) return call(...args);
        if (calls++ !== skip) return call(...args);
        if (late) await call(...args);
        throw failure(code);
      }) as Call;
    const { rename, link, unlink } = disk;
    const fs = { ...disk, rename: wrap(rename), link: wrap(link), unlink: wrap(unlink) };
    return { fs, hit: () => calls > skip };
  }

  it.each([
    [false, "EIO"],
    [true, "EIO"],
    [true, "ENOENT"],
    [true, "EEXIST"],
  ] as const)("tells the truth whichever it is (late: %s, %s)", async (late, code) => {
    const after = { a: "A\n", d: "C\n", new: "n\n" };
    let hits = 0;
    for (let skip = 0; ; skip++) {
      await rm(folder, { recursive: true });
      await mkdir(folder);
      await files(all);
      const { fs, hit } = failing(skip, late, code);
      const outcome = await write(rows, { fs }).catch((error: Error) => error);
      if (!hit()) break;
      hits += 1;
      const found = await everything();
      const texts = Object.fromEntries(
        Object.entries(found).filter(([name]) => !name.startsWith(".redraft")),
      );
      if (outcome instanceof Error) {
        expect(outcome.message).toMatch(/Nothing was changed/);
        expect(texts).toEqual(all);
      } else expect(texts).toEqual(after);
    }
    expect(hits).toBeGreaterThan(8);
  });

  it("names what could not be restored, and where the old text is", async () => {
    await files(all);
    let renames = 0;
    const dying: FileSystem = {
      ...disk,
      rename: async (from, to) => {
        if (++renames > 1) throw failure("EIO");
        return disk.rename(from, to);
      },
    };
    const outcome = await write(
      [
        ["a", "A\n"],
        ["b", "B\n"],
      ],
      { fs: dying },
    ).catch((e: Error) => e);
    const { message } = outcome as Error;
    expect(message).not.toMatch(/Nothing was changed/);
    expect(message).toContain(`${at("a")} could not be restored`);
    const spare = /is in (\S+)\.$/.exec(message)![1]!;
    expect(await readFile(spare, "utf8")).toBe("a\n");
    expect(await readFile(at("b"), "utf8")).toBe("b\n");
  });

  it.each(["EPERM", "ENOTSUP", "ENOSYS"])("needs no hard links (%s)", async (code) => {
    await files(all);
    const linkless: FileSystem = {
      ...disk,
      link: async () => {
        throw failure(code);
      },
    };
    await write(rows, { fs: linkless });
    expect(await everything()).toEqual({ a: "A\n", d: "C\n", new: "n\n" });
    await files({ x: "x\n" });
    await expect(
      write(
        [
          ["a", "1\n"],
          ["d", "2\n", "x"],
        ],
        { fs: linkless },
      ),
    ).rejects.toThrow(/a file is there already\. Nothing was changed/);
    expect(await everything()).toEqual({ a: "A\n", d: "C\n", new: "n\n", x: "x\n" });
  });
});

describe("a check", () => {
  it("runs on the new files and takes all back when it fails, with what was made of them kept", async () => {
    await files({ a: "a\n", b: "b\n" });
    const rows: Row[] = [
      ["a", "A\n"],
      ["b", null],
      ["new/c", "c\n"],
    ];
    const check = async (): Promise<void> => {
      expect(await everything()).toMatchObject({ a: "A\n", "new/c": "c\n" });
      await writeFile(at("a"), "formatted\n");
      throw new Error("red");
    };
    await expect(write(rows, { check })).rejects.toThrow(
      /red\. Nothing was changed\..*a\.rejected/,
    );
    expect(await everything()).toEqual({ a: "a\n", b: "b\n", "a.rejected": "formatted\n" });
    expect((await readdir(folder)).sort()).toEqual(["a", "a.rejected", "b"]);
  });

  it("that passes lets the files stand, and tells the hash of what it made of them", async () => {
    await files({ a: "a\n" });
    const [written] = (await write([["a", "A\n"]], {
      check: () => writeFile(at("a"), "formatted\n"),
    })) as { hash: string }[];
    expect(written).toEqual({ hash: (await readTextFile(at("a"))).hash });
  });
});
