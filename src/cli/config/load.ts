import { readFileSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { basename, dirname, isAbsolute, join, resolve } from "node:path";
import { z } from "zod";
import { RedraftError } from "../../core/errors.ts";
import { likeWords } from "../../orchestrate/fix/likeness.ts";
import { fileError } from "../../workspace/disk.ts";
import { realFolder } from "../../workspace/journal/state-home.ts";
import { configSettings, configShape } from "./settings.ts";

export const configName = "redraft.config.json";

type ConfigEnv = Readonly<Record<string, string | undefined>>;

/** A value of a setting and the place that it is from. */
export interface Configured {
  readonly value: unknown;
  /** `env REDRAFT_MODEL`, or the path of a file. */
  readonly from: string;
}

export interface ConfigPlaces {
  readonly cwd?: string;
  readonly env?: ConfigEnv;
  readonly home?: string;
  readonly platform?: NodeJS.Platform;
}

/** The user's own file: `$REDRAFT_CONFIG`, or `redraft/redraft.config.json` in the platform's configuration folder. */
export function userConfigPath(places: ConfigPlaces = {}): string {
  const { env = process.env, home = homedir(), platform = process.platform } = places;
  if (env.REDRAFT_CONFIG) return resolve(env.REDRAFT_CONFIG);
  const xdg = env.XDG_CONFIG_HOME;
  if (xdg !== undefined && isAbsolute(xdg)) return join(xdg, "redraft", configName);
  if (platform === "win32")
    return join(env.APPDATA ?? join(home, "AppData", "Roaming"), "redraft", configName);
  return join(home, ".config", "redraft", configName);
}

/** The settings that are not their defaults: the environment's before the project's file, and that before the user's own. */
export function loadConfig(places: ConfigPlaces = {}): ReadonlyMap<string, Configured> {
  const { cwd = process.cwd(), env = process.env } = places;
  const found = new Map<string, Configured>();
  const userPath = userConfigPath(places);
  const add = (values: Readonly<Record<string, unknown>>, from: string): void => {
    for (const [name, value] of Object.entries(values))
      if (name in configSettings) found.set(name, { value, from });
  };
  const own = readConfig(userPath);
  if (own) add(withRootsFrom(dirname(userPath), own), userPath);
  const project = projectConfig(realFolder(cwd), realPath(userPath));
  if (project) add(guarded(project.values, project.path, userPath), project.path);
  for (const [name, { env: variable, shape }] of Object.entries(configSettings)) {
    const text = env[variable];
    if (text === undefined || text === "") continue;
    found.set(name, { value: fromEnv(shape, text, variable), from: `env ${variable}` });
  }
  return found;
}

/** Folders in a file are relative to it. */
function withRootsFrom(
  folder: string,
  values: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  if (!Array.isArray(values.roots)) return values;
  return { ...values, roots: values.roots.map((root) => resolve(folder, String(root))) };
}

const realPath = (path: string): string => join(realFolder(dirname(path)), basename(path));

interface ProjectConfig {
  readonly path: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/** The nearest file at or above a folder, as far as the repository or the file system reaches. */
function projectConfig(folder: string, userPath: string): ProjectConfig | undefined {
  for (let at = folder; ; at = dirname(at)) {
    const path = join(at, configName);
    const values = path === userPath ? undefined : readConfig(path);
    if (values) return { path, values };
    if (dirname(at) === at || isRepository(at)) return undefined;
  }
}

function isRepository(folder: string): boolean {
  try {
    readFileSync(join(folder, ".git"));
    return true;
  } catch (error) {
    // A folder where it is one; a file in a work tree.
    return (error as NodeJS.ErrnoException).code === "EISDIR";
  }
}

function readConfig(path: string): Readonly<Record<string, unknown>> | undefined {
  let text: string;
  try {
    // Reading a pipe waits for its other end.
    const found = statSync(path);
    if (!found.isFile() && !found.isDirectory())
      throw new RedraftError("file-error", `${path} is no file, and not read as settings.`);
    text = readFileSync(path, "utf8");
  } catch (error) {
    if (RedraftError.is(error)) throw error;
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw fileError("read", path, error);
  }
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (cause) {
    throw new RedraftError("usage", `${path} is not JSON: ${(cause as Error).message}`, { cause });
  }
  if (typeof value === "object" && value !== null) refuseUnknownSetting(Object.keys(value), path);
  const parsed = configShape.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new RedraftError("usage", `${path}: ${z.prettifyError(parsed.error)}`);
}

function refuseUnknownSetting(names: readonly string[], path: string): void {
  const unknown = names.find((name) => name !== "$schema" && !(name in configSettings));
  if (unknown === undefined) return;
  const near = likeWords(unknown, Object.keys(configSettings))[0]?.word;
  const cure =
    near === undefined
      ? `The settings: ${Object.keys(configSettings).join(", ")}.`
      : `Did you mean ${JSON.stringify(near)}?`;
  throw new RedraftError(
    "usage",
    `${path} has an unknown setting ${JSON.stringify(unknown)}. ${cure}`,
  );
}

/** A file that comes with a project may not open folders, run commands, or send text to a model. */
function guarded(
  values: Readonly<Record<string, unknown>>,
  path: string,
  userPath: string,
): Readonly<Record<string, unknown>> {
  const name = Object.keys(values).find((one) => configSettings[one]?.isGuarded);
  if (name === undefined) return values;
  throw new RedraftError(
    "usage",
    `${path} sets ${JSON.stringify(name)}, which a file of a project may not: ${configSettings[name]!.help}. ` +
      `Set it in your own file (${userPath}), in the environment (${configSettings[name]!.env}), or by ${configSettings[name]!.option}.`,
  );
}

/** A value as the environment has it: text, with commas between the items of a list. */
function fromEnv(shape: z.ZodType, text: string, variable: string): unknown {
  const readings = [text, jsonOf(text), text.split(",").map((item) => item.trim())];
  const problems: z.ZodError[] = [];
  for (const reading of readings) {
    const parsed = shape.safeParse(reading);
    if (parsed.success) return parsed.data;
    problems.push(parsed.error);
  }
  // What is wrong with a number is not that it came as text.
  const problem = typeof readings[1] === "number" ? problems[1]! : problems[0]!;
  throw new RedraftError("usage", `${variable}=${text}: ${z.prettifyError(problem)}`);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
