import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import type { Tokens } from "marked";
import { describe, expect, it } from "vitest";
import { suites } from "../../src/bench/suites.ts";
import { commands } from "../../src/cli/commands.ts";
import { codeBlocks, type Page, pages, root } from "./pages.ts";

const loaded = new Map<string, Command>();
for (const entry of commands) loaded.set(entry.name, await entry.load());
/** The suites of `redraft bench`, which are loaded when they are called. */
const benches = new Map<string, Command>();
for (const suite of suites) benches.set(suite.name, await suite.load());
const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  scripts: Record<string, string>;
};

/** What a page tells its reader to type: lines of its code blocks, and code inside of sentences. */
function typed(page: Page): string[] {
  const blocks = codeBlocks(page)
    .filter(({ lang }) => !/^(ts|diff|json|text)\b/.test(lang ?? ""))
    .flatMap(({ text }) => text.replaceAll(/\\\n\s*/g, " ").split("\n"));
  const spans = page.tokens
    .filter((token): token is Tokens.Codespan => token.type === "codespan")
    .map(({ text }) => text.replaceAll("\n", " "));
  return [...blocks, ...spans];
}

describe("commands in the pages", () => {
  it.each(pages.map((page) => [page.path, page] as const))("%s", (_path, page) => {
    const wrong = typed(page).flatMap((line) => [
      ...redraftProblems(line),
      ...npmProblems(line),
      ...programProblems(line),
    ]);
    expect(wrong).toEqual([]);
  });
});

it("finds what is wrong with a command", () => {
  expect(redraftProblems("redraft aply a.ts")).toHaveLength(1);
  expect(redraftProblems("redraft apply a.ts --edt x")).toHaveLength(1);
  expect(redraftProblems("redraft apply a.ts --edit x --format sketch")).toHaveLength(1);
  expect(redraftProblems("redraft serve --log --port 0")).toHaveLength(1);
  expect(redraftProblems("redraft apply a.ts --edit x --format lazy")).toEqual([]);
});

/** Sub-commands, options and values of `redraft` that do not exist. */
function redraftProblems(line: string): string[] {
  const called = /(?:^|\$ |\| |-y )redraft(?:-edit)? ([a-z].*)$/.exec(line.trim())?.[1];
  if (called === undefined) return [];
  // A column of remarks, a pipe, a file, and what is quoted for another program are not ours.
  const own = called.replaceAll(/"[^"]*"/g, "").split(/\s{2,}|\s[|<>]\s|;/)[0]!;
  const words = own.split(/\s+/);
  let command = loaded.get(words[0]!);
  if (!command) return words[0] === "help" ? [] : [`no command: ${line}`];
  const chain = [command];
  for (const word of words.slice(1)) {
    const inner: Command | undefined =
      command.name() === "bench"
        ? benches.get(word)
        : command.commands.find((one) => one.name() === word);
    if (!inner) continue;
    command = inner;
    chain.push(inner);
  }
  const known = chain.flatMap((one) => one.options.map(({ long }) => long));
  const unknown = words
    .filter((word) => word.startsWith("--") && word !== "--help")
    .map((word) => /^--[a-z0-9-]+/.exec(word)?.[0])
    .filter((flag) => flag !== undefined && !known.includes(flag));
  const options = chain.flatMap((one) => one.options);
  const values = words.flatMap((word, index) => {
    const choices = options.find(({ long }) => long === word)?.argChoices;
    const value = words[index + 1] ?? "";
    // A placeholder is in angle brackets.
    return choices === undefined || choices.includes(value) || value.startsWith("<")
      ? []
      : [`no value of ${word}: ${line}`];
  });
  return [...unknown.map((flag) => `no option ${flag}: ${line}`), ...values];
}

function npmProblems(line: string): string[] {
  const names = [...line.matchAll(/npm run (?:-\S+ )*([a-z][\w:-]*)/g)].map((match) => match[1]!);
  return names.filter((name) => !(name in scripts)).map((name) => `no script ${name}: ${line}`);
}

function programProblems(line: string): string[] {
  const paths = [
    ...line.matchAll(/(?:node --import tsx|node|python3?) ([\w./-]+\.(?:m?ts|py))\b/g),
  ];
  const exists = (path: string): boolean =>
    existsSync(join(root, path)) || existsSync(join(root, "training", path));
  return paths
    .map((match) => match[1]!)
    .filter((path) => !exists(path))
    .map((path) => `no program ${path}: ${line}`);
}
