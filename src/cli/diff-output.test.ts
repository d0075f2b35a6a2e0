import { describe, expect, it } from "vitest";
import { coloredDiff, isColored, pagerFor } from "./diff-output.ts";

const tty = { isTTY: true };
const pipe = { isTTY: false };

describe("isColored", () => {
  it.each([
    ["on a terminal", {}, tty, {}, true],
    ["not in a pipe", {}, pipe, {}, false],
    ["not on a dumb terminal", {}, tty, { TERM: "dumb" }, false],
    ["not with NO_COLOR", {}, tty, { NO_COLOR: "1", FORCE_COLOR: "1" }, false],
    ["with an empty NO_COLOR", {}, tty, { NO_COLOR: "" }, true],
    ["in a pipe with FORCE_COLOR", {}, pipe, { FORCE_COLOR: "1" }, true],
    ["not with FORCE_COLOR=0", {}, tty, { FORCE_COLOR: "0" }, false],
    ["with --color always, whatever else", { color: "always" }, pipe, { NO_COLOR: "1" }, true],
    ["not with --color never", { color: "never" }, tty, { FORCE_COLOR: "1" }, false],
  ] as const)("%s", (_name, options, terminal, env, wanted) => {
    expect(isColored(options, terminal, env)).toBe(wanted);
  });
});

describe("coloredDiff", () => {
  it("takes lines for what the counts of the hunk say", () => {
    const patch =
      "--- a/q.sql\n+++ b/q.sql\n@@ -1,2 +1,2 @@\n same\n--- a/comment\n+++ b/x\n@@ -9 +9 @@\n-a\n\\ No newline at end of file\n+b\n--- a/r\n";
    const codes = coloredDiff(patch)
      .split("\n")
      .slice(0, -1)
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
      .map((line) => Number(/^\u001b\[(\d+)m/.exec(line)?.[1] ?? 0));
    expect(codes).toEqual([1, 1, 36, 0, 31, 32, 36, 31, 0, 32, 1]);
  });

  it("changes no other character", () => {
    const patch = "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\r\n+b\r\n";
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out
    expect(coloredDiff(patch).replace(/\u001b\[\d+m/g, "")).toBe(patch);
  });
});

describe("pagerFor", () => {
  const long = "line\n".repeat(30);
  it.each([
    ["a long text", long, { isTTY: true, rows: 24 }, {}, "less"],
    ["a text that fits", "line\n", { isTTY: true, rows: 24 }, {}, undefined],
    ["nothing, where rows are unknown", "", { isTTY: true, rows: 0 }, {}, undefined],
    ["a pipe", long, { isTTY: false }, {}, undefined],
    ["PAGER", long, { isTTY: true, rows: 24 }, { PAGER: "more -s" }, "more -s"],
    ["PAGER=cat", long, { isTTY: true, rows: 24 }, { PAGER: "cat" }, undefined],
    ["an empty PAGER", long, { isTTY: true, rows: 24 }, { PAGER: "" }, undefined],
  ] as const)("%s", (_name, text, terminal, env, wanted) => {
    expect(pagerFor(text, terminal, env)).toBe(wanted);
  });
});
