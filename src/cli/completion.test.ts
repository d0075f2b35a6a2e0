import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
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

const has = (program: string): boolean => spawnSync(program, ["--version"]).status === 0;

describe.skipIf(!has("fish"))("the fish completion", () => {
  it.each([
    ["redraft re", ["redo", "rename", "repeat"]],
    ["redraft apply --fo", ["--format"]],
    ["redraft apply --format un", ["unified-diff"]],
    ["redraft models ", ["add", "download", "list", "remove"]],
    ["redraft models download --sha", ["--sha256"]],
    ["redraft apply package.j", ["package.json"]],
  ])("completes %j", (line, wanted) => {
    const script = `${completionScript("fish", tree)}\ncomplete -C '${line}'`;
    const { stdout, stderr } = spawnSync("fish", ["--no-config", "-c", script], {
      encoding: "utf8",
    });
    expect(stderr).toBe("");
    expect(
      stdout
        .trim()
        .split("\n")
        .map((one) => one.split("\t")[0]),
    ).toEqual(wanted);
  });
});

describe.skipIf(!has("zsh"))(
  "the zsh completion, at its first call from the folder of functions",
  () => {
    /** Presses the tab key in an interactive shell on a terminal; answers what the line became, or was listed. */
    const zshTab = `zmodload zsh/zpty
zpty -b z zsh -f -i
zpty -w z "unsetopt zle_bracketed_paste; fpath=($1 \\$fpath); autoload -Uz compinit; compinit -D -u; print rea''dy"
until [[ $out == *ready* ]]; do zpty -r -t z chunk && out+=$chunk; sleep 0.02; done
out=
zpty -w -n z $2$'\\t'
for ((i = 0; i < 500; i++)); do
  [[ $out == *$3* ]] && break
  zpty -r -t z chunk && out+=$chunk || sleep 0.02
done
print -r -- $out
zpty -d z`;
    let folder = "";
    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), "redraft-zsh-"));
      writeFileSync(join(folder, "_redraft"), completionScript("zsh", tree));
    });
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    it.each([
      ["redraft re", "repeat "],
      ["redraft apply --format un", "unified-diff"],
      ["redraft models download --sha", "--sha256"],
      ["redraft apply package.j", "package.json"],
    ])("completes %j", (line, wanted) => {
      const { stdout } = spawnSync("zsh", ["-f", "-c", zshTab, "zsh", folder, line, wanted], {
        encoding: "utf8",
      });
      expect(stdout).toContain(wanted);
    });
  },
);

describe("completions", () => {
  it.each(completionShells)("of %s name every command and option", (shell) => {
    const script = completionScript(shell, tree);
    for (const { name, options } of tree) {
      expect(script).toContain(name);
      for (const { long } of options) expect(script).toContain(long.replace(/^--/, ""));
    }
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
