import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { formatNames } from "../src/core/edit.ts";
import { RedraftError } from "../src/core/errors.ts";
import { parseApplyPrompt } from "../src/http/apply-prompt.ts";
import { createRedraft } from "../src/redraft/create-redraft.ts";
import { splitPatch } from "../src/workspace/patches.ts";

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

/** The least time of a few tries: others work on the machine too. */
function leastTime(enough: number, work: () => void): number {
  let least = Number.POSITIVE_INFINITY;
  for (let tries = 0; tries < 4 && least > enough; tries++) {
    const start = performance.now();
    work();
    least = Math.min(least, performance.now() - start);
  }
  return least;
}

describe("patterns take time in proportion to the line", () => {
  const lines = heads.flatMap((head) =>
    runs.flatMap((run) => tails.map((tail) => head + run.repeat(lineLength / run.length) + tail)),
  );
  it.each(sources())("%s", { timeout: 60_000 }, (path) => {
    const slow: string[] = [];
    for (const pattern of patternsIn(path)) {
      for (const line of lines) {
        // Replacing tries at every place, as a search does that finds nothing.
        const ms = leastTime(bound, () => void line.replace(pattern, ""));
        if (ms <= bound) continue;
        slow.push(`${pattern} on ${line.slice(0, 24)}...${line.slice(-3)}: ${ms} ms`);
        break;
      }
    }
    expect(slow).toEqual([]);
  });
});

/** Refusals are answers; what is no `RedraftError` is a defect. */
async function answered(work: () => unknown): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!RedraftError.is(error) && (error as { name?: string }).name !== "ApiError") throw error;
  }
}

async function leastTimeOf(enough: number, work: () => Promise<void>): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let tries = 0; tries < 3 && least > enough; tries++) {
    const start = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(start);
    least = Math.min(least, (user + system) / 1000);
  }
  return least;
}

describe("every edit is answered in bounded time", { timeout: 120_000 }, () => {
  const redraft = createRedraft();
  /** A second on a machine of its own, with room for a slow one. What this keeps out grew with the square. */
  const enough = 5_000;
  const shapes: readonly (readonly [string, (run: string) => string])[] = [
    ["one line of 200 kB", (run) => `${run.repeat(200_000 / run.length)}x\n`],
    ["20,000 short lines", (run) => `${run}\n`.repeat(20_000)],
  ];
  const pieces = [
    " ",
    "*",
    "-",
    "/* ",
    "...",
    "[",
    "{",
    '"',
    "\\",
    "```",
    "=======",
    "@@",
    "+a",
  ].concat(
    [
      "<<<<<<< SEARCH",
      ">>>>>>> REPLACE",
      "// ... existing code ...",
      "--- a/b",
      "*** Update File: a.js",
    ],
    ["// removed a()", "<code>", "diff --git a/a b/a", "12 | a", "}", "a b ("],
  );
  const inputs = shapes.flatMap(([shape, make]) =>
    pieces.map((piece) => [`${shape} of ${JSON.stringify(piece)}`, make(piece)] as const),
  );

  it.each(inputs)("%s", async (_, edit) => {
    const own = `first();\n${edit}last();\n`;
    const requests = [
      ...(["auto", ...formatNames] as const).map((format) => ({ format, source: "a();\nb();\n" })),
      { format: "auto", source: own } as const,
    ];
    for (const { format, source } of requests) {
      const request = { path: "a.js", source, edit, format };
      const ms = await leastTimeOf(enough, () => answered(() => redraft.apply(request)));
      expect(ms, format).toBeLessThan(enough);
    }
    const ms = await leastTimeOf(enough, () =>
      answered(() => {
        splitPatch(edit);
        parseApplyPrompt(`<instruction>a</instruction>\n<code>${edit}</code>\n<update>${edit}`);
      }),
    );
    expect(ms).toBeLessThan(enough);
  });
});
