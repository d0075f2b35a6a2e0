import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { resolveInRoots } from "./roots.ts";

let base: string;
let root: string;
let second: string;

beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), "redraft-roots-"));
  root = join(base, "project");
  second = join(base, "second");
  await mkdir(join(root, "src/deep"), { recursive: true });
  await mkdir(second);
  await mkdir(join(base, "project-secret"));
  await writeFile(join(root, "src/a.ts"), "a");
  await writeFile(join(second, "b.ts"), "b");
  await writeFile(join(base, "secret.txt"), "s");
  await writeFile(join(base, "project-secret/s.txt"), "s");
  await symlink(join(base, "secret.txt"), join(root, "link-file"));
  await symlink(base, join(root, "link-folder"));
  await symlink(join(base, "not-there"), join(root, "link-dangling"));
  await symlink(join(root, "link-loop"), join(root, "link-loop"));
  await symlink("a.ts", join(root, "src/link-inside.ts"));
  await symlink(root, join(base, "alias"));
});

afterAll(() => rm(base, { recursive: true, force: true }));

describe("resolveInRoots", () => {
  it("finds files by relative path, absolute path and file URL", async () => {
    for (const path of ["src/a.ts", "./src/../src/a.ts", join(root, "src/a.ts")]) {
      expect(await resolveInRoots(path, [root])).toMatchObject({
        display: "src/a.ts",
        exists: true,
      });
    }
    const url = pathToFileURL(join(root, "src/a.ts")).href;
    expect((await resolveInRoots(url, [root])).display).toBe("src/a.ts");
  });

  it("allows links that stay inside and names where they lead", async () => {
    expect((await resolveInRoots("src/link-inside.ts", [root])).display).toBe("src/a.ts");
  });

  it("allows a file that does not exist yet, also in a new folder", async () => {
    const path = await resolveInRoots("new/folder/x.ts", [root]);
    expect(path).toMatchObject({ display: "new/folder/x.ts", exists: false });
  });

  it.each([
    ".git",
    ".git/config",
    "src/.Git/hooks/x",
    "git~1/config",
    ".git./config",
    ".gi\u200ct/config",
  ])("refuses what belongs to git: %s", async (path) => {
    await expect(resolveInRoots(path, [root])).rejects.toMatchObject({
      code: "outside-root",
      message: expect.stringContaining("belongs to git"),
    });
  });

  it.each([".gitignore", ".github/workflows/ci.yml", "src/git/a.ts", "a.git/b"])(
    "takes %s for a file of the project",
    async (path) => {
      expect((await resolveInRoots(path, [root])).display).toBe(path);
    },
  );

  it("looks in every root and prefers the one that has the file", async () => {
    expect((await resolveInRoots("b.ts", [root, second])).root).toMatch(/second$/);
    expect((await resolveInRoots("c.ts", [root, second])).root).toMatch(/project$/);
  });

  it("accepts a root that is itself a link, in either spelling", async () => {
    const alias = join(base, "alias");
    expect((await resolveInRoots(join(alias, "src/a.ts"), [alias])).display).toBe("src/a.ts");
    expect((await resolveInRoots(join(root, "src/a.ts"), [alias])).display).toBe("src/a.ts");
  });

  const escapes: [string, () => string][] = [
    ["parent", () => "../secret.txt"],
    ["parent behind a folder", () => "src/../../secret.txt"],
    ["parent behind a folder that does not exist", () => "nowhere/../../secret.txt"],
    ["parent behind a file", () => "src/a.ts/../../../secret.txt"],
    ["absolute", () => "/etc/passwd"],
    ["absolute sibling with the same beginning", () => join(base, "project-secret/s.txt")],
    ["double slash", () => "//etc/passwd"],
    ["file URL", () => "file:///etc/passwd"],
    ["file URL with a host", () => "file://server/share/x"],
    ["encoded file URL", () => `${pathToFileURL(root).href}/%2e%2e/secret.txt`],
    ["web URL", () => "https://example.com/x"],
    ["percent-encoded", () => "..%2f..%2fetc%2fpasswd"],
    ["percent-encoded dots", () => "%2e%2e/secret.txt"],
    ["percent-encoded twice", () => "%252e%252e%252fsecret.txt"],
    ["backslashes", () => "..\\..\\etc\\passwd"],
    ["mixed slashes", () => "src\\..\\..\\secret.txt"],
    ["drive", () => "C:\\Windows\\win.ini"],
    ["network", () => "\\\\server\\share\\x"],
    ["home", () => "~/.ssh/id_rsa"],
    ["another home", () => "~root/.profile"],
    ["NUL", () => "src/a.ts\0.png"],
    ["empty", () => "  "],
    ["link to a file", () => "link-file"],
    ["link to a folder", () => "link-folder/secret.txt"],
    ["new file behind a link", () => "link-folder/new.txt"],
    ["dangling link", () => "link-dangling"],
    ["loop", () => "link-loop"],
    ["process root", () => "/proc/self/root/etc/passwd"],
    ["process folder", () => "/proc/self/cwd/../../../../etc/passwd"],
  ];
  it.each(escapes)("refuses: %s", async (_, path) => {
    await expect(resolveInRoots(path(), [root])).rejects.toMatchObject({ code: "outside-root" });
  });

  it("does not take the folder itself for a file", async () => {
    await expect(resolveInRoots(".", [root])).rejects.toMatchObject({ code: "file-error" });
  });

  it("refuses everything when no folder is open or the folder is gone", async () => {
    await expect(resolveInRoots("x", [])).rejects.toMatchObject({ code: "outside-root" });
    await expect(resolveInRoots("x", [join(base, "gone")])).rejects.toMatchObject({
      code: "outside-root",
    });
  });
});
