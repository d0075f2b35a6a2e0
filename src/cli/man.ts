import { Command } from "commander";
import { RedraftError } from "../core/errors.ts";
import type { CommandEntry } from "./command-entry.ts";
import { type CommandNode, commandTree, type OptionNode } from "./command-tree.ts";
import { packageVersion } from "./version.ts";

/** `redraft man [command]`: the manual page, made from the commands as they are. */
export function manCommand(commands: readonly CommandEntry[]): Command {
  return new Command("man")
    .description("Prints the manual page of redraft, or of one command, for man.")
    .argument("[command]", "the command; default: the page that lists all")
    .addHelpText("after", help)
    .action(async (name: string | undefined) => {
      const tree = await commandTree(commands);
      const node = tree.find((one) => one.name === name);
      if (name !== undefined && node === undefined) {
        const known = tree.map((one) => one.name).join(", ");
        throw new RedraftError("usage", `there is no command ${name}. The commands: ${known}.`);
      }
      process.stdout.write(node ? manPage(node) : manIndex(tree));
    });
}

/** A line of text for roff: a leading dot or quote is no request, and a hyphen can be copied. */
const roff = (text: string): string =>
  text
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    .replace(/^([.'])/gm, "\\&$1");

const titleLine = (name: string): string =>
  `.TH ${name.toUpperCase().replaceAll("-", "\\-")} 1 "" "redraft ${packageVersion()}" "Redraft"`;

const asWritten = (text: string): string[] => [".nf", roff(text), ".fi"];

const optionLines = ({ flags, description, choices }: OptionNode): string[] => {
  const among = choices.length > 0 ? ` (${choices.join(", ")})` : "";
  return [".TP", `\\fB${roff(flags)}\\fR`, roff(`${description}${among}`)];
};

export function manIndex(tree: readonly CommandNode[]): string {
  const lines = [
    titleLine("redraft"),
    ".SH NAME",
    "redraft \\- applies code edits exactly, or refuses",
    ".SH SYNOPSIS",
    "\\fBredraft\\fR \\fIcommand\\fR [\\fIoptions\\fR]",
    ".SH DESCRIPTION",
    roff(
      "Redraft applies code edits to files. It writes the whole edited file with a proof that nothing else changed, or refuses and says why.",
    ),
    ".SH COMMANDS",
    ...tree.flatMap(({ name, summary }) => [
      ".TP",
      `\\fBredraft\\-${roff(name)}\\fR(1)`,
      roff(summary),
    ]),
    ".SH EXIT STATUS",
    roff(
      "0 done, 1 refused (nothing written), 2 wrong usage, 3 the file, 4 the engine or the network.",
    ),
  ];
  return `${lines.join("\n")}\n`;
}

export function manPage(node: CommandNode): string {
  const { name, summary, description, arguments: words, options, commands, notes } = node;
  const own = commands.flatMap((inner) => [
    `.SS ${roff(`${name} ${inner.name}`)}`,
    roff(inner.description),
    ...inner.options.flatMap(optionLines),
  ]);
  const lines = [
    titleLine(`redraft-${name}`),
    ".SH NAME",
    `redraft\\-${roff(name)} \\- ${roff(summary)}`,
    ".SH SYNOPSIS",
    `\\fBredraft ${roff(name)}\\fR ${roff(node.usage)}`,
    ".SH DESCRIPTION",
    roff(description),
    ...words.flatMap((one) => [".TP", `\\fI${roff(one.name)}\\fR`, roff(one.description)]),
    ".SH OPTIONS",
    ...options.flatMap(optionLines),
    ...(own.length > 0 ? [".SH COMMANDS", ...own] : []),
    ...(notes === "" ? [] : [".SH NOTES", ...asWritten(notes)]),
    ".SH SEE ALSO",
    "\\fBredraft\\fR(1)",
  ];
  return `${lines.filter((line) => line !== "").join("\n")}\n`;
}

const help = `
Examples:
  redraft man | man -l -
  redraft man apply > ~/.local/share/man/man1/redraft-apply.1`;
