import { describe, expect, it } from "vitest";
import { provedText, sketch, text } from "../../test/support/written-edits.ts";
import { merge } from "./merge.ts";

describe("a sketch that was written for another file", () => {
  const source = text(
    "export class Store {",
    "  #items = new Map();",
    "",
    "  get(key) {",
    "    return this.#items.get(key);",
    "  }",
    "}",
  );
  const refusal = (...edit: string[]): string => {
    const outcome = merge(source, sketch(...edit));
    expect(outcome.kind).toBe("refused");
    return outcome.kind === "refused" ? outcome.message : "";
  };

  it("is refused where only braces and blank lines match", () => {
    const lines = ["  }", "", "  post(url, body) {", "    return this.send(url, body);", "  }"];
    expect(refusal("...", ...lines, "...")).toMatch(
      /None of the edit's 2 lines with words can be found/,
    );
  });

  it("is refused where new lines are on both sides of the one that matches", () => {
    const lines = ["  open(path) {", "    this.check(path);", "  get(key) {", "    return 1;"];
    const more = Array.from({ length: 6 }, (_, n) => `    this.step${n}(path);`);
    expect(refusal("...", ...lines, ...more, "...")).toMatch(
      /Only 1 of the edit's \d+ lines with words can be found/,
    );
  });

  it("is taken where it adds to the end of the file, beside the brace there", () => {
    expect(provedText(source, sketch("...", "}", "", "export const store = new Store();"))).toBe(
      `${source}\nexport const store = new Store();\n`,
    );
  });

  it("is taken where its lines resemble those that they replace", () => {
    const line = "    return this.#items.get(key, null);";
    expect(provedText(source, sketch("...", line, "  }", "}"))).toBe(
      source.replace("    return this.#items.get(key);", line),
    );
  });
});
