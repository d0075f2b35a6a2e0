import { homedir } from "node:os";
import { join } from "node:path";

export interface FolderOptions {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly platform?: NodeJS.Platform;
  readonly home?: string;
}

/**
 * Where downloaded models are kept: `REDRAFT_MODELS`, else the cache folder of the platform's custom
 * (`XDG_CACHE_HOME` or `~/.cache`, `~/Library/Caches`, `%LOCALAPPDATA%`).
 */
export function modelFolder(options: FolderOptions = {}): string {
  const { env = process.env, platform = process.platform, home = homedir() } = options;
  if (env.REDRAFT_MODELS) return env.REDRAFT_MODELS;
  if (platform === "darwin") return join(home, "Library", "Caches", "redraft", "models");
  if (platform === "win32") {
    return join(env.LOCALAPPDATA ?? join(home, "AppData", "Local"), "redraft", "models");
  }
  return join(env.XDG_CACHE_HOME || join(home, ".cache"), "redraft", "models");
}
