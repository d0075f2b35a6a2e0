import { spawnSync } from "node:child_process";
import { beforeAll, describe, expect, it } from "vitest";
import { type CommandNode, commandTree } from "./command-tree.ts";
import { commands } from "./commands.ts";
import { completionScript, completionShells } from "./completion.ts";
import { manIndex, manPage } from "./man.ts";

let tree: readonly CommandNode[] = [];
beforeAll(async () => {
  tree = await commandTree(commands);
});

const hasBash = spawnSync("bash", ["--version"]).status === 0 && process.platform !== "win32";

describe.skipIf(!hasBash)("the bash completion", () => {
  const complete = (...words: string[]): string[] => {
    const script = `${completionScript("bash", tree)}
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _redraft; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const done = spawnSync("bash", ["-c", script, "bash", "redraft", ...words], {
      encoding: "utf8",
    });
    expect(done.stderr).toBe("");
    return done.stdout.split("\n").filter((one) => one !== "");
  };

  it.each([
    [["re"], ["rename", "repeat", "redo"]],
    [["apply", "--fo"], ["--format"]],
    [["apply", "--format", "un"], ["unified-diff"]],
    [
      ["models", ""],
      ["list", "download", "add", "remove"],
    ],
    [["models", "download", "--sha"], ["--sha256"]],
    [["completion", "f"], ["fish"]],
    [["apply", "package.j"], ["package.json"]],
    [["apply", "--edit", "package.j"], ["package.json"]],
  ])("completes %j", (words, wanted) => {
    expect(complete(...words)).toEqual(wanted);
  });
});

describe("completions", () => {
  it.each(completionShells)("of %s name every command and option", (shell) => {
    const script = completionScript(shell, tree);
    for (const { name, options } of tree) {
      expect(script).toContain(name);
      for (const { long } of options) expect(script).toContain(long.replace(/^--/, ""));
    }
  });

  it.each([
    ["zsh", "zsh"],
    ["fish", "fish"],
  ] as const)("of %s can be read by it, where it is installed", (shell, program) => {
    if (spawnSync(program, ["--version"]).status !== 0) return;
    const input = completionScript(shell, tree);
    expect(spawnSync(program, ["-n"], { input, encoding: "utf8" }).stderr).toBe("");
  });
});

const hasGroff = spawnSync("groff", ["--version"]).status === 0;

describe("manual pages", () => {
  it("have the options, and text as it is written", () => {
    const apply = tree.find(({ name }) => name === "apply")!;
    const page = manPage({ ...apply, notes: ".dot\n'quote \\n a-b" });
    expect(page).toContain("\\fB\\-\\-edit <path>\\fR");
    expect(page).toContain("\\&.dot\n\\&'quote \\en a\\-b");
  });

  it.skipIf(!hasGroff)("have no error for groff", () => {
    for (const page of [manIndex(tree), ...tree.map(manPage)]) {
      const done = spawnSync("groff", ["-man", "-ww", "-z"], { input: page, encoding: "utf8" });
      expect(done.stderr).toBe("");
    }
  });
});
