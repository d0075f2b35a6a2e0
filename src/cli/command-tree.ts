import type { EventEmitter } from "node:events";
import type { Argument, Command, Option } from "commander";
import type { CommandEntry } from "./command-entry.ts";

export interface OptionNode {
  readonly long: string;
  readonly short?: string;
  /** As in the help: `--format <name>`. */
  readonly flags: string;
  readonly description: string;
  readonly takesValue: boolean;
  /** The values that it may have, where they are known. */
  readonly choices: readonly string[];
}

export interface ArgumentNode {
  /** As in the help: `<file>`, `[files...]`. */
  readonly name: string;
  readonly description: string;
  readonly choices: readonly string[];
}

/** A command as completions and man pages describe it. */
export interface CommandNode {
  readonly name: string;
  readonly summary: string;
  readonly description: string;
  readonly usage: string;
  /** Whether a word that is no option may be a file. */
  readonly takesFiles: boolean;
  readonly arguments: readonly ArgumentNode[];
  readonly options: readonly OptionNode[];
  readonly commands: readonly CommandNode[];
  /** What follows the options in the help: examples, exit codes. */
  readonly notes: string;
}

/** The commands of `redraft`, loaded. */
export async function commandTree(
  entries: readonly CommandEntry[],
): Promise<readonly CommandNode[]> {
  return Promise.all(
    entries.map(async ({ load, summary }) => ({ ...nodeOf(await load()), summary })),
  );
}

function nodeOf(command: Command): CommandNode {
  const { registeredArguments } = command;
  return {
    name: command.name(),
    summary: command.summary() || command.description(),
    description: command.description(),
    usage: command.usage(),
    takesFiles: registeredArguments.some(mayNameFile),
    arguments: registeredArguments.map((one) => ({
      name: argumentName(one),
      description: one.description,
      choices: one.argChoices ?? [],
    })),
    options: [...command.options.filter(({ hidden }) => !hidden).map(optionNode), helpOption],
    commands: command.commands.filter((inner) => inner.name() !== "help").map(nodeOf),
    notes: helpNotes(command),
  };
}

const helpOption: OptionNode = {
  long: "--help",
  short: "-h",
  flags: "-h, --help",
  description: "print help",
  takesValue: false,
  choices: [],
};

const optionNode = ({
  long,
  short,
  flags,
  description,
  required,
  optional,
  argChoices,
}: Option): OptionNode => ({
  long: long ?? short ?? flags,
  ...(short !== undefined && { short }),
  flags,
  description,
  takesValue: required || optional,
  choices: argChoices ?? [],
});

const argumentName = (one: Argument): string => {
  const shown = `${one.name()}${one.variadic ? "..." : ""}`;
  return one.required ? `<${shown}>` : `[${shown}]`;
};

const mayNameFile = (one: Argument): boolean =>
  /file|patch|receipt|words|path/.test(`${one.name()} ${one.description}`);

/** The text that `addHelpText` adds behind the help. */
function helpNotes(command: Command): string {
  const lines: string[] = [];
  const context = { error: false, command, write: (text: string) => void lines.push(text) };
  // A command is an emitter; its type does not say so.
  (command as unknown as EventEmitter).emit("afterHelp", context);
  return lines.join("").trim();
}
