import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { commands } from "../commands.ts";
import { inSeconds } from "../numbers.ts";
import { configureCommand } from "./defaults.ts";
import { type ConfigPlaces, loadConfig, userConfigPath } from "./load.ts";
import { configSchema, configSettings } from "./settings.ts";

let home = "";
let places: ConfigPlaces = {};
beforeEach(() => {
  home = realpathSync(mkdtempSync(join(tmpdir(), "redraft-config-")));
  mkdirSync(join(home, "project/src"), { recursive: true });
  mkdirSync(join(home, "config/redraft"), { recursive: true });
  places = {
    cwd: join(home, "project/src"),
    home,
    platform: "linux",
    env: { XDG_CONFIG_HOME: join(home, "config") },
  };
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const own = (value: unknown): void => write("config/redraft/redraft.config.json", value);
const project = (value: unknown): void => write("project/redraft.config.json", value);
function write(path: string, value: unknown): void {
  writeFileSync(join(home, path), typeof value === "string" ? value : JSON.stringify(value));
}
const env = (more: Record<string, string>): ConfigPlaces => ({
  ...places,
  env: { ...places.env, ...more },
});

describe("loadConfig", () => {
  it("takes the environment before the project's file, and that before the user's", () => {
    own({ color: "never", threads: 2, timeout: 9 });
    project({ color: "always", threads: 3 });
    const found = loadConfig(env({ REDRAFT_COLOR: "auto" }));
    expect(Object.fromEntries(found)).toEqual({
      color: { value: "auto", from: "env REDRAFT_COLOR" },
      threads: { value: 3, from: join(home, "project/redraft.config.json") },
      timeout: { value: 9, from: userConfigPath(places) },
    });
  });

  it.each(Object.entries(configSettings).filter(([, { isGuarded }]) => isGuarded))(
    "refuses %s in a project's file, and takes it from the user's",
    (name, { env: variable }) => {
      const value = ["apiKey", "roots"].includes(name) ? ["x"] : "x";
      project({ [name]: value });
      const message = `sets "${name}", which a file of a project may not`;
      expect(() => loadConfig(places)).toThrow(message);
      expect(() => loadConfig(places)).toThrow(variable);
      project({});
      own({ [name]: value });
      expect(loadConfig(places).has(name)).toBe(true);
    },
  );

  it("guards whatever opens a folder, runs a command, or reaches a model", () => {
    const guarded = Object.keys(configSettings).filter((name) => configSettings[name]!.isGuarded);
    expect(guarded).toEqual([
      "applyModel",
      "model",
      "modelName",
      "apiKey",
      "roots",
      "check",
      "diagnostics",
      "lsp",
    ]);
  });

  it("reads the project's file of the repository only", () => {
    project({ threads: 3 });
    mkdirSync(join(home, "project/src/.git"));
    expect(loadConfig(places).has("threads")).toBe(false);
  });

  it("reads the user's file as the user's, also from its own folder", () => {
    own({ roots: ["../work"] });
    const found = loadConfig({ ...places, cwd: join(home, "config/redraft") });
    expect(found.get("roots")?.value).toEqual([join(home, "config/work")]);
  });

  it("names the setting that an unknown one probably is", () => {
    own({ colour: "never" });
    expect(() => loadConfig(places)).toThrow('unknown setting "colour". Did you mean "color"?');
    own({ xyzzyxyzzy: 1 });
    expect(() => loadConfig(places)).toThrow("The settings: applyModel,");
  });

  it("says what is wrong with a value, and where", () => {
    own({ threads: 0 });
    expect(() => loadConfig(places)).toThrow(userConfigPath(places));
    own({ threads: 1e9 });
    expect(() => loadConfig(places)).toThrow(/redraft\.config\.json: .*<=1024.*at threads/s);
    own("{");
    expect(() => loadConfig(places)).toThrow("is not JSON");
    own({});
    expect(() => loadConfig(env({ REDRAFT_THREADS: "many" }))).toThrow("REDRAFT_THREADS=many");
    for (const [variable, value, bound] of [
      ["REDRAFT_THREADS", "1000000000", "1024"],
      ["REDRAFT_CONTEXT", "1e12", "4194304"],
      ["REDRAFT_TIMEOUT", "1e7", "604800"],
    ] as const) {
      const message = `${variable}=${value}: ✖ Too big: expected number to be <=${bound}`;
      expect(() => loadConfig(env({ [variable]: value }))).toThrow(message);
    }
  });

  it.skipIf(process.platform === "win32")("does not wait for a pipe of the name", () => {
    const name = join(places.cwd!, "redraft.config.json");
    rmSync(name, { force: true });
    execFileSync("mkfifo", [name]);
    try {
      expect(() => loadConfig(places)).toThrow("is no file");
    } finally {
      rmSync(name);
    }
  });

  it("reads lists, numbers and booleans from the environment", () => {
    const found = loadConfig(
      env({ REDRAFT_ROOTS: "/a, /b", REDRAFT_TIMEOUT: "2.5", REDRAFT_JOURNAL: "false" }),
    );
    expect([...found.values()].map(({ value }) => value)).toEqual([["/a", "/b"], false, 2.5]);
  });
});

describe("configureCommand", () => {
  const configured = (words: readonly string[], values: Record<string, unknown>) => {
    const command = new Command("edit")
      .exitOverride()
      .option("--check <command>")
      .option("--dry-run")
      .option("--no-journal")
      .addOption(inSeconds("--timeout <seconds>", "", 1))
      .action(() => {});
    const found = Object.entries(values).map(
      ([name, value]) => [name, { value, from: "x" }] as const,
    );
    configureCommand(command, () => new Map(found));
    command.parse(words, { from: "user" });
    return command.opts();
  };

  it("sets what the command line does not", () => {
    const values = { check: "npm test", timeout: 3, journal: false };
    expect(configured([], values)).toEqual({ check: "npm test", timeout: 3000, journal: false });
    expect(configured(["--check", "make", "--timeout", "1"], values)).toMatchObject({
      check: "make",
      timeout: 1000,
    });
  });

  it("runs no configured command on a dry run", () => {
    expect(configured(["--dry-run"], { check: "npm test" }).check).toBeUndefined();
  });
});

describe("settings", () => {
  it("name options that their commands have", async () => {
    for (const [name, { option, commands: users }] of Object.entries(configSettings)) {
      for (const user of users) {
        const command = await commands.find((one) => one.name === user)!.load();
        const found = command.options.some(({ long }) => long === option);
        expect(found, `${option} of ${user}, for ${name}`).toBe(true);
      }
    }
  });

  it("have a schema that refuses other keys", () => {
    expect(configSchema()).toMatchObject({ additionalProperties: false });
    const url = new URL("../../../docs/schemas/config-1.json", import.meta.url);
    expect(JSON.parse(readFileSync(url, "utf8"))).toEqual(
      JSON.parse(JSON.stringify(configSchema())),
    );
  });
});
