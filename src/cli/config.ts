import { Command } from "commander";
import { type Configured, loadConfig, userConfigPath } from "./config/load.ts";
import { configSchema, configSettings } from "./config/settings.ts";

interface ConfigOptions {
  readonly json?: boolean;
  readonly schema?: boolean;
}

/** `redraft config`: the settings and where each is from. */
export function configCommand(): Command {
  return new Command("config")
    .description("Shows each setting, its value, and where it comes from.")
    .option("--json", "print JSON")
    .option("--schema", "print the JSON Schema of a configuration file")
    .addHelpText("after", help)
    .action((options: ConfigOptions) => {
      if (options.schema) {
        process.stdout.write(`${JSON.stringify(configSchema(), null, 2)}\n`);
        return;
      }
      const found = loadConfig();
      const path = userConfigPath();
      process.stdout.write(
        options.json ? `${configJson(found, path)}\n` : configTable(found, path),
      );
    });
}

function shownValue(name: string, { value }: Configured): unknown {
  return configSettings[name]!.isSecret ? "(set)" : value;
}

function configJson(found: ReadonlyMap<string, Configured>, userFile: string): string {
  const rows = Object.entries(configSettings).map(([name, { env, option, isGuarded = false }]) => {
    const one = found.get(name);
    const set = one
      ? { value: shownValue(name, one), from: one.from }
      : { value: null, from: "default" };
    return [name, { ...set, env, option, guarded: isGuarded }];
  });
  return JSON.stringify({ userFile, settings: Object.fromEntries(rows) });
}

function configTable(found: ReadonlyMap<string, Configured>, path: string): string {
  const rows = Object.entries(configSettings).map(([name, { env }]) => {
    const one = found.get(name);
    return one
      ? [name, JSON.stringify(shownValue(name, one)), one.from]
      : [name, "-", `default; ${env}`];
  });
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]!.length)));
  const lines = rows.map(([name, value, from]) =>
    `${name!.padEnd(widths[0]!)}  ${value!.padEnd(widths[1]!)}  ${from}`.trimEnd(),
  );
  return `${lines.join("\n")}\n\nYour own file: ${path}\n`;
}

const help = `
A value is looked for on the command line, in the environment (REDRAFT_*), in redraft.config.json of the current folder or the nearest
one above it in the repository, and in your own file ($XDG_CONFIG_HOME/redraft/redraft.config.json, ~/.config, on Windows %APPDATA%,
or $REDRAFT_CONFIG).

A project's file never sets roots, commands, models or keys. Unknown settings are errors.

Examples:
  redraft config
  redraft config --schema > redraft.schema.json`;
