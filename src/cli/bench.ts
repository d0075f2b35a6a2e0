import { Command } from "commander";
import { suites } from "../bench/suites.ts";

/** `redraft bench <suite>`: each suite is a command of its own, loaded when it is called. */
export function benchCommand(): Command {
  const bench = new Command("bench").description(
    "Measures: each suite prints a table, and with --json one JSON object per row.",
  );
  for (const suite of suites) {
    bench
      .command(suite.name)
      .description(suite.summary)
      .helpOption(false)
      .allowUnknownOption()
      .allowExcessArguments()
      .argument("[arguments...]")
      .action(async (words: readonly string[]) => {
        const command = await suite.load();
        command.name(`redraft bench ${suite.name}`).copyInheritedSettings(bench).exitOverride();
        await command.parseAsync(words, { from: "user" });
      });
  }
  return bench;
}
