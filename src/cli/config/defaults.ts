import { type Command, CommanderError, type Option } from "commander";
import { RedraftError } from "../../core/errors.ts";
import { type Configured, loadConfig } from "./load.ts";
import { configSettings } from "./settings.ts";

/** Commands that describe the configuration, or need none: they work where a file of it is wrong. */
const unconfigured: ReadonlySet<string> = new Set([
  "config",
  "doctor",
  "completion",
  "man",
  "bench",
]);

/** Makes the configured values the defaults of a command's options; the command line comes before them. */
export function configureCommand(
  command: Command,
  load: () => ReadonlyMap<string, Configured> = loadConfig,
): void {
  if (unconfigured.has(command.name())) return;
  const configured: string[] = [];
  for (const [name, { value, from }] of load()) {
    const { option: flag, commands } = configSettings[name]!;
    if (!commands.includes(command.name())) continue;
    const option = command.options.find(({ long }) => long === flag);
    if (option === undefined) continue;
    // A default, and not what commander calls config: that would conflict with options that exclude it.
    command.setOptionValueWithSource(
      option.attributeName(),
      optionValue(option, value, from),
      "default",
    );
    configured.push(option.attributeName());
  }
  // A dry run, and an edit of standard input, write nothing that a configured command could look at.
  command.hook("preAction", () => {
    const isFilter = command.name() === "apply" && command.args[0] === "-";
    if (!command.opts().dryRun && !isFilter) return;
    for (const name of isFilter ? ["check", "diagnostics", "lsp"] : ["check", "diagnostics"]) {
      if (configured.includes(name) && command.getOptionValueSource(name) === "default")
        command.setOptionValueWithSource(name, undefined, "default");
    }
  });
}

/** A value as the option reads it from the command line: seconds become milliseconds. */
function optionValue(option: Option, value: unknown, from: string): unknown {
  if (option.parseArg === undefined || typeof value === "object" || typeof value === "boolean")
    return value;
  try {
    return option.parseArg(String(value), undefined);
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    throw new RedraftError("usage", `${from}: ${option.long} ${String(value)}: ${error.message}`);
  }
}
