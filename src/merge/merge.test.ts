import { describe, expect, it } from "vitest";
import { provedText, sketch, text } from "../../test/support/written-edits.ts";
import { readEdit } from "../edit/read.ts";
import { merge } from "./merge.ts";

describe("merge of a sketch", () => {
  const source = text(
    "import { Tool } from './tool';",
    "",
    "export interface LogEntry {",
    "  timestamp: string;",
    "  requestId: string;",
    "  request: Request;",
    "  error?: string;",
    "}",
    "",
    "export interface Other {",
    "  name: string;",
    "}",
  );

  it("adds the fields of the fast-apply article's LogEntry", () => {
    const edit = sketch(
      "...",
      "export interface LogEntry {",
      "  timestamp: string;",
      "  requestId: string;",
      "  request: Request;",
      "  error?: string;",
      "  tools?: Tool[]; // Added tools",
      "  model?: string; // Added model",
      "}",
      "...",
    );
    const wanted = source.replace(
      "  error?: string;\n",
      "  error?: string;\n  tools?: Tool[]; // Added tools\n  model?: string; // Added model\n",
    );
    expect(provedText(source, edit)).toBe(wanted);
    expect(provedText(wanted, edit)).toBe(wanted);
  });

  it("removes what is left out between two adjacent lines, and nothing else", () => {
    const edit = sketch("...", "  timestamp: string;", "  request: Request;", "...");
    expect(provedText(source, edit)).toBe(source.replace("  requestId: string;\n", ""));
  });

  it("removes what a comment says", () => {
    const edit = sketch("...", "  requestId: string;", "-- request", "  error?: string;", "...");
    expect(provedText(source, edit)).toBe(source.replace("  request: Request;\n", ""));
  });

  it("keeps the file's own trailing blanks, indentation and line ends", () => {
    const file = "class A {\r\n\tfirst() {\r\n\t\tone(); \r\n\t\ttwo();\r\n\t}\r\n}\r\n";
    const edit = sketch(
      "...",
      "    first() {",
      "        one();",
      "        more();",
      "        two();",
      "...",
    );
    expect(provedText(file, edit)).toBe(file.replace("\t\ttwo", "\t\tmore();\r\n\t\ttwo"));
  });

  it("leaves a missing final newline missing", () => {
    expect(provedText("a();\nb();\nc();", sketch("...", "b();", "c();", "d();"))).toBe(
      "a();\nb();\nc();\nd();",
    );
  });

  it("takes a marker that is a line of the file as that line", () => {
    const file = text("def one():", "    ...", "", "def two():", "    return 2");
    const edit = sketch("def one():", "    ...", "", "def two():", "    return 3");
    expect(provedText(file, edit)).toBe(file.replace("return 2", "return 3"));
  });

  it("refuses to choose between two equal places, and shows both", () => {
    const half = ["function f() {", "  start();", "  end();", "}", ""];
    const file = text(...half, ...half);
    const edit = sketch("...", "  start();", "  middle();", "  end();", "...");
    const outcome = merge(file, edit);
    expect(outcome.kind).toBe("ambiguous");
    if (outcome.kind !== "ambiguous") return;
    expect(outcome.candidates.length).toBeGreaterThanOrEqual(2);
    expect(outcome.message).toMatch(/lines 2 to 3/);
    expect(outcome.message).toMatch(/lines 7 to 8/);
    const [one, two] = outcome.candidates;
    expect(one!.text).not.toBe(two!.text);
  });

  it("refuses lines with nothing to place them by", () => {
    const outcome = merge(source, sketch("...", "something.else();", "entirely.new();", "..."));
    expect(outcome.kind).not.toBe("proved");
  });

  it("lets syntax veto one of two candidates", () => {
    const half = ["function f() {", "  start();", "  end();", "}", ""];
    const file = text(...half, ...half);
    const edit = sketch("...", "  start();", "  middle();", "  end();", "...");
    const outcome = merge(file, edit, {
      newSyntaxErrors: (candidate) => (candidate.indexOf("middle") < 40 ? 0 : 1),
    });
    expect(outcome.kind).toBe("proved");
  });
});

describe("a sketch without a marker that shows a small part of the file", () => {
  const source = text(...Array.from({ length: 12 }, (_, n) => `alpha${n} = ${n}`));
  const shown = ["alpha4 = 4", "alpha5 = 55", "alpha6 = 6"];

  it("changes that part", () => {
    expect(provedText(source, sketch(...shown))).toBe(source.replace("= 5\n", "= 55\n"));
  });

  it("adds no blank line where the file has some", () => {
    const spaced = source.replace(/^(alpha[369] .*)$/gm, "$1\n");
    for (const left of ["alpha10 = 10\n", "alpha11 = 11\n", "alpha0 = 0\n"]) {
      const edit = readEdit(spaced.replace(left, ""), { path: "a.py", source: spaced });
      const outcome = merge(spaced, edit);
      if (outcome.kind === "proved")
        expect([spaced, spaced.replace(left, "")]).toContain(outcome.text);
    }
  });

  it("removes nothing beyond it, even with new lines at its edges", () => {
    expect(provedText(source, sketch("# above", ...shown, "# below"))).toBe(
      source.replace("alpha4 = 4\nalpha5 = 5\nalpha6 = 6\n", text("# above", ...shown, "# below")),
    );
  });
});
