import { lstatSync, realpathSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { isInside } from "../inside.ts";
import { sha256 } from "../sha256.ts";

/**
 * The user's folder for what outlives a process: `$REDRAFT_STATE_HOME`, `$XDG_STATE_HOME/redraft`, or the platform's place
 * (`~/.local/state/redraft`, `~/Library/Application Support/redraft`, `%LOCALAPPDATA%\redraft`).
 */
export function stateHome(
  env: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
  home: string = homedir(),
): string {
  const own = env.REDRAFT_STATE_HOME;
  if (own !== undefined && own !== "") return resolve(own);
  const xdg = env.XDG_STATE_HOME;
  // The XDG rule: a path that is not absolute counts as unset.
  if (xdg !== undefined && isAbsolute(xdg)) return join(xdg, "redraft");
  if (platform === "darwin") return join(home, "Library", "Application Support", "redraft");
  if (platform === "win32")
    return join(env.LOCALAPPDATA ?? join(home, "AppData", "Local"), "redraft");
  return join(home, ".local", "state", "redraft");
}

/** The folder that a journal is kept for: the work tree (`.git`) around a folder, else the folder itself. Links are followed. */
export function journalRoot(folder: string): string {
  const real = realFolder(folder);
  for (let at = real; ; at = dirname(at)) {
    if (lstatSync(join(at, ".git"), { throwIfNoEntry: false }) !== undefined) return at;
    if (dirname(at) === at) return real;
  }
}

/** A folder, links followed; one that does not exist, as it is named. */
export function realFolder(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    return resolve(folder);
  }
}

/** The name of a root's folder in the state folder. */
export function rootKey(root: string): string {
  return sha256(root).slice(0, 24);
}

/** A path as answers and diffs show it: relative to the folder that it is in, with `/`. */
export function shownIn(folders: readonly string[], path: string): string {
  const folder = folders.map(realFolder).find((one) => isInside(path, one));
  return folder === undefined ? path : relative(folder, path).split(sep).join("/");
}
