import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { describe, expect, it } from "vitest";

/** Where text comes in that somebody else wrote. */
const folders = [
  "src/edit",
  "src/merge",
  "src/workspace",
  "src/mcp",
  "src/core",
  "src/text",
  "src/settle",
  "src/instruct",
  "src/diagnostics",
  "src/orchestrate",
];
const files = ["src/http/apply-prompt.ts", "src/cli/json-lines.ts"];

/** Runs of these, and of two in turn, are what makes patterns try again and again. */
const runs = [
  " ",
  "\t",
  "*",
  "-",
  ".",
  "…",
  "=",
  "#",
  "/",
  "\\",
  "[",
  "(",
  "{",
  '"',
  "'",
  "`",
].concat([
  "<",
  ">",
  "+",
  "@",
  ":",
  "a",
  "1",
  "a ",
  "a/",
  "* ",
  "- ",
  ". ",
  "(a",
  '\\"',
  "a:",
  "a=",
  ", ",
]);

/** What a line must begin with before some patterns look any further. */
const heads = [
  "",
  "x",
  "// ",
  "--- a",
  "+++ b/a",
  "*** Update File: a",
  "@@ -1 +1 @@ a",
  "```a",
].concat([
  "diff --git a/a",
  "rename from a",
  '"a',
  "<a",
  "<<<<<<< SEARCH",
  "# removed",
  "def a",
  "func (a",
]);
const tails = ["", "x", "!"];

/** A pattern that is quadratic takes 50 ms and more for a line this long, others a hundredth of that. */
const lineLength = 8_000;
const bound = 20;
/**
 * What passes the bound at the full length takes at least this long at an eighth of it: 20 ms / 8², less for steeper growth, which
 * is beyond all measure by then. Only lines that take this long are tried at the full length.
 */
const shortLength = lineLength / 8;
const shortBound = 0.25;

function sources(): string[] {
  const found = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"))
      .map((name) => join(folder, name)),
  );
  return [...found, ...files];
}

function patternsIn(path: string): RegExp[] {
  const patterns: RegExp[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isRegularExpressionLiteral(node)) {
      const end = node.text.lastIndexOf("/");
      patterns.push(new RegExp(node.text.slice(1, end), node.text.slice(end + 1).replace("y", "")));
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, readFileSync(path, "utf8"), ts.ScriptTarget.Latest));
  return patterns;
}

/**
 * The least processor time of a few tries, in ms: others work on the machine too, and one that waits its turn has not worked. More
 * tries than one finds are needed on a full machine, where caches are cold each time.
 */
function leastTime(enough: number, tries: number, work: () => void): number {
  let least = Number.POSITIVE_INFINITY;
  for (let tried = 0; tried < tries && least > enough; tried++) {
    const start = performance.now();
    const used = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(used);
    least = Math.min(least, performance.now() - start, (user + system) / 1000);
  }
  return least;
}

const lineOf = ([head, run, tail]: readonly [string, string, string], length: number): string =>
  head + run.repeat(length / run.length) + tail;

describe("patterns take time in proportion to the line", () => {
  const shapes = heads.flatMap((head) =>
    runs.flatMap((run) => tails.map((tail) => [head, run, tail] as const)),
  );
  const shortLines = shapes.map((shape) => lineOf(shape, shortLength));
  // Replacing tries at every place, as a search does that finds nothing.
  const time = (pattern: RegExp, line: string, enough: number, tries = 4): number =>
    leastTime(enough, tries, () => void line.replace(pattern, ""));

  it.each(sources())("%s", { timeout: 60_000 }, (path) => {
    const slow: string[] = [];
    for (const pattern of patternsIn(path)) {
      for (const [at, shape] of shapes.entries()) {
        if (time(pattern, shortLines[at]!, shortBound) <= shortBound) continue;
        const line = lineOf(shape, lineLength);
        const ms = time(pattern, line, bound, 20);
        if (ms <= bound) continue;
        slow.push(`${pattern} on ${line.slice(0, 24)}...${line.slice(-3)}: ${ms} ms`);
        break;
      }
    }
    expect(slow).toEqual([]);
  });

  it("finds patterns that are not: two runs of one character, a run tried again at every place", () => {
    const found: [RegExp, string][] = [
      [/^\s*\s*x$/, " "],
      [/-+>/, "-"],
    ];
    for (const [pattern, run] of found) {
      const shape = ["", run, "!"] as const;
      expect(time(pattern, lineOf(shape, shortLength), bound)).toBeGreaterThan(shortBound);
      expect(time(pattern, lineOf(shape, lineLength), bound)).toBeGreaterThan(bound);
    }
  });
});
