import { Command, CommanderError } from "commander";
import { exitCodeOf, RedraftError } from "../core/errors.ts";
import { commands } from "./commands.ts";
import { configureCommand } from "./config/defaults.ts";
import { packageVersion } from "./version.ts";

/** Runs one command line and answers the exit code: 0 done, 1 refused, 2 wrong usage, 3 the file, 4 the engine. */
export async function run(argv: readonly string[]): Promise<number> {
  // Whoever reads our output may stop reading (`| head`); that is no failure.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0);
    throw error;
  });
  try {
    const program = await programFor(argv);
    if (argv.length === 0) {
      program.outputHelp();
      return 0;
    }
    await program.parseAsync(argv, { from: "user" });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (RedraftError.is(error)) {
      process.stderr.write(`redraft: ${error.message}\n`);
      return exitCodeOf(error.code);
    }
    process.stderr.write(`redraft: internal error: ${(error as Error)?.stack ?? String(error)}\n`);
    return 4;
  }
}

/** The program with the one command that is called loaded, and the others as names for the help. */
async function programFor(argv: readonly string[]): Promise<Command> {
  const program = new Command("redraft")
    .description(
      "Edits code at the speed of reading it: a proof that nothing else changed, or a refusal.",
    )
    .version(packageVersion(), "-v, --version")
    .showSuggestionAfterError()
    .showHelpAfterError("(see --help)")
    .exitOverride()
    .addHelpText("after", examples);
  program.helpCommand(true);
  const called = argv.find((word) => !word.startsWith("-"));
  const wanted = called === "help" ? argv[argv.indexOf("help") + 1] : called;
  for (const entry of commands) {
    if (entry.name !== wanted) {
      program.command(entry.name).description(entry.summary);
      continue;
    }
    const command = await entry.load();
    configureCommand(command);
    command.copyInheritedSettings(program);
    inherit(command);
    program.addCommand(command);
  }
  return program;
}

/** Errors of a command and of the commands under it end here too, not in `process.exit`. */
function inherit(command: Command): void {
  command.exitOverride();
  for (const inner of command.commands) inherit(inner);
}

const examples = `
Examples:
  redraft apply src/app.ts --edit sketch.txt      apply a sketch, a diff, blocks or a whole file
  pbpaste | redraft apply src/app.ts --dry-run    look at the change first
  redraft batch < edits.jsonl > answers.jsonl     many edits in one process

Exit codes: 0 done, 1 refused (nothing written), 2 wrong usage, 3 the file, 4 the engine or the network.`;
