import { homedir } from "node:os";
import { join } from "node:path";

export interface FolderOptions {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly platform?: NodeJS.Platform;
  readonly home?: string;
}

/**
 * A folder of ours for what can be made again, by the platform's custom: in `XDG_CACHE_HOME` or `~/.cache`,
 * `~/Library/Caches`, `%LOCALAPPDATA%`.
 */
export function cacheFolder(name: string, options: FolderOptions = {}): string {
  const { env = process.env, platform = process.platform, home = homedir() } = options;
  if (platform === "darwin") return join(home, "Library", "Caches", "redraft", name);
  if (platform === "win32") {
    return join(env.LOCALAPPDATA ?? join(home, "AppData", "Local"), "redraft", name);
  }
  return join(env.XDG_CACHE_HOME || join(home, ".cache"), "redraft", name);
}

/** Where downloaded models are kept: `REDRAFT_MODELS`, else the cache folder. */
export function modelFolder(options: FolderOptions = {}): string {
  const { env = process.env } = options;
  return env.REDRAFT_MODELS || cacheFolder("models", options);
}
