import { describe, expect, it } from "vitest";
import { readEdit } from "../../edit/read.ts";
import { merge } from "../merge.ts";

const block = (old: string, added: string): string =>
  `<<<<<<< SEARCH\n${old}=======\n${added}>>>>>>> REPLACE\n`;

describe("a block that ends with one of several blank lines", () => {
  const source = "a {\n  zero();\n}\n\nf {\n  one();\n}\n\n\ng {\n  two();\n}\n";
  const grown = "  one();\n}\n\nh {\n  three();\n}\n\n\n";

  it("is laid on it, beside a block that is not quoted exactly", () => {
    const edit = `${block("a {\n  zer();\n}\n", "b {\n  zer();\n}\n")}\n${block("  one();\n}\n\n", grown)}`;
    const request = { path: "x.txt", source, edit, format: "search-replace" as const };
    const outcome = merge(source, readEdit(edit, request));
    expect(outcome).toMatchObject({
      kind: "proved",
      text: source.replace("a {", "b {").replace("  one();\n}\n\n", grown),
    });
  });
});
