import { mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { journalRoot, realFolder, stateHome } from "./state-home.ts";

it("finds the user's state folder on every system", () => {
  const on = (platform: NodeJS.Platform, env: NodeJS.ProcessEnv = {}): string =>
    stateHome(env, platform, "/home/u").replaceAll("\\", "/");
  expect(on("linux")).toBe("/home/u/.local/state/redraft");
  expect(on("linux", { XDG_STATE_HOME: "/x" })).toBe("/x/redraft");
  expect(on("linux", { XDG_STATE_HOME: "x" })).toBe("/home/u/.local/state/redraft");
  expect(on("darwin")).toBe("/home/u/Library/Application Support/redraft");
  expect(on("win32", { LOCALAPPDATA: "/l" })).toBe("/l/redraft");
  expect(on("linux", { REDRAFT_STATE_HOME: "/own", XDG_STATE_HOME: "/x" })).toBe("/own");
});

it("keeps one journal for a work tree, by its real path", async () => {
  const top = realFolder(await mkdtemp(join(tmpdir(), "redraft-root-")));
  try {
    await mkdir(join(top, "tree/.git"), { recursive: true });
    await mkdir(join(top, "tree/src/deep"), { recursive: true });
    await symlink(join(top, "tree"), join(top, "link"));
    expect(journalRoot(join(top, "link/src/deep"))).toBe(join(top, "tree"));
    expect(journalRoot(join(top, "tree"))).toBe(join(top, "tree"));
  } finally {
    await rm(top, { recursive: true });
  }
});
