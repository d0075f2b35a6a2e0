import { Argument, Command } from "commander";
import type { CommandEntry } from "./command-entry.ts";
import { type CommandNode, commandTree } from "./command-tree.ts";

export const completionShells = ["bash", "zsh", "fish"] as const;
type Shell = (typeof completionShells)[number];

/** `redraft completion <shell>`: the script that completes commands, options and their values. */
export function completionCommand(commands: readonly CommandEntry[]): Command {
  return new Command("completion")
    .description("Prints the script that makes a shell complete commands, options and values.")
    .addArgument(new Argument("<shell>", "the shell").choices(completionShells))
    .addHelpText("after", help)
    .action(async (shell: Shell) => {
      process.stdout.write(completionScript(shell, await commandTree(commands)));
    });
}

export function completionScript(shell: Shell, tree: readonly CommandNode[]): string {
  return { bash: bashScript, zsh: zshScript, fish: fishScript }[shell](tree);
}

interface Placed {
  /** The words of the command, as `models download`. */
  readonly words: string;
  readonly node: CommandNode;
}

/** Every command and the commands under it, with their words. */
const placed = (nodes: readonly CommandNode[], above = ""): Placed[] =>
  nodes.flatMap((node) => {
    const words = above === "" ? node.name : `${above} ${node.name}`;
    return [{ words, node }, ...placed(node.commands, words)];
  });

/** What the first word behind a command may be, besides a file. */
const firstWords = ({ commands, arguments: words }: CommandNode): readonly string[] =>
  commands.length > 0 ? commands.map(({ name }) => name) : (words[0]?.choices ?? []);

const spaced = (nodes: readonly CommandNode[]): string => nodes.map(({ name }) => name).join(" ");

function bashScript(tree: readonly CommandNode[]): string {
  const all = placed(tree);
  const values = all.flatMap(({ words, node }) =>
    node.options.flatMap(({ long, takesValue, choices }) => {
      if (!takesValue) return [];
      const list = choices.length > 0 ? `-W "${choices.join(" ")}"` : "-f";
      return [`    "${words} ${long}") COMPREPLY=($(compgen ${list} -- "$cur")); return ;;`];
    }),
  );
  const lists = all.map(({ words, node }) => {
    const flags = node.options.map(({ long }) => long).join(" ");
    const inner = firstWords(node).join(" ");
    const rest = inner !== "" ? `-W "${inner}"` : node.takesFiles ? "-f" : '-W ""';
    return `    "${words}") flags="${flags}"; rest=(${rest}) ;;`;
  });
  const known = all.map(({ words }) => `"${words}"`).join(" | ");
  return `# bash completion of redraft
_redraft() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]}
  local called="" flags="--help --version" i
  local rest=(-W "${spaced(tree)} help")
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "\${called:+$called }\${COMP_WORDS[i]}" in
    ${known}) called="\${called:+$called }\${COMP_WORDS[i]}" ;;
    esac
  done
  case "$called $prev" in
${values.join("\n")}
  esac
  case "$called" in
${lists.join("\n")}
  esac
  if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W "$flags" -- "$cur"))
  else COMPREPLY=($(compgen "\${rest[@]}" -- "$cur")); fi
}
complete -o filenames -F _redraft redraft
`;
}

/** For single quotes, and for the brackets of \`_arguments\`. */
const zshText = (text: string): string =>
  text.replace(/[[\]\\:]/g, "\\$&").replaceAll("'", "'\\''");

function zshScript(tree: readonly CommandNode[]): string {
  const describe = (nodes: readonly CommandNode[]): string =>
    nodes.map(({ name, summary }) => `'${name}:${zshText(summary)}'`).join(" ");
  const functions = placed(tree).map(({ words, node }) => {
    const options = node.options.map(({ long, description, takesValue, choices }) => {
      const value = choices.length > 0 ? `(${choices.join(" ")})` : "_files";
      return `    '*${long}[${zshText(description)}]${takesValue ? `:value:${value}` : ""}'`;
    });
    const rest =
      node.commands.length > 0
        ? ["    '1:command:->command'", "    '*::word:->inner'"]
        : firstWords(node).length > 0
          ? [`    '1:word:(${firstWords(node).join(" ")})'`]
          : node.takesFiles
            ? ["    '*:file:_files'"]
            : [];
    const inner =
      node.commands.length === 0
        ? ""
        : `
  case $state in
    command) local -a commands=(${describe(node.commands)}); _describe command commands ;;
    inner) _redraft_${words.replaceAll(/[ -]/g, "_")}_\${words[1]//-/_} 2>/dev/null ;;
  esac`;
    return `_redraft_${words.replaceAll(/[ -]/g, "_")}() {
  _arguments -s ${node.commands.length > 0 ? "-C " : ""}\\
${[...options, ...rest].join(" \\\n")}${inner}
}`;
  });
  return `#compdef redraft
# zsh completion of redraft
${functions.join("\n")}
_redraft() {
  local state
  _arguments -C '1:command:->command' '*::word:->inner'
  case $state in
    command) local -a commands=(${describe(tree)}); _describe command commands ;;
    inner) _redraft_\${words[1]//-/_} 2>/dev/null ;;
  esac
}
# The first call of an autoloaded file runs it; a file that is sourced only registers.
if [[ $funcstack[1] == _redraft ]]; then _redraft "$@"; else compdef _redraft redraft; fi
`;
}

const fishText = (text: string): string => `'${text.replace(/[\\']/g, "\\$&")}'`;

function fishScript(tree: readonly CommandNode[]): string {
  const lines = tree.map(
    ({ name, summary }) =>
      `complete -c redraft -n __fish_use_subcommand -f -a ${name} -d ${fishText(summary)}`,
  );
  for (const { words, node } of placed(tree)) {
    const seen = words.split(" ").map((word) => `__fish_seen_subcommand_from ${word}`);
    const when = `-n '${seen.join("; and ")}'`;
    for (const { name, summary } of node.commands)
      lines.push(`complete -c redraft ${when} -f -a ${name} -d ${fishText(summary)}`);
    if (node.commands.length === 0 && firstWords(node).length > 0)
      lines.push(`complete -c redraft ${when} -f -a ${fishText(firstWords(node).join(" "))}`);
    for (const { long, short, description, takesValue, choices } of node.options) {
      const parts = [`complete -c redraft ${when} -l ${long.replace(/^--/, "")}`];
      if (short !== undefined) parts.push(`-s ${short.replace(/^-/, "")}`);
      if (choices.length > 0) parts.push(`-x -a ${fishText(choices.join(" "))}`);
      else if (takesValue) parts.push("-r");
      lines.push([...parts, `-d ${fishText(description)}`].join(" "));
    }
  }
  return `# fish completion of redraft\n${lines.join("\n")}\n`;
}

const help = `
Examples:
  redraft completion bash > ~/.local/share/bash-completion/completions/redraft
  redraft completion zsh > "\${fpath[1]}/_redraft"
  redraft completion fish > ~/.config/fish/completions/redraft.fish`;
