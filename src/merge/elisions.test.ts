import { describe, expect, it } from "vitest";
import { parts, provedText, sketch, text } from "../../test/support/written-edits.ts";
import type { MergeOutcome } from "../core/merge.ts";
import { merge } from "./merge.ts";

describe("the scope that a sketch's elisions stay in", () => {
  const method = (name: string, body: string): string[] => [
    `  ${name}(input) {`,
    "    let total = 0;",
    "    for (const value of input) {",
    "      total += value;",
    "    }",
    body,
    "    return total;",
    "  }",
  ];
  const source = text(
    "class Sums {",
    ...["one", "two", "three", "four"].flatMap((name) => method(name, "    total *= 2;")),
    "}",
  );
  const wanted = source.replace(
    text(...method("two", "    total *= 2;")),
    text(...method("two", "    total *= 3;")),
  );

  it("changes the end of the function whose first line is shown", () => {
    const edit = sketch(
      "...",
      "  two(input) {",
      "...",
      "    }",
      "    total *= 3;",
      "    return total;",
      "...",
    );
    expect(provedText(source, edit)).toBe(wanted);
  });

  it("changes the function whose last lines are shown", () => {
    const tail = ["...", "    return total;", "  }", "  three(input) {", "..."];
    const changed = ["...", "    let total = 1;", "    for (const value of input) {", ...tail];
    expect(provedText(source, sketch(...changed))).toBe(
      source.replace(
        text(...method("two", "    total *= 2;")),
        text(...method("two", "    total *= 2;")).replace("total = 0", "total = 1"),
      ),
    );
  });

  it("leaves the scope where the edit's lines require it", () => {
    const edit = sketch("...", "  two(input) {", "...", "  four(input) {", "    start();", "...");
    expect(provedText(source, edit)).toBe(
      source.replace("  four(input) {\n", "  four(input) {\n    start();\n"),
    );
  });
});

describe("a part whose format names a line above it", () => {
  const fn = (name: string): string[] => [`def ${name}():`, "    x = 1", "    return x", ""];
  const source = text(...fn("first"), ...fn("second"), ...fn("third"));
  const under = (header: string, from: string): MergeOutcome => {
    const edit = parts(["-    return x", "+    return -x"]);
    const segments = edit.segments.map((segment) => ({ ...segment, under: [header] }));
    return merge(from, { ...edit, segments });
  };

  it("is searched in the scope that this line opens", () => {
    const second = text(...fn("second"));
    const outcome = under("def second():", source);
    expect(outcome.kind === "proved" && outcome.text).toBe(
      source.replace(second, second.replace("return x", "return -x")),
    );
  });

  it("is ambiguous where several such lines open a scope that has it", () => {
    expect(under("def second():", source + text(...fn("second"))).kind).toBe("ambiguous");
  });

  it("is ambiguous where the line opens nothing", () => {
    expect(under("x = 1", source).kind).toBe("ambiguous");
  });
});
